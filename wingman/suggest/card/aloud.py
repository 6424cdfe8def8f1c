"""What of a brief may be said aloud: nothing for the user alone, nor what stands under such a heading. Pure.

One answer for the card that quotes a sentence, for the fact that is told by name, and for what a model's answer
may draw on: each reads the brief in parts of its own, none decides by itself what is private.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from wingman.suggest.card.private import KEPT

_HEADING = re.compile(r"[^.:;!?]{2,60}:(?!\d)")
_DASHED = re.compile(r"[^.:;!?]{2,60}? [-–—] ")
_POINT = re.compile(r"\s+|(?:[-*•+]|\d{1,2}[.)])\s+")
"""A line of a list, or an indented one."""
_TITLE = re.compile(r"(?P<marks>#{1,6} )?\s*[*_]*(?P<title>[^.:;!?]{2,60}?)[*_]*\s*(?P<colon>:)?[*_]*\s*")
"""A line that is a heading by itself, in Markdown or with a colon."""


def aloud(brief: str, parted: Callable[[str], Iterable[str]], private: re.Pattern[str]) -> list[str]:
    """The parts of `brief`, as `parted` reads it, that may be said; `private` are the words that forbid it."""
    kept, told = False, []
    for part in parted(openly(brief)):
        if heading := _HEADING.match(part):
            kept = _is_kept(heading[0])
        elif dashed := _DASHED.match(part):
            kept = kept or _is_kept(dashed[0].rstrip(" -–—"))
        if not kept and not private.search(part):
            told.append(part)
    return told


def openly(brief: str) -> str:
    """`brief` without the blocks under a heading that says they are not to be told (`Do not tell them:`).

    Such a block ends with the next heading, or with a fact by name behind its list or its last paragraph.
    """
    told: list[str] = []
    kept = begun = may_end = False
    for line in brief.splitlines():
        point = _POINT.match(line)
        title = _TITLE.fullmatch(line[point.end() :] if point else line)
        if title and (title["marks"] or title["colon"]) and not (kept and point):
            kept, begun, may_end = _is_kept(title["title"]), False, False
            if kept:
                continue
        elif kept and may_end and not point and _HEADING.match(line):
            kept = False
        if not kept:
            told.append(line)
        elif line.strip():
            begun, may_end = True, point is not None
        else:
            may_end = begun
    return "\n".join(told)


def _is_kept(heading: str) -> bool:
    return KEPT.search(f"{heading.strip().rstrip(':').rstrip()}:") is not None
