"""What is written for training reads well, and stays apart from what is measured."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import pytest

from scripts.gate import conversations, written
from wingman.suggest.gate.probe import KINDS
from wingman.suggest.playbook.signals import normalise

LONGEST_SHARED = 6
"""Words in a row that two people may well say alike."""
MEASURED = ("spoken", "everyday", "sealed")


def test_talks_are_read_with_who_is_addressed(tmp_path: Path) -> None:
    (tmp_path / "en.txt").write_text(
        "# depot sales\nU . Go on.\nC ! price,risk | What if it's ten?\nC2 ~ Shut the door, Al.\nC _ Hm.\n\n"
        "# desk support\nC ? cue | I may not be here in May.\n"
    )
    depot, desk = written.talks(tmp_path)
    assert (depot.name, depot.playbook, depot.language, desk.playbook) == ("depot", "sales", "en", "support")
    assert [(turn.who, turn.label, turn.kinds, turn.addressee) for turn in depot.turns] == [
        ("U", "silent", (), "user"),
        ("C", "must", ("price", "risk"), "user"),
        ("C2", "silent", (), "other"),
        ("C", "silent", (), "nobody"),
    ]
    assert desk.turns[0].label == "optional"


def test_a_line_that_is_no_turn_is_named(tmp_path: Path) -> None:
    (tmp_path / "en.txt").write_text("# depot sales\nC ! What if it's ten?\n")
    with pytest.raises(ValueError, match=r"en\.txt, line 2"):
        written.talks(tmp_path)


def test_every_kind_is_one_the_gate_knows() -> None:
    turns = list(chain.from_iterable(talk.turns for talk in (*written.talks(), *written.load())))
    assert {kind for turn in turns for kind in turn.kinds} <= set(KINDS)


def test_nothing_written_for_training_stands_in_what_is_measured() -> None:
    measured = [conversations.load(Path(__file__).parent / folder) for folder in MEASURED]
    runs = {run for talk in chain(*measured) for turn in talk.turns for run in _runs(turn.text)}
    shared = [
        turn.text
        for talk in (*written.talks(), *written.load())
        for turn in talk.turns
        if not runs.isdisjoint(_runs(turn.text))
    ]
    assert shared == []


def _runs(text: str) -> set[str]:
    words = normalise(text).split()
    return {" ".join(words[at : at + LONGEST_SHARED]) for at in range(len(words) - LONGEST_SHARED + 1)}
