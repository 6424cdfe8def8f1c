"""A channel turns a pause into a hole and shows one state at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from wingman.audio.tape import Tape
from wingman.core.events import CaptureLoss, CaptureState, TranscriptGap
from wingman.core.losses import LossCause
from wingman.core.media import Gap, GapCause, PcmBlock
from wingman.core.time import SAMPLE_RATE, Channel, Span, seconds
from wingman.meeting.channel_input import ChannelInput


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


def test_a_silence_that_is_meant_is_called_muted_and_trouble_is_called_trouble() -> None:
    channel_input, states = make()
    channel_input.mute(muted=True)
    for said in ("connecting", "capturing", "no_signal", "stalled", "no_signal"):
        channel_input.state(said)
    channel_input.pause()
    channel_input.resume()
    channel_input.mute(muted=False)
    muted = ["connecting", "muted", "stalled", "muted", "paused", "muted"]
    assert states == [*muted, "no_signal"]
    channel_input.pause()
    channel_input.mute(muted=True)
    channel_input.resume()
    assert states == [*muted, "no_signal", "paused", "muted"]


def test_a_source_that_comes_during_a_pause_starts_paused() -> None:
    channel_input, states = make()
    channel_input.pause()
    channel_input.state("connecting")
    channel_input.state("capturing")
    channel_input.resume()
    assert states == ["paused", "capturing"]


@pytest.mark.parametrize(
    ("away", "kept", "known", "hole"),
    [(10.0, 12.0, 2.0, 0.0), (10.0, 10.0, 0.0, 0.0), (10.0, 4.0, 0.0, 6.0), (10.0, 0.0, 0.0, 10.0)],
    ids=["more", "as-much", "less", "nothing"],
)
def test_what_a_client_kept_fills_the_hole_and_nothing_comes_twice(
    away: float, kept: float, known: float, hole: float
) -> None:
    now = [100.0]
    channel_input = ChannelInput(Channel.TAB, Tape(60), lambda *_: None, clock=lambda: now[0])
    assert channel_input.anchor(1000.0, kept) == 0  # nothing was heard before
    channel_input.write(PcmBlock(0, b"\1\1" * SAMPLE_RATE))
    now[0] += away
    assert channel_input.anchor(1001.0 + away, kept) == round(known * SAMPLE_RATE)
    assert channel_input.position == round((1 + hole) * SAMPLE_RATE)
    rest = kept - known  # what the client sends of it ends now
    assert channel_input.started_at == pytest.approx(1001.0 + away - rest - seconds(channel_input.position))


def test_a_channel_that_is_first_fed_later_begins_where_the_others_are() -> None:
    """Else what is said at one moment stands minutes apart."""
    now = [100.0]
    tab = ChannelInput(Channel.TAB, Tape(60), lambda *_: None, clock=lambda: now[0])
    tab.anchor(1000.0, begun_s=2.0)
    assert (tab.position, tab.started_at) == (0, 998.0)
    tab.write(PcmBlock(0, b"\1\1" * 2 * SAMPLE_RATE))
    for passed, begun, at in ((0.1, 2.0, 0.0), (8.0, 0.5, 9.5), (8.0, None, 0.0)):
        now[0] = 100.0 + passed
        told: list[Any] = []
        mic = ChannelInput(
            Channel.MIC,
            Tape(60),
            lambda payload, _, told=told: told.append(payload),  # type: ignore[misc]  # the default binds this round
            clock=lambda: now[0],
            elsewhere=lambda: tab.by_now,
        )
        assert mic.anchor(1000.0 + passed, begun_s=begun) == 0
        assert mic.position == round(at * SAMPLE_RATE)
        assert [gap.cause for gap in told] == [GapCause.NOT_SENT] * (at > 0)
        mic.write(PcmBlock(mic.position, bytes(320)))
        assert mic.anchor(1000.0 + passed, begun_s=begun) == 0  # it has its place
        assert mic.position == round(at * SAMPLE_RATE) + 160
    now[0] = 108.0
    tab.write(
        PcmBlock(tab.position, bytes(60 * SAMPLE_RATE))
    )  # a client may be half a minute ahead of the clock
    assert tab.by_now == 10 * SAMPLE_RATE


def test_a_microphone_that_is_too_quiet_is_shown_until_it_is_louder() -> None:
    told: list[Any] = []
    channel_input = ChannelInput(Channel.MIC, Tape(30), lambda payload, _: told.append(payload))
    channel_input.state("capturing")
    wave = np.random.default_rng(4).normal(0, 100, SAMPLE_RATE).astype(np.int16)
    for loud in (1, 20):
        for _ in range(12):
            channel_input.write(PcmBlock(channel_input.position, (wave * loud).tobytes()))
            channel_input.spoken(Span(channel_input.position - SAMPLE_RATE, channel_input.position))
            channel_input.state("capturing")
    states = [(each.state, each.level) for each in told if isinstance(each, CaptureState)]
    assert states == [("capturing", ""), ("capturing", "quiet"), ("capturing", "")]
    (loss,) = (each for each in told if isinstance(each, CaptureLoss))
    assert (loss.cause, loss.channel) == (LossCause.QUIET, Channel.MIC)
    assert "the microphone is very quiet (speech at -50 dB" in loss.detail


def test_only_what_is_whole_on_the_tape_is_judged() -> None:
    told: list[Any] = []
    channel_input = ChannelInput(Channel.MIC, Tape(2), lambda payload, _: told.append(payload))
    for _ in range(20):
        channel_input.write(PcmBlock(channel_input.position, bytes([9, 0]) * SAMPLE_RATE))
        channel_input.skip(100, GapCause.REANCHOR)
        channel_input.spoken(Span(max(0, channel_input.position - SAMPLE_RATE), channel_input.position))
        channel_input.spoken(Span(0, channel_input.position))
        channel_input.spoken(Span(channel_input.position, channel_input.position + 100))
    assert {type(each) for each in told} == {TranscriptGap}


def test_a_long_loss_is_a_hole_and_no_minute_of_silence() -> None:
    told: list[Any] = []
    for seconds_lost, kind in ((1, PcmBlock), (60, Gap)):
        channel_input = ChannelInput(Channel.TAB, Tape(90), lambda payload, _: told.append(payload))
        channel_input.skip(seconds_lost * SAMPLE_RATE, GapCause.LOST)
        assert isinstance(channel_input.tape.cursor(0).take(seconds_lost * SAMPLE_RATE), kind)
        assert told.pop().cause is GapCause.LOST
        assert channel_input.position == seconds_lost * SAMPLE_RATE
