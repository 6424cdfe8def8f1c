"""The credentials in use, taken out of what is told in others' words.

A service may repeat in its refusal the very key it was sent, and those words go into events, logs and reports.
"""

from __future__ import annotations

from threading import Lock

SHORTEST = 12
"""Characters of the shortest credential that is looked for: a shorter one may be a word."""
MOST = 256
"""Credentials remembered of each kind, the newest: tokens are made anew all the time, keys stay."""

_lock = Lock()
_keys: dict[str, None] = {}
_tokens: dict[str, None] = {}
_longest_first: tuple[str, ...] = ()
"""All of both, for readers: each log record is one, and one credential may be the beginning of another."""


def remember(value: str, *, token: bool = False) -> None:
    """`value` is a credential from now on; a `token` is one that was made from another and runs out."""
    global _longest_first
    if len(value) < SHORTEST:
        return
    known = _tokens if token else _keys
    with _lock:
        known.pop(value, None)
        known[value] = None
        while len(known) > MOST:
            del known[next(iter(known))]
        _longest_first = tuple(sorted((*_keys, *_tokens), key=len, reverse=True))


def masked(text: str) -> str:
    """`text` with `***` wherever a credential stood."""
    for value in _longest_first:
        if value in text:
            text = text.replace(value, "***")
    return text
