"""What of a brief is for the user alone: limits, and what must not be done. Pure; five languages.

A brief is written by one who talks to themselves ("price: 48,000. Our limit is 44,000."), and a fact of it is
put into words to say. So a fact ends where such words begin.
"""

from __future__ import annotations

import re

_INWARD = (
    r"\b(?:limit|walk away|reserve price|bottom line|schmerzgrenze|untergrenze|limite|límite"
    r"|(?:not|never|don't|do not|no) (?:\w+ )?(?:below|under|lower)|(?:nicht|nie|niemals) unter"
    r"|(?:pas|jamais) (?:en dessous|moins de|sous)"
    r"|n[oã]o? (?:bajar|baixar|menos de|por debajo|abaixo)|nunca (?:por debajo|abaixo|menos))\b"
    r"|(?:^|(?<=[.;!]))\W*(?:never|do not|don't|niemals|nie|auf keinen fall|ne (?:pas|jamais|rien)|jamais"
    r"|nunca|jamás|n[oã]o? \w+[aeiíoô]r)\b"
)
INWARD = re.compile(_INWARD, re.IGNORECASE)
"""Words of a sentence that is no fact: a limit, or what must not be done."""
PRIVATE = re.compile(
    rf"{_INWARD}|\b(?:at most|at least|minimum|maximum|no (?:more|less) than|reserve|lowest"
    r"|höchstens|mindestens|nicht weniger als|au (?:plus|moins)|no menos de|não menos de|máximo|mínimo)\b",
    re.IGNORECASE,
)
"""The same, with what may be a limit: a sum behind such words belongs in no words to say."""
_PARTS = ".;!,("


def public(value: str, *, is_sum: bool) -> str:
    """`value` up to what is for the user alone; empty when that is all of it."""
    found = (PRIVATE if is_sum else INWARD).search(value)
    if found is None:
        return value
    cut = max((value.rfind(sign, 0, found.start() + 1) for sign in _PARTS), default=-1)
    dash = max(value.rfind(f" {sign} ", 0, found.start()) for sign in "-–—")
    return value[: max(cut, dash, 0)].rstrip(" .,;!(-–—")
