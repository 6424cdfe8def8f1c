"""The bundle: one ZIP file with a meeting's events and, if it was kept, its audio.

    manifest.json          {"format": "wingman-bundle", "version": 1, "meeting", "title", "events", "audio"}
    events.jsonl           one envelope per line, in order
    heard.jsonl            what the correlator was told (`archive.provider_events`), if it was recorded
    audio/<channel>.<ext>  as it was recorded; media time 0 is its first sample

The same meeting always gives the same bytes: entries are sorted, their dates fixed.
"""

from __future__ import annotations

import io
import lzma
import math
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final

import msgspec

from wingman.archive import provider_events
from wingman.archive.provider_events import Heard
from wingman.core import codec
from wingman.core.errors import InputError
from wingman.core.events import Envelope, MeetingStarted
from wingman.core.time import Channel
from wingman.sandbox.limits import Limits
from wingman.sandbox.reading import Reader

FORMAT = "wingman-bundle"
VERSION = 1
SUFFIX = ".wingman"
EVENTS_BYTES, AUDIO_BYTES = 256 * 1024 * 1024, 1024 * 1024 * 1024
"""Longest event list, and longest sound of a channel, that is unpacked: files can be made to fill memory."""
TIGHTEST, SMALL_BYTES = 200, 1024 * 1024
"""Nothing we write packs tighter than one to so many, beyond a first megabyte; sound hardly packs at all."""
MOST_SECONDS = 366 * 86_400.0
"""Longest media time an event may name: a replay walks through all of it."""
LATEST = 1e11
"""Latest wall time an event may name, in Unix seconds."""
NEWLINE = b"\n"
MANIFEST, EVENTS, HEARD = "manifest.json", "events.jsonl", "heard.jsonl"
PIECE = 16 * 1024 * 1024
"""Bytes of an entry that cross over at once."""
MANIFEST_BYTES = 64 * 1024
DATE = (1980, 1, 1, 0, 0, 0)
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    KeyError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    msgspec.MsgspecError,
)
"""What the standard library raises for ZIP files that are none, are damaged, or are encrypted."""

SOUND = ".opus"
AUDIO_SUFFIXES = (".ogg", ".opus", ".wav", ".flac")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a bundle says about itself."""

    format: str
    version: int
    meeting: str
    title: str
    events: int
    audio: dict[str, str] = field(default_factory=dict)
    """Channel → entry name."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """A meeting outside the log."""

    meeting: str
    events: tuple[Envelope, ...]
    audio: Mapping[Channel, bytes] = field(default_factory=dict)
    suffixes: Mapping[Channel, str] = field(default_factory=dict)
    """File name suffix of each channel's audio where it is not `.opus`."""
    heard: tuple[Heard, ...] = ()
    """What the correlator was told; empty when it was not recorded."""

    @property
    def title(self) -> str:
        """The meeting's title."""
        first = self.events[0].data if self.events else None
        return first.title if isinstance(first, MeetingStarted) else ""


