"""Recordings as sources, and every way a file can be wrong."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from tests.transports.support import TapeSink, interleave, pitch, tone, write_wav
from wingman.audio.recording import Piece, Recording
from wingman.audio.tape import Tape
from wingman.core.errors import InputError
from wingman.core.events import TranscriptGap
from wingman.core.media import GapCause, PcmBlock
from wingman.core.time import SAMPLE_RATE, Channel, seconds
from wingman.meeting.channel_input import ChannelInput
from wingman.transports.file import FileSource

BOTH = (Channel.TAB, Channel.MIC)


async def test_a_mono_file_is_the_tab(tmp_path: Path) -> None:
    sink = TapeSink()
    heard: list[Any] = []
    source = FileSource(write_wav(tmp_path / "a.wav", tone(440, 1.0)), realtime=False, on_progress=heard.append)
    await source.run({Channel.TAB: sink})
    assert sink.position == pytest.approx(SAMPLE_RATE, abs=40)
    assert pitch(sink.pcm) == pytest.approx(440, abs=2)
    assert source.duration == pytest.approx(1.0)
    assert heard[-1] == source.played == pytest.approx(1.0, abs=0.01)
    assert sink.states == ["capturing", "ended"]


async def test_a_stereo_file_is_two_channels(tmp_path: Path) -> None:
    sinks = {channel: TapeSink() for channel in BOTH}
    pcm = interleave(tone(440, 1.0), tone(660, 1.0))
    source = FileSource(write_wav(tmp_path / "a.wav", pcm, channels=2), realtime=False, channels=BOTH)
    await source.run(sinks)
    assert pitch(sinks[Channel.TAB].pcm) == pytest.approx(440, abs=2)
    assert pitch(sinks[Channel.MIC].pcm) == pytest.approx(660, abs=2)
    assert sinks[Channel.TAB].position == sinks[Channel.MIC].position


async def test_two_tracks_are_two_channels(tmp_path: Path) -> None:
    import av

    path = tmp_path / "two.mka"
    with av.open(str(path), "w") as out:
        streams = [out.add_stream("pcm_s16le", rate=16_000, layout="mono") for _ in BOTH]
        for stream, hertz in zip(streams, (440, 660), strict=True):
            frame = av.AudioFrame(format="s16", layout="mono", samples=16_000)
            frame.sample_rate, frame.pts = 16_000, 0
            frame.planes[0].update(tone(hertz, 1.0, 16_000))
            out.mux(stream.encode(frame))
    sinks = {channel: TapeSink() for channel in BOTH}
    await FileSource(path, realtime=False, channels=BOTH).run(sinks)
    assert pitch(sinks[Channel.TAB].pcm) == pytest.approx(440, abs=2)
    assert pitch(sinks[Channel.MIC].pcm) == pytest.approx(660, abs=2)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("missing.wav", None, "cannot open"),
        ("empty.wav", b"", "is empty"),
        ("notes.txt", b"these are my notes\n" * 40, "not a media file"),
        ("broken.ogg", b"OggS" + bytes(range(256)) * 8, "not a media file"),
    ],
)
def test_a_wrong_file_is_refused_in_one_sentence(
    tmp_path: Path, name: str, content: bytes | None, words: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=words) as refused:
        FileSource(path)
    assert refused.value.field == "file"
    assert "\n" not in str(refused.value)


def test_a_wav_without_samples_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        FileSource(write_wav(tmp_path / "a.wav", b""))


def test_a_mono_file_cannot_be_two_channels(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="one mono track"):
        FileSource(write_wav(tmp_path / "a.wav", tone(440, 0.1)), channels=BOTH)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a folder"):
        FileSource(tmp_path)


async def test_the_gate_is_asked_before_each_block(tmp_path: Path) -> None:
    asked = 0

    async def gate() -> None:
        nonlocal asked
        asked += 1

    sink = TapeSink()
    source = FileSource(write_wav(tmp_path / "a.wav", tone(440, 1.0)), realtime=False, gate=gate)
    await source.run({Channel.TAB: sink})
    assert asked == pytest.approx(10, abs=1)


async def test_one_that_is_played_into_a_call_begins_when_it_came(tmp_path: Path) -> None:
    """Not where the meeting began, which another client has fed: else an answer stands before its question."""
    path = write_wav(tmp_path / "a.wav", interleave(tone(440, 0.1), tone(660, 0.1)), channels=2)
    for realtime, others, at in ((True, 10.0, 10.0), (True, 0.0, 0.0), (False, 10.0, 0.0)):
        told: list[Any] = []
        inputs = {channel: _beside(channel, others, told) for channel in BOTH}
        await FileSource(path, realtime=realtime, channels=BOTH).run(inputs)
        gaps = [payload for payload in told if isinstance(payload, TranscriptGap)]
        assert [gap.cause for gap in gaps] == [GapCause.NOT_SENT] * (2 if at else 0)
        for channel_input in inputs.values():
            assert seconds(channel_input.position) == pytest.approx(at + 0.1, abs=0.01)


def _beside(channel: Channel, others: float, told: list[Any]) -> ChannelInput:
    """A channel of a meeting whose others are so many seconds far."""
    tape, elsewhere = Tape(60), round(others * SAMPLE_RATE)
    return ChannelInput(channel, tape, lambda payload, _: told.append(payload), elsewhere=lambda: elsewhere)


async def test_one_cancelled_while_it_decodes_waits_for_its_decoder(tmp_path: Path) -> None:
    """What a thread is reading from cannot be closed under it: leaving must neither raise nor leave it open."""
    decoding, go_on, closed = threading.Event(), threading.Event(), threading.Event()

    def slowly(media: Recording, rate: int) -> Generator[Piece, None, None]:
        try:
            decoding.set()
            go_on.wait(60)
            yield Channel.TAB, PcmBlock(0, bytes(3_200))
        finally:
            closed.set()

    source = FileSource(write_wav(tmp_path / "a.wav", tone(440, 1.0)), realtime=False, decode=slowly)
    playing = asyncio.create_task(source.run({Channel.TAB: TapeSink()}))
    await asyncio.to_thread(decoding.wait, 60)
    playing.cancel()
    await asyncio.sleep(0.05)
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await playing
    assert closed.is_set()
