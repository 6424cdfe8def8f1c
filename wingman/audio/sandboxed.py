"""Recordings of others: probed and decoded in a process that can do nothing else. See `wingman.sandbox`.

`probe` and `read` take and give what those of `recording` do; what arrives here is plain PCM and figures.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Final

from wingman.audio import recording
from wingman.audio.channel_map import ChannelSource
from wingman.audio.container import display_name, open_regular
from wingman.audio.recording import Piece, Recording
from wingman.core.errors import InputError
from wingman.core.losses import Loss, LossCause, LossUnit
from wingman.core.media import Gap, PcmBlock
from wingman.core.time import Channel
from wingman.sandbox.limits import Limits
from wingman.sandbox.reading import Reader

LONGEST_H: Final = 24
"""Hours of sound (not of gaps) that are taken from one recording: a small file can hold years of silence."""
BATCH: Final = 10
"""Pieces in one answer: a second of sound."""
_NEEDED: Final = ("av.*", "encodings.latin_1", "encodings.utf_16")


@dataclass(frozen=True, slots=True)
class ProbeRequest:
    """What `probe` is asked for."""

    sources: tuple[ChannelSource, ...]
    track: int | None
    listen: bool
    title: str


@dataclass(frozen=True, slots=True)
class Part:
    """A `Piece` of `read` as it crosses the pipe: one of sound, gap and loss."""

    channel: Channel | None = None
    sound: PcmBlock | None = None
    gap: Gap | None = None
    loss: Loss | None = None


@dataclass(frozen=True, slots=True)
class Playing:
    """What `read` is asked for."""

    recording: Recording
    rate: int


_PROBE: Final[Reader[Recording]] = Reader(
    "wingman.audio.sandboxed:probed", Recording, Limits(memory_mb=768, cpu_s=60), _NEEDED
)
_READ: Final[Reader[tuple[Part, ...]]] = Reader(
    "wingman.audio.sandboxed:decoded", tuple[Part, ...], Limits(memory_mb=768, cpu_s=4 * 3600), _NEEDED
)


def probe(
    path: Path,
    sources: Sequence[ChannelSource] = (),
    *,
    track: int | None = None,
    listen: bool = False,
    title: str = "",
) -> Recording:
    """As `recording.probe`. Raises `InputError`; also for a file that takes more than any should."""
    named = title or display_name(path)
    os.close(open_regular(path, named))  # what is no file at all is said as ever
    asking = _PROBE.read(path, ProbeRequest(tuple(sources), track, listen, named), named)
    try:
        return replace(next(asking), path=path)
    except StopIteration:
        raise InputError(f"{named} cannot be read; convert it to WAV, Ogg or MP4", field="file") from None
    finally:
        asking.close()


def read(found: Recording, rate: int) -> Generator[Piece, None, None]:
    """As `recording.read`, for as long as the recording is no longer than `LONGEST_H`. Raises `InputError`."""
    longest, heard = LONGEST_H * 3600 * rate * max(1, len(found.feeds)), 0
    # the file goes over as it is open: its name may be no text at all
    for parts in _READ.read(found.path, Playing(replace(found, path=Path()), rate), found.title):
        for part in parts:
            if part.sound is not None and (heard := heard + part.sound.length) > longest:
                raise InputError(
                    f"{found.title} holds more than {LONGEST_H} h of sound; cut it into shorter files",
                    field="file",
                    status=413,
                )
            yield _piece(part)


def _piece(part: Part) -> Piece:
    item = part.sound or part.gap
    if part.channel is not None and item is not None:
        return part.channel, item
    return part.loss or Loss(LossCause.HOLE, LossUnit.SECONDS, 0.0)


def probed(file: BinaryIO, ask: ProbeRequest) -> Iterator[Recording]:
    """In the reading process."""
    yield recording.probe(file.fileno(), ask.sources, track=ask.track, listen=ask.listen, title=ask.title)


def decoded(file: BinaryIO, ask: Playing) -> Iterator[tuple[Part, ...]]:
    """In the reading process."""
    batch: list[Part] = []
    for piece in recording.read(ask.recording, ask.rate, file.fileno()):
        batch.append(_part(piece))
        if len(batch) >= BATCH:
            yield tuple(batch)
            batch.clear()
    yield tuple(batch)


def _part(piece: Piece) -> Part:
    if isinstance(piece, Loss):
        return Part(loss=piece)
    channel, item = piece
    return Part(channel, sound=item) if isinstance(item, PcmBlock) else Part(channel, gap=item)
