"""Opening a media file from anywhere without trusting it: by its bytes, never by what it says or how it is
called.

Three rules. The file is handed to FFmpeg as an open file, so a name is never an address (`12:30.wav`, a Latin-1
name, a file called `http:x` are names like any other). Only demuxers that read nothing but the file itself are
allowed: a playlist, a list of files or a session description would make the machine open whatever it names.
And a file is what it holds: containers that were joined are read link by link, a WAV whose header was never
finished is read to its end.
"""

from __future__ import annotations

import io
import os
import re
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from wingman.audio.cut_short import MOST_CHUNKS, UNKNOWN_LENGTH, is_cut
from wingman.audio.links import Link, Patch, is_chunk, links, parts
from wingman.audio.open_header import filled_in
from wingman.core.encoders import line
from wingman.core.errors import InputError

FORMATS = (
    "3g2,3gp,aac,ac3,aea,aiff,amr,amrnb,amrwb,ape,asf,asf_o,ast,au,avi,caf,dsf,dss,dts,dtshd,dv,eac3,flac,flv,"
    "gsm,ilbc,iff,loas,m4a,matroska,mj2,mlp,mov,mp3,mp4,mpc,mpc8,mpeg,mpegts,mxf,nistsphere,nut,ogg,oma,qcp,rm,shn,"
    "sox,tak,truehd,tta,voc,w64,wav,webm,wtv,wv,xwma"
)
"""Demuxers that are allowed: containers of sound that open nothing besides the file they are given."""

READ_SIZE = 1 << 17
"""Bytes FFmpeg asks for at a time."""

_OPTIONS = {"format_whitelist": FORMATS, "protocol_whitelist": "none"}
_EXTENSIBLE = 0xFFFE
_PROTECTED = re.compile(rb"sinf....frma", re.DOTALL)
_MOST_INDEX = 1 << 24
"""Bytes of a film's index that are looked through for it: an hour of sound has a megabyte, and what a file
states is no measure for memory.
"""
_IN_DS64 = 0xFFFFFFFF
"""What a chunk of more than 4 GB gives as its length (EBU Tech 3306): the true one is in the first chunk."""


def display_name(path: Path) -> str:
    """The file's own name as text that can be stored and printed: names are bytes, in no promised encoding."""
    return line(os.fsencode(path.name).decode("utf-8", "replace")) or "the file"


class MediaBytes(io.RawIOBase):
    """A stretch of an open file as a file of its own, which is all that FFmpeg gets to see."""

    def __init__(self, handle: int, link: Link, patches: Sequence[Patch] = ()) -> None:
        """`patches`: see `Patch`."""
        super().__init__()
        self._patches = patches
        self._handle = handle
        self._link = link
        self._at = link.start

    @property
    def name(self) -> str:
        """No name: FFmpeg would take it as an address, or guess a format from it."""
        return ""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        left = max(0, self._link.end - self._at)
        out = os.pread(self._handle, left if size < 0 else min(size, left), self._at)
        for patch in self._patches:
            out = patch.on(out, self._at)
        self._at += len(out)
        return out

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: self._link.start, os.SEEK_CUR: self._at, os.SEEK_END: self._link.end}[whence]
        self._at = max(self._link.start, base + offset)
        return self.tell()

    def tell(self) -> int:
        return self._at - self._link.start


class MediaInput:
    """An open media file. `links` are the containers in it, in order: one, but where several were joined."""

    def __init__(self, path: Path | int, title: str = "") -> None:
        """`path` may be a descriptor that is open already; it is closed with the rest. `title`: what a person
        calls the file, where it is not its name.

        Raises `InputError` when there is no such file, it is a folder, or it is empty.
        """
        self.title = title or (display_name(path) if isinstance(path, Path) else "the file")
        self.links: tuple[Link, ...] = ()
        self.incomplete = False
        """The file ends in the middle of something."""
        self._handle = open_regular(path, self.title)
        try:
            size = os.fstat(self._handle).st_size
            if size == 0:
                raise InputError(f"{self.title} is empty (0 bytes); record or export it again", field="file")
            joined, cut = links(self._handle, size)
            found = (part for link in joined for part in parts(self._handle, link))
            self.links = tuple(islice(found, MOST_CHUNKS))
            self.incomplete = cut or is_cut(self._handle, joined[0].end, joined[0].start)
            self.incomplete = self.incomplete or len(self.links) == MOST_CHUNKS  # the rest is not looked at
            self._wav = {
                link: None if link.header else _wav_data(self._handle, link, self.title) for link in self.links
            }
            first = self._wav[self.links[0]]
            self.stretch = first.stretch if first else 1.0
            """What FFmpeg's idea of the length is to be multiplied with to get what the file itself states, or
            has beyond what it states."""
        except BaseException:
            os.close(self._handle)
            raise

    @property
    def protected(self) -> bool:
        """An MP4 of which a track is encrypted (ISO 14496-12, 8.12: a scheme and what was there before it)."""
        at = self.links[0].start
        for _ in range(MOST_CHUNKS):
            head, rest = os.pread(self._handle, 16, at), self.links[0].end - at
            stated = int.from_bytes(head[:4])
            length = min(rest, int.from_bytes(head[8:]) if stated == 1 else stated or rest)
            if head[4:8] == b"moov":
                return _PROTECTED.search(os.pread(self._handle, min(length, _MOST_INDEX), at)) is not None
            at += length
            if length < 8 or at >= self.links[0].end:
                break
        return False

    def close(self) -> None:
        """Release the file."""
        os.close(self._handle)

    def __enter__(self) -> MediaInput:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def opened(self, link: Link) -> Iterator[Any]:
        """The `av` container of one link. Raises `InputError` when FFmpeg does not know it."""
        import av

        wav = self._wav[link]
        if link.header:  # see `parts`: the format comes first
            width = _container_width(link.header.content[20:40], link.start + 20)
            patches: tuple[Patch, ...] = (link.header, width) if width else (link.header,)
        elif wav:
            patches = wav.patches
        else:
            patches = filled_in(self._handle, link)
        try:
            container = av.open(
                MediaBytes(self._handle, link, patches),
                metadata_errors="ignore",
                options=_OPTIONS | ({"ignore_length": "1"} if wav and wav.goes_on else {}),
                buffer_size=READ_SIZE,
            )
        except (av.FFmpegError, ValueError) as broken:
            raise unreadable(self.title, broken, self._head()) from None
        with container:
            yield container

    def _head(self) -> bytes:
        return os.pread(self._handle, 64, 0)


