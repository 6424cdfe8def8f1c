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
    ),
}
LANGUAGES = tuple(_GRAMMARS)
_LINKS = frozenset(("", "-", "and", "and a", "und", "et", "y", "e"))
"""What stands between two words of one number."""


def spelled(text: str, language: str) -> Iterator[Spelled]:
    """The numbers in words of a text in `language` (a BCP-47 tag); none in a language without a grammar."""
    tag = base_tag(language) or "en"
    if tag not in _GRAMMARS:
        return
    number, word = _patterns(tag)
    for found in number.finditer(text):
        half = 0.5 if found["half"] else 0.0
        yield Spelled(found.start(), found.end(), _value(word.findall(found["words"].lower()), tag) + half)


def growing(text: str, language: str) -> int:
    """Where a number begins that the end of `text` may have cut; the length of `text` when none does."""
    last = max(spelled(text, language), key=lambda found: found.end, default=None)
    if last is None or text[last.end :].strip().lower() not in _LINKS:
        return len(text)
    return last.start


@cache
def _patterns(tag: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """A whole number, and one word of it, the longer words first."""
    grammar = _GRAMMARS[tag]
    words = {*grammar.counted, *grammar.hundred, *grammar.thousand, *grammar.million}
    one = "|".join(sorted(map(re.escape, words), key=lambda word: (-len(word), word)))
    if not grammar.fused:
        one = rf"(?:{one})(?!\w)"
    edge = r"(?<![\w-])"
    whole = rf"{edge}(?P<words>(?:{one})(?:(?:{grammar.between})(?:{one}))*)(?P<half>{grammar.half})?(?!\w)"
    return re.compile(whole, re.IGNORECASE), re.compile(one, re.IGNORECASE)


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
