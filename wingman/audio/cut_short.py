"""Whether a file ends in the middle of something: what its own structure says, read without decoding.

Ogg is told apart where its links are found. Raw streams of frames say nothing of their length.

Source: Apple's description of CAF, Sony's of Wave64, RFC 9559 (Matroska), RFC 8794 (EBML), the RIFF
description, ISO 13818-1 (transport stream), Microsoft's of ASF, and the header that LAME and FFmpeg write into
the first frame of an MP3 ("Xing" or "Info").
"""

from __future__ import annotations

import os

UNKNOWN_LENGTH = 0x7FFF0000
"""A RIFF header of this length or more was written before the length was known."""
MOST_CHUNKS = 10_000
"""Of one file that are looked at; the richest have some dozens."""
_EBML, _SEGMENT, _CLUSTER = 0x1A45DFA3, 0x18538067, 0x1F43B675
WAVE64 = bytes.fromhex("726966662e91cf11a5d628db04c10000")
"""GUID with which Sony's Wave64 begins; the length of the whole file follows."""
_ASF_HEAD, _ASF_FILE = (
    bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c"),
    bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365"),
)
"""GUIDs of the header and of the object in it that states the length of the file."""
_ASF_DATA = 50
"""Bytes between the header and the first packet."""
_TS_PACKET = 188
_XING_BYTES = 2
"""Its flag that the stream's length in bytes is given."""


def is_cut(handle: int, size: int, start: int = 0) -> bool:
    """True for a file that is shorter than it says. `handle` is open for reading; its position stays. `start`:
    where a RIFF begins behind a tag.
    """
    head = os.pread(handle, 24, 0)
    if head[:16] == WAVE64:
        return size < int.from_bytes(head[16:], "little") < 1 << 62
    if head[:4] == b"caff":
        return _caf(handle, size)
    if (riff := os.pread(handle, 8, start))[:4] == b"RIFF":
        return size - start < int.from_bytes(riff[4:], "little") < UNKNOWN_LENGTH
    if head[:16] == _ASF_HEAD:
        return _asf(handle, size)
    if int.from_bytes(head[:4]) == _EBML:
        return _matroska(handle, size)
    if head[:1] == b"\x47" and os.pread(handle, 1, _TS_PACKET) == b"\x47":
        return bool(size % _TS_PACKET)
    return _mp3(handle, size)


def _caf(handle: int, size: int) -> bool:
    """Apple's container: chunks of a name and a length; that of the sound may be left open (all ones)."""
    at = 8
    for _ in range(MOST_CHUNKS):
        head = os.pread(handle, 12, at)
        length = int.from_bytes(head[4:])
        if at >= size or len(head) < 12 or length >= 1 << 62:
            break
        at += 12 + length
    return at > size


def _asf(handle: int, size: int) -> bool:
    """Microsoft's container of WMA and WMV; one that was broadcast states no length. An editor of tags may
    leave the stated one as it was, so the packets count as well.
    """
    head = os.pread(handle, 1 << 16, 0)
    at = head.find(_ASF_FILE)
    told = head[at + 40 : at + 96]
    if at < 0 or len(told) < 56 or told[48] & 1:
        return False
    stated, packets, each, header = (
        int.from_bytes(piece, "little") for piece in (told[:8], told[16:24], told[52:56], head[16:24])
    )
    return size < min(stated, header + _ASF_DATA + packets * each)


def _matroska(handle: int, size: int) -> bool:
    """Walk the elements. Those without a length (what was recorded live) are walked through as well."""
    at = 0
    while at < size:
        head = os.pread(handle, 12, at)
        identity, width = _number(head, 4, marker=True)
        length, more = _number(head[width:], 8)
        if not width or not more:
            return len(head) < 12  # a head that is not whole; else no element: damage, which the decoder meets
        known = length != (1 << 7 * more) - 1
        at += width + more + (length if known else 0)
        if identity == _SEGMENT and known:
            break
        if not known and identity not in (_SEGMENT, _CLUSTER):
            return False
    return at > size


def _number(data: bytes, longest: int, *, marker: bool = False) -> tuple[int, int]:
    """A number of variable width, and its width; 0 for none."""
    first = data[0] if data else 0
    width = 9 - first.bit_length()
    if not first or width > longest or len(data) < width:
        return 0, 0
    value = int.from_bytes(data[:width])
    return (value if marker else value & (1 << 7 * width) - 1), width


def _mp3(handle: int, size: int) -> bool:
    """An MP3 whose first frame says how many bytes there are, and it has fewer."""
    head = os.pread(handle, 10, 0)
    start = 0
    if head[:3] == b"ID3" and len(head) == 10:
        start = 10 + sum((byte & 0x7F) << 7 * (3 - n) for n, byte in enumerate(head[6:]))
    frame = os.pread(handle, 64, start)
    mark = next((at for name in (b"Xing", b"Info") if (at := frame.find(name)) >= 0), -1)
    if frame[:1] != b"\xff" or mark < 0 or len(frame) < mark + 16:
        return False
    flags = int.from_bytes(frame[mark + 4 : mark + 8])
    at = mark + 8 + (4 if flags & 1 else 0)
    stated = int.from_bytes(frame[at : at + 4]) if flags & _XING_BYTES else 0
    return start + stated > size
