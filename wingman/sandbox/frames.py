"""What a reading process answers with. Typed both ways: what it says is taken for data and nothing else."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any, Final

HEADER: Final = struct.Struct("!BI")


class Frame(IntEnum):
    """What follows a header."""

    ITEM = 1
    ENDED = 2


@dataclass(frozen=True, slots=True)
class Refusal:
    """An `InputError` of the reader's."""

    sentence: str
    field: str
    status: int


@dataclass(frozen=True, slots=True)
class Ended:
    """How the reading ended: well, unless one of these is set."""

    refusal: Refusal | None = None
    too_much: bool = False
    """It ran out of memory."""
    broken: str = ""
    """The class of an error that was not foreseen."""


def pack(kind: Frame, content: bytes) -> bytes:
    """A frame as bytes."""
    return HEADER.pack(kind, len(content)) + content


def as_plain(value: object) -> str:
    """A path as text; nothing else of ours is unknown to msgspec."""
    if isinstance(value, Path):
        return str(value)
    raise NotImplementedError(type(value).__name__)


def from_plain(kind: type[Any], value: object) -> Any:
    """The other way."""
    if issubclass(kind, Path) and isinstance(value, str):
        return Path(value)
    raise NotImplementedError(kind.__name__)
