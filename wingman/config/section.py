"""The building blocks of the settings tree: a strict base and a secret that never prints.

Each room keeps its own section in its `settings.py`; `wingman.config` composes and loads them.
"""

from __future__ import annotations

import re
from typing import Annotated

import msgspec
from msgspec import Meta

from wingman.core.credentials import remember

Positive = Annotated[float, Meta(gt=0)]
NotNegative = Annotated[float, Meta(ge=0)]
PositiveOrNever = Annotated[float, Meta(gt=0, extra={"never": True})]
"""Seconds; infinity (`.inf`) means never."""
NotNegativeOrNever = Annotated[float, Meta(ge=0, extra={"never": True})]
"""Likewise."""
Share = Annotated[float, Meta(ge=0, le=1)]
Count = Annotated[int, Meta(ge=0)]
AtLeastOne = Annotated[int, Meta(ge=1)]
Port = Annotated[int, Meta(ge=0, le=65_535)]


_WORDS = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "str": "a text, in quotes where it looks like something else",
    "array": "a list such as [one, two]",
    "object": "a section: names and values below it, indented",
}


_BOUNDS = {"": "", ">=": " of at least ", "<=": " of at most ", ">": " of more than ", "<": " of less than "}


def in_words(reason: str) -> str:
    """What msgspec says of a value of the wrong type or size, as what is to be written; all else as it is."""
    found = re.fullmatch(r"Expected `(\w+)`(?:, got `\w+`| ([<>]=?) (-?[\d.]+?)(?:\.0)?)", reason)
    if not found or found[1] not in _WORDS:
        return reason
    return f"write {_WORDS[found[1]]}{_BOUNDS[found[2] or '']}{found[3] or ''}"


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of every section: immutable, keyword-only, and it refuses keys it does not know."""


class Secret:
    """A credential. It compares by value, is falsy when empty, and prints as `***`."""

    __slots__ = ("_value",)

    def __init__(self, value: str = "", *, token: bool = False) -> None:
        self._value = value
        remember(value, token=token)

    def reveal(self) -> str:
        """The credential itself, for the one call that needs it."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return "Secret(***)" if self._value else "Secret()"

    __str__ = __repr__
