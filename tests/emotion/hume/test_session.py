"""The ledger of one session: exact times over holes and refusals, and an honest watermark."""

from __future__ import annotations

from collections import deque
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wingman.core.emotion import EmotionSpan
from wingman.core.errors import Missed
from wingman.core.time import Channel, Span
from wingman.emotion.hume import wire
from wingman.emotion.hume.ledger import SessionLedger, is_loud, power_of

FRAME = 1600


def ledger(begin: int = 0) -> SessionLedger:
    return SessionLedger(Channel.TAB, begin)


def measured(start: int, end: int, utterance: int = 0, trigger: str = "interval") -> wire.Measurement:
    scores = (wire.NamedProbability("joy", 0.5),)
    return wire.Measurement(0, utterance, start, end, trigger, scores, ())


def spans(said: list[Any]) -> list[Span]:
    return [event.span for event in said if isinstance(event, EmotionSpan)]


def test_times_count_from_where_the_session_began() -> None:
    book = ledger(48_000)
    for n in range(40):
        book.sent(48_000 + n * FRAME, FRAME, True)
    assert spans(book.receive(measured(100, 3100))) == [Span(48_000 + 1600, 48_000 + 49_600)]


def test_a_window_over_a_hole_becomes_two_spans() -> None:
    book = ledger()
    for n in range(10):
        book.sent(n * FRAME, FRAME, True)
    for n in range(10):
        book.sent(100_000 + n * FRAME, FRAME, True)
    assert spans(book.receive(measured(500, 1500))) == [Span(8000, 16_000), Span(100_000, 108_000)]


def test_a_refused_frame_does_not_advance_the_clock() -> None:
    book = ledger()
    book.sent(0, FRAME, True)
    book.receive(measured(0, 100))
    book.sent(FRAME, FRAME, True)
    assert book.refused() is None, "only one can be meant"
    assert (book.accepted, book.frames, book.position) == (FRAME, 1, FRAME)
    book.sent(FRAME, FRAME, True)
    assert spans(book.receive(measured(0, 200))) == [Span(0, 2 * FRAME)]


def test_where_a_refusal_may_mean_several_frames_no_time_is_claimed() -> None:
    book = ledger()
    for n in range(5):
        book.sent(n * FRAME, FRAME, True)
        if n == 1:
            book.receive(wire.UtteranceStart(0, 100))
    refused = book.refused()
    assert refused
    (lost,) = refused
    assert lost.span == Span(FRAME, 5 * FRAME), "one of the second to the fifth"
    assert (book.accepted, book.frames, book.position) == (4 * FRAME, 4, 5 * FRAME)
    for n in range(5, 10):
        book.sent(n * FRAME, FRAME, True)
    assert spans(book.receive(measured(0, 900))) == [Span(0, FRAME), Span(5 * FRAME, 10 * FRAME)]


def test_a_second_refusal_may_still_mean_the_same_frames() -> None:
    book = ledger()
    for n in range(3):
        book.sent(n * FRAME, FRAME, True)
    assert [lost.span for lost in book.refused() or ()] == [Span(0, 3 * FRAME)]
    book.sent(3 * FRAME, FRAME, True)
    assert [lost.span for lost in book.refused() or ()] == [Span(3 * FRAME, 4 * FRAME)], "nothing is told twice"
    book.sent(4 * FRAME, FRAME, True)
    assert spans(book.receive(measured(0, 300))) == [Span(4 * FRAME, 5 * FRAME)]


