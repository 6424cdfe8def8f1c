"""Notes with what is asked about them: of one form, and each answer where it is said to stand."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from wingman.suggest.knowledge.index import read_sections

SETS = ("notes", "notes_asked", "notes_strangers", "notes_apart")
BY_KIND = SETS[2:]
"""Those whose turns say what they are."""


def sets_in(name: str) -> Sequence[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((Path(__file__).parent / f"{name}.json").read_text("utf-8"))
    return found


@pytest.mark.parametrize("name", SETS)
def test_each_note_that_answers_is_among_the_sections(name: str, tmp_path: Path) -> None:
    """All sets in one folder: each folder is read by a process of its own."""
    for number, notes in enumerate(sets_in(name)):
        place = tmp_path / str(number)
        place.mkdir()
        for file, text in notes["files"].items():
            (place / file).write_text(text, "utf-8")
    sources = {section.source for section in read_sections(tmp_path)}
    named = sources | {source.split(" ›")[0] for source in sources}
    for number, notes in enumerate(sets_in(name)):
        asked = {turn["note"] for turn in notes["turns"] if turn["note"]}
        assert asked, notes["name"]
        assert not {note for note in asked if f"{number}/{note}" not in named}, notes["name"]


@pytest.mark.parametrize("name", BY_KIND)
def test_a_turn_says_whether_it_asks_hints_or_is_not_answered(name: str) -> None:
    for notes in sets_in(name):
        for turn in notes["turns"]:
            assert turn["kind"] in ("question", "hint", "none")
            assert bool(turn["note"]) == (turn["kind"] != "none"), turn["text"]


def test_names_are_of_one_set_each_and_nothing_kept_apart_is_trained_on() -> None:
    names = {name: {notes["name"] for notes in sets_in(name)} for name in SETS}
    assert all(len(names[name]) == len(sets_in(name)) for name in SETS)
    texts = {name: {turn["text"] for notes in sets_in(name) for turn in notes["turns"]} for name in SETS}
    assert not any(texts["notes_apart"] & texts[name] for name in SETS[:3])
