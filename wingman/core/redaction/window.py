"""Redaction over a window of a conversation: a number read out in groups is one number, whoever nods."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from wingman.core.redaction import emails, numbers, secrets
from wingman.core.redaction.effort import TooDenseError
from wingman.core.redaction.tokens import LETTERS, Tokens, among, announce, split

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


DUMP, APART = 1000, 24
"""So many numbers or lone letters, so few characters apart, are a dump: nothing that anybody says or types."""


def _dumps(tokens: Tokens) -> Iterator[Found]:
    """Such stretches, each to be looked at as a whole: piece by piece they cost many times what prose does."""
    for indices in (tokens.digits, among(tokens.words, LETTERS)):
        first = 0
        for at in range(1, len(indices) + 1 if len(indices) >= DUMP else 0):
            if at < len(indices) and tokens.starts[indices[at]] - tokens.ends[indices[at - 1]] <= APART:
                continue
            if at - first >= DUMP:
                yield tokens.starts[indices[first]], tokens.ends[indices[at - 1]], "number"
            first = at


def _found(text: str) -> list[Found]:
    """What is to be taken out, by where it begins. What is too dense to be read goes from there to its end."""
    found: list[Found] = []
    try:
        tokens = split(text)
        dumps = list(_dumps(tokens)) if len(text) > DUMP else []
        for start, end, _ in dumps:
            text = f"{text[:start]}{' ' * (end - start)}{text[end:]}"
        if dumps:
            tokens = split(text)
        announce(tokens)
        others = [*dumps, *emails.find(tokens), *secrets.find(tokens)]
        for hit in numbers.find(tokens):
            found.append(hit)
        found += others
    except TooDenseError:
        read = found[-1][1] if found else 0  # numbers are found in order, and last of all
        found += [*(others if read else ()), (read, len(text), "number")]
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
