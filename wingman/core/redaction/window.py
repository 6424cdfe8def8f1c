"""Redaction over a window of a conversation: a number read out in groups is one number, whoever nods."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from wingman.core.redaction import emails, numbers, runs, secrets
from wingman.core.redaction.tokens import DENSEST, LONG, tokenize

Found = tuple[int, int, str]


def redact(text: str) -> str:
    """`text` without the e-mail addresses, cards, phones, IBANs, ids, codes, secrets and birth dates in it.

    Each is replaced by its kind in brackets. Linear in the text's length.
    """
    return _replace(text, _found(text))


def redact_lines(lines: Sequence[str]) -> list[str]:
    """Each line redacted as part of the whole: what runs on into the next is taken out of both."""
    flat = [" ".join(line.split()) for line in lines]
    return redact("\n".join(flat)).split("\n") if flat else []


_DUMPED = (re.compile(r"\d+"), re.compile(r"(?<!\w)[^\W\d_](?!\w)"))
"""Numbers; letters that stand alone."""
DUMP, APART = 1000, 24
"""So many of them, so few characters apart, are a dump, and nothing that anybody says or types."""


def _dumps(text: str) -> Iterator[Found]:
    """Such stretches, each to be looked at as a whole: piece by piece they cost many times what prose does."""
    for pattern in _DUMPED:
        count = first = last = 0
        for start, end in (piece.span() for piece in pattern.finditer(text)):
            if start - last > APART and count:
                if count >= DUMP:
                    yield first, last, "number"
                count = 0
            if not count:
                first = start
            count, last = count + 1, end
        if count >= DUMP:
            yield first, last, "number"


def _found(text: str) -> list[Found]:
    dumps = list(_dumps(text)) if len(text) > DUMP else []
    for start, end, _ in dumps:
        text = f"{text[:start]}{' ' * (end - start)}{text[end:]}"
    tokens = tokenize(text)
    if len(text) >= LONG and tokens.announces:
        return [(0, len(text), "number")]
    begin = runs.openings(tokens)
    if len(text) >= LONG and max(tokens.weight, tokens.telling(begin)) * DENSEST > len(tokens):
        return [(0, len(text), "number")]
    found = [*dumps, *emails.find(tokens), *secrets.find(tokens), *numbers.find(tokens, begin)]
    if len(text) >= LONG and tokens.announces:
        return [(0, len(text), "number")]
    return sorted(found, key=lambda hit: (hit[0], -hit[1]))


def _replace(text: str, found: Iterable[Found]) -> str:
    parts: list[str] = []
    at = 0
    for start, end, label in found:
        if end <= at:
            continue
        if start >= at:
            parts.append(text[at:start])
        breaks = text.count("\n", max(start, at), end)
        parts.append("\n".join([f"[{label}]"] * (breaks + 1)) if start >= at else "\n" * breaks)
        at = end
    parts.append(text[at:])
    return "".join(parts)
