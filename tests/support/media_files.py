"""Recordings made on the spot: bursts of tone whose pitch is a word, in every container and with every
fault.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.stream import Disposition
from numpy.typing import NDArray

Samples = NDArray[np.int16]
Bursts = Sequence[tuple[float, str]]
PITCH = {"alpha": 500, "bravo": 800, "charlie": 1100, "delta": 1400, "echo": 1700}
THREE: Bursts = ((1, "alpha"), (4, "bravo"), (8, "charlie"))
BURST_S = 0.5
DEFAULT, NOT_DEFAULT = Disposition.default, Disposition(0)
LOUD = 600.0
_written: dict[object, bytes] = {}
"""What `write` has written: to encode the same once more would cost a fifth of what its tests cost."""


def tone(seconds: float, bursts: Bursts, rate: int = 48_000) -> Samples:
    """`seconds` of silence with half a second of tone at each (second, word)."""
    sound = np.zeros(round(seconds * rate))
    count = round(rate * BURST_S)
    ramp = np.minimum(1, np.minimum(np.arange(count), np.arange(count)[::-1]) / (0.01 * rate))
    for at, word in bursts:
        wave = 9000 * ramp * np.sin(2 * np.pi * PITCH[word] * np.arange(count) / rate)
        sound[round(at * rate) : round(at * rate) + count] += wave
    return sound.astype(np.int16)


def hear(pcm: bytes, rate: int = 16_000) -> list[tuple[float, str]]:
    """(start, word) of each burst in mono s16; times to a hundredth of a second."""
    sound = np.frombuffer(pcm, "<i2").astype(float)
    size = rate // 100
    count = len(sound) // size
    loud = np.sqrt((sound[: count * size].reshape(count, size) ** 2).mean(axis=1)) > LOUD
    found: list[tuple[float, str]] = []
    at = 0
    while at < count:
        if not loud[at]:
            at += 1
            continue
        end = at
        while end < count and loud[end : end + 5].any():
            end += 1
        part = sound[at * size : end * size]
        if len(part) >= rate * 0.1:
            spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part))))
            peak = float(np.fft.rfftfreq(len(part), 1 / rate)[spectrum.argmax()])
            found.append((at / 100, min(PITCH, key=lambda word: abs(PITCH[word] - peak))))
        at = end
    return found


@dataclass(frozen=True, slots=True)
class Sound:
    """How something is encoded."""

    codec: str = "libopus"
    rate: int = 48_000
    layout: str = "mono"
    start: float = 0.0
    """The first time stamp, in seconds."""
    jump: Callable[[float], float] = lambda at: 0.0
    """By how much the stamp of what belongs at `at` is wrong, in seconds."""
    default: bool = False
    title: str = ""
    options: tuple[tuple[str, str], ...] = ()
    """The encoder's."""


@dataclass(frozen=True, slots=True)
class Container:
    """Where it is written: a format's name (None: by the file's name) and the muxer's options."""

    format: str | None = None
    options: tuple[tuple[str, str], ...] = ()


def write(
    path: Path, *tracks: tuple[Samples, Sound], container: Container = Container(), codec: str = ""
) -> Path:
    """`tracks` of 16-bit samples (one column a side) as a media file. `codec` is short for one track of
    THREE.
    """
    every = tracks or ((tone(10, THREE), Sound(codec or "libopus")),)
    sounds = tuple((sha256(samples.tobytes()).digest(), samples.shape, sound) for samples, sound in every)
    key = (path.suffix, container, sounds)
    if (known := _written.get(key)) is not None:
        path.write_bytes(known)
        return path
    _encode(path, every, container)
    _written[key] = path.read_bytes()
    return path


def _encode(path: Path, every: Sequence[tuple[Samples, Sound]], container: Container) -> None:
    with av.open(str(path), "w", format=container.format, options=dict(container.options)) as out:
        streams = [
            out.add_stream(sound.codec, rate=sound.rate, layout=sound.layout, options=dict(sound.options))
            for _, sound in every
        ]
        for stream, (_, sound) in zip(streams, every, strict=True):
            stream.disposition = DEFAULT if sound.default else NOT_DEFAULT
            if sound.title:
                stream.metadata["title"] = sound.title
        packets = [
            packet
            for stream, (samples, sound) in zip(streams, every, strict=True)
            for packet in _packets(stream, samples, sound)
        ]
        for packet in sorted(packets, key=lambda p: p.dts * p.time_base):
            out.mux(packet)


