"""Few steps lead to what a server holds, whatever a session costs and however it fails."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.proofs._mediapath_ladder import COARSE, FEW, MOST, STEP, Ladder
from wingman.bench.harness import LIMIT_MS, Step


def _step(count: int, most: int, decline: float, load_share: float = 0.3, share: float = 1.0) -> Step:
    """What a server that holds `most` shows; a session gets cheaper with their number.

    `share` of the core at its limit: less than all where something else than the core ends it.
    """
    spent = share * (count / most) ** decline
    late = LIMIT_MS * 2 if count > most else 5.0
    return Step(count, 1.0, late, 1000 * spent / count, min(1.0, spent), 90.0, load_share=load_share)


def _climbed(first: int, most: int, decline: float = 1.0, by: float = STEP, share: float = 1.0) -> Ladder:
    """On as many servers as it takes."""
    ladder = Ladder(first, by)
    for _ in range(30):
        if ladder.over:
            return ladder
        tried: list[int] = []
        for count in ladder:
            tried.append(count)
            ladder.tell(_step(count, most, decline, share=share))
        assert tried == sorted(set(tried)), "sessions are never closed on a server"
        assert all(count <= most for count in tried[:-1]), "and none is asked after it fell behind"
    raise AssertionError("it does not end")


@given(
    st.integers(1, 100),
    st.integers(1, 550),
    st.floats(0.6, 1.0),
    st.sampled_from((STEP, COARSE)),
    st.floats(0.05, 1.0),
)
def test_the_limit_is_found_within_a_step(
    first: int, most: int, decline: float, by: float, share: float
) -> None:
    ladder = _climbed(first, most, decline, by, share)
    counts = [step.sessions for step in ladder.steps]
    assert len(counts) <= 20
    if most < min(first, FEW):
        assert (ladder.held, len(counts)) == (0, 1 + (first > FEW))
    else:
        assert ladder.held <= most <= ladder.held * by + 2


def test_after_a_jump_too_far_it_goes_back_and_tries_between() -> None:
    ladder = _climbed(20, 51, share=0.5)  # falls behind with half of its core still free
    counts = [step.sessions for step in ladder.steps]
    assert max(counts) > 1.5 * 51
    assert 51 / STEP - 1 <= ladder.held <= 51


def test_a_server_that_holds_all_that_can_be_sent_ends_it() -> None:
    ladder = _climbed(50, 10 * MOST)
    assert ladder.held == MOST
    assert ladder.end == "more not tried"


def test_why_it_ended_is_told() -> None:
    assert _climbed(40, 100).end.endswith(" fails")
    ladder = Ladder(5)
    for count in ladder:
        ladder.tell(_step(count, 4, 1.0, load_share=0.99))
    assert ladder.end == "5 fail, the load's core is full"


@pytest.mark.parametrize("takes", [0, 3, 30], ids=str)
def test_a_server_that_refuses_sessions_has_its_limit_there(takes: int) -> None:
    ladder = Ladder(20)
    for _ in range(20):
        for count in ladder:
            if count > takes:
                break  # nothing was measured
            ladder.tell(_step(count, 500, 1.0))
        if ladder.over:
            break
    assert ladder.over
    assert ladder.held <= takes <= max(FEW, ladder.held * STEP + 1)
    assert ladder.end.endswith(" refused")
