"""The credentials in use, taken out of what is told in others' words.

A service may repeat in its refusal the very key it was sent, and those words go into events, logs and reports.
It may write it as JSON, in an address or as part of a header (`Basic dG9r…`): each way to write it is known.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from threading import Lock
from urllib.parse import quote_from_bytes

SHORTEST = 12
"""Characters of the shortest credential that is looked for: a shorter one may be a word."""
MOST = 256
"""Credentials remembered of each kind, the newest: tokens are made anew all the time, keys stay."""

_MASK = "***"
_LEFT_AS_THEY_ARE = ("", "/", "!'()*", "/:@!$&'()*+,;=")
"""Signs that one or the other does not escape in an address: everybody, paths, JavaScript, whole addresses."""
_HEX = re.compile(r"(?<=%)[0-9A-F]{2}|(?<=\\u)[0-9a-f]{4}")
_HEAD = 15
"""Signs in a row that Base64 of the shortest credential has at the least, wherever it begins."""
_RUN = re.compile(rf"[A-Za-z0-9+/_-]{{{_HEAD},}}")
"""What may be Base64; ids, addresses and paths may, too."""
_USERINFO = re.compile(r"""(?<=://)(?:[^/?#\s"'<>]|'(?![,:;)\]}]))+@""")
"""Who an address asks as, and the password, however short: `http://ada:secret@host/`. An apostrophe
may be part of it, and ends an address where a list or a mapping goes on."""
_BASE64 = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=")


@dataclass(frozen=True, slots=True)
class _Spellings:
    """The ways to write a credential, the longest first: each log record is looked through for all of them."""

    plain: tuple[str, ...]
    """As it is, and with signs of its own escaped; most keys have none."""
    encoded: tuple[str, ...]
    """What is the same in any Base64 text that has it inside, by its place modulo three."""
    heads: frozenset[str] = frozenset()
    """How those begin: most texts are found to hold none without being looked through for each."""


_lock = Lock()
_keys: dict[str, _Spellings] = {}
_tokens: dict[str, _Spellings] = {}
_known = _Spellings((), ())
"""Those of both, for readers: one credential may be the beginning of another."""


def remember(value: str, *, token: bool = False) -> None:
    """`value` is a credential from now on; a `token` is one that was made from another and runs out."""
    global _known
    if len(value) < SHORTEST:
        return
    known = _tokens if token else _keys
    with _lock:
        before = known.pop(value) if value in known else None
        known[value] = before or _Spellings(_unique(_written(value)), _unique(_encoded(value)))
        while len(known) > MOST:
            del known[next(iter(known))]
        every = (*_keys.values(), *_tokens.values())
        encoded = tuple(sorted((way for one in every for way in one.encoded), key=len, reverse=True))
        _known = _Spellings(
            tuple(sorted((way for one in every for way in one.plain), key=len, reverse=True)),
            encoded,
            frozenset(way[:_HEAD] for way in encoded),
        )


def masked(text: str) -> str:
    """`text` with `***` wherever a credential stood, and in place of users and passwords in addresses."""
    known = _known
    for value in known.plain:
        if value in text:
            text = text.replace(value, _MASK)
    if _may_hold(text, known.heads):
        for value in known.encoded:
            if value in text:
                text = _without(value, text)
    return _USERINFO.sub(f"{_MASK}@", text) if "://" in text else text


def _may_hold(text: str, heads: frozenset[str]) -> bool:
    runs = _RUN.findall(text)
    return any(run[at : at + _HEAD] in heads for run in runs for at in range(len(run) - _HEAD + 1))


def _unique(ways: Iterator[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ways))


def _written(value: str) -> Iterator[str]:
    """`value` as it is, in JSON and in JSON within JSON, in Python's words, in addresses, and in HTML."""
    yield value
    if value.isalnum() and value.isascii():
        return
    for ascii_only in (True, False):
        once = json.dumps(value, ensure_ascii=ascii_only)[1:-1]
        for way in (once, json.dumps(once, ensure_ascii=ascii_only)[1:-1]):
            yield from (way, way.replace("/", "\\/"), _other_case(way))
    yield from (repr(value)[1:-1], ascii(value)[1:-1], escape(value), escape(value, quote=False))
    sent = value.encode("utf-8", "surrogatepass")
    for safe in _LEFT_AS_THEY_ARE:
        way = quote_from_bytes(sent, safe)
        spaced = way.replace("%20", "+")
        yield from (way, _other_case(way), spaced, _other_case(spaced))


def _other_case(way: str) -> str:
    """With the hexadecimal digits in the other case: `%C3` or `%c3`, `\\u00e9` or `\\u00E9`."""
    return _HEX.sub(lambda found: found[0].swapcase(), way)


def _encoded(value: str) -> Iterator[str]:
    """The signs of Base64 that stand for `value` alone, wherever in a text it begins (`user:key`)."""
    sent = value.encode("utf-8", "surrogatepass")
    for before in range(3):
        first, end = -(-8 * before // 6), 8 * (before + len(sent)) // 6
        for encode in (b64encode, urlsafe_b64encode):
            yield encode(bytes(before) + sent).decode()[first:end]


def _without(core: str, text: str) -> str:
    """`text` with the whole runs of Base64 masked that have `core` inside: their ends tell of it, too."""
    at = text.find(core)
    while at >= 0:
        start, end = at, at + len(core)
        while start and text[start - 1] in _BASE64:
            start -= 1
        while end < len(text) and text[end] in _BASE64:
            end += 1
        text = text[:start] + _MASK + text[end:]
        at = text.find(core, start)
    return text
