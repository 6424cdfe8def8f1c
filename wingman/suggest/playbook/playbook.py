"""Playbooks: what to listen for in one kind of meeting, and what to say at once.

A playbook is a YAML file. Loading validates it whole and answers a mistake with one sentence that
names the file, the line, the field and the mend; nothing half-valid ever reaches a meeting.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import msgspec
import yaml

from wingman.config.section import Section
from wingman.core.errors import InputError
from wingman.core.utterance import Family
from wingman.suggest.playbook.signals import Signal, compile_phrase

VARIABLES = frozenset({"quote", "speaker"})
"""Card variables every meeting has: the words that triggered the card, and who said them."""

_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")


class Card(Section, frozen=True):
    """The instant text: on screen before any model has answered."""

    title: str
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
    variables: dict[str, str] = msgspec.field(default_factory=dict)
    facts: tuple[str, ...] = ()
    """What the model may state as true; it is told to state nothing else about the product."""
    do_not_trigger: tuple[str, ...] = ()
    """Phrases that keep every trigger silent."""
    triggers: tuple[Trigger, ...] = ()

    def render(self, card: Card, *, quote: str = "", speaker: str = "") -> Card:
        """The card with its variables filled in."""
        values = {**self.variables, "quote": quote, "speaker": speaker}
        return Card(title=card.title.format_map(values), text=card.text.format_map(values).strip())


def load_playbook(name_or_path: str) -> Playbook:
    """A playbook by name (`sales`) or by path (anything with a `/` or ending in `.yaml`).

    Raises `InputError` with file, line, field and mend.
    """
    path = _find(name_or_path)
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as failed:
        raise InputError(
            f"cannot read the playbook {path}: {failed.strerror}; check the path", field="playbook"
        ) from None
    except UnicodeDecodeError:
        raise InputError(f"{path} is not UTF-8 text; save it as UTF-8", field="playbook") from None
    return parse_playbook(text, str(path))


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
def parse_playbook(text: str, origin: str) -> Playbook:
    """A playbook from YAML text; `origin` is the file's name in error sentences. Raises `InputError`.

    Reading YAML takes a few hundredths of a second in which no meeting moves: once for each text is enough.
    """
    tree, lines = _read(text, origin)
    try:
        playbook = msgspec.convert(tree, Playbook)
    except msgspec.ValidationError as broken:
        raise _explain(broken, origin, lines) from None
    for where, sentence in _mistakes(playbook):
        raise _error(origin, lines, where, sentence)
    return playbook


def _find(name_or_path: str) -> Path:
    if "/" in name_or_path or name_or_path.endswith((".yaml", ".yml")):
        return Path(name_or_path)
    path = folder() / f"{name_or_path}.yaml"
    if not _NAME.fullmatch(name_or_path) or not path.is_file():
        known = ", ".join(sorted(p.stem for p in folder().glob("*.yaml")))
        raise InputError(
            f"there is no playbook named {name_or_path!r}; use one of {known}, or a path to a .yaml file",
            field="playbook",
        )
    return path


def _read(text: str, origin: str) -> tuple[Any, dict[str, int]]:
    """The plain tree, and the line of every field by its path (`$.triggers[0].priority`)."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        tree = yaml.safe_load(text)
    except yaml.YAMLError as broken:
        mark = getattr(broken, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        problem = getattr(broken, "problem", None) or "it cannot be read"
        raise InputError(
            f"{origin}{where} is not valid YAML: {problem}; check indentation and quotes", field="playbook"
        ) from None
    if not isinstance(root, yaml.MappingNode):
        raise InputError(f"{origin} must hold fields such as `name:` and `triggers:`", field="playbook")
    return tree, dict(_lines(root, "$"))


def _lines(node: yaml.Node, path: str) -> Iterator[tuple[str, int]]:
    yield path, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield f"{path}.{key.value}", key.start_mark.line + 1
            for inner, line in _lines(value, f"{path}.{key.value}"):
                if inner != f"{path}.{key.value}":
                    yield inner, line
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _lines(value, f"{path}[{index}]")


def _explain(broken: msgspec.ValidationError, origin: str, lines: dict[str, int]) -> InputError:
    reason, _, where = str(broken).partition(" - at `")
    where = where.rstrip("`") or "$"
    unknown = re.match(r"Object contains unknown field `(.+)`", reason)
    if unknown:
        return _error(
            origin, lines, f"{where}.{unknown[1]}", "is not a field of a playbook; remove or rename it"
        )
    missing = re.match(r"Object missing required field `(.+)`", reason)
    if missing:
        return _error(origin, lines, where, f"lacks the field `{missing[1]}`; add it")
    return _error(origin, lines, where, f"is wrong: {reason}; change the value")


def _error(origin: str, lines: dict[str, int], where: str, sentence: str) -> InputError:
    known = where
    while known not in lines and len(known) > 1:
        known = known[: max(known.rfind("."), known.rfind("["), 1)]
    field = where.removeprefix("$").removeprefix(".") or "the file"
    return InputError(f"{origin}, line {lines.get(known, 1)}: `{field}` {sentence}", field=field)


def _mistakes(playbook: Playbook) -> Iterator[tuple[str, str]]:
    """What a type cannot express, as (path, sentence); the first one is reported."""
    if not _NAME.fullmatch(playbook.name):
        yield "$.name", "must be lower-case letters, digits and hyphens; rename it"
    if playbook.voice_emotion == "refuse" and not playbook.voice_emotion_reason:
        yield "$.voice_emotion", "is `refuse` without `voice_emotion_reason`; say why in one sentence"
    for index, phrase in enumerate(playbook.do_not_trigger):
        yield from _phrase_mistakes(phrase, f"$.do_not_trigger[{index}]")
    twice = Counter(trigger.name for trigger in playbook.triggers)
    for index, trigger in enumerate(playbook.triggers):
        where = f"$.triggers[{index}]"
        if twice[trigger.name] > 1:
            yield f"{where}.name", f"is used by {twice[trigger.name]} triggers; give each its own name"
        yield from _trigger_mistakes(trigger, where, VARIABLES | playbook.variables.keys())


def _trigger_mistakes(trigger: Trigger, where: str, variables: frozenset[str]) -> Iterator[tuple[str, str]]:
    if not (trigger.signals or trigger.phrases or trigger.emotions):
        yield where, "never fires; give it `signals`, `phrases` or `emotions`"
    if not 0 <= trigger.priority <= 100:
        yield f"{where}.priority", f"must be 0 to 100, not {trigger.priority}; change the number"
    if trigger.max < 0:
        yield f"{where}.max", f"must be 0 or more, not {trigger.max}; change the number"
    if not trigger.model and trigger.card is None:
        yield where, "has neither a `card` nor `model: true`, so it has nothing to say; add a card"
    for name, phrases in (("phrases", trigger.phrases), ("unless", trigger.unless)):
        for index, phrase in enumerate(phrases):
            yield from _phrase_mistakes(phrase, f"{where}.{name}[{index}]")
    if trigger.card is not None:
        for name, text in (("title", trigger.card.title), ("text", trigger.card.text)):
            yield from _card_mistakes(text, f"{where}.card.{name}", variables)


def _phrase_mistakes(phrase: str, where: str) -> Iterator[tuple[str, str]]:
    try:
        compile_phrase(phrase)
    except ValueError as broken:
        yield where, f"{broken}; write plain words"


def _card_mistakes(text: str, where: str, variables: frozenset[str]) -> Iterator[tuple[str, str]]:
    if not text.strip():
        yield where, "is empty; write the words to show"
    try:
        used = [name for _, name, spec, conversion in string.Formatter().parse(text) if name is not None]
        odd = [name for name in used if not name.isidentifier()]
    except ValueError as broken:
        yield where, f"has a loose brace ({broken}); write `{{{{` for a literal one"
        return
    for name in [*odd, *(name for name in used if name not in variables)]:
        known = ", ".join(sorted(variables))
        yield where, f"uses the unknown variable `{{{name}}}`; define it in `variables` or use one of {known}"
