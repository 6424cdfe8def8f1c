"""What the settings name is looked at before a meeting trips over it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from wingman.config.settings import build
from wingman.meeting.start_check import start_problems
from wingman.suggest.playbook.user_playbooks import UserPlaybooks


def problems(tmp_path: Path, transcriber: str, **tree: Any) -> list[str]:
    own = UserPlaybooks(tmp_path / "playbooks")
    return [problem.field for problem in start_problems(build(tree), own, transcriber)]


@pytest.mark.parametrize("transcriber", ["embedded", "whisper", "deepgram", "off"])
def test_what_is_shipped_has_no_problem(tmp_path: Path, transcriber: str) -> None:
    assert problems(tmp_path, transcriber) == []


def test_a_playbook_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert problems(tmp_path, "embedded", suggest={"playbook": "nope"}) == ["suggest.playbook"]
    (tmp_path / "playbooks").mkdir()
    (tmp_path / "playbooks" / "nope.yaml").write_text("title: [broken\n")
    assert problems(tmp_path, "embedded", suggest={"playbook": "nope"}) == ["suggest.playbook"]


def test_notes_that_are_not_there_are_named(tmp_path: Path) -> None:
    assert problems(tmp_path, "embedded", suggest={"knowledge": str(tmp_path)}) == []
    assert problems(tmp_path, "embedded", suggest={"knowledge": str(tmp_path / "x")}) == ["suggest.knowledge"]


@pytest.mark.parametrize(
    ("transcriber", "language", "wrong"),
    [
        ("embedded", "en", False),
        ("embedded", "en-GB", False),
        ("embedded", "de", True),
        ("embedded", "multi", False),
        ("deepgram", "de", False),
        ("off", "de", False),
    ],
)
def test_a_language_that_is_not_read_is_named(
    tmp_path: Path, transcriber: str, language: str, wrong: bool
) -> None:
    found = problems(tmp_path, transcriber, transcribe={"deepgram": {"language": language}})
    assert found == (["transcribe.deepgram.language"] if wrong else [])


def test_everything_is_found_at_once(tmp_path: Path) -> None:
    tree = {
        "suggest": {"playbook": "nope", "knowledge": "/nowhere/at/all"},
        "transcribe": {"deepgram": {"language": "de"}},
    }
    assert len(problems(tmp_path, "embedded", **tree)) == 3
