"""Labelled conversations, one JSON object a turn: where suggestions are learnt and measured."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Literal, TypeAlias

from tests.eval import script
from wingman.core.time import Channel
from wingman.meeting.rehearsal import ScriptedTurn

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "conversations"
"""Beside the checkout, where there is one; any other folder of the same form does."""

Label: TypeAlias = Literal["must", "optional", "silent"]


@dataclass(frozen=True, slots=True)
class Turn:
    """One labelled turn."""

    who: str
    text: str
    label: Label
    kinds: tuple[str, ...]
    addressee: str
    """`user`, `other`, `nobody`; empty where it was not labelled."""
    tone: str = ""
    note: str = ""
    card: str = ""


@dataclass(frozen=True, slots=True)
class Conversation:
    """One labelled meeting."""

    name: str
    corpus: str
    playbook: str
    language: str
    brief: str
    domain: str
    knowledge: str
    turns: tuple[Turn, ...]

    def scripted(self) -> tuple[ScriptedTurn, ...]:
        """As `wingman rehearse` reads it."""
        return tuple(ScriptedTurn(line, turn.who, turn.text) for line, turn in enumerate(self.turns))


def load(folder: Path = FOLDER) -> list[Conversation]:
    """All conversations of a folder, by file; a file is a corpus. Raises `FileNotFoundError`."""
    paths = sorted(folder.glob("*.jsonl"))
    if not paths:
        raise FileNotFoundError(
            f"there is no labelled conversation in {folder}; name a folder of *.jsonl files"
        )
    return [one for path in paths for one in _of_file(path)]


def load_or_exit(folder: Path) -> list[Conversation]:
    """As `load`, for a command line: without any, one sentence and status 2."""
    try:
        return load(folder)
    except FileNotFoundError as missing:
        print(missing, file=sys.stderr)
        raise SystemExit(2) from None


def _of_file(path: Path) -> Iterable[Conversation]:
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    for name, part in groupby(rows, key=lambda row: row.get("meeting", path.stem)):
        group = list(part)
        first = group[0]
        turns = tuple(
            Turn(
                row["who"],
                row["text"],
                row["label"],
                tuple(row.get("kinds", ())),
                row.get("addressee", ""),
                row.get("tone", ""),
                row.get("note", ""),
                row.get("card", ""),
            )
            for row in group
        )
        language, brief, domain, knowledge = (
            str(first.get(key, "")) for key in ("language", "brief", "domain", "knowledge")
        )
        playbook = first.get("playbook", "sales")
        yield Conversation(name, path.stem, playbook, language, brief, domain, knowledge, turns)


def scripts(folder: str = "tuning") -> list[Conversation]:
    """The repository's own scripted meetings in the same form."""
    labels: dict[str, Label] = {"must": "must", "may": "optional", "must-not": "silent"}
    found = []
    for one in script.load(folder):
        turns = tuple(
            Turn("U" if line.channel is Channel.MIC else "C", line.text, labels[line.label], line.types, "")
            for line in one.lines
        )
        found.append(Conversation(one.name, f"scripts-{folder}", one.playbook, "en", one.title, "", "", turns))
    return found
