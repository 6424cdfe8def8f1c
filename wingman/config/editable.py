"""The settings people change, in their words: what the settings page offers. Everything else stands in the
file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from wingman.core.vocabulary import MODE_TITLES, VERBOSITY_TITLES

Kind = Literal["choice", "switch", "number", "list", "text"]


@dataclass(frozen=True, slots=True)
class Editable:
    """One setting as the page shows it."""

    name: str
    """Dotted name in the settings tree."""
    label: str
    kind: Kind
    help: str = ""
    choices: Mapping[str, str] | None = None
    """Value → what it is called; None where the choices are known at run time only."""
    least: float = 0
    most: float = 0
    restart: bool = False
    """Whether a change holds only from the next start of the service."""


@dataclass(frozen=True, slots=True)
class Choosable:
    """One choice of a setting."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One setting with its value and what may be done about it."""

    name: str
    label: str
    kind: str
    """`choice`, `switch`, `number`, `list`, `text`, or `fact` for what is only told."""
    value: Any
    help: str = ""
    choices: tuple[Choosable, ...] = ()
    least: float = 0
    most: float = 0
    fixed: str = ""
    """Who set it where the page has no say; empty otherwise."""
    restart: bool = False


GROUPS: Mapping[str, tuple[Editable, ...]] = {
    "Language": (
        Editable(
            "transcribe.deepgram.language",
            "Spoken language",
            "choice",
            "What is spoken where a meeting does not say otherwise. Only what the transcriber in use can "
            "read is offered.",
        ),
        Editable(
            "transcribe.deepgram.keyterms",
            "Names and terms to listen for",
            "list",
            "One a line, at most 100: product names, people, abbreviations.",
        ),
        Editable(
            "transcribe.whisper.language",
            "Spoken language",
            "choice",
            "Found out over the first long sentences, or named here. Offered are those it was found to "
            "read well.",
        ),
        Editable(
            "transcribe.whisper.keyterms",
            "Names and terms to listen for",
            "list",
            "One a line, the most telling first: names of your calls. Unrelated ones cost accuracy.",
        ),
    ),
    "How much Wingman says": (
        Editable("suggest.playbook", "Playbook", "choice", "Where a meeting does not choose another one."),
        Editable(
            "suggest.verbosity",
            "How often it may speak",
            "choice",
            "At most 4, 8 or 15 cards in ten minutes.",
            VERBOSITY_TITLES,
        ),
        Editable(
            "suggest.mode",
            "When it speaks",
            "choice",
            "",
            MODE_TITLES,
        ),
        Editable(
            "suggest.cost.budget",
            "Most a meeting may cost",
            "number",
            "In the currency of the price list; 0 sets no limit. Near it, Wingman does less.",
            least=0,
            most=1000,
        ),
    ),
    "Privacy": (
        Editable(
            "deliver.retention_days",
            "Delete meetings after so many days",
            "number",
            "0 keeps them until you delete them.",
            least=0,
            most=3650,
            restart=True,
        ),
        Editable(
            "report.store_audio",
            "Store the sound of calls",
            "switch",
            "Off unless you ask for it. Tell everybody in the call.",
        ),
        Editable(
            "report.record_events",
            "Keep what the providers said",
            "switch",
            "Interim guesses and scores, so that a meeting can be replayed with other settings.",
        ),
        Editable(
            "report.summary",
            "Sum a meeting up when it ends",
            "switch",
            "With a model, its words go to that model.",
        ),
    ),
}

NAMES: Mapping[str, Editable] = {each.name: each for group in GROUPS.values() for each in group}
"""Every setting the page may change, by its dotted name."""

KEYS: Mapping[str, str] = {
    "deepgram": "transcribe.deepgram.api_key",
    "hume": "emotion.hume.api_key",
    "gemini": "suggest.gemini.api_key",
}
"""Provider → the setting that holds its key."""
