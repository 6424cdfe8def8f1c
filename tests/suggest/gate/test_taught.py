"""What feedback does to the bars, and what it cannot do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wingman.suggest.gate.taught import KINDS_KEPT, LASTING, MOST, MOST_LASTING, STEPS, Taught, moved

PRICE = {"price": 0.8, "question": 0.1}


@pytest.mark.parametrize(("feedback", "sign"), [("used", -1), ("copied", -1), ("dismissed", 1), ("wrong", 1)])
def test_feedback_moves_the_bar_of_its_kind(feedback: str, sign: int) -> None:
    taught = Taught()
    taught.learn("price", feedback)
    assert taught.bar(PRICE) * sign > 0
    assert taught.bar({"risk": 0.9}) == 0.0


def test_of_several_kinds_the_mildest_counts() -> None:
    taught = Taught()
    taught.learn("price", "wrong")
    taught.learn("question", "used")
    assert taught.bar({"price": 0.6, "question": 0.5}) == STEPS["used"]
    assert taught.bar({"price": 0.1, "question": 0.05}) == STEPS["wrong"]  # the likeliest, when none is likely


def test_it_is_shown_and_forgotten() -> None:
    taught = Taught()
    taught.learn("risk", "wrong")
    assert taught.bars == {"risk": 0.6}
    taught.forget()
    assert taught.bars == {}


class Kept:
    """A habit in memory."""

    def __init__(self) -> None:
        self.bars: dict[str, float] = {}

    def learn(self, kind: str, step: float) -> None:
        self.bars = moved(self.bars, kind, step)


def test_part_of_it_holds_in_the_next_meeting() -> None:
    habit = Kept()
    first = Taught(habit)
    first.learn("risk", "wrong")
    assert first.bar({"risk": 1.0}) > STEPS["wrong"]
    assert Taught(habit).bar({"risk": 1.0}) == pytest.approx(STEPS["wrong"] * LASTING)
    assert Taught().bars == {}


@given(st.lists(st.tuples(st.text(max_size=5), st.floats(-9, 9)), max_size=200))
def test_a_habit_stays_small(steps: list[tuple[str, float]]) -> None:
    habit = Kept()
    for kind, step in steps:
        habit.learn(kind, step)
    assert len(habit.bars) <= KINDS_KEPT
    assert all(abs(bar) <= MOST_LASTING for bar in habit.bars.values())


@given(
    st.lists(st.tuples(st.sampled_from(["price", "risk"]), st.sampled_from([*STEPS, "unpinned"])), max_size=60)
)
def test_no_bar_leaves_its_bounds(feedback: list[tuple[str, str]]) -> None:
    taught = Taught()
    for kind, word in feedback:
        taught.learn(kind, word)
    assert all(-MOST <= bar <= MOST for bar in taught.bars.values())
