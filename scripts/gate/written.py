"""Single turns written for training: what people say in their own words, sorted by what they mean.

`written/LANGUAGE.txt` holds sections: `[price, question]` names the kinds of the turns below it, one a line;
`[silent other]` turns that want no card, and who is addressed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from scripts.gate.conversations import Conversation, Turn

FOLDER = Path(__file__).parent / "written"
CORPUS = "written"
TOGETHER = 8
"""So many neighbours are left out together when the heads are told to the verdict."""
_SECTION = re.compile(r"\[([a-z, ]+)\]")


def load(folder: Path = FOLDER) -> list[Conversation]:
    """Every turn as a conversation of its own: nothing came before it."""
    found: list[Conversation] = []
    for path in sorted(folder.glob("*.txt")):
        for number, turn in enumerate(_turns(path)):
            name = f"{CORPUS}-{path.stem}-{number // TOGETHER}"
            found.append(Conversation(name, CORPUS, "custom", path.stem, "", "", "", (turn,)))
    return found


def _turns(path: Path) -> Iterator[Turn]:
    """Raises `ValueError` that names the line which belongs to no section."""
    section = ""
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        text = line.strip()
        head = _SECTION.fullmatch(text)
        if head:
            section = head[1]
        elif text and not section:
            raise ValueError(f"{path.name}, line {number}: put a section such as [price] before it")
        elif text and section.startswith("silent "):
            yield Turn("C", text, "silent", (), section.removeprefix("silent "))
        elif text:
            kinds = tuple(kind.strip() for kind in section.split(","))
            yield Turn("C", text, "must", kinds, "user")
