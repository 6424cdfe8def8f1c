from __future__ import annotations

from typing import Any

import pytest

from wingman.core.events import Media, MeetingMoved, SuggestionExpired, TranscriptGap
from wingman.core.time import SAMPLE_RATE, Channel
from wingman.events.claims import Position, Taken
from wingman.meeting.continuation import Beginning, Continuation, Continued
from wingman.meeting.resumption import Resumption


def continued(
    state: Resumption, taken: Taken, wall: float = 100.0
) -> tuple[Continuation, list[tuple[Any, Media | None]]]:
    told: list[tuple[Any, Media | None]] = []
    going_on = Continuation(
        Continued(state, taken), lambda data, media: told.append((data, media)), lambda: wall
    )
    return going_on, told


TAKEN = Taken(b"", 3, {"tab": Position(10 * SAMPLE_RATE, 0, 98.0)})


def test_a_channel_goes_on_behind_what_is_settled() -> None:
    going_on, told = continued(Resumption(settled={Channel.TAB: 9.0}), TAKEN)
    assert going_on.length == 10.0
    assert going_on.begin(Channel.TAB) == Beginning(9 * SAMPLE_RATE, 3.0)
    going_on.close({Channel.TAB: 12 * SAMPLE_RATE})
    assert told == [], "the channel itself tells what is missing when its sound begins"


@pytest.mark.parametrize(
    ("in_log", "in_mark", "begins"), [(9.0, 0, 9), (0.0, 8, 8), (9.0, 8, 9), (7.0, 8, 8), (12.0, 0, 10)]
)
def test_the_mark_may_know_of_a_silence_that_is_in_no_event(in_log: float, in_mark: int, begins: int) -> None:
    taken = Taken(b"", 3, {"tab": Position(10 * SAMPLE_RATE, in_mark * SAMPLE_RATE, 98.0)})
    going_on, _ = continued(Resumption(settled={Channel.TAB: in_log}), taken)
    assert going_on.begin(Channel.TAB) == Beginning(begins * SAMPLE_RATE, 12.0 - begins)


def test_a_channel_that_was_fed_again_and_never_heard_is_told_at_the_end() -> None:
    going_on, told = continued(Resumption(settled={Channel.TAB: 9.0}), TAKEN)
    going_on.begin(Channel.TAB)
    going_on.close({Channel.TAB: 9 * SAMPLE_RATE})
    assert [media for _, media in told] == [Media(Channel.TAB, 9.0, 10.0)]


def test_a_channel_nobody_had_fed_begins_at_nothing() -> None:
    going_on, told = continued(Resumption(), TAKEN)
    assert going_on.begin(Channel.MIC) == Beginning()
    assert told == []


@pytest.mark.parametrize(("settled", "gaps"), [(10.0, []), (9.0, [Media(Channel.TAB, 9.0, 10.0)])])
def test_a_pause_is_no_gap(settled: float, gaps: list[Media]) -> None:
    state = Resumption(paused=True, settled={Channel.TAB: settled})
    going_on, told = continued(state, TAKEN)
    assert going_on.begin(Channel.TAB) == Beginning(12 * SAMPLE_RATE, 0.0)
    going_on.close({Channel.TAB: 12 * SAMPLE_RATE})
    assert [media for _, media in told] == gaps
    assert all(isinstance(gap, TranscriptGap) for gap, _ in told)


def test_a_channel_that_never_came_back_is_told_at_the_end() -> None:
    going_on, told = continued(Resumption(settled={Channel.TAB: 9.0}), TAKEN)
    going_on.close({})
    going_on.close({})
    assert [media for _, media in told] == [Media(Channel.TAB, 9.0, 10.0)]


def test_the_log_may_know_more_than_the_mark() -> None:
    going_on, _ = continued(Resumption(reached={Channel.TAB: 11.0}, settled={Channel.TAB: 10.5}), TAKEN)
    assert going_on.begin(Channel.TAB) == Beginning(round(10.5 * SAMPLE_RATE), 2.5)


def test_a_clock_that_went_backwards_takes_nothing_back() -> None:
    going_on, _ = continued(Resumption(settled={Channel.TAB: 10.0}), TAKEN, wall=50.0)
    assert going_on.begin(Channel.TAB) == Beginning(10 * SAMPLE_RATE, 0.0)


def test_the_move_is_told_and_cards_in_flight_end() -> None:
    going_on, told = continued(Resumption(open_cards={"s2-0": None}), TAKEN)
    going_on.announce()
    assert [data for data, _ in told] == [MeetingMoved(3, "lost"), SuggestionExpired("s2-0", "moved")]