def test_a_clock_that_cannot_be_known_is_not_guessed() -> None:
    book = ledger()
    with pytest.raises(LookupError):
        book.refused()
    book.sent(0, FRAME, True)
    book.sent(FRAME, FRAME // 2, True)
    with pytest.raises(LookupError):
        book.refused()


class Server:
    """Accepts or refuses frames; what it says waits in `said`, in order."""

    def __init__(self) -> None:
        self.heard: list[int] = []
        self.said: deque[wire.Measurement | None] = deque()

    def take(self, start: int, refuse: bool, measure_from: int | None) -> None:
        if refuse:
            self.said.append(None)
            return
        self.heard += range(start, start + FRAME)
        if measure_from is not None:
            last = len(self.heard) // 16
            self.said.append(measured(max(0, last - measure_from), last))


steps = st.tuples(
    st.sampled_from([False, False, False, True]),
    st.none() | st.integers(1, 600),
    st.integers(0, 3),
    st.booleans(),
)


@given(st.lists(steps, min_size=5, max_size=60))
def test_no_time_is_wrong_whichever_frames_are_refused_and_however_late_that_is_said(
    plan: list[tuple[bool, int | None, int, bool]],
) -> None:
    book, server, at, told = ledger(), Server(), 0, set[int]()
    measured_samples: set[int] = set()
    for refuse, measure_from, deliver, hole in plan:
        at += 5 * FRAME if hole else 0
        book.sent(at, FRAME, True)
        server.take(at, refuse, measure_from)
        at += FRAME
        for _ in range(min(deliver, len(server.said))):
            message = server.said.popleft()
            if message is not None:
                heard = set(server.heard[message.audio_start_ms * 16 : message.audio_end_ms * 16])
                claimed = {n for span in spans(book.receive(message)) for n in range(span.start, span.end)}
                assert claimed <= heard
                measured_samples |= claimed
                continue
            try:
                lost = book.refused()
            except LookupError:
                return  # the session ends here
            if lost is None:
                at = book.position  # and again
            told |= {n for gap in lost or () for n in range(gap.span.start, gap.span.end)}
    assert not told & measured_samples
    assert book.accepted == len(server.heard) + FRAME * server.said.count(None)


def test_audio_never_sent_is_never_measured() -> None:
    book = ledger()
    book.sent(0, FRAME, True)
    assert book.receive(measured(5000, 6000)) == []
    assert spans(book.receive(measured(0, 6000))) == [Span(0, FRAME)]
    assert book.upto == FRAME


def test_the_watermark_follows_utterances() -> None:
    book = ledger()
    for n in range(60):
        book.sent(n * FRAME, FRAME, n < 40)
    book.receive(wire.UtteranceStart(0, 500))
    assert (book.upto, book.speaking) == (8000, True)
    book.quiet(80_000)
    assert book.upto == 8000, "an open utterance is not silence"
    book.receive(measured(500, 3500))
    assert book.upto == 56_000
    book.receive(measured(500, 4000, trigger="speech_ended"))
    book.receive(wire.UtteranceEnd(0, 500, 4000))
    assert (book.upto, book.speaking) == (64_000, False)
    book.quiet(90_000)
    assert book.upto == 90_000


def test_sound_without_an_answer_is_not_taken_for_silence() -> None:
    book = ledger()
    book.sent(0, FRAME, False)
    book.sent(FRAME, FRAME, True)
    book.sent(2 * FRAME, FRAME, False)
    book.quiet(3 * FRAME)
    assert book.upto == FRAME


def test_a_measurement_that_never_came_is_told() -> None:
    book = ledger()
    for n in range(100):
        book.sent(n * FRAME, FRAME, True)
    book.receive(wire.UtteranceStart(0, 0))
    (gap,) = book.receive(wire.UtteranceEnd(0, 0, 2000))
    assert isinstance(gap, Missed)
    assert gap.span == Span(0, 32_000)
    book.receive(wire.UtteranceStart(1, 3000))
    book.receive(measured(3000, 6000, 1))
    assert book.receive(wire.UtteranceEnd(1, 3000, 6800)) == [], "the last one was not due"
    (lost,) = book.receive(wire.UtteranceStart(3, 9000))
    assert isinstance(lost, Missed)
    assert lost.span == Span(108_800, 144_000), "an utterance was never announced"


def test_what_is_left_when_a_session_dies() -> None:
    book = ledger(1000)
    for n in range(10):
        book.sent(2000 + n * FRAME, FRAME, True)
    book.receive(wire.UtteranceStart(0, 500))
    assert book.abandon() == [Span(10_000, 18_000)]
    assert book.abandon() == []
    assert book.upto == 18_000


def test_totals_are_reconciled_to_the_millisecond() -> None:
    book = ledger()
    book.sent(0, FRAME, False)
    book.sent(FRAME, 13, False)
    received, produced = wire.Received(100, 2), wire.Produced(0, 0)
    assert book.difference(wire.SessionClosed("s", "client_request", received, produced)) == 0
    fewer = wire.SessionClosed("s", "client_request", wire.Received(0, 1), produced)
    assert book.difference(fewer) == FRAME + 13


def test_loudness() -> None:
    assert not is_loud(power_of(b""))
    assert not is_loud(power_of(bytes(3200)))
    assert not is_loud(power_of((100).to_bytes(2, "little", signed=True) * 1600))
    assert is_loud(power_of((2000).to_bytes(2, "little", signed=True) * 1600))


frames = st.lists(
    st.tuples(st.sampled_from([0, 0, 0, 1600, 40_000]), st.integers(1, 4000)),
    min_size=1,
    max_size=40,
)


@given(frames, st.integers(0, 4000), st.integers(0, 4000))
def test_spans_lie_only_in_audio_that_was_accepted(plan: list[tuple[int, int]], a: int, b: int) -> None:
    book = ledger()
    at, heard = 0, []
    for hole, length in plan:
        at += hole
        book.sent(at, length, False)
        heard += list(range(at, at + length))
        at += length
    assert book.accepted == len(heard)
    first, last = sorted((a, b))
    found = [n for span in spans(book.receive(measured(first, last))) for n in range(span.start, span.end)]
    assert found == heard[first * 16 : last * 16]


def test_an_utterance_of_which_nothing_could_be_read_is_told_by_the_next() -> None:
    """The measurement and end of one and the start of the next were unreadable."""
    book = ledger()
    for n in range(100):
        book.sent(n * FRAME, FRAME, True)
    book.receive(wire.UtteranceStart(0, 1000))
    lost, *rest = book.receive(measured(5000, 6000, 1, "speech_ended"))
    assert isinstance(lost, Missed)
    assert lost.span == Span(16_000, 80_000)
    assert spans(rest) == [Span(80_000, 96_000)]


def test_utterances_only_the_totals_know_of_are_told() -> None:
    book = ledger()
    book.sent(0, FRAME, True)
    closed = wire.SessionClosed("s", "client_request", wire.Received(100, 1), wire.Produced(1, 1))
    assert book.receive(closed) == []
    assert book.abandon() == [Span(0, FRAME)]


def test_a_late_answer_does_not_vouch_for_later_sound() -> None:
    book = ledger()
    for n in range(60):
        book.sent(n * FRAME, FRAME, n < 20 or n >= 40)
    book.receive(wire.UtteranceStart(0, 0))
    book.receive(measured(0, 2000, 0, "speech_ended"))
    book.receive(wire.UtteranceEnd(0, 0, 2000))
    book.quiet(60 * FRAME)
    assert book.upto == 40 * FRAME


def test_sound_that_stays_without_an_answer_was_no_voice() -> None:
    book = ledger()
    for n in range(150):
        book.sent(n * FRAME, FRAME, n == 10)
    book.quiet(150 * FRAME)
    assert book.upto == 150 * FRAME
