"""A recording as mono PCM per channel, on its own clock. Blocking; callers move it off the event loop.

`probe` says what a file holds and decides which track or side is whose voice; `read` yields plain values only
(samples, gaps, losses), so both can run in another process: nothing of FFmpeg leaves this module.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from wingman.audio.call_sides import Sides, judge
from wingman.audio.channel_map import ChannelSource, Feed, resolve
from wingman.audio.container import MediaInput
from wingman.audio.downmix import MOST_SIDES, Downmix
from wingman.audio.level import Loud, Verdict
from wingman.audio.links import Link
from wingman.audio.media_clock import MediaClock, Placed
from wingman.core.errors import InputError
from wingman.core.losses import Loss, LossCause, LossUnit
from wingman.core.media import Gap, GapCause, PcmBlock
from wingman.core.time import BYTES_PER_SAMPLE, Channel, Span, clock

BLOCK_MS = 100
"""Longest block that `read` yields."""
LISTEN_S = 120.0
"""How much of a stereo file is listened to, to tell a two-sided call from one room."""
STUBBORN = 20
"""Errors in a row without a frame between them after which a damaged file is given up."""
SHORT_S = 1.0
"""A file may be this much shorter than it says without being told so."""
TOLD_S = 0.1
"""Holes and overlaps that are shorter in all are a container's rounding."""

LEAST_RATE, MOST_RATE = 1000, 12_000_000
"""Samples a second: less holds no voice, and more than that has no converter. One a second makes hours of a
small file."""

_EXACT = frozenset(
    ("wav", "w64", "aiff", "au", "caf", "flac", "avi", "asf", "wv", "ape", "tta", "matroska,webm")
) | {"mov,mp4,m4a,3gp,3g2,mj2"}
"""Containers whose stated length is a count, not an estimate."""

_UNSTAMPED = frozenset(("aac", "ac3", "amr", "amrnb", "amrwb", "dts", "eac3", "loas", "mlp", "mp3", "truehd"))
"""Bare streams of frames: their stamps are FFmpeg's guess from the first frame's rate."""


_COUNTING = frozenset(("ogg",))
"""Containers whose stamps count the samples before them: sound that is there has no other sound beside it."""

NOWHERE = Path()
"""Where a recording lies that was probed as an open file."""


@dataclass(frozen=True, slots=True)
class Track:
    """One audio track of a file."""

    index: int
    """FFmpeg's stream index."""
    codec: str
    """Empty for one that nobody here can decode."""
    sides: int
    rate: int
    default: bool
    title: str = ""


