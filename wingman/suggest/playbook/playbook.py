"""Playbooks: what to listen for in one kind of meeting, and what to say at once.

A playbook is a YAML file. Loading validates it whole and answers a mistake with one sentence that
names the file, the line, the field and the mend; nothing half-valid ever reaches a meeting.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Literal

import msgspec

from wingman.config.folders import expanded
from wingman.config.section import Section
from wingman.config.text_file import read_text
from wingman.core.errors import InputError
from wingman.core.utterance import Family
from wingman.suggest.playbook.moves import KINDS, Moves, move_mistakes
from wingman.suggest.playbook.signals import TOO_WIDE, Signal
from wingman.suggest.playbook.yaml_file import (
    mistake,
    parse,
    phrase_mistakes,
    template_mistakes,
)

VARIABLES = frozenset({"quote", "speaker", "when", "amount", "loss", "trouble"})
"""What a moment brings: the words that triggered the card, who said them (the name that the user gave, else
a plain word such as *the other person*), the day and the sum they name, the
sum they say they lost, and what the others told of a trouble before."""

LONGEST_KIND = 60
"""Characters of what heads a card."""
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,99}")


class Card(Section, frozen=True):
    """The instant text: on screen before any model has answered."""

    title: str
    """May hold `{variable}`s as well; one that names what a moment does not bring is left out."""
    text: str
    """May hold `{variable}`s: the playbook's own, `{quote}` and `{speaker}`."""


class Trigger(Section, frozen=True):
    """One reason to speak. It fires on a built-in signal, on a phrase, or on a family of emotion."""

    name: str
    kind: str = "cue"
    """What the overlay shows the card as: `question`, `price`, `objection` …"""
    signals: tuple[Signal, ...] = ()
    """Built-in detectors, any of which fires."""
    phrases: tuple[str, ...] = ()
    """Words in order, any phrase of which fires; `*` stands for up to four words."""
    emotions: tuple[Family, ...] = ()
    """Families of emotion that fire when the speaker's tone turns to one of them."""
    unless: tuple[str, ...] = ()
    """Phrases that keep this trigger silent."""
    who: Literal["counterpart", "user", "anyone"] = "counterpart"
    priority: int = 50
    """0 to 100. Quiet needs 60, balanced 40, lively 20; from 90 on it may interrupt."""
    once: bool = False
    """At most once per meeting."""
    max: int = 0
    """At most so many cards per meeting; 0 sets no limit."""
    model: bool = True
    """Ask the model as well; its text takes the instant text's place."""
    card: Card | None = None


class Playbook(Section, frozen=True):
    """What one kind of meeting needs."""

    name: str
    title: str
    persona: str
    """Who the user is in this meeting, for the model."""
    tone: str = "short, concrete and calm"
    language: str = "en"
    """BCP-47 tag of the cards and of the model's answers."""
    voice_emotion: Literal["allow", "refuse"] = "allow"
    """`refuse`: no voice emotion is measured in such a meeting, whatever the user sets."""
    voice_emotion_reason: str = ""
    others_talk_to: Literal["user", "each-other"] = "each-other"
    """Whom several others mostly talk to: customers to the user, colleagues to each other as well."""
    variables: dict[str, str] = msgspec.field(default_factory=dict)
    facts: tuple[str, ...] = ()
    """What the model may state as true; it is told to state nothing else about the product."""
    slots: dict[str, str] = msgspec.field(default_factory=dict)
    """Facts by name, to be filled here or by lines such as `price: 40 dollars a month` in the brief."""
    never: tuple[str, ...] = ()
    """What the model must not say or do in such a meeting."""
    moves: Moves = msgspec.field(default_factory=dict)
    """What to say or do at once, by kind; behind these stand the moves of the language heard."""
    do_not_trigger: tuple[str, ...] = ()
    """Phrases that keep every trigger silent."""
    triggers: tuple[Trigger, ...] = ()

    @property
    def refusal(self) -> str:
        """Why no voice emotion is measured under it; empty when it may be."""
        if self.voice_emotion != "refuse":
            return ""
        return self.voice_emotion_reason or f"the playbook {self.name} refuses voice emotion"


def filled(card: Card, values: Mapping[str, str]) -> Card:
    """The card with its variables filled in; whoever chose it saw to it that each of its text has a value.

    A title that names what this moment does not bring is left out: the card's kind heads it then.
    """
    try:
        title = card.title.format_map(values)
    except KeyError:
        title = ""
    return Card(title=title, text=card.text.format_map(values).strip())


def load_playbook(name_or_path: str) -> Playbook:
    """A playbook by name (`sales`) or by path (anything with a `/` or ending in `.yaml`).

    Raises `InputError` with file, line, field and mend.
    """
    path = _find(name_or_path)
    return parse_playbook(text_of(path), str(path))


