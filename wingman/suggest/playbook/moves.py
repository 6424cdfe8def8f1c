"""Moves: what can be said or done at once in a kind of moment, and when each of them fits.

A playbook has moves of its own; behind it stands the move book of the language that is heard, with moves
for every kind and for what calls for care. A book is a YAML file, validated whole like a playbook.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec

from wingman.config.section import Section
from wingman.suggest.playbook.language import base_tag
from wingman.suggest.playbook.signals import CARE, Signal
from wingman.suggest.playbook.yaml_file import mistake, parse, phrase_mistakes, template_mistakes

KINDS = (
    "question",
    "price",
    "competitor",
    "objection",
    "stall",
    "decision",
    "commitment",
    "buying",
    "pain",
    "risk",
    "frustration",
    "confusion",
    "emotion",
    "churn",
    "cue",
    "silence",
)
"""Kinds of moment that every language has moves for."""
CARE_KINDS: Mapping[Signal, str] = {
    Signal.DANGER: "risk",
    Signal.GRIEF: "emotion",
    Signal.SECRET: "risk",
    Signal.HARDSHIP: "price",
    Signal.TRAP: "risk",
    Signal.LEGAL: "risk",
    Signal.LIMIT: "price",
}
"""What the overlay shows a card of care as."""


class Move(Section, frozen=True):
    """One thing to say or do. Conditions that hold put it before moves without any."""

    text: str
    """May hold `{variable}`s; a move with one that nothing fills is not used."""
    title: str = ""
    """Heads the card; empty takes the kind's own. May hold `{variable}`s."""
    words: tuple[str, ...] = ()
    """Phrases, any of which the moment must hold; `*` stands for up to four words, `(a|b)` for either, and
    behind a phrase with a full stop nothing else may be asked."""
    signals: tuple[Signal, ...] = ()
    """Built-in signals, any of which the same words must give."""
    asked: bool | None = None
    """True fits questions alone, false everything else."""
    turn: Literal["", "first", "again"] = ""
    """`first`: only the first card of its kind in a meeting; `again`: only a later one."""


Moves: TypeAlias = dict[str, tuple[str | Move, ...]]
"""By kind; a plain text is a move without conditions."""


class MoveBook(Section, frozen=True):
    """The moves of one language."""

    language: str
    titles: dict[str, str]
    common: Moves
    care: dict[Signal, tuple[str | Move, ...]]
    playbooks: dict[str, Moves] = msgspec.field(default_factory=dict)
    """More, by the name of a shipped playbook."""


def as_moves(moves: Sequence[str | Move]) -> tuple[Move, ...]:
    """Plain texts as moves."""
    return tuple(Move(text=move) if isinstance(move, str) else move for move in moves)


@lru_cache(maxsize=16)  # a book is shipped, and stays
def move_book(language: str) -> MoveBook | None:
    """The book of a language, by its BCP-47 tag; None when there is none."""
    path = _folder() / f"{base_tag(language)}.yaml"
    return _read(path) if path.is_file() else None


def move_mistakes(
    moves: Mapping[str, Sequence[str | Move]], where: str, variables: frozenset[str] | None
) -> Iterator[tuple[str, str]]:
    """What is wrong with moves, as (path, sentence)."""
    for kind, listed in moves.items():
        for index, move in enumerate(as_moves(listed)):
            at = f"{where}.{kind}[{index}]"
            text_at = at if isinstance(listed[index], str) else f"{at}.text"
            yield from template_mistakes(move.text, text_at, variables)
            if move.title:
                yield from template_mistakes(move.title, f"{at}.title", variables)
            for number, phrase in enumerate(move.words):
                yield from phrase_mistakes(phrase, f"{at}.words[{number}]")


@lru_cache(maxsize=8)  # of tags such as `en` and `en-GB`, too
def _read(path: Path) -> MoveBook:
    book, lines = parse(path.read_text(encoding="utf-8"), str(path), MoveBook, "move book")
    for where, sentence in _mistakes(book):
        raise mistake(str(path), lines, where, sentence)
    return book


def _mistakes(book: MoveBook) -> Iterator[tuple[str, str]]:
    for kind in KINDS:
        if not book.common.get(kind):
            yield "$.common", f"has no moves for {kind}; add some"
        if not book.titles.get(kind):
            yield "$.titles", f"has no title for {kind}; add one"
    for signal in CARE:
        if not book.care.get(signal):
            yield "$.care", f"has no moves for {signal}; add some"
    yield from move_mistakes(book.common, "$.common", None)
    yield from move_mistakes({str(signal): moves for signal, moves in book.care.items()}, "$.care", None)
    for name, moves in book.playbooks.items():
        yield from move_mistakes(moves, f"$.playbooks.{name}", None)


def _folder() -> Path:
    root = Path(str(resources.files("wingman")))
    installed = root / "configs" / "playbooks" / "moves"
    return installed if installed.is_dir() else root.parent / "configs" / "playbooks" / "moves"
