"""Which letters and signs a card may hold: those a person would type, and those its sources have. Pure."""

from __future__ import annotations

import unicodedata

PLAIN = frozenset(".,;:!?…'’‘\"“”„‚«»()–—-/%‰€£$¥&§°©®™№²³¿¡")
"""Signs of plain sentences in the five languages."""
_LATIN = frozenset("ªºµ")
"""Letters whose names do not say that they stand in Latin texts."""


def odd_sign(text: str, known: frozenset[str], *, latin: bool) -> bool:
    """True when a sign is neither plain nor in `known`. Without `latin` any punctuation will do."""
    return any(
        sign not in known
        and not (sign.isspace() or sign.isalpha() or sign in "0123456789" or sign in PLAIN)
        and not unicodedata.category(sign).startswith("M")
        and (latin or unicodedata.category(sign)[0] in "SC")
        for sign in unicodedata.normalize("NFC", text)
    )


def other_script(text: str, known: frozenset[str]) -> bool:
    """True when a letter is not Latin as people type it, and no source has it."""
    return any(
        sign.isalpha() and not sign.isascii() and sign not in known and not _is_latin(sign) for sign in text
    )


def _is_latin(sign: str) -> bool:
    name = unicodedata.name(sign, "")
    return sign in _LATIN or (name.startswith("LATIN ") and "SMALL CAPITAL" not in name)
