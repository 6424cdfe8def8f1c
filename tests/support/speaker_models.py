"""Real models that tell speakers apart, where `python -m scripts.bench.speaker_models` has put them."""

from __future__ import annotations

import importlib.util

import pytest

from tests.support.whisper import CACHE
from wingman.config.stt import SpeakerSettings

FOLDER = CACHE / "speakers"


def settings() -> SpeakerSettings:
    """Settings that name them; skips the test with the reason where there are none."""
    if importlib.util.find_spec("sherpa_onnx") is None:
        pytest.skip("the speakers extra is not installed")
    segmentation, embedding = FOLDER / "segmentation.onnx", FOLDER / "embedding.onnx"
    if not (segmentation.is_file() and embedding.is_file()):
        pytest.skip("no models to tell speakers apart: run `python -m scripts.bench.speaker_models`")
    return SpeakerSettings(str(segmentation), str(embedding))
