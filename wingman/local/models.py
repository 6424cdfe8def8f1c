"""The speech models this machine may hold: which there are, where they lie, whether they are whole.

A model is a folder of files. What is fetched is checked against the table here, whatever the network says;
what is added by hand is checked by loading it.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from wingman.config.folders import cache, expanded
from wingman.core.errors import InputError

NOTE = "wingman-model.json"
"""Written beside a model once it is complete and checked."""
CHUNK = 1 << 20
Advance = Callable[[int], None]
"""Told how many bytes more are done."""


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A file of a model with its size and hash."""

    name: str
    size: int
    """Bytes."""
    sha256: str


@dataclass(frozen=True, slots=True)
class Model:
    """A model that can be fetched."""

    name: str
    repository: str
    revision: str
    """Pinned: what lies there cannot change under us."""
    files: tuple[ModelFile, ...]
    megabytes: int
    languages: str
    suits: str
    """Which machine it is for."""


BASE_FILES = (
    ModelFile("config.json", 2309, "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a"),
    ModelFile("model.bin", 145_217_532, "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"),
    ModelFile("tokenizer.json", 2_203_239, "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab"),
    ModelFile("vocabulary.txt", 459_861, "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913"),
)
TINY_EN_FILES = (
    ModelFile("config.json", 2317, "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5"),
    ModelFile("model.bin", 75_537_502, "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a"),
    ModelFile("tokenizer.json", 2_128_466, "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df"),
    ModelFile("vocabulary.txt", 422_309, "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf"),
)

SMALL_FILES = (
    ModelFile("config.json", 2370, "b55496ac7940a7ae47d2c01eab40edfd8701feec1229d9cce3b40014383fb828"),
    ModelFile("model.bin", 483_546_902, "3e305921506d8872816023e4c273e75d2419fb89b24da97b4fe7bce14170d671"),
    *BASE_FILES[2:],
)
TURBO_FILES = (
    ModelFile("config.json", 2263, "b0253ea6c0d3bea6b1e19e91a02acfd3b53f4467362efcb5a3e6b16c9b3a9b7e"),
    ModelFile("model.bin", 1_617_884_929, "e76620f83d5f5b69efd3d87e3dc180c1bd21df9fbebacfd4335e5e1efcc018da"),
    ModelFile(
        "preprocessor_config.json", 340, "7ccc62c6f2765af1f3b46c00c9b5894426835a05021c8b9c01eecb6dfb542711"
    ),
    ModelFile("tokenizer.json", 2_710_337, "297b13372ac43916285644fb9687add3cc62ee2a1adb60da3dc25cc94c1871fd"),
    ModelFile("vocabulary.json", 1_068_114, "c69260f2ab26d659b7c398f9a2b2b48ed0df16c3b47d7326782fd9cba71690c1"),
)

MODELS = {
    "tiny.en": Model(
        "tiny.en",
        "Systran/faster-whisper-tiny.en",
        "0d3d19a32d3338f10357c0889762bd8d64bbdeba",
        TINY_EN_FILES,
        78,
        "English",
        "one core",
    ),
    "base": Model(
        "base",
        "Systran/faster-whisper-base",
        "ebe41f70d5b6dfa9166e2c581c45c9c0cfc57b66",
        BASE_FILES,
        148,
        "many",
        "two cores, 1 to 4 channels",
    ),
    "small": Model(
        "small",
        "Systran/faster-whisper-small",
        "536b0662742c02347bc0e980a01041f333bce120",
        SMALL_FILES,
        486,
        "many",
        "four cores, or languages beside English",
    ),
    "large-v3-turbo": Model(
        "large-v3-turbo",
        "dropbox-dash/faster-whisper-large-v3-turbo",
        "0a363e9161cbc7ed1431c9597a8ceaf0c4f78fcf",
        TURBO_FILES,
        1622,
        "many",
        "eight fast cores, or an NVIDIA card",
    ),
}
"""By name."""


def root() -> Path:
    """The folder models are kept in."""
    return cache() / "whisper"


def folder(name: str, model_dir: str = "") -> Path:
    """Where a model lies, or would lie."""
    return expanded(model_dir) if model_dir else root() / name


def present(name: str, model_dir: str = "") -> bool:
    """The model is there and complete; a folder of the user's own needs no note."""
    where = folder(name, model_dir)
    return (where / "model.bin").is_file() and (bool(model_dir) or (where / NOTE).is_file())


def names() -> Sequence[str]:
    """The models one may name, and the ones that were added."""
    added = [p.parent.name for p in sorted(root().glob(f"*/{NOTE}"))] if root().is_dir() else []
    return [*MODELS, *(name for name in added if name not in MODELS)]


def sha256(path: Path, advance: Advance | None = None) -> str:
    """The file's SHA-256, in hex; `advance` is told of every piece."""
    digest = hashlib.sha256()
    with path.open("rb") as source:
        while block := source.read(CHUNK):
            digest.update(block)
            if advance is not None:
                advance(len(block))
    return digest.hexdigest()


def check(model: Model, where: Path) -> None:
    """Compare the files with our table. Raises `InputError` that names the first which differs."""
    for file in model.files:
        path = where / file.name
        if not path.is_file():
            raise InputError(f"{file.name} of the model {model.name} is missing in {where}", field="model")
        if path.stat().st_size != file.size or sha256(path) != file.sha256:
            raise InputError(
                f"{file.name} of the model {model.name} is not the file it should be; "
                f"remove it with `wingman models remove {model.name}` and fetch it again",
                field="model",
            )


def note(where: Path, name: str, source: str) -> None:
    """Mark a model complete."""
    (where / NOTE).write_text(json.dumps({"name": name, "source": source}), encoding="utf-8")


def room(where: Path, size: int) -> None:
    """Raises `InputError` when the disk has no room for `size` bytes more."""
    probe = where
    while not probe.exists():
        probe = probe.parent
    free = shutil.disk_usage(probe).free
    if free < size + (64 << 20):
        raise InputError(
            f"the model needs {size >> 20} MB and {probe} has {free >> 20} MB left; make room, or name another "
            "folder with `transcribe.whisper.model_dir`",
            field="model",
        )


def remove(name: str) -> bool:
    """Delete a model's files; False when there were none. Raises `InputError` for a name that leads
    elsewhere."""
    where = root() / name
    if where.parent != root() or name in ("", ".", ".."):
        raise InputError(f"{name} is not the name of a model", field="model")
    if not where.is_dir():
        return False
    shutil.rmtree(where)
    return True
