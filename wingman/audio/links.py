"""Containers that lie one after the other in a file, as `cat` joins recordings. Read without decoding.

Source: RFC 3533 (Ogg), the RIFF and AIFF descriptions, Sony's Wave64, Apple's of CAF, ISO 14496-12 (MP4),
Adobe's of FLV, and that of ID3v2, which some programs write before any kind of file.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

from wingman.audio.cut_short import MOST_CHUNKS, UNKNOWN_LENGTH, WAVE64

_MOST_UNITS = 1_000_000
"""Chunks, boxes or tags that are looked at; an FLV has some 75 a second."""
_MOST_FORM = 1024
"""Bytes of a WAV's format; the longest in use has some dozens."""
_HEAD = 24
_FLV_MAGIC, _FLV_TAGS = b"FLV\x01", frozenset((8, 9, 18))
_TAGS = (b"ID3", b"TAG", b"APETAGEX")
"""What programs append to any kind of file."""
_OGG_PAGE = 27
_OGG_FIRST, _OGG_MAGIC = 2, b"OggS"
_MOVIE = frozenset((b"moov", b"mdat"))
"""Boxes without which what lies between two beginnings is no MP4 of its own."""


@dataclass(frozen=True, slots=True)
class Patch:
    """Bytes that are to be read in place of those in the file."""

    at: int
    content: bytes

    def on(self, data: bytes, start: int) -> bytes:
        """`data`, which lies at `start` in the file, as far as it is concerned."""
        first, last = max(self.at, start), min(self.at + len(self.content), start + len(data))
        if first >= last:
            return data
        return data[: first - start] + self.content[first - self.at : last - self.at] + data[last - start :]


@dataclass(frozen=True, slots=True)
class Link:
    """One stretch of the file's bytes that is a container of its own."""

    start: int
    end: int
    header: Patch | None = None
    """What stands in place of its first bytes, which belong to the link before it."""


def links(handle: int, size: int) -> tuple[tuple[Link, ...], bool]:
    """The containers in a file of `size` bytes, in order, and whether the last one is cut, as far as that is
    seen here: in Ogg, and where there are several. What is not known here is one link.
    """
    if os.pread(handle, 4, 0) == _OGG_MAGIC:
        return _ogg(handle, size)
    first = _behind_tags(handle)
    starts, end = [first], 0
    boxes: set[bytes] = set()
    for at, head, length in _units(handle, first, size):
        end = at + length
        if at > first and _begins(head) and (_kind(head) != b"ftyp" or boxes >= _MOVIE):
            starts.append(at)
            boxes.clear()
            if len(starts) == MOST_CHUNKS:
                break  # each is opened anew
        boxes |= _MOVIE & {head[4:8]}
    found = tuple(Link(*ends) for ends in zip(starts, [*starts[1:], size], strict=True))
    flv = os.pread(handle, 4, first) == _FLV_MAGIC
    needed = end - 4 if flv else end  # not every writer repeats the length of the last tag
    return found, (flv or len(found) > 1) and size < needed < starts[-1] + UNKNOWN_LENGTH


def parts(handle: int, link: Link) -> Iterator[Link]:
    """The chunks of sound of a WAV that has several of them (FFmpeg reads one), each behind a header of its
    format; anything else as it is.
    """
    found: list[Link] = []
    riff, form, at, chunks = os.pread(handle, 12, link.start), b"", link.start + 12, 0
    for _ in range(MOST_CHUNKS if _kind(riff) == b"RIFF" else 0):
        head = os.pread(handle, 8, at)
        length = int.from_bytes(head[4:], "little")
        if not is_name(head[:4]) or at + 8 > link.end:
            break
        if head[:4] == b"fmt " and length <= _MOST_FORM:
            form = form or os.pread(handle, 8 + length, at)
        chunks += head[:4] == b"data"
        least = max(1, int.from_bytes(form[20:22], "little"))  # less than a block is no sound
        rest = link.end - at - 8
        behind = os.pread(handle, 8, at + 8)
        nothing = behind.startswith(_TAGS) or is_chunk(behind, rest)
        unsaid = length >= UNKNOWN_LENGTH or (not length and not nothing)
        if found and head[:4] == b"data" and unsaid:  # the last one, and nobody came to say how long it is
            length, head = rest, head[:4] + rest.to_bytes(8, "little")[:4]
        end = min(at + 8 + length, link.end)
        if form and head[:4] == b"data" and length < UNKNOWN_LENGTH and end - at - 8 >= least:
            header = riff + form + bytes(len(form) % 2) + head
            start = at + 8 - len(header)
            found.append(Link(start, end, Patch(start, header)))
        at += 8 + length + length % 2
    yield from found if found and chunks > 1 else (link,)


