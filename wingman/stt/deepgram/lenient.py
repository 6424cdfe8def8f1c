"""Messages of servers that speak Deepgram's protocol with an accent: one odd field costs that field only.
Pure.

Strict decoding is the rule and is fast; this is what follows where it fails. Needed is what makes a message
one: its type, and where its window lies. Anything else that is not what it ought to be falls back to its
default.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from wingman.core.json import JsonMapping, JsonObject
from wingman.core.surrogates import loads

NEEDED: Mapping[str, tuple[str, ...]] = {
    "Results": ("start", "duration"),
    "SpeechStarted": ("timestamp",),
    "UtteranceEnd": ("last_word_end",),
}
"""Per message type the numbers without which it means nothing."""

_FLAGS = ("is_final", "speech_final", "from_finalize")
_TRUE, _FALSE = ("true", "1", "yes"), ("false", "0", "no", "")


def mend(raw: bytes) -> tuple[JsonObject, tuple[str, ...]] | None:
    """A message as strict decoding wants it, and the names of the fields that were changed.

    None when it cannot be mended: no JSON object, no type, or a needed number is missing.
    """
    try:
        tree = loads(raw.decode("utf-8", "replace").lstrip("\ufeff"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(tree, dict) or not isinstance(kind := tree.get("type"), str):
        return None
    odd: list[str] = []
    out: JsonObject = {"type": kind}
    for name in NEEDED.get(kind, ()):
        value = number(tree.get(name))
        if value is None and name == "duration":
            value = _duration(tree, out["start"])
        if value is None:
            return None
        out[name] = value
        _note(odd, name, tree.get(name), value)
    if kind == "Results":
        for name in _FLAGS:
            out[name] = flag(tree.get(name))
            _note(odd, name, tree.get(name, False), out[name])
        out["channel"] = _channel(tree.get("channel"), odd)
    else:
        out |= {
            name: tree[name] for name in ("description", "variant", "code") if isinstance(tree.get(name), str)
        }
    return out, tuple(dict.fromkeys(odd))


def number(value: object) -> float | None:
    """A finite number, also one written as text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def flag(value: object) -> bool:
    """True only for what clearly says so."""
    if isinstance(value, str):
        return value.strip().lower() in _TRUE
    return value is True or (isinstance(value, int) and value == 1)


def _duration(tree: JsonMapping, start: float) -> float | None:
    """The window's length from its last word, where it is not stated."""
    ends = [word["end"] for word in _words(_best(tree.get("channel")).get("words"), []) if word["end"] > start]
    return max(ends) - start if ends else None


def _best(channel: object) -> JsonMapping:
    alternatives = channel.get("alternatives") if isinstance(channel, dict) else None
    if isinstance(alternatives, dict):
        alternatives = [alternatives]
    first = alternatives[0] if isinstance(alternatives, list) and alternatives else None
    return first if isinstance(first, dict) else {}


def _channel(channel: object, odd: list[str]) -> JsonObject:
    best = _best(channel)
    if not best:
        _note(odd, "channel", channel, {"alternatives": []})
        return {"alternatives": []}
    transcript = best.get("transcript")
    _note(odd, "transcript", transcript, transcript if isinstance(transcript, str) else None)
    stated = best.get("words")
    _note(odd, "words", stated, stated if isinstance(stated, list) else None)
    words = _words(stated, odd)
    text = transcript if isinstance(transcript, str) else ""
    if isinstance(stated, list) and len(words) < len(stated) and text:
        words = []  # a word without a place: the text is spread over the window instead
    return {"alternatives": [{"transcript": text, "words": words}]}


def _words(words: object, odd: list[str]) -> list[JsonObject]:
    """The words that have a place in time, as far as they can be read."""
    out = []
    for word in words if isinstance(words, list) else ():
        start, end = (
            (number(word.get(key)) for key in ("start", "end")) if isinstance(word, dict) else (None, None)
        )
        if start is None or end is None:
            odd.append("words")
            continue
        out.append(_word(word, max(0.0, start), max(0.0, start, end), odd))
        _note(odd, "words", [word["start"], word["end"]], [out[-1]["start"], out[-1]["end"]])
    return out


def _word(word: JsonMapping, start: float, end: float, odd: list[str]) -> JsonObject:
    shown, plain = word.get("punctuated_word"), word.get("word")
    confidence, speaker = number(word.get("confidence", 1.0)), number(word.get("speaker"))
    out = {
        "start": start,
        "end": end,
        "word": plain if isinstance(plain, str) else "",
        "punctuated_word": shown if isinstance(shown, str) else None,
        "confidence": 1.0 if confidence is None else confidence,
        "speaker": int(speaker) if speaker is not None and abs(speaker) < 1e6 else None,
    }
    for name in ("confidence", "speaker", "punctuated_word", "word"):
        _note(odd, name, word.get(name, out[name]), out[name])
    return out


def _note(odd: list[str], name: str, was: object, now: object) -> None:
    if (type(was) is not type(now) and not (isinstance(was, int) and isinstance(now, float))) or was != now:
        odd.append(name)
