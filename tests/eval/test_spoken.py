"""Twelve conversations in five languages, written apart from everything the gate was trained with.

They are no measure, but a gate that is silent through them, or that talks into the dog and the coffee, has lost
its ear. Figures are for `scripts/prove suggest`.
"""

from __future__ import annotations

from pathlib import Path

import pytest_asyncio

from scripts.gate import conversations
from scripts.gate.playing import Stage, play
from scripts.gate.scoring import Score

TALKS = conversations.load(Path(__file__).parent / "spoken")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scores() -> dict[str, Score]:
    return {talk.name: await play(talk, Stage()) for talk in TALKS}


def test_they_are_of_many_sorts() -> None:
    assert len(TALKS) == 12
    assert {talk.language for talk in TALKS} == {"en", "de", "fr", "es", "pt"}
    assert any(turn.who == "C2" for talk in TALKS for turn in talk.turns)


def test_cards_come_where_they_are_wanted_and_hardly_elsewhere(scores: dict[str, Score]) -> None:
    whole = Score.total(scores.values())
    assert whole.cards >= 6  # by words alone; the encoder gives more
    assert whole.precision >= 0.75
    assert whole.silence >= 0.9
