"""Single turns written for training: what people say in their own words, sorted by what they mean.

`written/LANGUAGE.txt` holds sections: `[price, question]` names the kinds of the turns below it, one a line;
`[silent other]` turns that want no card, and who is addressed.

`written/talks/LANGUAGE.txt` holds whole conversations. `# NAME PLAYBOOK` begins one; a turn is `WHO MARK TEXT`,
or `WHO MARK KIND,KIND | TEXT` where it must (`!`) or may (`?`) have a card. `.` wants silence, said to the
user, `~` to somebody else, `_` to nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from scripts.gate.conversations import Conversation, Label, Turn

FOLDER = Path(__file__).parent / "written"
CORPUS = "written"
TOGETHER = 8
"""So many neighbours are left out together when the heads are told to the verdict."""
_SECTION = re.compile(r"\[([a-z, ]+)\]")
TALKS = "written-talks"
_TALK = re.compile(r"# (\S+) (\S+)")
_TURN = re.compile(
    r"(U|C\d?) (?:(?P<card>[!?]) (?P<kinds>[a-z]+(?:,[a-z]+)*) \||(?P<mark>[.~_])) (?P<text>\S.*)"
)
_LABELS: dict[str, Label] = {"!": "must", "?": "optional"}
_SAID_TO = {".": "user", "~": "other", "_": "nobody"}


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


def talks(folder: Path = FOLDER / "talks") -> list[Conversation]:
    """Whole conversations. Raises `ValueError` that names the line which is no turn of one."""
    found: list[Conversation] = []
    for path in sorted(folder.glob("*.txt")):
        head, turns = ("", ""), list[Turn]()
        for number, line in enumerate([*path.read_text("utf-8").splitlines(), "# end custom"], start=1):
            begins = _TALK.fullmatch(line)
            if begins:
                if turns:
                    name, playbook = head
                    found.append(Conversation(name, TALKS, playbook, path.stem, "", "", "", tuple(turns)))
                head, turns = (begins[1], begins[2]), []
            elif line.strip():
                turns.append(_turn(line, f"{path.name}, line {number}"))
    return found


def _turn(line: str, where: str) -> Turn:
    said = _TURN.fullmatch(line.strip())
    if said is None:
        raise ValueError(f"{where}: write `C . text`, or `C ! price,risk | text` for a turn with a card")
    if said["card"]:
        return Turn(said[1], said["text"], _LABELS[said["card"]], tuple(said["kinds"].split(",")), "user")
    return Turn(said[1], said["text"], "silent", (), _SAID_TO[said["mark"]])
