"""What a v0 gateway says went wrong, in every shape it says it, and what that means. Pure.

The family of a code decides, never the shape it came in: the vendor's pages nest errors, its packages show
flat ones, and its samples read warnings inside a model's object.

Source: Hume, Expression Measurement, "Streaming", sections "API limits" and "Errors and warnings".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

import msgspec

from wingman.core.errors import FaultKind, ProviderFault
from wingman.core.json import JsonMapping

_CODE: Final = re.compile(r"\b([EWI]\d{3,5})\b", re.IGNORECASE)
LONGEST_WORDS: Final = 200
"""Characters of a vendor's own words that a user is shown."""
SAME_ERRORS: Final = 9
"""Refusals with one code in a row after which we stop: gateways close at the tenth."""


class Effect(Enum):
    """What follows from a code."""

    NOTICE = "notice"
    """Nothing: the reply stands as it is."""
    SKIP = "skip"
    """What was asked is lost; the next request goes out as if nothing had been."""
    PAUSE = "pause"
    """What was asked is lost, and the next request waits a little longer each time."""
    RECONNECT = "reconnect"
    """Ask again on another connection."""
    STOP = "stop"
    """Somebody has to change something first."""

    @property
    def gravity(self) -> int:
        """Rises with what follows: the gravest of several notices decides."""
        return list(Effect).index(self)


@dataclass(frozen=True, slots=True)
class Family:
    """The codes that begin with `prefix`."""

    prefix: str
    name: str
    effect: Effect
    kind: FaultKind = FaultKind.UNAVAILABLE
    sentence: str = ""
    """For the user where the effect ends a connection; `{code}` and `{text}` are filled in."""


FAMILIES: Final = (
    Family(
        "E01",
        "configuration",
        Effect.STOP,
        FaultKind.BAD_REQUEST,
        "Hume refused a request as wrong ({code}: {text}); check the settings under emotion.hume_v0",
    ),
    Family("E02", "media", Effect.SKIP),
    Family(
        "E03",
        "billing",
        Effect.STOP,
        FaultKind.BILLING,
        "the Hume account is out of credit ({code}); top it up to get emotions back",
    ),
    Family("E04", "resource", Effect.PAUSE),
    Family("E05", "dataset", Effect.PAUSE),
    Family(
        "E07",
        "connection",
        Effect.RECONNECT,
        FaultKind.NETWORK,
        "Hume ended an idle connection ({code}); connecting again",
    ),
    Family("W", "warning", Effect.NOTICE),
    Family(
        "I",
        "service",
        Effect.RECONNECT,
        FaultKind.UNAVAILABLE,
        "Hume has an internal fault ({code}); trying again",
    ),
)
UNKNOWN: Final = Family("", "unknown", Effect.PAUSE)
"""Any other code: a gateway may know more of them than its pages do."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A warning or an error: the vendor's code and words."""

    code: str
    """In capitals; empty when the gateway gave none."""
    text: str
    model: str = ""
    """The model it is about; empty when it is about the whole request."""
    warning: bool = False
    """It was said as a warning. Decides only where the code says nothing."""

    @property
    def family(self) -> Family:
        """The family of the code."""
        known = _CODE.fullmatch(self.code) is not None
        return next((f for f in FAMILIES if known and self.code.startswith(f.prefix)), UNKNOWN)

    @property
    def effect(self) -> Effect:
        """What follows. A warning of an unknown family is one all the same."""
        family = self.family
        return Effect.NOTICE if family is UNKNOWN and self.warning else family.effect


def fault_of(notice: Notice) -> ProviderFault | None:
    """What ends the connection; None when it goes on."""
    family = notice.family
    if notice.effect not in (Effect.RECONNECT, Effect.STOP):
        return None
    sentence = family.sentence.format(code=notice.code, text=_brief(notice.text) or "no reason given")
    return ProviderFault(sentence, kind=family.kind, code=notice.code)


def ended(said: Iterable[Notice]) -> ProviderFault | None:
    """Why a connection ended, or was not opened, by what was said with it; None when no family is named.

    The gravest notice decides. One that costs a request at most is no reason to give a branch up.
    """
    named = [notice for notice in said if notice.family is not UNKNOWN]
    if not named:
        return None
    notice = max(named, key=lambda one: one.effect.gravity)
    words = ": ".join(part for part in (notice.code, _brief(notice.text)) if part)
    sentence = f"the Hume v0 gateway ended the connection ({words}); connecting again"
    return fault_of(notice) or ProviderFault(sentence, kind=FaultKind.UNAVAILABLE, code=notice.code)


def _brief(text: str) -> str:
    """The vendor's words as part of a sentence: one line, not a page."""
    return " ".join(text.split())[:LONGEST_WORDS].rstrip(". ")


