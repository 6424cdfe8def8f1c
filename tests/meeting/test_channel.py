"""A channel turns a pause into a hole and shows one state at a time."""

from __future__ import annotations

from typing import Any

from wingman.audio.tape import Tape
from wingman.core.events import CaptureState
from wingman.core.media import Gap, GapCause, PcmBlock
from wingman.core.time import Channel
from wingman.meeting.channel import ChannelInput


def make() -> tuple[ChannelInput, list[str]]:
    states: list[str] = []

    def publish(payload: Any, _media: Any) -> None:
        assert isinstance(payload, CaptureState)
        states.append(payload.state)

    return ChannelInput(Channel.TAB, Tape(10), publish), states


def test_paused_audio_is_never_on_the_tape() -> None:
    channel_input, _ = make()
    secret = PcmBlock(0, b"\x01\x01" * 320)
    channel_input.pause()
    channel_input.write(secret)
    channel_input.skip(100, GapCause.REANCHOR)
    channel_input.resume()
    channel_input.write(PcmBlock(channel_input.position, b"\x02\x02" * 320))
    cursor = channel_input.tape.cursor(0)
    gap, audio = cursor.take(10_000), cursor.take(10_000)
    assert isinstance(gap, Gap)
    assert (gap.span.end, gap.cause) == (420, GapCause.PAUSED)
    assert isinstance(audio, PcmBlock)
    assert b"\x01" not in audio.pcm
    assert channel_input.written == 320


def test_what_a_source_says_during_a_pause_is_told_after_it() -> None:
    channel_input, states = make()
    channel_input.state("capturing")
    channel_input.pause()
    channel_input.state("capturing")
    channel_input.state("no_signal")
    assert states == ["capturing", "paused"]
    channel_input.resume()
    channel_input.state("no_signal")
    assert states == ["capturing", "paused", "no_signal"]


def test_a_source_that_comes_during_a_pause_starts_paused() -> None:
    channel_input, states = make()
    channel_input.pause()
    channel_input.state("connecting")
    channel_input.state("capturing")
    channel_input.resume()
    assert states == ["paused", "capturing"]
