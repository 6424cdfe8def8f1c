from __future__ import annotations

from typing import Any

from wingman.core.events import Media, MeetingMoved, SuggestionExpired, TranscriptGap
from wingman.core.time import SAMPLE_RATE, Channel
from wingman.events.claims import Taken
from wingman.meeting.continuation import Continuation, Continued
from wingman.meeting.resumption import Resumption


def continued(
    state: Resumption, taken: Taken, wall: float = 100.0
) -> tuple[Continuation, list[tuple[Any, Media | None]]]:
    told: list[tuple[Any, Media | None]] = []
    going_on = Continuation(
        Continued(state, taken), lambda data, media: told.append((data, media)), lambda: wall
    )
    return going_on, told


TAKEN = Taken(b"", 3, at=98.0, positions={"tab": 10 * SAMPLE_RATE})


def test_a_channel_goes_on_where_it_would_be_by_now() -> None:
    going_on, told = continued(Resumption(settled={Channel.TAB: 9.0}), TAKEN)
    assert going_on.length == 10.0
    assert going_on.begin(Channel.TAB) == 12 * SAMPLE_RATE
    ((gap, media),) = told
    assert isinstance(gap, TranscriptGap)
    assert media == Media(Channel.TAB, 9.0, 12.0)
    going_on.close()
    assert len(told) == 1, "what was told once is not told again"


def test_a_channel_nobody_had_fed_begins_at_nothing() -> None:
    going_on, told = continued(Resumption(), TAKEN)
    assert going_on.begin(Channel.MIC) == 0
    assert told == []


def test_a_pause_is_no_gap() -> None:
    state = Resumption(paused=True, settled={Channel.TAB: 10.0})
    going_on, told = continued(state, TAKEN)
    assert going_on.begin(Channel.TAB) == 12 * SAMPLE_RATE
    assert told == []


def test_a_channel_that_never_came_back_is_told_at_the_end() -> None:
    going_on, told = continued(Resumption(settled={Channel.TAB: 9.0}), TAKEN)
    going_on.close()
    assert [media for _, media in told] == [Media(Channel.TAB, 9.0, 10.0)]


def test_the_log_may_know_more_than_the_mark() -> None:
    going_on, _ = continued(Resumption(reached={Channel.TAB: 11.0}), TAKEN)
    assert going_on.begin(Channel.TAB) == 13 * SAMPLE_RATE


def test_a_clock_that_went_backwards_takes_nothing_back() -> None:
    going_on, _ = continued(Resumption(), TAKEN, wall=50.0)
    assert going_on.begin(Channel.TAB) == 10 * SAMPLE_RATE


def test_the_move_is_told_and_cards_in_flight_end() -> None:
    going_on, told = continued(Resumption(open_cards={"s2-0": None}), TAKEN)
    going_on.announce()
    assert [data for data, _ in told] == [MeetingMoved(3, "lost"), SuggestionExpired("s2-0", "moved")]