def pack(bundle: Bundle) -> bytes:
    """The bundle as a file's content."""
    audio = {str(c): f"audio/{c}{bundle.suffixes.get(c, SOUND)}" for c in sorted(bundle.audio)}
    manifest = Manifest(FORMAT, VERSION, bundle.meeting, bundle.title, len(bundle.events), audio)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        _put(file, MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n")
        _put(file, EVENTS, b"".join(codec.encode(event) + b"\n" for event in bundle.events))
        if bundle.heard:
            _put(file, HEARD, b"".join(provider_events.encode(told) + b"\n" for told in bundle.heard))
        for channel, name in audio.items():
            _put(file, name, bundle.audio[Channel(channel)], zipfile.ZIP_STORED)  # it is compressed already
    return out.getvalue()


def unpack(content: bytes | Path) -> Bundle:
    """Read a bundle, in a process of its own: it may come from anybody. Blocking.

    Raises `InputError` with a sentence when it is not one, is damaged, or is too new.
    """
    found: dict[str, bytearray] = {}
    title = str(content) if isinstance(content, Path) else "the bundle"
    for name, piece in _READER.read(content, None, title):
        found.setdefault(name, bytearray()).extend(piece)
    manifest = msgspec.json.decode(found[MANIFEST], type=Manifest)
    names = {Channel(channel): name for channel, name in manifest.audio.items()}
    return Bundle(
        manifest.meeting,
        tuple(codec.decode(line) for line in bytes(found[EVENTS]).splitlines()),
        {channel: bytes(found[name]) for channel, name in names.items()},
        {channel: PurePosixPath(name).suffix for channel, name in names.items()},
        provider_events.decode(bytes(found.get(HEARD, b""))),
    )


def members(file: BinaryIO, _: None) -> Iterator[tuple[str, bytes]]:
    """In the reading process: (entry, a piece of it) of a bundle that was found good."""
    try:
        with zipfile.ZipFile(file) as packed:
            manifest = _manifest(packed)
            yield MANIFEST, msgspec.json.encode(manifest)
            lines = _get(packed, EVENTS, EVENTS_BYTES)
            if lines.count(NEWLINE) > manifest.events:  # each costs a thousand times its bytes to decode
                raise ValueError(f"it should hold {manifest.events} events and holds {lines.count(NEWLINE)}")
            _check(manifest, tuple(codec.decode(line) for line in lines.splitlines()))
            yield from _pieces(EVENTS, lines)
            if HEARD in packed.namelist():
                told = _get(packed, HEARD, EVENTS_BYTES)
                provider_events.decode(told)
                yield from _pieces(HEARD, told)
            for channel, name in manifest.audio.items():
                Channel(channel)
                yield from _pieces(name, _get(packed, name, AUDIO_BYTES))
    except OSError as failed:
        raise InputError(f"cannot read the bundle: {failed.strerror}", field="bundle") from None
    except BROKEN as broken:
        raise InputError(f"this is not a Wingman bundle, or it is damaged: {broken}", field="bundle") from None


def _pieces(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    for at in range(0, max(1, len(content)), PIECE):
        yield name, content[at : at + PIECE]


_READER: Final[Reader[tuple[str, bytes]]] = Reader(
    "wingman.archive.bundle:members",
    tuple[str, bytes],
    Limits(memory_mb=2048, cpu_s=120, stall_s=120.0),
    ("encodings.cp437",),
    "bundle",
)


def _put(file: zipfile.ZipFile, name: str, content: bytes, method: int = zipfile.ZIP_DEFLATED) -> None:
    entry = zipfile.ZipInfo(name, DATE)
    entry.compress_type = method
    entry.external_attr = 0o600 << 16
    file.writestr(entry, content, compresslevel=9)


def _get(file: zipfile.ZipFile, name: str, limit: int) -> bytes:
    entry = file.getinfo(name)
    size = entry.file_size
    if size > limit or size > SMALL_BYTES + TIGHTEST * entry.compress_size:
        raise InputError(f"the bundle's {name} is too long ({size} bytes)", field="bundle", status=413)
    return file.read(name)


def _manifest(file: zipfile.ZipFile) -> Manifest:
    manifest = msgspec.json.decode(_get(file, MANIFEST, MANIFEST_BYTES), type=Manifest)
    if manifest.format != FORMAT:
        raise ValueError("its manifest names another format")
    if manifest.version > VERSION:
        raise InputError(
            f"this bundle has version {manifest.version}, this Wingman reads up to {VERSION}; upgrade",
            field="bundle",
        )
    for name in manifest.audio.values():
        path = PurePosixPath(name)
        if path.parts[:1] != ("audio",) or len(path.parts) != 2 or path.suffix not in AUDIO_SUFFIXES:
            raise ValueError(f"its manifest names the strange audio file {name!r}")
    return manifest


def _check(manifest: Manifest, events: Sequence[Envelope]) -> None:
    if len(events) != manifest.events:
        raise ValueError(f"it should hold {manifest.events} events and holds {len(events)}")
    for number, event in enumerate(events, 1):
        if event.seq != number or event.meeting != manifest.meeting:
            raise ValueError(f"event {number} is out of order or belongs to another meeting")
        times = (event.at, *((event.media.start, event.media.end) if event.media else ()))
        if not all(math.isfinite(time) for time in times) or not 0 <= event.at < LATEST:
            raise ValueError(f"event {number} has a time that is none")
        if event.media and not 0 <= event.media.start <= event.media.end < MOST_SECONDS:
            raise ValueError(f"event {number} has a media time that is none")