def is_chunk(head: bytes, left: int) -> bool:
    """Whether a chunk of RIFF may begin with `head`, before the `left` bytes that are left."""
    return is_name(head[:4]) and int.from_bytes(head[4:8], "little") + 8 <= left + 1


def is_name(name: bytes) -> bool:
    """Whether a chunk of RIFF or AIFF may be called so: by printable ASCII."""
    return all(32 <= byte < 127 for byte in name)


def _behind_tags(handle: int) -> int:
    """Where a container begins that lies behind ID3 tags: FFmpeg knows those before bare streams alone."""
    at = 0
    for _ in range(MOST_CHUNKS):
        head = os.pread(handle, 10, at)
        if head[:3] != b"ID3" or len(head) < 10:
            break
        at += 10 + sum((byte & 0x7F) << 7 * (3 - n) for n, byte in enumerate(head[6:]))
    head = os.pread(handle, _HEAD, at)
    return at if _begins(head) or head[:4] in (b"RF64", b"BW64") else 0


def _units(handle: int, at: int, size: int) -> Iterator[tuple[int, bytes, int]]:
    """Where each begins, its head, and its length: whole containers, or the chunks and boxes of one."""
    kind = _kind(os.pread(handle, _HEAD, at))
    for _ in range(_MOST_UNITS):
        if at >= size:  # a length of 64 bits may lead beyond what can be asked for
            return
        head = os.pread(handle, _HEAD, at)
        length = _length(head, kind)
        if length < 8:
            return
        yield at, head, length
        at += length
        if length % 2 and kind in (b"RIFF", b"FORM") and not _begins(os.pread(handle, _HEAD, at)):
            at += 1  # what is odd is padded; not every writer does it


def _kind(head: bytes) -> bytes:
    """What the container is that begins here; empty for none of these."""
    if head[:16] == WAVE64:
        return b"riff"
    if head[4:8] == b"ftyp":
        return b"ftyp"
    if head[:4] == _FLV_MAGIC:
        return _FLV_MAGIC
    whole = head[:4] if head[:4] in (b"RIFF", b"FORM") and head[8:12] in (b"WAVE", b"AIFF", b"AIFC") else b""
    return b"caff" if head[:4] == b"caff" else whole


def _begins(head: bytes) -> bool:
    return bool(_kind(head))


def _length(head: bytes, kind: bytes) -> int:
    """Of what begins here in a file of that kind, in bytes; 0 where nothing is known of it."""
    same = _kind(head) == kind
    if kind in (b"RIFF", b"FORM") and same:
        return 8 + int.from_bytes(head[4:8], "little" if kind == b"RIFF" else "big")
    if kind == b"riff" and same:
        return -(-int.from_bytes(head[16:24], "little") // 8) * 8
    if kind == b"caff":
        return 8 if same else 12 + int.from_bytes(head[4:12])
    if kind == _FLV_MAGIC:
        if same:
            return int.from_bytes(head[5:9]) + 4
        return 15 + int.from_bytes(head[1:4]) if head[:1] and head[0] & 0x1F in _FLV_TAGS else 0
    if kind == b"ftyp":
        short = int.from_bytes(head[:4])
        return int.from_bytes(head[8:16]) if short == 1 else short
    return 0


def _ogg(handle: int, size: int) -> tuple[tuple[Link, ...], bool]:
    """A chained Ogg begins anew with a first page after one that was none (RFC 3533, section 6)."""
    found: list[Link] = []
    start, at, inside = 0, 0, False
    while at + _OGG_PAGE <= size:
        page = os.pread(handle, _OGG_PAGE + 255, at)
        if page[:4] != _OGG_MAGIC:
            at = size  # damaged: FFmpeg finds the next page by itself
            break
        if page[5] & _OGG_FIRST:
            if inside and len(found) < MOST_CHUNKS:
                found.append(Link(start, at))
                start, inside = at, False
        else:
            inside = True
        segments = page[26]
        at += _OGG_PAGE + segments + sum(page[_OGG_PAGE : _OGG_PAGE + segments])
    return (*found, Link(start, size)), at > size
