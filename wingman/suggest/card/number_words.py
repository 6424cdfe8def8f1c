"""Numbers written in words, in five languages, with what they are worth. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from wingman.suggest.playbook.language import base_tag


@dataclass(frozen=True, slots=True)
class Spelled:
    """One number in words: where it stands and its value."""

    start: int
    end: int
    value: float
    others: tuple[float, ...] = ()
    """What it may mean as well: `twelve fifty` is 1250 or 12.50."""


@dataclass(frozen=True, slots=True)
class _Grammar:
    """How one language writes numbers."""

    counted: Mapping[str, int]
    """What adds up: units, teens, tens, and hundreds with a word of their own."""
    hundred: Sequence[str]
    thousand: Sequence[str]
    million: Sequence[str]
    between: str
    """What may stand between two words of one number, as a pattern."""
    half: str
    """What adds a half behind it, as a pattern."""
    point: str
    """What parts the whole from its decimals."""
    fused: bool = False
    """True where the words are written together."""


def _counted(first: int, step: int, *lists: str) -> dict[str, int]:
    """Words by their value: each group of one list is worth `step` more than the one before."""
    return {
        word: first + step * at
        for words in lists
        for at, group in enumerate(words.split())
        for word in group.split("/")
    }


_GRAMMARS = {
    "en": _Grammar(
        {
            **_counted(
                0,
                1,
                "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
                " sixteen seventeen eighteen nineteen",
            ),
            **_counted(20, 10, "twenty thirty forty fifty sixty seventy eighty ninety"),
            "dozen": 12,
        },
        ("hundred", "hundreds"),
        ("thousand", "grand"),
        ("million",),
        r"[ -]| and | a ",
        r" and a half",
        r"point",
    ),
    "de": _Grammar(
        {
            **_counted(
                0,
                1,
                "null ein/eins/eine/einen/einem/einer zwei/zwo drei vier fünf sechs sieben acht neun zehn elf"
                " zwölf"
                " dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn",
            ),
            **_counted(20, 10, "zwanzig dreißig/dreissig vierzig fünfzig sechzig siebzig achtzig neunzig"),
            "dutzend": 12,
        },
        ("hundert",),
        ("tausend",),
        ("million", "millionen"),
        r"und| ?",
        r"einhalb| und eine halbe?",
        r"komma",
        fused=True,
    ),
    "fr": _Grammar(
        {
            **_counted(
                0,
                1,
                "zéro un/une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze"
                " seize",
            ),
            **_counted(20, 10, "vingt/vingts trente quarante cinquante soixante septante huitante nonante"),
            "octante": 80,
            "douzaine": 12,
            "quinzaine": 15,
            "vingtaine": 20,
            "centaine": 100,
        },
        ("cent", "cents"),
        ("mille",),
        ("million", "millions"),
        r"[ -]| et |-et-",
        r" et demie?",
        r"virgule",
    ),
    "es": _Grammar(
        {
            **_counted(
                0,
                1,
                "cero un/uno/una dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce"
                " quince"
                " dieciséis/dieciseis diecisiete dieciocho diecinueve veinte veintiún/veintiuno/veintiuna"
                " veintidós/veintidos veintitrés/veintitres veinticuatro veinticinco veintiséis/veintiseis"
                " veintisiete veintiocho veintinueve",
            ),
            **_counted(30, 10, "treinta cuarenta cincuenta sesenta setenta ochenta noventa"),
            **_counted(
                100,
                100,
                "cien/ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos"
                " ochocientos"
                " novecientos",
                "ciento doscientas trescientas cuatrocientas quinientas seiscientas setecientas ochocientas"
                " novecientas",
            ),
            "docena": 12,
        },
        (),
        ("mil",),
        ("millón", "millones"),
        r" | y ",
        r" y medi[ao]",
        r"coma|punto",
    ),
    "pt": _Grammar(
        {
            **_counted(
                0,
                1,
                "zero um/uma dois/duas três/tres quatro cinco seis sete oito nove dez onze doze treze"
                " catorze/quatorze quinze dezesseis/dezasseis dezessete/dezassete dezoito dezenove/dezanove",
            ),
            **_counted(20, 10, "vinte trinta quarenta cinquenta sessenta setenta oitenta noventa"),
            **_counted(
                100,
                100,
                "cem/cento duzentos trezentos quatrocentos quinhentos seiscentos setecentos oitocentos"
                " novecentos",
                "cento duzentas trezentas quatrocentas quinhentas seiscentas setecentas oitocentas novecentas",
            ),
            "dúzia": 12,
        },
        (),
        ("mil",),
        ("milhão", "milhões"),
        r" | e ",
        r" e mei[ao]",
        r"vírgula|ponto",
    ),
}
LANGUAGES = tuple(_GRAMMARS)
_LINKS = frozenset(("", "-", "and", "and a", "und", "et", "y", "e", "po", "pour", "por"))
"""What stands between two words of one number, or may come before its unit."""
_PER_CENT = re.compile(r"(?<=[\w%] )po(?:u)?r (?=cent(?:o)?\b|ciento\b)", re.IGNORECASE)
"""Of `quinze pour cent`: behind it stands no hundred."""


def spelled(text: str, language: str) -> Iterator[Spelled]:
    """The numbers in words of a text in `language` (a BCP-47 tag); none in a language without a grammar."""
    tag = base_tag(language) or "en"
    if tag not in _GRAMMARS:
        return
    known = _patterns(tag)
    percents = frozenset(found.end() for found in _PER_CENT.finditer(text))
    for found in known.number.finditer(text):
        if found.start() in percents:
            continue
        words = known.word.findall(found["words"].lower())
        start = found.start()
        if len(words) > 1 and _is_article(words, found["words"], tag):
            start, words = start + len(words[0]) + 1, words[1:]
        whole = _value(words, tag) + (0.5 if found["half"] else 0.0)
        if found["scale"]:
            whole *= 1_000 if found["scale"].lower() in _GRAMMARS[tag].thousand else 1_000_000
        digits = [
            _GRAMMARS[tag].counted.get(word, 0) for word in known.word.findall((found["point"] or "").lower())
        ]
        decimals = float(f"0.{''.join(map(str, digits))}") if digits else 0.0
        yield Spelled(start, found.end(), whole + decimals, _pairs(words, tag))


def growing(text: str, language: str) -> int:
    """Where a number begins that the end of `text` may have cut; the length of `text` when none does."""
    last = max(spelled(text, language), key=lambda found: found.end, default=None)
    if last is None:
        return len(text)
    after = text[last.end :].strip().lower()
    point = _GRAMMARS[base_tag(language) or "en"].point.split("|")
    return last.start if after in _LINKS or after in point else len(text)


@dataclass(frozen=True, slots=True)
class _Patterns:
    """A whole number of one language, and one word of it."""

    number: re.Pattern[str]
    word: re.Pattern[str]


@cache
def _patterns(tag: str) -> _Patterns:
    """The patterns of a language, the longer words first."""
    grammar = _GRAMMARS[tag]
    words = {*grammar.counted, *grammar.hundred, *grammar.thousand, *grammar.million}
    one = "|".join(sorted(map(re.escape, words), key=lambda word: (-len(word), word)))
    scales = "|".join((*grammar.thousand, *grammar.million))
    if not grammar.fused:
        one = rf"(?:{one})(?!\w)"
    edge = r"(?<![\w-])"
    chain = rf"(?:{one})(?:(?:{grammar.between})(?:{one}))*"
    half = rf"(?:(?P<half>{grammar.half})(?: (?P<scale>{scales}))?)?"
    point = rf"(?: (?:{grammar.point}) (?P<point>{chain}))?"
    whole = rf"{edge}(?P<words>{chain}){half}{point}(?!\w)"
    return _Patterns(re.compile(whole, re.IGNORECASE), re.compile(one, re.IGNORECASE))


def _is_article(words: Sequence[str], written: str, tag: str) -> bool:
    """True of the `un` in `un quince por ciento`, which counts nothing."""
    counted = _GRAMMARS[tag].counted
    apart = written[len(words[0]) : len(words[0]) + 1] == " " and written[
        len(words[0]) + 1 :
    ].lower().startswith(words[1])
    return apart and counted.get(words[0]) == 1 and 2 <= counted.get(words[1], 0) <= 99


def _pairs(words: Sequence[str], tag: str) -> tuple[float, ...]:
    """`twelve fifty` and `forty-nine ninety-nine`, said by twos as English does: without and with a point."""
    if tag != "en":
        return ()
    values = [_GRAMMARS[tag].counted.get(word, 0) for word in words]
    groups: list[int] = []
    for value in values:
        if groups and groups[-1] >= 20 and groups[-1] % 10 == 0 and 0 < value < 10:
            groups[-1] += value
        else:
            groups.append(value)
    if len(groups) != 2 or not all(10 <= group <= 99 for group in groups):
        return ()
    return float(groups[0] * 100 + groups[1]), groups[0] + groups[1] / 100


def _value(words: Sequence[str], tag: str) -> float:
    """`three hundred and forty one` is 341, `quatre-vingt-dix` 90, `zweitausendfünfhundert` 2500."""
    grammar = _GRAMMARS[tag]
    total = part = 0
    before = ""
    for word in words:
        if word in grammar.hundred:
            part = max(part, 1) * 100
        elif word in grammar.thousand:
            total, part = total + max(part, 1) * 1000, 0
        elif word in grammar.million:
            total, part = (total + max(part, 1)) * 1_000_000, 0
        elif tag == "fr" and word.startswith("vingt") and before == "quatre":
            part += 76
        elif word == "dozen":
            part = max(part, 1) * 12
        else:
            part += grammar.counted[word]
        before = word
    return total + part
