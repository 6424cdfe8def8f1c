"""What a session says is put where its audio came from; what it never answered for is known."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wingman.core.emotion import EmotionSpan, VocalBurst
from wingman.core.errors import Branch, Missed
from wingman.core.media import GapCause
from wingman.core.time import Channel, Span
from wingman.emotion.hume.ledger import FORGIVEN, SessionLedger, is_loud, is_silent, power_of
from wingman.emotion.hume.wire import (
    Measurement,
    NamedProbability,
    Produced,
    Received,
    SessionClosed,
    UtteranceEnd,
    UtteranceStart,
)

BEGIN, FRAME, SECOND = 160_000, 1600, 16_000


def session(seconds: float, loud: bool = False) -> SessionLedger:
    """A session that was sent so much, in frames of 100 ms."""
    ledger = SessionLedger(Channel.TAB, BEGIN)
    send(ledger, BEGIN, seconds, loud)
    return ledger


def send(ledger: SessionLedger, start: int, seconds: float, loud: bool = False) -> None:
    for n in range(round(seconds * 10)):
        ledger.sent(start + n * FRAME, FRAME, loud)


def measured(utterance: int, start: int, end: int, *names: str) -> Measurement:
    scores = tuple(NamedProbability(name, 0.5) for name in names)
    return Measurement(0, utterance, start, end, "interval", scores, ())


def test_a_window_over_a_hole_is_two_spans() -> None:
    ledger = session(2)
    send(ledger, BEGIN + 5 * SECOND, 2)
    found = ledger.receive(measured(0, 1000, 3000, "joy"))
    assert [each.span for each in found if isinstance(each, EmotionSpan)] == [
        Span(BEGIN + SECOND, BEGIN + 2 * SECOND),
        Span(BEGIN + 5 * SECOND, BEGIN + 6 * SECOND),
    ]
    assert ledger.upto == BEGIN + 6 * SECOND


def test_a_sound_is_told_once_an_utterance() -> None:
    ledger = session(9)
    told = [ledger.receive(measured(n, at, at + 2000, "laugh")) for n, at in ((0, 0), (0, 1000), (1, 5000))]
    assert [sum(isinstance(each, VocalBurst) for each in found) for found in told] == [1, 0, 1]


def test_an_utterance_that_was_never_measured_is_missed() -> None:
    ledger = session(5, loud=True)
    assert ledger.receive(UtteranceStart(0, 1000)) == []
    assert (ledger.speaking, ledger.upto) == (True, BEGIN + SECOND)
    lost = ledger.receive(UtteranceEnd(0, 1000, 3000))
    span = Span(BEGIN + SECOND, BEGIN + 3 * SECOND)
    assert lost == [Missed(Branch.EMOTION, Channel.TAB, span, GapCause.PROVIDER)]
    assert (ledger.speaking, ledger.upto) == (False, span.end)


def test_messages_that_were_lost_on_the_way_are_missed() -> None:
    ledger = session(9)
    lost = ledger.receive(UtteranceStart(2, 4000))
    assert lost == [Missed(Branch.EMOTION, Channel.TAB, Span(BEGIN, BEGIN + 4 * SECOND), GapCause.PROVIDER)]


def test_silence_is_silence_only_without_unanswered_sound() -> None:
    ledger = session(3)
    ledger.quiet(BEGIN + 2 * SECOND)
    assert ledger.upto == BEGIN + 2 * SECOND
    send(ledger, BEGIN + 3 * SECOND, 3, loud=True)
    assert ledger.owed == 3 * SECOND
    ledger.quiet(BEGIN + 6 * SECOND)
    assert ledger.upto == BEGIN + 3 * SECOND
    send(ledger, BEGIN + 6 * SECOND, FORGIVEN / SECOND)
    ledger.quiet(BEGIN + 6 * SECOND)
    assert ledger.upto == BEGIN + 6 * SECOND, "nobody ever spoke about it: it was no voice"


def test_a_refusal_of_the_only_frame_sends_it_again_and_of_one_among_several_gives_them_up() -> None:
    ledger = session(0.1)
    assert ledger.refused() is None
    assert (ledger.accepted, ledger.frames, ledger.position) == (0, 0, BEGIN)
    send(ledger, BEGIN, 0.3)
    lost = ledger.refused()
    assert lost == [Missed(Branch.EMOTION, Channel.TAB, Span(BEGIN, BEGIN + 3 * FRAME), GapCause.PROVIDER)]
    assert (ledger.accepted, ledger.frames) == (2 * FRAME, 2)


@pytest.mark.parametrize(("counted", "difference"), [(2000, 0), (1999, 16), (2500, -8000)])
def test_the_servers_count_is_compared(counted: int, difference: int) -> None:
    closed = SessionClosed("s", "client_request", Received(counted, 20), Produced(0, 0))
    ledger = session(2)
    assert ledger.difference(closed) == difference
    assert (ledger.receive(closed), ledger.upto, ledger.abandon()) == ([], ledger.position, [])


def test_less_than_a_millisecond_is_no_difference() -> None:
    ledger = session(2)
    ledger.sent(BEGIN + 2 * SECOND, 15, False)
    assert ledger.difference(SessionClosed("s", "client_request", Received(2000, 21), Produced(0, 0))) == 0


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 9000), st.integers(0, 9000)), max_size=12))
def test_whatever_is_said_nothing_is_claimed_that_was_not_sent(said: list[tuple[int, int, int]]) -> None:
    ledger, before = session(4), BEGIN
    for kind, at, length in said:
        message = (
            UtteranceStart(kind, at),
            UtteranceEnd(kind, at, at + length),
            measured(kind, at, at + length),
        )
        for each in ledger.receive(message[length % 3]):
            assert BEGIN <= each.span.start < each.span.end <= ledger.position
        assert before <= ledger.upto <= ledger.position
        before = ledger.upto
    left = ledger.abandon()
    assert [span for span in left if span.start < before] == []
    assert ledger.upto == ledger.position


def test_how_loud_a_frame_is() -> None:
    assert (power_of(b""), power_of(struct.pack("<2h", 3, -4))) == (0.0, 12.5)
    levels = [power_of(struct.pack("<h", level)) for level in (0, 50, 100, 400, -32768)]
    assert [is_silent(level) for level in levels] == [True, True, False, False, False]
    assert [is_loud(level) for level in levels] == [False, False, False, True, True]
