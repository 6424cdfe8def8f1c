"""Lengths that a header leaves open: the recorder crashed, or wrote into a pipe and could not come back. Read
without decoding.

FFmpeg reads a WAV and a CAF of that kind to their end and refuses the others, whose lengths are filled in here.

Source: Sony's description of Wave64, Apple's of AIFF, Sun's of AU.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from wingman.audio.cut_short import MOST_CHUNKS, UNKNOWN_LENGTH, WAVE64
from wingman.audio.links import Link, Patch, is_name

_WAVE64_DATA = bytes.fromhex("64617461f3acd3118cd100c04f8edb8a")
_WAVE64_HEAD = 24
"""Bytes of a chunk's name and length, which count for its length."""
_GUID_ENDS = (WAVE64[10:], _WAVE64_DATA[10:])
"""With which the names of all chunks end."""
_WAVE64_LEAST = 80
"""Bytes of a file with a format and no sound."""
_NO_LENGTH = 1 << 62
_OFFSET_AND_BLOCK = 8
"""Bytes between the head of AIFF's sound and its first sample."""


def filled_in(handle: int, link: Link) -> tuple[Patch, ...]:
    """What is to be read in place of lengths that are none; nothing where they are."""
    head = os.pread(handle, 12, link.start)
    if head[:4] == WAVE64[:4]:
        return tuple(_wave64(handle, link))
    if head[:4] == b"FORM" and head[8:] in (b"AIFF", b"AIFC"):
        return tuple(_aiff(handle, link))
    if head[:4] == b".snd" and len(head) == 12 and not 0 < int.from_bytes(head[8:]) < UNKNOWN_LENGTH:
        return (Patch(link.start + 8, b"\xff" * 4),)
    return ()


def _wave64(handle: int, link: Link) -> Iterator[Patch]:
    """Of the whole file and of the chunk with the sound; the others are short and written at once."""
    stated = os.pread(handle, 8, link.start + 16)
    if len(stated) == 8 and not _WAVE64_LEAST <= int.from_bytes(stated, "little") < _NO_LENGTH:
        yield Patch(link.start + 16, (link.end - link.start).to_bytes(8, "little"))
    at = link.start + 40
    for _ in range(MOST_CHUNKS):
        head = os.pread(handle, _WAVE64_HEAD, at)
        if len(head) < _WAVE64_HEAD:
            return
        length = int.from_bytes(head[16:], "little")
        if head[:16] == _WAVE64_DATA:
            empty = os.pread(handle, 16, at + _WAVE64_HEAD)[10:] in _GUID_ENDS
            if not empty and not _WAVE64_HEAD < length < _NO_LENGTH:
                yield Patch(at + 16, (link.end - at).to_bytes(8, "little"))
            return
        if not _WAVE64_HEAD <= length <= link.end - at:
            return
        at += -(-length // 8) * 8


def _of_32_bits(length: int) -> bytes:
    return min(length, UNKNOWN_LENGTH).to_bytes(4)


def _aiff(handle: int, link: Link) -> Iterator[Patch]:
    at, frames, size = link.start + 12, 0, 0
    for _ in range(MOST_CHUNKS):
        head = os.pread(handle, 16, at)
        if len(head) < 16 or at + 16 > link.end:
            return
        length = int.from_bytes(head[4:8])
        if head[:4] == b"COMM":
            sides, bits = int.from_bytes(head[8:10]), int.from_bytes(head[14:16])
            frames, size = at + 10, sides * -(-bits // 8)
        if head[:4] == b"SSND":
            sound, after = link.end - at - 8, at + 8 + length
            unwritten = length <= _OFFSET_AND_BLOCK and not _is_finished(handle, link, after)
            if length >= UNKNOWN_LENGTH or unwritten:
                yield Patch(link.start + 4, _of_32_bits(link.end - link.start - 8))
                yield Patch(at + 4, _of_32_bits(sound))
                if size and sound > _OFFSET_AND_BLOCK:
                    yield Patch(frames, _of_32_bits((sound - _OFFSET_AND_BLOCK) // size))
            return
        at += 8 + length + length % 2


def _is_finished(handle: int, link: Link, after: int) -> bool:
    """Whether an AIFF that states no sound before `after` has none: its length is right, a chunk follows."""
    whole = int.from_bytes(os.pread(handle, 4, link.start + 4))
    head = os.pread(handle, 8, after)
    fits = len(head) == 8 and after + 8 + int.from_bytes(head[4:]) <= link.end
    return whole == link.end - link.start - 8 and fits and is_name(head[:4])