def text_of(path: Path) -> str:
    """What a playbook's file holds. Raises `InputError`."""
    return read_text(path, "the playbook", "playbook")


def by_name(name: str) -> str:
    """`name`, if it is one and no path: whoever is not at the keyboard opens no files. Raises `InputError`."""
    if name and not _NAME.fullmatch(name):
        raise InputError(
            "`playbook` must be a name such as `sales`; GET /api/playbooks lists them", field="playbook"
        )
    return name


def list_playbooks() -> tuple[Playbook, ...]:
    """All shipped playbooks, by name."""
    found = sorted(path for path in folder().glob("*.yaml"))
    return tuple(load_playbook(str(path)) for path in found)


def folder() -> Path:
    """Where the shipped playbooks are: in the installed package, or in the checkout."""
    installed = Path(str(resources.files("wingman"))) / "configs" / "playbooks"
    checkout = Path(str(resources.files("wingman"))).parent / "configs" / "playbooks"
    return installed if installed.is_dir() else checkout


@lru_cache(maxsize=32)
def parse_playbook(text: str, origin: str, *, stored: bool = False) -> Playbook:
    """A playbook from YAML text; `origin` is the file's name in error sentences. Raises `InputError`.

    One that is `stored` may have phrases of `too_wide`, which nothing listens for: they had no limit once.
    Reading YAML takes a few hundredths of a second in which no meeting moves: once for each text is enough.
    """
    playbook, lines = parse(text, origin, Playbook, "playbook")
    for where, sentence in _mistakes(playbook):
        if not (stored and sentence.startswith(TOO_WIDE)):
            raise mistake(origin, lines, where, sentence)
    return playbook


def too_wide(playbook: Playbook) -> list[str]:
    """Where it has phrases that may be read in too many ways."""
    return [where for where, sentence in _mistakes(playbook) if sentence.startswith(TOO_WIDE)]


def _find(name_or_path: str) -> Path:
    if "/" in name_or_path or name_or_path.endswith((".yaml", ".yml")):
        return expanded(name_or_path)
    path = folder() / f"{name_or_path}.yaml"
    if not _NAME.fullmatch(name_or_path) or not path.is_file():
        known = ", ".join(sorted(p.stem for p in folder().glob("*.yaml")))
        raise InputError(
            f"there is no playbook named {name_or_path!r}; use one of {known}, or a path to a .yaml file",
            field="playbook",
        )
    return path


def _mistakes(playbook: Playbook) -> Iterator[tuple[str, str]]:
    """What a type cannot express, as (path, sentence); the first one is reported."""
    if not _NAME.fullmatch(playbook.name):
        yield "$.name", "must be at most 100 lower-case letters, digits and hyphens; rename it"
    if playbook.voice_emotion == "refuse" and not playbook.voice_emotion_reason:
        yield "$.voice_emotion", "is `refuse` without `voice_emotion_reason`; say why in one sentence"
    for index, phrase in enumerate(playbook.do_not_trigger):
        yield from phrase_mistakes(phrase, f"$.do_not_trigger[{index}]")
    variables = VARIABLES | playbook.variables.keys() | playbook.slots.keys()
    twice = Counter(trigger.name for trigger in playbook.triggers)
    for index, trigger in enumerate(playbook.triggers):
        where = f"$.triggers[{index}]"
        if twice[trigger.name] > 1:
            yield f"{where}.name", f"is used by {twice[trigger.name]} triggers; give each its own name"
        yield from _trigger_mistakes(trigger, where, variables)
        if not (trigger.model or trigger.card or trigger.kind in KINDS or playbook.moves.get(trigger.kind)):
            yield where, f"has nothing to say: no card, no model, no moves for `{trigger.kind}`; add a card"
    yield from move_mistakes(playbook.moves, "$.moves", variables)


def _trigger_mistakes(trigger: Trigger, where: str, variables: frozenset[str]) -> Iterator[tuple[str, str]]:
    if not (trigger.signals or trigger.phrases or trigger.emotions):
        yield where, "never fires; give it `signals`, `phrases` or `emotions`"
    if not 0 <= trigger.priority <= 100:
        yield f"{where}.priority", f"must be 0 to 100, not {trigger.priority}; change the number"
    if len(trigger.kind) > LONGEST_KIND:
        yield f"{where}.kind", f"is longer than {LONGEST_KIND} characters; shorten it"
    if trigger.max < 0:
        yield f"{where}.max", f"must be 0 or more, not {trigger.max}; change the number"
    for name, phrases in (("phrases", trigger.phrases), ("unless", trigger.unless)):
        for index, phrase in enumerate(phrases):
            yield from phrase_mistakes(phrase, f"{where}.{name}[{index}]")
    if trigger.card is not None:
        for name, text in (("title", trigger.card.title), ("text", trigger.card.text)):
            yield from template_mistakes(text, f"{where}.card.{name}", variables)
