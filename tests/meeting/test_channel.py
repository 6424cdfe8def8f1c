"""A strip turns a pause into a hole and shows one state at a time."""

from __future__ import annotations

from typing import Any

from wingman.audio.tape import Tape
from wingman.core.events import CaptureState
from wingman.core.media import Gap, GapCause, PcmBlock
from wingman.core.time import Channel
from wingman.meeting.channel_input import ChannelStrip


def make() -> tuple[ChannelStrip, list[str]]:
    states: list[str] = []

    def publish(payload: Any, _media: Any) -> None:
        assert isinstance(payload, CaptureState)
        states.append(payload.state)

    return ChannelStrip(Channel.TAB, Tape(10), publish), states


def test_paused_audio_is_never_on_the_tape() -> None:
    strip, _ = make()
    secret = PcmBlock(0, b"\x01\x01" * 320)
    strip.pause()
    strip.write(secret)
    strip.skip(100, GapCause.REANCHOR)
    strip.resume()
    strip.write(PcmBlock(strip.position, b"\x02\x02" * 320))
    cursor = strip.tape.cursor(0)
    gap, audio = cursor.take(10_000), cursor.take(10_000)
    assert isinstance(gap, Gap)
    assert (gap.span.end, gap.cause) == (420, GapCause.PAUSED)
    assert isinstance(audio, PcmBlock)
    assert b"\x01" not in audio.pcm
    assert strip.written == 320


def test_what_a_source_says_during_a_pause_is_told_after_it() -> None:
    strip, states = make()
    strip.state("capturing")
    strip.pause()
    strip.state("capturing")
    strip.state("no_signal")
    assert states == ["capturing", "paused"]
    strip.resume()
    strip.state("no_signal")
    assert states == ["capturing", "paused", "no_signal"]


def test_a_source_that_comes_during_a_pause_starts_paused() -> None:
    strip, states = make()
    strip.pause()
    strip.state("connecting")
    strip.state("capturing")
    strip.resume()
    assert states == ["paused", "capturing"]
