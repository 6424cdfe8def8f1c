"""A written conversation: one JSON object a line, `{"who": "C", "text": "…"}`. Pure.

`who` is `U` (the user, microphone) or `C`, `C2`, `C3` … (the others, tab). `pause` (seconds of silence before
the turn) and `tone` (how it is said) may stand beside them; other fields are left alone, but lines that differ
in `meeting` belong to different meetings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

from wingman.core.errors import InputError
from wingman.core.json import JsonObject

LONGEST_TEXT = 60_000
"""Characters of one turn: about an hour of speech."""
LONGEST_LINE = 1_000_000
"""Bytes; other fields may be long, but not without end."""
MOST_TURNS = 20_000
LONGEST_PAUSE_S = 3600.0
_WHO = re.compile(r"(?:U|C(?:[1-9]\d?)?)", re.IGNORECASE)
_UNSEEN = {"\u200d": "", "\u200c": "", "\u00ad": "", "\ufeff": ""}
"""Signs without a shape inside words; every other one parts them."""
_ONE_A_LINE = 'write one object a line, such as {"who": "C", "text": "…"}'
_NAMED = 5
"""Bad lines named in one answer."""


@dataclass(frozen=True, slots=True)
class ScriptedTurn:
    """One line of the conversation."""

    line: int
    """Index of the input line, from 0."""
    who: str
    """`U`, `C`, `C2` …"""
    text: str
    """May be empty: then nothing is heard."""
    pause: float | None = None
    """Seconds of silence before it; None takes the usual ones."""
    tone: str = ""
    meeting: str = ""

    @property
    def user(self) -> bool:
        return self.who == "U"


def read_turns(lines: Iterable[bytes]) -> tuple[ScriptedTurn, ...]:
    """The turns of a file, in order; empty lines are passed over.

    Raises `InputError` that names the bad lines by number (from 1), or says that there is none.
    """
    turns: list[ScriptedTurn] = []
    bad: list[tuple[int, str]] = []
    for index, raw in enumerate(lines):
        text = raw.removeprefix(b"\xef\xbb\xbf") if index == 0 else raw
        if not text.strip():
            continue
        try:
            turns.append(_turn(index, text))
        except ValueError as mistake:
            bad.append((index + 1, str(mistake)))
    if bad:
        raise InputError(_sentence(bad), field="file")
    if not turns:
        raise InputError(
            'the file holds no turn; write one JSON object a line, such as {"who": "C", "text": "How much?"}',
            field="file",
        )
    if len(turns) > MOST_TURNS:
        raise InputError(f"the file holds {len(turns)} turns; at most {MOST_TURNS} are played", field="file")
    return tuple(turns)


def _sentence(bad: list[tuple[int, str]]) -> str:
    number, mistake = bad[0]
    others = [str(number) for number, _ in bad[1:]]
    if not others:
        return f"line {number}: {mistake}"
    more = "" if len(others) <= _NAMED else f" and {len(others) - _NAMED} more"
    word = "line is" if len(others) == 1 else "lines are"
    return f"line {number}: {mistake} (wrong {word} also {', '.join(others[:_NAMED])}{more})"


def _turn(index: int, raw: bytes) -> ScriptedTurn:
    if len(raw) > LONGEST_LINE:
        raise ValueError(f"has {len(raw)} bytes; a line may have {LONGEST_LINE}")
    try:
        fields = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as broken:
        raise ValueError(f"is not JSON ({broken}); {_ONE_A_LINE}") from None
    if not isinstance(fields, dict):
        raise ValueError(f"is not an object; {_ONE_A_LINE}")
    who = fields.get("who")
    if not isinstance(who, str) or not _WHO.fullmatch(who.strip()):
        raise ValueError(f"`who` must be U (you), C, C2, C3 … (the others), not {_shown(who)}; change it")
    name = who.strip().upper()
    return ScriptedTurn(
        index,
        "C" if name == "C1" else name,
        _text(fields, "text", required=True),
        _pause(fields.get("pause")),
        _text(fields, "tone")[:80],
        _printable(str(fields.get("meeting") or "")),
    )


def _text(fields: JsonObject, name: str, *, required: bool = False) -> str:
    value = fields.get(name)
    if value is None and not required:
        return ""
    if not isinstance(value, str):
        raise ValueError(f"`{name}` must be text, not {_shown(value)}; write a string")
    if len(value) > LONGEST_TEXT:
        raise ValueError(f"`{name}` has {len(value)} characters; at most {LONGEST_TEXT} are one turn, split it")
    return " ".join(_printable(value).split())


def _printable(text: str) -> str:
    """Without control signs and lone surrogates, which no recogniser gives."""
    shown = (sign if sign.isprintable() or sign.isspace() else _UNSEEN.get(sign, " ") for sign in text)
    return "".join(shown)


def _pause(value: Any) -> float | None:
    if value is None:
        return None
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not 0 <= value <= LONGEST_PAUSE_S:
        raise ValueError(
            f"`pause` must be seconds from 0 to {LONGEST_PAUSE_S:g}, not {_shown(value)}; change the number"
        )
    return float(value)


def _shown(value: object) -> str:
    """A wrong value, short enough for a sentence."""
    shown = "nothing" if value is None else repr(value)
    return shown if len(shown) <= 40 else f"{shown[:39]}…"
