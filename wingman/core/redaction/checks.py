"""Check digits. Pure arithmetic over strings of ASCII digits and letters."""

from __future__ import annotations

import re

IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AT": 20, "BE": 16, "BG": 22, "BR": 29, "CH": 21, "CY": 28, "CZ": 24, "DE": 22,
    "DK": 18, "EE": 20, "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GR": 27, "HR": 21,
    "HU": 28, "IE": 22, "IL": 23, "IS": 26, "IT": 27, "KW": 30, "KZ": 20, "LB": 28, "LI": 21, "LT": 20,
    "LU": 20, "LV": 21, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MT": 31, "NL": 18, "NO": 15, "PK": 24,
    "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "SA": 24, "SE": 24, "SI": 19, "SK": 24,
    "SM": 27, "TN": 24, "TR": 26, "UA": 29, "VA": 22,
}  # fmt: skip
"""Country → characters of its IBANs (ISO 13616 registry)."""

_CODICE_FISCALE = re.compile(r"[A-Z]{6}[0-9LMNP-V]{2}[A-EHLMPR-T][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]")
_NINO = re.compile(r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]?")
_DNI = re.compile(r"([XYZ]\d{7}|\d{8})([A-Z])")
_DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_ODD = dict(
    zip(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12,
         14, 16, 10, 22, 25, 24, 23),
        strict=True,
    )
)  # fmt: skip
"""Values of the characters in odd places of a codice fiscale (D.M. 12/03/1974)."""


def luhn(digits: str) -> bool:
    """ISO/IEC 7812-1 annex B."""
    total = 0
    for index, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + index % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def card(digits: str) -> bool:
    """Could these be a payment card's: 13 to 19 digits whose check digit holds?"""
    return 13 <= len(digits) <= 19 and digits[0] != "0" and luhn(digits)


def iban_length(text: str) -> int:
    """How many characters of `text` (upper case, no separators) are an IBAN; 0 when it begins with none."""
    length = IBAN_LENGTHS.get(text[:2], 0)
    candidate = text[:length]
    if not length or len(candidate) < length or not candidate.isascii() or not candidate[2:4].isdigit():
        return 0
    number = "".join(str(int(sign, 36)) for sign in candidate[4:] + candidate[:4])
    return length if int(number) % 97 == 1 else 0


def lettered_id(text: str) -> bool:
    """Is this (upper case, no separators) an id that holds letters: NINO, DNI, NIE, codice fiscale?"""
    if found := _DNI.fullmatch(text):
        number = int(found[1].replace("X", "0").replace("Y", "1").replace("Z", "2"))
        return found[2] == _DNI_LETTERS[number % 23]
    if _NINO.fullmatch(text):
        return text[:2] not in ("BG", "GB", "KN", "NK", "NT", "TN")
    return _CODICE_FISCALE.fullmatch(text) is not None and _codice_holds(text)


def _codice_holds(text: str) -> bool:
    total = sum(_ODD[sign] for sign in text[:15:2])
    total += sum(int(sign) if sign.isdigit() else ord(sign) - 65 for sign in text[1:15:2])
    return chr(65 + total % 26) == text[15]