_NO_MEDIA = (
    (b"%pdf", "it is a PDF", "choose the recording itself"),
    (b"pk\x03\x04", "it is a ZIP archive", "unpack it and choose the recording in it"),
    (b"#extm3u", "it is a playlist, which names other files", "download the recording that it names"),
    (b"<!doctype", "it is a web page, such as one that asks to sign in", "download the recording again"),
    (b"<html", "it is a web page, such as one that asks to sign in", "download the recording again"),
)
"""How a file begins (in small letters) that is often chosen in a recording's place."""


def unreadable(title: str, broken: Exception, head: bytes = b"") -> InputError:
    """Why a file cannot be read, as far as its first bytes tell."""
    why = str(getattr(broken, "strerror", "") or broken).split("\n", 1)[0][:120]
    mend = "convert it to WAV, Ogg or MP4"
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if head[4:8] == b"ftyp":
        why = "its index is missing: the recorder was stopped before it could finish the file"
        mend = "repair it with a tool that rebuilds the index, or record to Matroska or Ogg"
    elif found := next((words for begins, *words in _NO_MEDIA if text.startswith(begins)), None):
        why, mend = found
    return InputError(f"{title} is not a media file that can be read ({why}); {mend}", field="file")


def open_regular(path: Path | int, title: str) -> int:
    """A descriptor of a regular file. Raises `InputError`."""
    try:
        if isinstance(path, int):
            return _regular(path, title)
        # not blocking: opening a named pipe would otherwise wait for somebody to write into it
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError) as failed:
        why = failed.strerror if isinstance(failed, OSError) else "its name holds a zero byte"
        raise InputError(f"cannot open {title}: {why}; check the path", field="file") from None
    return _regular(handle, title)


def _regular(handle: int, title: str) -> int:
    mode = os.fstat(handle).st_mode
    if stat.S_ISREG(mode):
        return handle
    os.close(handle)
    kind = "a folder" if stat.S_ISDIR(mode) else "not a regular file"
    raise InputError(f"{title} is {kind}; name an audio or video file", field="file")


@dataclass(frozen=True, slots=True)
class _WavData:
    stretch: float
    goes_on: bool
    """Samples follow after the stated end: the recorder never came to correct its header."""
    patches: tuple[Patch, ...] = ()


def _wav_data(handle: int, link: Link, title: str) -> _WavData | None:
    """What a WAV's header says of its samples and what is true; None for anything else.

    Raises `InputError` for one that FFmpeg would take for noise: with the other order of bytes.
    """
    size = link.end
    head = os.pread(handle, 12, link.start)
    if head[:4] == b"RIFX" and head[8:] == b"WAVE":
        raise InputError(
            f"{title} is a WAV with its bytes in big-endian order (RIFX); convert it to WAV, Ogg or MP4",
            field="file",
        )
    if head[:4] not in (b"RIFF", b"RF64", b"BW64") or head[8:] != b"WAVE":
        return None
    at, large = link.start + 12, -1
    patches: tuple[Patch, ...] = ()
    for _ in range(MOST_CHUNKS):
        if at + 8 >= size:
            break
        chunk = os.pread(handle, 8, at)
        length = int.from_bytes(chunk[4:], "little")
        if chunk[:4] == b"fmt ":
            width = _container_width(os.pread(handle, 20, at + 8), at + 8)
            patches = (*patches, width) if width else patches
        if chunk[:4] == b"ds64":
            large = int.from_bytes(os.pread(handle, 8, at + 16), "little", signed=True)
            patches = (*patches, Patch(at + 8, bytes(24))) if large < 0 else patches  # FFmpeg refuses it
        if chunk[:4] == b"data":
            if head[:4] != b"RIFF" and length == _IN_DS64:
                if large <= 0:  # as it was begun: FFmpeg would take it for none
                    return _WavData(1.0, goes_on=True, patches=patches)
                length = large
            there, after = size - at - 8, at + 8 + length + length % 2
            if 0 < length < UNKNOWN_LENGTH or length == large:
                goes_on = after < size - 8 and not is_chunk(os.pread(handle, 8, after), size - after)
                short = 1.0 if length == large else max(1.0, length / there)  # FFmpeg believes a large one
                return _WavData(there / length if goes_on else short, goes_on, patches)
            return _WavData(1.0, goes_on=False, patches=patches)  # a stream: FFmpeg reads on to the end
        at += 8 + length + length % 2
    return None


def _container_width(form: bytes, at: int) -> Patch | None:
    """For samples that fill their containers in part (24 bits in 32): FFmpeg takes the first for the second.

    Source: WAVEFORMATEXTENSIBLE: the valid bits are the upper ones, and `wBitsPerSample` is the container.
    """
    tag, width, valid = (int.from_bytes(form[n : n + 2], "little") for n in (0, 14, 18))
    narrow = tag == _EXTENSIBLE and len(form) == 20 and 0 < valid < width
    return Patch(at + 18, form[14:16]) if narrow else None
