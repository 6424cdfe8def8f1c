"""The scripted meetings: timed lines with labels. Pure.

A file has `# key: value` lines, then one utterance a line:

    MM:SS S[mark][types][~tone] words // key points

`S` is `C` (counterpart, tab) or `U` (user, microphone). `!` marks a moment at which Wingman must
speak, `?` one at which it may; without a mark it must not. `types` are the acceptable kinds of card.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from wingman.core.time import Channel

HERE = Path(__file__).parent
WORDS_PER_SECOND = 2.7
_LINE = re.compile(
    r"(?P<m>\d\d):(?P<s>\d\d) (?P<who>[CU])(?P<mark>[!?]?)(?P<types>[a-z,-]*)(?:~(?P<tone>\w+))? (?P<rest>.+)"
)


@dataclass(frozen=True, slots=True)
class Line:
    """One scripted utterance. Times are seconds of media time."""

    number: int
    channel: Channel
    start: float
    end: float
    text: str
    label: str
    """`must`, `may` or `must-not`."""
    types: tuple[str, ...] = ()
    tone: str = ""
    points: tuple[str, ...] = ()
    """What a good answer touches; for the judge of content."""


@dataclass(frozen=True, slots=True)
class Script:
    """One scripted meeting."""

    name: str
    playbook: str
    title: str
    lines: tuple[Line, ...]

    @property
    def seconds(self) -> float:
        return max(line.end for line in self.lines)


def load(folder: str) -> tuple[Script, ...]:
    """All meetings of `tuning` or `heldout`, by name."""
    return tuple(parse(path.stem, path.read_text("utf-8")) for path in sorted((HERE / folder).glob("*.txt")))


def parse(name: str, text: str) -> Script:
    """Raises `ValueError` that names the line."""
    keys: dict[str, str] = {}
    found: list[Line] = []
    for number, raw in enumerate(text.splitlines(), start=1):
        if raw.startswith("# "):
            key, _, value = raw[2:].partition(": ")
            keys[key] = value
        elif raw.strip():
            found.append(_line(number, raw))
    return Script(name, keys["playbook"], keys["title"], _without_overlap(found))


def _line(number: int, raw: str) -> Line:
    match = _LINE.fullmatch(raw)
    if match is None:
        raise ValueError(f"line {number} is not an utterance: {raw!r}")
    words, _, points = match["rest"].partition(" // ")
    start = int(match["m"]) * 60.0 + int(match["s"])
    return Line(
        number,
        Channel.TAB if match["who"] == "C" else Channel.MIC,
        start,
        start + 0.4 + len(words.split()) / WORDS_PER_SECOND,
        words,
        {"!": "must", "?": "may", "": "must-not"}[match["mark"]],
        tuple(match["types"].split(",")) if match["types"] else (),
        match["tone"] or "",
        tuple(point.strip() for point in points.split(";") if point.strip()),
    )


def _without_overlap(lines: Sequence[Line]) -> tuple[Line, ...]:
    """A speaker is done before the next one starts."""
    ends = [min(line.end, after.start - 0.1) for line, after in itertools.pairwise(lines)]
    ends.append(lines[-1].end)
    return tuple(
        Line(
            line.number,
            line.channel,
            line.start,
            max(end, line.start + 0.3),
            line.text,
            line.label,
            line.types,
            line.tone,
            line.points,
        )
        for line, end in zip(lines, ends, strict=True)
    )
