"""Numbers and addresses in a text, comparable however they are written. Pure.

`1.480` may be one and a half or one and a half thousand: a figure is the set of the values it can mean,
and it is known when a source has one of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from wingman.suggest.card.number_words import LANGUAGES, spelled

SMALL = 10
"""Up to here a bare number counts things in the sentence itself (`two options`) and needs no source."""

_DIGITS = re.compile(
    r"(?P<number>\d{1,3}(?: \d{3})+(?!\d)|\d+(?:[.,:'’\u00a0\u202f]\d+)*)"
    r"(?P<scale> ?(?:k|m|bn|thousand|million|billion|tsd|mio)\b)?",
    re.IGNORECASE,
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
_GROUPED = re.compile(r"\d{1,3}(?:[.,'’ \u00a0\u202f]\d{3})+")
_MONTH = (
    r"(?:january|february|march|april|(?-i:May|Mai)|june|july|august|september|october|november|december|januar"
    r"|februar|märz|juni|juli|oktober|dezember|janvier|février|mars|avril|mai|juin|juillet|août|septembre"
    r"|octobre|novembre|décembre|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre"
    r"|noviembre|diciembre|janeiro|fevereiro|março|maio|junho|julho|setembro|outubro|novembro|dezembro)\b"
)
_MEASURED_AFTER = re.compile(
    r"[ \u00a0\u202f-]?(?:%|€|£|\$|(?:percent|per cent|prozent|pour ?cent|por ?ciento|por cento|euros?"
    r"|dollars?|pounds?|cents?"
    r"|bucks|quid|reais|d[oó]lar(?:es)?|libras?|hours?|days?|weeks?|months?|years?|stunden?|tagen?|wochen?"
    r"|monaten?"
    r"|jahren?|heures?|jours?|semaines?|mois|ans|horas?|d[ií]as?|semanas?|mes(?:es)?|años?|anos?|users?|seats?"
    r"|gb|tb|x|times|o['’]clock|uhr|[ap]\.?m|h)\b|h\d\d)"
    rf"|/\d|(?:st|nd|rd|th|\.)? (?:of |de )?{_MONTH}",
    re.IGNORECASE,
)
_MEASURED_BEFORE = re.compile(rf"(?:[€£$]|\b(?:usd|eur|gbp|r\$)) ?$|\d/$|\b{_MONTH} (?:the )?$", re.IGNORECASE)
NEAR = 30
"""Characters before a number in which its unit stands: more than the longest month takes, with its article."""
_FEW = r"(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten)"
_PARTS = re.compile(
    r"\bhalf (?:the )?price\b|\b(?:a|one) (?:third|quarter|fifth|half|tenth) (?:off|less|more|cheaper)\b"
    r"|\bhalf (?:off|of what|the cost|the time)\b|\btwice as\b|\btimes (?:as|more|less|faster|cheaper)\b"
    rf"|\b{_FEW} (?:out of|in) (?:every )?{_FEW}\b|\b{_FEW} von zehn\b|\bsur dix\b|\b(?:de|em) cada diez?\b"
    r"|\b(?:will|would|can|could) (?:double|triple|halve)\b|\b(?:doubles|triples|halves) (?:its|the|your|their)"
    r"|\b(?:dozens|thousands|millions) of\b|\b(?:dutzende|hunderte|tausende) (?:von|\w+)\b"
    r"|\b(?:dizaines|centaines|milliers|millions) d[e'’]|\b(?:docenas|decenas|cientos|miles|millones) de\b"
    r"|\b(?:dezenas|centenas|milhares|milhões) de\b"
    r"|\bhalbe[rmn]? preis\b|\bdie hälfte\b|\b(?:doppelt|halb|dreimal|zweimal) so\b"
    r"|\bmoitié(?: prix)?\b|\b(?:deux|trois) fois (?:plus|moins)\b"
    r"|\bmitad de precio\b|\bla mitad\b|\bel doble\b|\b(?:dos|tres) veces (?:más|menos)\b"
    r"|\bmetade d[oa]s? \w+\b|\bo dobro\b|\b(?:duas|três) vezes (?:mais|menos)\b"
    r"|[½⅓⅔¼¾]|\b\d+(?:o|e\d+)\b|\b(?-i:[MDCLXVI]{2,})\b(?= ?(?:%|€|dollars|euros|percent|users))",
    re.IGNORECASE,
)
"""Shares and amounts told without a plain number; only a source with the very words knows them."""
_HOST = r"(?:[a-z0-9-]{1,63}\.){1,8}"
_LINK = re.compile(
    r"(?:h(?:tt|xx)ps?://|ftp://|www\.)[^\s<>\"'”»)\]]+"
    r"|\b[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+\b"
    rf"|\b{_HOST}[a-z]{{2,12}}/[^\s]+"
    rf"|\b{_HOST}(?:com|org|net|io|ai|dev|app|co|eu|de|fr|es|pt|uk|ch|at|br|info|biz|ly|xyz|shop|store"
    r"|online|site|cloud|example|ca|au|nl|pl|se|jp|cn|ru|mx|tv)\b(?:/[^\s]*)?"
    r"|(?<!\w)@\w{3,}"
    r"|\b[\w-]{1,63}(?: (?:dot|punkt|point|punto|ponto) [\w-]+){0,8} (?:dot|punkt|point|punto|ponto)"
    r" (?:com|org|net|io|de|fr|es|pt|uk|br)\b",
    re.IGNORECASE,
)
"""Names are as long as mail and the domain system allow: without a limit, a run of signs that is no address
takes the square of its length."""
_TRAILING = ".,;:!?…"
_NO_ADDRESS = re.compile(r"(?<!\S)\S{501,}")
"""A picture in a text, or what somebody made up."""


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
        return self.measured or not any(value <= SMALL and value.is_integer() for value in self.values)


def figures(text: str, language: str = "en") -> Iterator[Figure]:
    """The numbers of a text, in digits and in the words of its language."""
    yield from _in_digits(text)
    yield from _in_words(text, language)


def _in_digits(text: str) -> Iterator[Figure]:
    for found in _DIGITS.finditer(text):
        measured = bool(
            found["scale"]
            or ":" in found["number"]
            or _MEASURED_AFTER.match(text, found.end())
            or _MEASURED_BEFORE.search(text[max(0, found.start() - NEAR) : found.start()])
        )
        yield Figure(found[0], _values(found["number"], found["scale"]), measured)


def _in_words(text: str, language: str) -> Iterator[Figure]:
    for number in spelled(text, language):
        measured = number.value >= 2 and bool(_MEASURED_AFTER.match(text, number.end))
        yield Figure(text[number.start : number.end], frozenset((number.value, *number.others)), measured)


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
        self._texts = "\n".join(texts).lower()
        self.signs = frozenset(self._texts).union(self._texts.upper())
        """Every sign of the sources."""

    def unknown_figure(self, text: str, language: str = "en") -> str:
        """The first number of `text` that no source has, as written; empty when all are known."""
        text = _LINK.sub(" ", text)
        for one in figures(text, language):
            if one.needs_source and not one.values & self._values:
                return one.written
        parts = (found[0] for found in _PARTS.finditer(text))
        return next((part for part in parts if part.lower() not in self._texts), "")

    def hold(self, word: str) -> bool:
        """True when a source has this word, in whatever case."""
        return holds(self._texts, word)

    def unknown_link(self, text: str) -> str:
        """The first address of `text` that no source has; empty when all are known."""
        return next((link for link in links(text) if link not in self._links), "")


def read(text: str) -> None:
    """Look for the numbers of a text now, some 0.2 ms a turn; `Sources` that have it need not wait for it."""
    _held(text)


def holds(text: str, word: str) -> bool:
    """True when a text in lower case has this word, however that is written."""
    return re.search(rf"(?<!\w){re.escape(word.lower())}(?!\w)", text) is not None


@lru_cache(maxsize=4096)
def _held(text: str) -> tuple[frozenset[float], frozenset[str]]:
    """The values and addresses of one text; a turn stays a source for every answer of its meeting."""
    found = chain(_in_digits(text), *(_in_words(text, tag) for tag in LANGUAGES))
    values = frozenset(value for one in found for value in one.values)
    return values, frozenset(links(_NO_ADDRESS.sub(" ", text)))


@lru_cache(maxsize=512)
def _values(number: str, scale: str | None) -> frozenset[float]:
    plain = re.sub(r"['’ \u00a0\u202f]", "", number)
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
