"""Few steps lead to what a server holds, whatever a session costs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scripts.proofs._mediapath_ladder import MOST, STEP, Ladder
from wingman.bench.harness import LIMIT_MS, Step


def _step(count: int, most: int, decline: float, load_share: float = 0.3) -> Step:
    """What a server that holds `most` shows; a session gets cheaper with their number."""
    share = (count / most) ** decline
    late = LIMIT_MS * 2 if count > most else 5.0
    return Step(count, 1.0, late, 1000 * share / count, min(1.0, share), 90.0, load_share=load_share)


def _climbed(first: int, most: int, decline: float = 1.0, by: float = STEP) -> Ladder:
    ladder = Ladder(first, by)
    for count in ladder:
        ladder.tell(_step(count, most, decline))
    return ladder


@given(st.integers(1, 100), st.integers(1, 550), st.floats(0.6, 1.0))
def test_the_limit_is_found_within_a_step(first: int, most: int, decline: float) -> None:
    ladder = _climbed(first, most, decline)
    counts = [step.sessions for step in ladder.steps]
    assert counts == sorted(set(counts))
    if first > most:
        assert (ladder.held, len(counts)) == (0, 1)
    else:
        assert ladder.held <= most <= ladder.held * STEP + 2
        assert len(counts) <= 16


def test_a_server_that_holds_all_that_can_be_sent_ends_it() -> None:
    ladder = _climbed(50, 10 * MOST)
    assert ladder.held <= MOST
    assert ladder.end == "more not tried"


def test_why_it_ended_is_told() -> None:
    assert _climbed(40, 100).end.endswith(" fails")
    ladder = Ladder(50)
    for count in ladder:
        ladder.tell(_step(count, 40, 1.0, load_share=0.99))
    assert ladder.end == "50 fail, the load's core is full"
