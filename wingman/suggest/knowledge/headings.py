"""Where one topic of a text ends and the next begins: headings, questions, and rows of a table. Pure."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

LONGEST_QUESTION = 24
"""Words; a longer line that ends with a question mark is text."""
LONGEST_TITLE = 8
ROWS = 15
"""Of a table file, in one part."""
_HASHES = re.compile(r"(#{1,6})\s+(.+?)\s*#*$")
_BOLD = re.compile(r"(\*\*|__)(?P<title>[^*_]+?)\1:?$")
_UNDERLINE = re.compile(r"(=|-)\1{2,}\s*$")
_ASKED = re.compile(
    r"(?:(?:Q|F|P)\s?\d{0,3}\s?[:.)]|(?:Question|Frage|Pregunta|Pergunta)\s?\d{0,3}\s?[:.)])\s*", re.IGNORECASE
)
_ANSWERED = re.compile(
    r"(?:(?:A|R)\s?\d{0,3}\s?[:.)]|(?:Answer|Antwort|R[ée]ponse|Respuesta|Resposta)\s?\d{0,3}\s?[:.)])\s*",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d{1,3}[.)]\s+")
_POINT = re.compile(r"[-*•+|>]")
_BOLD_LEVEL, _QUESTION_LEVEL = 7, 8


@dataclass(slots=True)
class _Part:
    level: int
    title: str
    body: str = ""


def by_headings(text: str, *, plain: bool = False) -> Iterator[tuple[str, str]]:
    """(heading, body) pairs in order. `plain`: short lines in capitals or before a colon are headings, too.

    A question with its answer is such a pair. Headings without a body are points of what stands above them.
    """
    parts = _titled([line.rstrip() for line in text.splitlines()], plain)
    above: list[_Part] = []
    points: dict[int, _Part] = {}
    found: list[_Part] = []
    for at, part in enumerate(parts):
        above = [other for other in above if other.level < part.level]
        deeper = at + 1 < len(parts) and parts[at + 1].level > part.level
        if part.body.strip():
            found.append(part)
        elif part.title and not deeper and not part.title.endswith("?"):
            key = id(above[-1]) if above else 0
            if key not in points:
                points[key] = _Part(part.level, above[-1].title if above else "")
                found.append(points[key])
            points[key].body += f"- {part.title}\n"
        above.append(part)
    yield from ((part.title, part.body.strip("\n")) for part in found)


def tables(text: str) -> Iterator[tuple[str, str]]:
    """The rows of a table file as Markdown tables of a few rows each, below the names of their columns."""
    lines = text.splitlines()
    divider = max(",;\t|", key=lambda mark: sum(line.count(mark) for line in lines[:20]))
    try:
        rows = list(csv.reader(lines, delimiter=divider))
    except csv.Error:  # a cell of more than 131,072 characters: a quotation mark never closed, or a picture
        rows = [line.split(divider) for line in lines]
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    named = len(rows) > 1 and len(rows[0]) > 1 and not any(re.search(r"\d", cell) for cell in rows[0])
    head, rows = (rows[:1], rows[1:]) if named else ([], rows)
    for at in range(0, len(rows), ROWS):
        names = [*(_cells(row) for row in head), "|---" * len(head[0]) + "|"] if head else []
        yield "", "\n".join((*names, *(_cells(row) for row in rows[at : at + ROWS])))


def _cells(row: Sequence[str]) -> str:
    return f"| {' | '.join(' '.join(cell.replace('|', '/').split()) for cell in row)} |"


def _titled(lines: Sequence[str], plain: bool) -> list[_Part]:
    parts = [_Part(0, "")]
    for at, line in enumerate(lines):
        before, after = lines[at - 1] if at else "", lines[at + 1] if at + 1 < len(lines) else ""
        if not after.strip() and _NUMBER.match(line):
            after = lines[at + 2] if at + 2 < len(lines) else ""  # `1. What does it cost?`, and a blank line
        if _UNDERLINE.match(line) and (not before.strip() or parts[-1].title == before.strip()):
            continue  # it underlines a heading, or parts two paragraphs
        opened = _opened(line.strip(), before.strip(), after.strip(), plain)
        if opened is not None:
            parts.append(opened)
            continue
        if parts[-1].level == _QUESTION_LEVEL and not parts[-1].body.strip():
            line = _ANSWERED.sub("", line.lstrip(), count=1) if _ANSWERED.match(line.lstrip()) else line
        parts[-1].body += f"{line}\n"
    return parts


def _opened(line: str, before: str, after: str, plain: bool) -> _Part | None:
    """The part that this line opens, if it does."""
    if not line:
        return None
    if hashes := _HASHES.match(line):
        return _Part(len(hashes[1]), hashes[2])
    if (under := _UNDERLINE.match(after)) and not before and not _POINT.match(line):
        return _Part(1 if under[1] == "=" else 2, line)
    if asked := _question(line, before, after):
        return asked
    if bold := _BOLD.match(line):
        return _Part(_BOLD_LEVEL, bold["title"].strip().rstrip(":"))
    titled = plain and bool(after) and len(line.split()) <= LONGEST_TITLE and _is_title(line)
    if titled and (not before or _parts_close_lines(line, before, after)):
        return _Part(_BOLD_LEVEL, line.rstrip(": "))
    return None


def _parts_close_lines(line: str, before: str, after: str) -> bool:
    """True for `Parking:` between two lines of text; before a list it may just as well announce the list."""
    named = line.endswith(":") and not line[0].islower() and not _POINT.match(line)
    return named and (not _POINT.match(after) or bool(_POINT.match(before)))


def _question(line: str, before: str, after: str) -> _Part | None:
    """A question that is answered below it, or beside it."""
    bold = _BOLD.match(line)
    bare = bold["title"].strip() if bold else line
    marked = _ASKED.match(bare)
    asked = bare[marked.end() :] if marked else _NUMBER.sub("", bare, count=1)
    question, mark, rest = asked.partition("?")
    if not mark or len(question.split()) > LONGEST_QUESTION:
        return None
    if rest.strip():
        answered = _ANSWERED.match(rest.strip()) if marked else None
        beside = rest.strip()[answered.end() :] if answered else ""
        return _Part(_QUESTION_LEVEL, f"{question}?", f"{beside}\n") if beside else None
    alone = not before and bool(after) and not _POINT.match(line) and not after.endswith("?")
    return _Part(_QUESTION_LEVEL, f"{question.strip()}?") if marked or bold or alone else None


def _is_title(line: str) -> bool:
    letters = [sign for sign in line if sign.isalpha()]
    return line.endswith(":") or (len(letters) > 2 and line == line.upper())
