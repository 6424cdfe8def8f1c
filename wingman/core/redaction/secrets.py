"""Passwords, keys and birth dates: what follows the words that announce them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from wingman.core.redaction.contexts import DATE_WORDS, MONTHS, Kind
from wingman.core.redaction.number_words import MULTIPLIERS, NUMBERS, words
from wingman.core.redaction.tokens import REACH, Tokens

_KEYS = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"sk-[A-Za-z0-9_-]{12,}+|sk_(?:live|test)_[A-Za-z0-9]{10,}+|rk_live_[A-Za-z0-9]{10,}+"
    r"|AKIA[0-9A-Z]{12,}+|ASIA[0-9A-Z]{12,}+|AIza[A-Za-z0-9_-]{20,}+"
    r"|gh[pousr]_[A-Za-z0-9]{20,}+|github_pat_[A-Za-z0-9_]{20,}+|glpat-[A-Za-z0-9_-]{16,}+"
    r"|xox[abprs]-[A-Za-z0-9-]{10,}+|hf_[A-Za-z0-9]{20,}+|ya29\.[A-Za-z0-9_-]{20,}+"
    r"|eyJ[A-Za-z0-9_-]{8,}+\.[A-Za-z0-9_-]{8,}+(?:\.[A-Za-z0-9_-]*+)?"
    r"|-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----"
    r")"
)
_LONG = re.compile(r"(?<![\w/+-])[A-Za-z0-9_+/-]{24,}+={0,2}")
_COPULA = re.compile(
    r"(?:['’]s(?!\w)|(?<=heslo)\s+je(?!\w)|(?<=salasana)\s+on(?!\w)|(?<=salasanani)\s+on(?!\w)|\s*(?:[:=]|(?:is|are|was|ist|lautet|lauten|est|c'est|es|è|é|heißt|heisst|to|jest|är|er|este|"
    r"equals|reads|goes|"
    r"will be|would be|for \w{1,20}|für \w{1,20}|the word|das wort|the|now|jetzt|also|set to|and it's|it's|"
    r"it is|that's)(?!\w)))*+[\s:=,\"'«„“”`]*+",
    re.IGNORECASE,
)
_CHUNK = re.compile(r"[^\s\"'»“”`,;]++")
_PHRASE = re.compile(r"[^\s,;]++(?: [\w'-]++(?![:=@])){0,5}+")
_NOT_A_SECRET = words(
    "stored expired wrong right correct incorrect reset required not in on invalid too very a "
    "an and or but expiring changed changing that needed safe secure weak strong shared "
    "forgotten lost missing encrypted hashed only always never protected managed manager policy "
    "field page box rotation sent kept empty same abgelaufen falsch richtig gespeichert "
    "vergessen nicht zu expiré incorrect oublié pas expirada incorrecta olvidada no scaduta "
    "sbagliata verlopen fout vergeten niet where what when who how for with by from to of if is "
    "we you they i it you're being been going so there here this these those any every your our "
    "my his her their no one"
)
_NUMERIC_DATE = re.compile(r"\d{1,4}\s?[-./ ]\s?\d{1,2}\s?[-./ ]\s?\d{2,4}\b")
_MONTH = "|".join(sorted(MONTHS))
_DATED = re.compile(
    r"\d{1,4}[-./]\d{1,2}[-./]\d{2,4}\b"
    rf"|\d{{1,2}}\.? (?:de )?(?:{_MONTH}) (?:de )?\d{{2,4}}\b",
    re.IGNORECASE,
)
BIRTH_REACH = 70
"""Characters after the words that announce it in which a birth date is looked for."""
MOST_SPELLED = 40
ENOUGH = 400
"""Characters that tell whether a key is one."""
STEPS = {Kind.PASSWORD: 5, Kind.KEY: 5, Kind.BIRTH: 10}
"""What looking for one costs."""


def find(tokens: Tokens) -> Iterator[tuple[int, int, str]]:
    """(start, end, label) of each secret and birth date."""
    text = tokens.text
    yield from ((*found.span(), "secret") for found in _KEYS.finditer(text))
    yield from ((*found.span(), "secret") for found in _LONG.finditer(text) if _random(found[0][:ENOUGH]))
    for at, kind in tokens.contexts:
        if kind in STEPS:
            tokens.effort.spend(STEPS[kind])
        if kind in (Kind.PASSWORD, Kind.KEY):
            yield from _announced(tokens, at)
        elif kind is Kind.BIRTH:
            yield from _birth(tokens, at)


def _random(chunk: str) -> bool:
    """Looks like a generated key: mixed case and digits, spread all over."""
    digits = sum(sign.isdigit() for sign in chunk)
    upper = sum(sign.isupper() for sign in chunk)
    lower = sum(sign.islower() for sign in chunk)
    return digits >= 4 and upper >= 4 and lower >= 4


def _announced(tokens: Tokens, at: int) -> Iterator[tuple[int, int, str]]:
    text, end = tokens.text, tokens.ends[at]
    copula = _COPULA.match(text, end, end + 80)
    start = copula.end() if copula else end
    if "\n" in text[end:start]:
        start = text.rindex("\n", end, start) + 1
    chunk = _CHUNK.match(text, start, start + 200)
    if chunk is None:
        return
    value, said = chunk[0].rstrip(".!?)"), start > end and text[end:start].strip() != ""
    if not value or (value.lower() in _NOT_A_SECRET and text[end:start].strip() not in (":", "=")):
        return
    spelled = _spelled_until(tokens, chunk.start())
    if text[end:start].strip() in (":", "="):
        phrase = _PHRASE.match(text, start)
        yield start, phrase.end() if phrase else chunk.end(), "secret"
    elif spelled:  # what it hangs together with is part of it: `A&$7Y8FhDz` is spelled for four signs
        rest = _CHUNK.match(text, spelled, spelled + 200)
        yield chunk.start(), spelled + (len(rest[0].rstrip(".!?)")) if rest else 0), "secret"
    elif said or _odd(value):
        yield chunk.start(), chunk.start() + len(value), "secret"


def _odd(value: str) -> bool:
    """Digits, signs or capitals inside a word: nobody writes prose like that."""
    return any(sign.isdigit() for sign in value) or any(
        not sign.isalnum() and sign not in "-'’" for sign in value
    )


def _spelled_until(tokens: Tokens, start: int) -> int:
    """Where a value that is spelled sign by sign from `start` ends; 0 when it is not."""

    first = _index(tokens, start)
    at, signs = first, 0
    while at < min(len(tokens), first + MOST_SPELLED) and _sign(tokens.words[at]):
        signs += len(tokens.words[at]) == 1 or tokens.words[at] in NUMBERS
        at += 1
    return tokens.ends[at - 1] if signs >= 3 else 0


def _index(tokens: Tokens, start: int) -> int:
    return bisect_left(tokens.starts, start)


_SIGNS = words(
    "capital upper lower uppercase lowercase case small big large dash underscore hyphen dot "
    "exclamation mark hash dollar percent at star slash großes kleines groß klein großbuchstabe "
    "majuscule minuscule mayúscula minúscula maiuscola minuscola maiúscula"
)


def _sign(word: str) -> bool:
    return word in NUMBERS or word in _SIGNS or word.isdigit() or (len(word) == 1 and word.isalnum())


def _birth(tokens: Tokens, at: int) -> Iterator[tuple[int, int, str]]:
    begin = tokens.ends[at]
    behind = max(0, tokens.starts[at] - BIRTH_REACH // 2)
    yield from ((*found.span(), str(Kind.BIRTH)) for found in _DATED.finditer(tokens.text, behind, begin))
    if found := _NUMERIC_DATE.search(tokens.text, begin, begin + BIRTH_REACH):
        yield *found.span(), str(Kind.BIRTH)
        return
    last = min(len(tokens), at + 2 * REACH)
    month = next((i for i in range(at + 1, last) if tokens.words[i] in MONTHS), -1)
    if month < 0:
        yield from _read_out(tokens, at, last)
        return
    first = month
    while first - 1 > at and month - first < 4 and _date_word(tokens.words[first - 1]):
        first -= 1
    end = month
    while end + 1 < len(tokens) and end - month < 8 and _date_word(tokens.words[end + 1]):
        end += 1
    while tokens.words[first] == "\n":
        first += 1
    if end > month or first < month:
        yield tokens.starts[first], tokens.ends[end], str(Kind.BIRTH)


def _read_out(tokens: Tokens, at: int, last: int) -> Iterator[tuple[int, int, str]]:
    """Day, month and year as numbers: "twelve, three, eighty five"; or the year alone."""
    numbers = [i for i in range(at + 1, last) if _number(tokens.words[i])]
    if not numbers:
        return
    first = end = numbers[0]
    for i in numbers[1:]:
        if i - end > 3:
            break
        end = i
    said = sum(_size(tokens.words[i]) for i in numbers if first <= i <= end)
    if said >= 4:
        yield tokens.starts[first], tokens.ends[end], str(Kind.BIRTH)


def _size(word: str) -> int:
    return 1 if word in _ORDINALS else len(NUMBERS.get(word, word))


_ORDINALS = words(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth ersten zweiten dritten vierten fünften "
    "sechsten siebten achten neunten zehnten elften zwölften premier primero primo primeiro"
)


def _number(word: str) -> bool:
    return word.isdigit() or word in NUMBERS or word in _ORDINALS


def _date_word(word: str) -> bool:
    return (
        _number(word)
        or word in DATE_WORDS
        or word in MULTIPLIERS
        or word in ("th", "st", "nd", "rd", "er", "\n")
    )
