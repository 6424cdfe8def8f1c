"""What of a brief may be said aloud: nothing for the user alone, nor what stands under such a heading. Pure.

One answer for the card that quotes a sentence, for the fact that is told by name, and for what a model's answer
may draw on: each reads the brief in parts of its own, none decides by itself what is private.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from wingman.core.sentence_ends import MAX_GOES_ON
from wingman.suggest.card.choice import named_parts
from wingman.suggest.card.private import KEPT, OURS

_HEADING = re.compile(r"[^.:;!?]{2,60}:(?!\d)")
_DASHED = re.compile(r"[^.:;!?]{2,60}? [-–—] ")
_SENTENCE = re.compile(rf"(?<=[.;!?]){MAX_GOES_ON}\s+")
_POINT = re.compile(r"\s+|(?:[-–—*•·◦▪‣+]|(?:\d{1,2}|[a-zA-Z])[.)])\s+")
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

    Such a block ends with the next heading, or with a fact by name behind its list or its last paragraph. Words
    of its own behind the colon (`Do not tell them: the following`) make the list below no less part of it.
    """
    told: list[str] = []
    kept = begun = may_end = False
    above = 0
    """Where in `told` the last line is that is not empty."""
    for line in brief.splitlines():
        point = _POINT.match(line)
        title = _TITLE.fullmatch(line[point.end() :] if point else line)
        if title and (title["marks"] or title["colon"]) and not (kept and point):
            kept, begun, may_end = _is_kept(title["title"]), False, False
            if kept:
                continue
        elif kept and may_end and not point and _HEADING.match(line):
            kept = False
        elif not kept and line.strip() and told and _is_under(line, told[above]):
            before = _before_kept(told[above])
            kept = before is not None
            told[above] = told[above] if before is None else before
        if not kept:
            above = len(told) if line.strip() else above
            told.append(line)
        elif line.strip():
            begun, may_end = True, point is not None
        else:
            may_end = begun
    return "\n".join(_without_ours(line) for line in told)


def _before_kept(line: str) -> str | None:
    """What a line says before it comes, at its end, to what is not to be told; None for one that does not."""
    begins: int | None = None
    starts = [0, *(found.end() for found in _SENTENCE.finditer(line))]
    for start, end in zip(starts, [*starts[1:], len(line)], strict=True):
        part = line[start:end].strip()
        named, dashed = _HEADING.match(part), _DASHED.match(part)
        unfinished = end == len(line) and part[-1:] not in (".", "!", "?")
        if (named and _is_kept(named[0])) or (not named and dashed and _is_kept(dashed[0].rstrip(" -–—"))):
            begins = start if begins is None else begins
        elif named:
            begins = None
        if begins is None and unfinished and KEPT.search(part):
            begins = start
    return None if begins is None else line[:begins].rstrip()


def _without_ours(line: str) -> str:
    """`line` without the sentences that begin with a name for what the user wants or may.

    By line: without a full stop, the lines around it would be one sentence with it.
    """
    parts = [part for named in named_parts(line) for part in _SENTENCE.split(named)]
    told = [part for part in parts if not OURS.match(part)]
    return line if len(told) == len(parts) else " ".join(told)


def _is_under(line: str, above: str) -> bool:
    """Does `line` stand under `above`: indented further, in its list, or behind its colon?"""
    deeper = len(line) - len(line.lstrip()) > len(above) - len(above.lstrip())
    in_list = _POINT.match(line.lstrip()) is not None and _POINT.match(above.lstrip()) is None
    return deeper or in_list or above.rstrip(" *_").endswith(":")


def _is_kept(heading: str) -> bool:
    return KEPT.search(f"{heading.strip(' :*_')}:") is not None
