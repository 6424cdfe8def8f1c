"""Personal numbers and addresses leave no prompt and no log. Pure; what is taken out is not kept."""

from __future__ import annotations

import re
from collections.abc import Callable

_EMAIL = re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b", re.IGNORECASE)
_DIGITS = re.compile(r"(?<![\w.,])\+?\(?\d(?:[ \-./()]{0,2}\d){6,18}\b")
_HARMLESS = re.compile(
    r"\d{4}-\d\d-\d\d"  # a date
    r"|\d{1,2}[./]\d{1,2}[./]\d{2,4}"
    r"|[1-9]\d{6}"  # a round or not so round amount
    r"|[1-9]\d{0,2}(?:[ .]\d{3})+"
)
_ID = re.compile(
    r"\b(?P<label>(?:social security|passport|id card|identity card|driving licen[cs]e|tax|national id|ssn|"
    r"insurance|account|customer)(?: number| no\.?| id)?(?: is)?:? +)(?P<value>(?=\S*\d)[A-Z0-9-]{5,20})\b",
    re.IGNORECASE,
)
_SPOKEN = {
    word: digit
    for digit, words in enumerate(
        (
            ("zero", "oh", "o"), ("one",), ("two",), ("three",), ("four",),
            ("five",), ("six",), ("seven",), ("eight",), ("nine",),
        )
    )
    for word in words
}  # fmt: skip
_SPOKEN_RUN = re.compile(
    rf"\b(?:(?:double|triple) )?(?:{'|'.join(_SPOKEN)})"
    rf"(?:[ ,\-]+(?:(?:double|triple) )?(?:{'|'.join(_SPOKEN)})\b){{6,}}",
    re.IGNORECASE,
)
_SPOKEN_EMAIL = re.compile(
    r"\b[\w.]+ at [\w-]+ dot (?:com|org|net|io|co|de|eu|uk|fr|ch|at|dev|ai)\b", re.IGNORECASE
)


def redact(text: str) -> str:
    """`text` with e-mail addresses, IBANs, card, phone and id numbers (spoken ones, too) replaced."""
    text = _EMAIL.sub("[e-mail]", text)
    text = _SPOKEN_EMAIL.sub("[e-mail]", text)
    text = _IBAN.sub(_checked(_iban_holds, "[iban]"), text)
    text = _ID.sub(lambda found: found["label"] + "[id number]", text)
    text = _DIGITS.sub(_number, text)
    return _SPOKEN_RUN.sub("[number]", text)


def _checked(holds: Callable[[str], bool], name: str) -> Callable[[re.Match[str]], str]:
    return lambda found: name if holds(found[0]) else found[0]


def _number(found: re.Match[str]) -> str:
    if _HARMLESS.fullmatch(found[0]):
        return found[0]
    digits = re.sub(r"\D", "", found[0])
    if 13 <= len(digits) <= 19:
        return "[card]" if _luhn_holds(digits) else "[number]"
    return "[phone]" if len(digits) <= 15 else "[number]"


def _luhn_holds(digits: str) -> bool:
    total = 0
    for index, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + index % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _iban_holds(text: str) -> bool:
    plain = re.sub(r"\s", "", text).upper()
    if not 15 <= len(plain) <= 34:
        return False
    return int("".join(str(int(sign, 36)) for sign in plain[4:] + plain[:4])) % 97 == 1
