"""Numbers and addresses in a text, comparable however they are written. Pure.

`1.480` may be one and a half or one and a half thousand: a figure is the set of the values it can mean,
and it is known when a source has one of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

SMALL = 10
"""Up to here a bare number counts things in the sentence itself (`two options`) and needs no source."""

_DIGITS = re.compile(
    r"(?P<number>\d+(?:[.,:'’\u00a0\u202f]\d+)*)(?P<scale> ?(?:k|m|bn|thousand|million|billion|tsd|mio)\b)?"
)
_SCALES = {
    "k": 1e3,
    "thousand": 1e3,
    "tsd": 1e3,
    "m": 1e6,
    "million": 1e6,
    "mio": 1e6,
    "bn": 1e9,
    "billion": 1e9,
}
_GROUPED = re.compile(r"\d{1,3}(?:[.,'’\u00a0\u202f]\d{3})+")
_MEASURED_AFTER = re.compile(
    r"[ \u00a0\u202f-]?(?:%|€|£|\$|percent|per cent|prozent|pour ?cent|por ?ciento|por cento"
    r"|euros?|dollars?|pounds?|cents?"
    r"|reais|hours?|days?|weeks?|months?|years?|stunden?|tagen?|wochen?|monaten?|jahren?|heures?|jours?|semaines?|mois"
    r"|ans|horas?|d[ií]as?|semanas?|mes(?:es)?|años?|dias?|anos?|users?|seats?|gb|tb|x\b|times)",
    re.IGNORECASE,
)
_MEASURED_BEFORE = re.compile(r"(?:[€£$]|\b(?:usd|eur|gbp|r\$)) ?$", re.IGNORECASE)
_UNITS = {
    word: value
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
}
_TENS = {
    word: 10 * value
    for value, word in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], start=2
    )
}
_BIG = {"hundred": 100, "thousand": 1000, "million": 1_000_000}
_WORD = r"(?:" + "|".join([*_UNITS, *_TENS, *_BIG]) + r")"
_SPELLED = re.compile(
    rf"(?<!\d )\b{_WORD}(?:(?:[ -]| and | a ){_WORD})*(?P<half> and a half)?\b", re.IGNORECASE
)
_LINK = re.compile(
    r"(?:https?://|www\.)[^\s<>\"'”»)\]]+"
    r"|\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b"
    r"|\b(?:[a-z0-9-]+\.)+(?:com|org|net|io|ai|dev|app|co|eu|de|fr|es|pt|uk|ch|at|br|info|biz)\b(?:/[^\s]*)?",
    re.IGNORECASE,
)
_TRAILING = ".,;:!?…"


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a text: as written, what it can mean, and whether it measures something."""

    written: str
    values: frozenset[float]
    measured: bool
    """True beside a currency, a per cent sign or a unit: such a number is a claim, however small."""

    @property
    def needs_source(self) -> bool:
        """True when it may only be shown with a note, fact or line behind it."""
        return self.measured or not any(value <= SMALL for value in self.values)


def figures(text: str) -> Iterator[Figure]:
    """The numbers of a text in digits and, in English, in words."""
    for found in _DIGITS.finditer(text):
        measured = bool(
            _MEASURED_AFTER.match(text, found.end()) or _MEASURED_BEFORE.search(text[: found.start()])
        )
        yield Figure(found[0], _values(found["number"], found["scale"]), measured)
    for found in _SPELLED.finditer(text):
        values = frozenset((_spelled(found[0].lower()),))
        yield Figure(
            found[0],
            values,
            any(value > SMALL for value in values) and bool(_MEASURED_AFTER.match(text, found.end())),
        )


def links(text: str) -> Iterator[str]:
    """Web and mail addresses."""
    for found in _LINK.finditer(text):
        yield found[0].rstrip(_TRAILING).lower()


class Sources:
    """What numbers and addresses an answer may hold: those of the texts it was given."""

    def __init__(self, texts: Sequence[str]) -> None:
        held = [_held(text) for text in texts]
        self._values: frozenset[float] = frozenset().union(*(values for values, _ in held))
        self._links: frozenset[str] = frozenset().union(*(addresses for _, addresses in held))

    def unknown_figure(self, text: str) -> str:
        """The first number of `text` that no source has, as written; empty when all are known."""
        text = _LINK.sub(" ", text)
        return next(
            (one.written for one in figures(text) if one.needs_source and not one.values & self._values), ""
        )

    def unknown_link(self, text: str) -> str:
        """The first address of `text` that no source has; empty when all are known."""
        return next((link for link in links(text) if link not in self._links), "")


@lru_cache(maxsize=4096)
def _held(text: str) -> tuple[frozenset[float], frozenset[str]]:
    """The values and addresses of one text; a turn stays a source for every answer of its meeting."""
    values = frozenset(value for figure in figures(text) for value in figure.values)
    return values, frozenset(links(text))


@lru_cache(maxsize=512)
def _values(number: str, scale: str | None) -> frozenset[float]:
    plain = re.sub(r"['’\u00a0\u202f]", "", number)
    readings = {float(re.sub(r"[.,:]", "", plain))} if _GROUPED.fullmatch(number) else set()
    decimal = plain.replace(",", ".").replace(":", ".")
    if decimal.count(".") <= 1:
        readings.add(float(decimal))
    elif not readings:
        head, _, tail = decimal.rpartition(".")
        readings.add(float(f"{head.replace('.', '')}.{tail}"))
    if scale:
        factor = _SCALES[scale.strip().lower()]
        readings |= {reading * factor for reading in readings}
    return frozenset(readings)


def _spelled(words: str) -> float:
    """`three hundred and forty one` is 341; `eleven and a half` is 11.5."""
    half = words.endswith(" and a half")
    total, part = 0, 0
    for word in re.split(r"[ -]+", words.removesuffix(" and a half")):
        if word in _UNITS or word in _TENS:
            part += _UNITS.get(word, _TENS.get(word, 0))
        elif word == "hundred":
            part = max(part, 1) * 100
        elif word in _BIG:
            total, part = total + max(part, 1) * _BIG[word], 0
    return total + part + (0.5 if half else 0)
