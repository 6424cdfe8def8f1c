"""What feedback does to the bars, and what it cannot do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wingman.suggest.gate.taught import MOST, STEPS, Taught

PRICE = {"price": 0.8, "question": 0.1}


@pytest.mark.parametrize(("feedback", "sign"), [("used", -1), ("copied", -1), ("dismissed", 1), ("wrong", 1)])
def test_feedback_moves_the_bar_of_its_kind(feedback: str, sign: int) -> None:
    taught = Taught()
    taught.learn("price", feedback)
    assert taught.bar(PRICE) * sign > 0
    assert taught.bar({"risk": 0.9}) == 0.0


def test_of_several_kinds_the_mildest_counts() -> None:
    taught = Taught({"price": 1.0, "question": -0.5})
    assert taught.bar({"price": 0.6, "question": 0.5}) == -0.5
    assert taught.bar({"price": 0.1, "question": 0.05}) == 1.0  # the likeliest, when none is likely


def test_it_is_shown_kept_and_forgotten() -> None:
    taught = Taught()
    taught.learn("risk", "wrong")
    assert Taught(taught.bars).bars == taught.bars == {"risk": 0.6}
    taught.forget()
    assert taught.bars == {}


@given(
    st.lists(st.tuples(st.sampled_from(["price", "risk"]), st.sampled_from([*STEPS, "unpinned"])), max_size=60)
)
def test_no_bar_leaves_its_bounds(feedback: list[tuple[str, str]]) -> None:
    taught = Taught({"price": 99.0})
    for kind, word in feedback:
        taught.learn(kind, word)
    assert all(-MOST <= bar <= MOST for bar in taught.bars.values())
