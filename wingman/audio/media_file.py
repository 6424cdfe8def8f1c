"""Any media file PyAV opens, read as mono PCM per channel. Blocking; callers move it off the event loop."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wingman.core.errors import InputError
from wingman.core.time import BYTES_PER_SAMPLE, Channel

BLOCK_MS = 100
"""Length of the blocks `read` yields."""


@dataclass(frozen=True, slots=True)
class MediaFile:
    """A probed file: that it has sound, how long it is, and which of its parts is whose voice."""

    path: Path
    channels: tuple[Channel, ...]
    duration: float | None
    """Seconds; None when the container does not say."""
    split: bool
    """True when one stereo stream holds two channels (left is the first)."""
    streams: tuple[int, ...]
    """Indices of the audio streams used."""


def probe(path: Path, channels: Sequence[Channel] | None = None) -> MediaFile:
    """Open `path` and decide the mapping. Raises `InputError` in one clear sentence.

    One channel: the first audio stream, mixed down. Two channels: two audio streams when there are two, else
    left and right of one stereo stream. Without `channels` everything is `tab`.
    """
    import av

    wanted = tuple(channels) if channels else (Channel.TAB,)
    name = path.name
    try:
        size = path.stat().st_size
    except OSError as failed:
        raise InputError(f"cannot open {path}: {failed.strerror}; check the path", field="file") from None
    if path.is_dir():
        raise InputError(f"{path} is a folder; name an audio or video file", field="file")
    if size == 0:
        raise InputError(f"{name} is empty (0 bytes); record or export it again", field="file")
    try:
        with av.open(str(path), metadata_errors="ignore") as container:
            audio = list(container.streams.audio)
            if not audio:
                raise InputError(f"{name} has no audio; choose a file with sound", field="file")
            split = len(wanted) == 2 and len(audio) < 2
            if split and audio[0].codec_context.channels != 2:
                raise InputError(
                    f"{name} has one mono track, so it cannot be two channels; use channels=tab",
                    field="channels",
                )
            used = tuple(s.index for s in audio[: 1 if split else len(wanted)])
            duration = container.duration / av.time_base if container.duration else None
            if next(iter(container.decode(audio[0])), None) is None:
                raise InputError(f"{name} holds no sound at all; record or export it again", field="file")
    except av.FFmpegError as broken:
        raise InputError(
            f"{name} is not a media file that can be read ({broken.strerror}); convert it to WAV, Ogg or MP4",
            field="file",
        ) from None
    return MediaFile(path, wanted, duration, split, used)


def read(media: MediaFile, rate: int) -> Generator[Mapping[Channel, bytes], None, None]:
    """Mono s16 PCM at `rate` per channel, in aligned blocks of `BLOCK_MS`; the last one is as long as it is.

    Damage in the middle of a file is skipped by the decoder; a file that breaks off ends there.
    """
    import av

    lanes = _readers(media, rate)
    size = rate * BLOCK_MS // 1000 * BYTES_PER_SAMPLE
    with av.open(str(media.path), metadata_errors="ignore") as container:
        streams = [container.streams[index] for index in media.streams]
        for frame, index in _frames(container, streams):
            for lane in lanes:
                lane.take(index, frame)
            while all(len(lane.pcm) >= size for lane in lanes):
                yield {lane.channel: lane.cut(size) for lane in lanes}
    for lane in lanes:
        lane.finish()
    while left := max(len(lane.pcm) for lane in lanes):
        part = min(left, size)
        yield {lane.channel: lane.cut(part).ljust(part, b"\0") for lane in lanes}


def _frames(container: Any, streams: Sequence[Any]) -> Iterator[tuple[Any, int]]:
    import av

    for packet in container.demux(*streams):
        try:
            frames = packet.decode()
        except av.FFmpegError:
            continue  # a damaged packet; its neighbours are still good
        for frame in frames:
            yield frame, packet.stream.index


class _ChannelReader:
    """One channel being collected: which stream it comes from and which side of it."""

    def __init__(self, channel: Channel, stream: int, side: int | None, rate: int) -> None:
        import av

        self.channel = channel
        self.pcm = bytearray()
        self._stream = stream
        self._side = side
        layout = "mono" if side is None else "stereo"
        self._resampler = av.AudioResampler(format="s16", layout=layout, rate=rate)
        self._started = False
        self._rate = rate

    def take(self, stream: int, frame: Any) -> None:
        if stream != self._stream:
            return
        if not self._started:
            self._started = True
            late = round(float(frame.pts * frame.time_base) * self._rate) if frame.pts else 0
            self.pcm += bytes(max(0, late) * BYTES_PER_SAMPLE)
        self._add(self._resampler.resample(frame))

    def finish(self) -> None:
        if self._started:
            self._add(self._resampler.resample(None))

    def cut(self, size: int) -> bytes:
        out = bytes(self.pcm[:size])
        del self.pcm[:size]
        return out

    def _add(self, frames: Sequence[Any]) -> None:
        for frame in frames:
            width = BYTES_PER_SAMPLE * (1 if self._side is None else 2)
            data = memoryview(frame.planes[0])[: frame.samples * width]
            self.pcm += data if self._side is None else data.cast("h")[self._side :: 2].tobytes()


def _readers(media: MediaFile, rate: int) -> list[_ChannelReader]:
    if media.split:
        return [_ChannelReader(c, media.streams[0], side, rate) for side, c in enumerate(media.channels)]
    return [_ChannelReader(c, s, None, rate) for c, s in zip(media.channels, media.streams, strict=True)]
