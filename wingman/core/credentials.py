"""The credentials in use, taken out of what is told in others' words.

A service may repeat in its refusal the very key it was sent, and those words go into events, logs and reports.
"""

from __future__ import annotations

SHORTEST = 12
"""Characters of the shortest credential that is looked for: a shorter one may be a word."""
MOST = 256
"""Credentials remembered, the newest: tokens are made anew every half hour."""

_in_use: dict[str, None] = {}


def remember(value: str) -> None:
    """`value` is a credential from now on."""
    if len(value) >= SHORTEST:
        _in_use.pop(value, None)
        _in_use[value] = None
        while len(_in_use) > MOST:
            del _in_use[next(iter(_in_use))]


def masked(text: str) -> str:
    """`text` with `***` wherever a credential stood."""
    for value in _in_use:
        if value in text:
            text = text.replace(value, "***")
    return text