@dataclass(frozen=True, slots=True)
class Recording:
    """A probed file: that it has sound, how long it is, and which of its parts is whose voice."""

    path: Path
    title: str
    """The file's name as text."""
    duration: float | None
    """Seconds; None when the container does not say."""
    tracks: tuple[Track, ...]
    feeds: tuple[Feed, ...]
    sides: Sides | None = None
    """How the two sides of a stereo track compare; None where there are none, or it was not asked."""
    counted: bool = False
    """`duration` is exact, so that a file which ends early is known to be cut."""

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The channels it has sound for."""
        return tuple(feed.channel for feed in self.feeds)

    @property
    def notices(self) -> tuple[Loss, ...]:
        """What is not taken, in words: other tracks."""
        taken = {feed.track for feed in self.feeds}
        others = [n for n in range(len(self.tracks)) if n not in taken]
        if not others:
            return ()
        names = ", ".join(self._name(n) for n in others)
        used = ", ".join(self._name(n) for n in sorted(taken))
        sentence = f"{self.title} has {len(self.tracks)} audio tracks: {used} was taken, {names} was not"
        return (Loss(LossCause.NOT_TAKEN, LossUnit.TRACKS, len(others), sentence),)

    def _name(self, number: int) -> str:
        track = self.tracks[number]
        return f"track {number + 1}" + (f" ({track.title})" if track.title else "")


Piece: TypeAlias = "tuple[Channel, PcmBlock | Gap] | Loss"
"""What `read` yields: sound or a gap of one channel, or something that was dropped."""


def probe(
    path: Path | int,
    sources: Sequence[ChannelSource] = (),
    *,
    track: int | None = None,
    listen: bool = False,
    title: str = "",
) -> Recording:
    """Open `path` (or take it open) and decide what is read from it. Raises `InputError` in one clear sentence.

    `sources` as `parse_channel_map` makes them; without any, the default track is mixed down to `tab`. `track`
    (from 0) takes another one. `listen`: also compare the sides of a stereo track. `title`: the file's name
    for a person, where it lies under another one.
    """
    with MediaInput(path, title) as media, media.opened(media.links[0]) as container:
        tracks = tuple(_track(stream) for stream in container.streams.audio)
        if not tracks:
            raise InputError(f"{media.title} has no audio; choose a file with sound", field="file")
        preferred = _preferred(tracks) if track is None else track
        if not 0 <= preferred < len(tracks):
            raise InputError(
                f"{media.title} has {len(tracks)} audio track(s), so there is no track {preferred + 1}",
                field="track",
            )
        feeds = resolve(sources, [t.sides for t in tracks], preferred, media.title)
        for feed in feeds:
            _check(tracks[feed.track], media.title)
        found = Recording(
            path if isinstance(path, Path) else NOWHERE, media.title, _duration(container, media), tracks, feeds
        )
        found = replace(found, counted=container.format.name in _EXACT and found.duration is not None)
        sides = _listen(media, tracks[feeds[0].track], LISTEN_S if listen else 0.0)
    return replace(found, sides=sides)


def read(recording: Recording, rate: int, handle: int | None = None) -> Generator[Piece, None, None]:
    """Each channel's sound at `rate` (mono s16) in the order of the file, its gaps, and what was dropped.
    `handle` is the file where it is open already.

    Positions count samples since the recording's beginning and have no hole: what is not sound is a gap. A file
    that is damaged gives what it holds.
    """
    readers = _readers(recording, rate)
    state = _State(recording.title)
    with MediaInput(recording.path if handle is None else handle, recording.title) as media:
        state.incomplete = media.incomplete
        for link in media.links:
            yield from _read_link(media, link, readers, state)
    for reader in readers:
        yield from reader.drain()
    yield from _told(recording, readers, state)


def _read_link(
    media: MediaInput, link: Link, readers: Sequence[_TrackReader], state: _State
) -> Iterator[Piece]:
    try:
        with media.opened(link) as container:
            audio = container.streams.audio
            wanted = [(reader, audio[reader.track]) for reader in readers if reader.track < len(audio)]
            origin = container.start_time / 1_000_000 if container.start_time is not None else None
            stamped = container.format.name not in _UNSTAMPED
            position = max(reader.end for reader in readers)
            counting = container.format.name in _COUNTING
            if origin is not None and not counting and origin >= state.stands - TOLD_S:
                origin = min(origin, state.stands)  # one recording in pieces: between is a hole
            for reader in readers:
                reader.begin(position, overlaps=not counting)
            for frame, number in _frames(container, [stream for _, stream in wanted], state):
                at = _at(frame) if stamped else None
                if origin is None:
                    origin = at or 0.0
                yield from wanted[number][0].take(frame, None if at is None else at - origin)
            for reader, _ in wanted:
                yield from reader.finish()
            state.stands = (origin or 0.0) + max(reader.end for reader in readers) - position
    except InputError:
        if link is media.links[0]:
            raise
        state.broken = "a later part of it cannot be read"  # what came before is good


@dataclass(slots=True)
class _State:
    """What went wrong while a file was read."""

    title: str
    damaged: int = 0
    broken: str = ""
    incomplete: bool = False
    """The file ends in the middle of something."""
    encrypted: bool = False
    """There are packets for which a key would be needed."""
    stands: float = math.inf
    """Where the clock of the container before stood at its end, in seconds."""
    reached: float = 0.0
    """Seconds up to which there is anything: pictures, or a track that is not taken."""

    def passed(self, packet: Any, origin: float) -> None:
        """A packet of another stream, in a container that begins at `origin`.

        One packet of a time code or of subtitles may span a film of which half is missing.
        """
        if packet.pts is not None and packet.stream.type in ("audio", "video"):
            end = float((packet.pts + (packet.duration or 0)) * packet.time_base)
            self.reached = max(self.reached, end - origin)


def _frames(container: Any, streams: Sequence[Any], state: _State) -> Iterator[tuple[Any, int]]:
    """Decoded frames and the number of their stream; damage is stepped over for as long as that leads on."""
    import av

    order = {stream.index: number for number, stream in enumerate(streams)}
    decoders = [_decoder(stream) for stream in streams]
    origin = (container.start_time or 0) / 1_000_000
    failures, told = 0, False
    while failures < STUBBORN:
        try:
            for packet in container.demux():
                told = packet.dts is None and not packet.size  # PyAV's own, when all is told
                if packet.stream.index not in order:
                    state.passed(packet, origin)
                    continue
                if packet.has_sidedata("encryption_info"):
                    state.encrypted = True
                    state.damaged += 1
                    continue
                try:
                    frames = decoders[order[packet.stream.index]](packet)
                except av.FFmpegError:
                    state.damaged += 1  # its neighbours are still good
                    continue
                for frame in frames:
                    failures = 0
                    yield frame, order[packet.stream.index]
            return
        except (av.FFmpegError, ValueError, IndexError) as broken:
            if told and isinstance(broken, IndexError):
                return  # PyAV's own for a stream that was not there at the beginning has no stream
            failures += 1
            state.broken = str(getattr(broken, "strerror", "") or broken)[:100]


def _decoder(stream: Any) -> Callable[[Any], list[Any]]:
    """What turns a packet into frames. FFmpeg's own decoders of AMR give up on the frames of a phone that sends
    little in pauses (3GPP TS 26.093 and 26.193), and the pauses would be missing; OpenCORE's do not.
    """
    import av

    name = f"libopencore_{stream.codec_context.name if stream.codec_context else ''}"
    codec: Any = av.CodecContext.create(name, "r") if name in av.codecs_available else stream
    decode: Callable[[Any], list[Any]] = codec.decode
    return decode


class _TrackReader:
    """One track on its way to the channels that are fed from it."""

    def __init__(self, track: int, feeds: Sequence[Feed], rate: int) -> None:
        self.track = track
        self.sounding = False
        self.overlap = 0.0
        self.holes = 0.0
        self.loud = [Loud(rate) for _ in feeds]
        self._rate = rate
        self.feeds = feeds
        self._downmix = Downmix(rate, [feed.side for feed in feeds])
        self._clock: MediaClock[Any] = MediaClock()
        self._pending = [bytearray() for _ in feeds]
        self._written = 0
        self._cut = 0

    @property
    def end(self) -> float:
        """Seconds up to which there is sound or a gap."""
        return self._clock.end

    def begin(self, position: float, *, overlaps: bool) -> None:
        """A container follows, whose zero is at `position`. `overlaps`: see `MediaClock`."""
        self._clock = MediaClock(position, overlaps=overlaps)

    def take(self, frame: Any, at: float | None) -> Iterator[Piece]:
        """A frame that begins `at` seconds after its container does."""
        if not frame.samples or not frame.rate:
            return
        for placed in self._clock.push(at, frame.samples / frame.rate, frame):
            yield from self._place(placed)

    def finish(self) -> Iterator[Piece]:
        for placed in self._clock.finish():
            yield from self._place(placed)
        yield from self._out(self._downmix.flush())

    def _place(self, placed: Placed[Any]) -> Iterator[Piece]:
        if placed.gap or placed.cut or placed.restarted:
            yield from self._out(self._downmix.flush())
        if placed.gap:
            yield from self._skip(placed.gap)
        self.overlap += placed.cut
        length = placed.item.samples / placed.item.rate
        if placed.cut >= length:
            return
        self._cut += round(placed.cut * self._rate)
        yield from self._out(self._downmix.push(placed.item))

    def _skip(self, gap: float) -> Iterator[Piece]:
        count = round(gap * self._rate)
        if count <= 0:
            return
        yield from self.drain()
        self.holes += gap
        span = Span(self._written, self._written + count)
        self._written = span.end
        for feed in self.feeds:
            yield feed.channel, Gap(span, GapCause.RECORDING)

    def _out(self, sides: Sequence[bytes]) -> Iterator[Piece]:
        cut = min(self._cut, len(sides[0]) // BYTES_PER_SAMPLE)
        self._cut -= cut
        for pending, side in zip(self._pending, sides, strict=True):
            pending += side[cut * BYTES_PER_SAMPLE :]
        size = self._rate * BLOCK_MS // 1000 * BYTES_PER_SAMPLE
        while len(self._pending[0]) >= size:
            yield from self._block(size)

    def drain(self) -> Iterator[Piece]:
        """What is less than a block, because something else follows."""
        if left := len(self._pending[0]):
            yield from self._block(left)

    def _block(self, size: int) -> Iterator[Piece]:
        for feed, pending, loud in zip(self.feeds, self._pending, self.loud, strict=True):
            pcm = bytes(pending[:size])
            del pending[:size]
            self.sounding = self.sounding or pcm.count(0) != size
            loud.add(pcm)
            yield feed.channel, PcmBlock(self._written, pcm)
        self._written += size // BYTES_PER_SAMPLE


def _readers(recording: Recording, rate: int) -> list[_TrackReader]:
    tracks = sorted({feed.track for feed in recording.feeds})
    return [_TrackReader(n, [feed for feed in recording.feeds if feed.track == n], rate) for n in tracks]


def _told(recording: Recording, readers: Sequence[_TrackReader], state: _State) -> Iterator[Loss]:
    """The losses of a whole reading, each once."""
    yield from recording.notices
    title, end = recording.title, max(reader.end for reader in readers)
    short = (recording.duration or 0.0) - max(end, state.reached) if recording.counted else 0.0
    if state.broken or short > SHORT_S or state.incomplete:
        whole = f" of {clock(recording.duration)}" if recording.counted and recording.duration else ""
        sentence = f"{title} breaks off at {clock(end or 0.0)}{whole}; what it holds up to there was taken"
        yield Loss(LossCause.CUT_OFF, LossUnit.SECONDS, max(0.0, short), sentence)
    if state.damaged:
        sentence = f"{title} is damaged: {state.damaged} packet(s) could not be decoded and were left out"
        yield Loss(LossCause.UNDECODABLE, LossUnit.PACKETS, state.damaged, sentence)
    if (holes := max(reader.holes for reader in readers)) >= TOLD_S:
        yield Loss(
            LossCause.HOLE, LossUnit.SECONDS, holes, f"{title} holds no sound for {holes:.1f} s in between"
        )
    if (overlap := max(reader.overlap for reader in readers)) >= TOLD_S:
        sentence = f"{title} has two sounds for one moment, {overlap:.1f} s in all; the first of them was taken"
        yield Loss(LossCause.OVERLAP, LossUnit.SECONDS, overlap, sentence)
    for reader in readers:
        if not reader.sounding:
            others = ", so another of its tracks may be meant" if len(recording.tracks) > 1 else ""
            sentence = f"track {reader.track + 1} of {title} is silent from beginning to end{others}"
            yield Loss(LossCause.SILENT, LossUnit.TRACKS, 1, sentence)
            continue
        for feed, loud in zip(reader.feeds, reader.loud, strict=True):
            yield from _level(title, feed, loud)


def _level(title: str, feed: Feed, loud: Loud) -> Iterator[Loss]:
    """That a track, or a side of it, is too quiet or too loud; one that has no sound says nothing of it."""
    found = loud.found()
    verdict = found.verdict()
    if verdict is not Verdict.FINE:
        side = "" if feed.side is None else f"side {feed.side + 1} of "
        sentence = found.sentence(f"{side}track {feed.track + 1} of {title}", verdict)
        yield Loss(LossCause(verdict), LossUnit.TRACKS, 1, sentence)


def _track(stream: Any) -> Track:
    codec = stream.codec_context
    return Track(
        index=stream.index,
        codec=codec.name if codec else "",
        sides=(codec.layout.nb_channels if codec else 0) or 1,
        rate=codec.sample_rate if codec else 0,
        default=bool(int(stream.disposition) & 1),
        title=str(stream.metadata.get("title", ""))[:60],
    )


def _check(track: Track, title: str) -> None:
    """Raises `InputError` for a track that cannot be turned into samples of ours."""
    if not track.codec:
        why = "holds sound in a coding that is not known here; convert it to WAV, Ogg or MP4"
    elif track.sides > MOST_SIDES:
        why = f"has a track of {track.sides} sides, more than {MOST_SIDES}; export some of them"
    elif track.rate and not LEAST_RATE <= track.rate <= MOST_RATE:
        why = f"says {track.rate} samples a second, which is no rate; save it with its own"
    else:
        return
    raise InputError(f"{title} {why}", field="file")


def _preferred(tracks: Sequence[Track]) -> int:
    """The track a player would play: the default one, else the first, of those that can be decoded."""
    known = [n for n, track in enumerate(tracks) if track.codec] or [0]
    return next((n for n in known if tracks[n].default), known[0])


def _duration(container: Any, media: MediaInput) -> float | None:
    if len(media.links) > 1 or not container.duration or container.duration < 0:
        return None
    end = float(container.duration) / 1_000_000 * media.stretch
    start = float(container.start_time or 0) / 1_000_000
    # Matroska states where its last block ends on a clock that need not begin at zero
    return end - start if "matroska" in container.format.name and 0 < start < end else end


def _listen(media: MediaInput, track: Track, seconds: float) -> Sides | None:
    """Decode the beginning: that anything can be decoded is checked, and its sides are compared if wished."""
    rate = 8000
    downmix = Downmix(rate, (0, 1) if track.sides == 2 and seconds else (None,))
    pieces: list[tuple[bytes, ...]] = []
    heard = 0.0
    with media.opened(media.links[0]) as container:
        stream = next(s for s in container.streams.audio if s.index == track.index)
        state = _State(media.title)
        for frame, _ in _frames(container, [stream], state):
            heard += frame.samples / max(1, frame.rate)
            pieces.append(downmix.push(frame))
            if heard >= seconds:
                break
    if not pieces and (state.encrypted or media.protected):
        raise InputError(f"{media.title} is encrypted; save it without copy protection", field="file")
    if not pieces:
        raise InputError(f"{media.title} holds no sound at all; record or export it again", field="file")
    if len(pieces[0]) == 1:
        return None
    left, right = (np.frombuffer(b"".join(part[side] for part in pieces), "<i2") for side in (0, 1))
    return judge(left, right, rate)


def _at(frame: Any) -> float | None:
    return None if frame.pts is None else float(frame.pts * frame.time_base)