def with_subtitle(path: Path, track: tuple[Samples, Sound], seconds: int) -> Path:
    """`track`, and one subtitle before it that stands for `seconds`."""
    text = path.with_suffix(".srt")
    text.write_text(f"1\n00:00:00,000 --> 00:00:{seconds:02d},000\nminutes\n\n")
    samples, sound = track
    with av.open(str(text)) as subtitles, av.open(str(path), "w") as out:
        stream: Any = out.add_stream(sound.codec, rate=sound.rate, layout=sound.layout)
        shown = out.add_stream_from_template(subtitles.streams[0])
        packets: list[Any] = [packet for packet in subtitles.demux() if packet.size]
        for packet in packets:
            packet.stream = shown
        for packet in (*packets, *_packets(stream, samples, sound)):
            out.mux(packet)
    return path


def _packets(stream: Any, samples: Samples, sound: Sound) -> list[Any]:
    codec = stream.codec_context
    codec.open()
    size = codec.frame_size or 1024
    shape = av.AudioResampler(format=codec.format.name, layout=sound.layout, rate=sound.rate)
    packets = []
    for at in range(0, len(samples), size):
        part = np.ascontiguousarray(samples[at : at + size])
        if len(part) < size:
            part = np.concatenate([part, np.zeros((size - len(part), *part.shape[1:]), part.dtype)])
        frame = av.AudioFrame.from_ndarray(part.reshape(1, -1), format="s16", layout=sound.layout)
        frame.sample_rate, frame.pts, frame.time_base = sound.rate, at, Fraction(1, sound.rate)
        packets += [packet for each in shape.resample(frame) for packet in stream.encode(each)]
    packets += stream.encode(None)
    for packet in packets:
        moved = sound.start + sound.jump(float(packet.pts * packet.time_base))
        ticks = round(moved / float(packet.time_base))
        packet.pts, packet.dts = packet.pts + ticks, packet.pts + ticks
    return packets


def sides(*columns: Samples) -> Samples:
    """One column a side."""
    return np.stack(columns, axis=1)


def join(path: Path, *parts: Path) -> Path:
    """The bytes of `parts` one after the other, as `cat` does it."""
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    return path


def cut(path: Path, share: float) -> Path:
    """The file without its end."""
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    return path


def restamp(path: Path, stamp: Callable[[int, float], float]) -> Path:
    """Each page of an Ogg at 48 kHz says that it ends at `stamp` of its number and its own end, in seconds."""
    data, at, number = bytearray(path.read_bytes()), 0, 0
    while at < len(data):
        segments = data[at + 26]
        end = at + 27 + segments + sum(data[at + 27 : at + 27 + segments])
        ends = int.from_bytes(data[at + 6 : at + 14], "little", signed=True)
        if ends > 0:
            told = max(1, round(48_000 * stamp(number, ends / 48_000)))
            data[at + 6 : at + 14] = told.to_bytes(8, "little")
            data[at + 22 : at + 26] = bytes(4)
            data[at + 22 : at + 26] = _ogg_checksum(bytes(data[at:end])).to_bytes(4, "little")
        at, number = end, number + 1
    return path


@cache
def _ogg_remainder(top: int) -> int:
    for _ in range(8):
        top = top << 1 ^ (0x104C11DB7 << 8 if top >> 39 else 0)
    return top >> 8


def _ogg_checksum(page: bytes) -> int:
    """RFC 3533, section 6: CRC-32 without reflection, from 0."""
    found = 0
    for byte in page:
        found = found << 8 & 0xFFFFFFFF ^ _ogg_remainder((found >> 24 ^ byte) << 32)
    return found


def damage(path: Path, start: float, end: float) -> Path:
    """Other bytes between two shares of the file."""
    data = bytearray(path.read_bytes())
    for at in range(int(len(data) * start), int(len(data) * end)):
        data[at] = (data[at] * 7 + at) & 255
    path.write_bytes(bytes(data))
    return path