class SameErrors:
    """Counts refusals with one code in a row, over all connections of one reader."""

    def __init__(self, limit: int = SAME_ERRORS) -> None:
        self._limit = limit
        self._code: str | None = None
        self.count = 0
        """Refusals with one code so far."""

    def answered(self) -> None:
        """A request was served."""
        self._code, self.count = None, 0

    def refused(self, notice: Notice) -> ProviderFault | None:
        """A request was not. The fault that ends the connection, once it was the same too often.

        What may pass by itself is tried again on another connection; what we send wrong is not.
        """
        self.count = self.count + 1 if notice.code == self._code else 1
        self._code = notice.code
        if self.count < self._limit:
            return None
        words = ": ".join(part for part in (notice.code or "no code", _brief(notice.text)) if part)
        if notice.effect is Effect.PAUSE:
            self.answered()
            sentence = f"Hume failed {self._limit} requests in a row ({words}); trying again"
            return ProviderFault(sentence, kind=FaultKind.UNAVAILABLE, code=notice.code)
        sentence = f"Hume refused {self._limit} requests in a row ({words}); stopped asking"
        return ProviderFault(sentence, kind=FaultKind.BAD_REQUEST, code=notice.code)


PAUSE_FIRST_S: Final = 0.25
PAUSE_LONGEST_S: Final = 10.0


def pause_s(refusals: int) -> float:
    """Seconds before the next request after so many refusals of the `PAUSE` kind in a row."""
    return float(min(PAUSE_FIRST_S * 2 ** min(max(refusals - 1, 0), 10), PAUSE_LONGEST_S))


# --- reading them -------------------------------------------------------------------------------

_CODES: Final = ("code", "error_code", "errorcode", "warning_code")
_WORDS: Final = ("message", "detail", "reason", "description", "error", "warning", "text")


def notices(raw: Any, models: tuple[str, ...] = ()) -> Iterator[Notice]:
    """Every warning and error of a reply, whichever way it was written down.

    Known ways: `{"error": {"code", "message"}}`, `{"error": "…", "code"}`, `{"warning": "…", "code"}`, either
    of them inside a model's object, in a list, or once more inside an `error`, a bare `{"code", "message"}`,
    `{"type": "error", "code", "message"}`, and nothing but words.
    """
    if isinstance(raw, str):
        yield _notice(raw, {}, "", warning=False)
    for part in raw if isinstance(raw, list) else (raw,):
        if not isinstance(part, Mapping):
            continue
        members = _lower(part)
        yield from _of(members, "")
        for model in models:
            for answer in _each(members.get(model)):
                if isinstance(answer, Mapping):
                    yield from _of(_lower(answer), model)


def said_in(text: str) -> list[Notice]:
    """The notices in words that came without a reply: the reason of a close, a page in place of a handshake."""
    if not text.strip():
        return []
    try:
        raw = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        raw = text
    return list(notices(raw))


def _of(raw: JsonMapping, model: str) -> Iterator[Notice]:
    found = False
    for member in ("error", "errors", "warning", "warnings"):
        for said in _each(raw.get(member)):
            found = True
            yield _notice(said, raw, model, warning=member.startswith("warning"))
    if not found and ("code" in raw or raw.get("type") in ("error", "warning")):
        yield _notice(raw, {}, model, warning=raw.get("type") == "warning")
    elif not found and not model and "predictions" not in raw and isinstance(raw.get("message"), str):
        yield _notice(raw, {}, model, warning=False)


def _each(said: Any) -> Iterator[Any]:
    """The notices one member holds. Nothing, false and empty are none."""
    if isinstance(said, list):
        yield from (one for one in said if one)
    elif said:
        yield said


def _notice(said: Any, around: JsonMapping, model: str, *, warning: bool) -> Notice:
    code = ""
    if isinstance(said, Mapping):
        told = _lower(said)
        inner: JsonMapping = next(
            (told[name] for name in ("error", "warning") if isinstance(told.get(name), Mapping)), {}
        )
        parts = (told, _lower(inner))
        words = (part.get(name) for part in parts for name in _WORDS)
        text = next((word for word in words if isinstance(word, str)), "")
        code = next(filter(None, map(_code, parts)), "")
    else:
        text = said if isinstance(said, str) else str(around.get("message", ""))
    code = code or _code(around)
    if not code and (hidden := _CODE.search(text)):  # "E0200: Failed to parse data"
        code = hidden[1].upper()
        text = text[hidden.end() :].lstrip(" :.-") if hidden.start() == 0 else text
    return Notice(code, text, model, warning)


def _code(raw: JsonMapping) -> str:
    """A code in capitals. A plain number (an HTTP status) is one that no family knows."""
    value = next((raw[name] for name in _CODES if raw.get(name) is not None), None)
    return str(value).strip().upper() if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _lower(raw: Mapping[Any, Any]) -> dict[str, Any]:
    """Members by their names in small letters."""
    return {str(name).lower(): value for name, value in raw.items()}
