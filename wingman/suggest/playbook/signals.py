"""Built-in detectors over one utterance's text. Pure.

Built for recognisers: no case and no punctuation needed. A question mark, when there is one, counts as
evidence; its absence never counts against a question.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib import import_module
from itertools import pairwise
from types import ModuleType
from typing import Any

from wingman.suggest.playbook.fuzzy import mend
from wingman.suggest.playbook.language import base_tag, language_of
from wingman.suggest.playbook.prefix_index import PrefixIndex


class TooWideError(ValueError):
    """A phrase may be read in more than `MOST_READINGS` ways."""


class Signal(StrEnum):
    """What an utterance does, as far as its words tell."""

    QUESTION = "question"
    PRICE = "price"
    COMPETITOR = "competitor"
    OBJECTION = "objection"
    STALL = "stall"
    DECISION = "decision"
    COMMITMENT = "commitment"
    BUYING = "buying"
    PAIN = "pain"
    RISK = "risk"
    FRUSTRATION = "frustration"
    CONFUSION = "confusion"
    CHURN = "churn"

    GRIEF = "grief"
    DANGER = "danger"
    SECRET = "secret"
    LEGAL = "legal"
    TRAP = "trap"
    LIMIT = "limit"
    HARDSHIP = "hardship"


CARE = (
    Signal.DANGER,
    Signal.GRIEF,
    Signal.SECRET,
    Signal.HARDSHIP,
    Signal.TRAP,
    Signal.LEGAL,
    Signal.LIMIT,
)
"""Signals that call for care before anything else, the gravest first; a card that overlooks them does harm."""
SPOKEN = ("en", "de", "fr", "es", "pt")
"""Languages that have patterns; see `wingman.suggest.playbook.patterns`."""


_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "`": "'"})
_EITHER = re.compile(r"\(([^()|]*\|[^()]*)\)")
_NOT_WORD = re.compile(r"[^\w'$€£%]+")
_MARKED = re.compile(r"[.?!]")
"""Ends of sentences; a recogniser that does not mark them never writes these."""
_SENTENCES = re.compile(r"(?<=[.?!])\s+")
_NEVER = re.compile(r"(?!)")
_GAP = r"(?:\S+ ){0,4}?"
MOST_READINGS = 125
"""In how many ways a phrase may be read: as three `*` of up to four words. Words that are said over and over
are tried in each of them, and each further `*` takes five times as long."""
TOO_WIDE = "has more than three `*`, or too many choices that begin with the same words"
_SHORTEST_QUESTION = 3
"""Words, fillers aside; what is shorter is too often a fragment."""


@lru_cache(maxsize=8)  # half a dozen ask in turn about the same words
def normalise(text: str) -> str:
    """Lower case, plain apostrophes, words separated by single spaces; everything else dropped."""
    plain = _NOT_WORD.sub(" ", text.lower().translate(_APOSTROPHES))
    return " ".join(word for word in (part.strip("'") for part in plain.split()) if word)


@lru_cache(maxsize=2048)  # every meeting listens for the same: more than `re` keeps
def compile_phrase(phrase: str) -> re.Pattern[str]:
    """A phrase as a pattern over normalised text; `*` stands for up to four words, `(a|b)` for either.

    Raises `ValueError` when nothing is left to match, `TooWideError` when it may be read in too many ways.
    """
    parts = [part for part in (_written(part) for part in phrase.split("*")) if part]
    if not parts:
        raise ValueError("holds no word to listen for")
    if 5 ** min(len(parts) - 1, 9) * _readings(phrase) > MOST_READINGS:
        raise TooWideError(TOO_WIDE)
    body = f" {_GAP}".join(parts)
    return re.compile(rf"(?<!\S){body}(?!\S)")


def pattern_of(phrase: str) -> re.Pattern[str]:
    """As `compile_phrase`; a phrase that was stored before it had a limit matches nothing."""
    try:
        return compile_phrase(phrase)
    except TooWideError:
        return _NEVER


def _written(phrase: str) -> str:
    """The words of a phrase and its choices, as a pattern."""
    units: list[str] = []
    for part in _EITHER.split(phrase):
        choices = [re.escape(choice) for choice in dict.fromkeys(map(normalise, part.split("|"))) if choice]
        units += [f"(?:{'|'.join(choices)})" if "|" in part else choice for choice in choices[:1]]
    return " ".join(units)


def _readings(phrase: str) -> int:
    """In how many ways words may be read as a phrase's choices: where one begins like another, as each."""
    ways = 1
    for either in _EITHER.findall(phrase):
        choices = sorted(f"{choice} " for choice in {*map(normalise, either.split("|"))} if choice)
        if any(longer.startswith(one) for one, longer in pairwise(choices)):
            ways *= len(choices)
        if ways > MOST_READINGS:
            break
    return ways


@lru_cache(maxsize=8)  # notes, gate and card ask in turn about the same words, and about their sentences
def detect(text: str, language: str = "en") -> frozenset[Signal]:
    """All signals of one utterance. `text` may be raw; costs some tens of microseconds.

    In a language without patterns only a question mark tells anything. What calls for care does so in
    whatever language it is said, also before the talk has told which that is.
    """
    known = _patterns(base_tag(language) or "en")
    plain = mend(normalise(text)) if known.mends else normalise(text)
    found = known.signals.matching(plain)
    told = language_of(text)
    if told and told != base_tag(language):
        found |= _patterns(told).signals.matching(normalise(text)).intersection(CARE)
    if is_question(text, plain, language):
        found.add(Signal.QUESTION)
    return frozenset(found)


def outright(text: str) -> frozenset[Signal]:
    """The signals that somebody tells of themselves in so many words (“we are fed up”), in any language.

    What is only supposed (“if I want to cancel my contract”) is not told, and who is upset about a match does
    not tell of this talk. What is always worth an answer (“what does it cost”) counts as told.
    """
    found = _told(_outright(), normalise(text), _supposed())
    if Signal.FRUSTRATION in found and _leisure().search(_supposed().sub("-", normalise(text))):
        found.discard(Signal.FRUSTRATION)
    for asked in _asking(text):
        found |= _told(_asked(), normalise(asked), _repeated())
    return frozenset(found)


def _told(index: PrefixIndex[tuple[str, Signal]], plain: str, apart: re.Pattern[str]) -> set[Signal]:
    """What is told without the words of `apart`. Nearly all talk tells nothing with them, either, and that is
    found sooner."""
    found = index.matching(plain)
    if found and (rest := apart.sub("-", plain)) != plain:
        found = index.matching(rest)
    return {signal for _, signal in found}


def _asking(text: str) -> list[str]:
    """The sentences that may ask; all words where no marks tell them apart."""
    if _MARKED.search(text) is None:
        return [text]
    return [part for part in _SENTENCES.split(text) if part.rstrip().endswith("?")]


def is_question(text: str, plain: str | None = None, language: str = "") -> bool:
    """True when the words ask for an answer (greetings and sound checks do not).

    Without a `language` the words tell it themselves; English where they do not.
    """
    known = _patterns(base_tag(language or language_of(text)) or "en")
    plain = normalise(text) if plain is None else plain
    asked = known.fillers.sub("", plain, count=1)
    if len(asked.split()) < _SHORTEST_QUESTION or known.no_question.matches(plain):
        return False
    if text.rstrip().endswith("?") or "¿" in text or known.question.matches(plain):
        return True
    return _MARKED.search(text) is None and known.bare.matches(plain)


class _Question:
    """Patterns of a language's questions, or of what only looks like one."""

    def __init__(self, alternatives: Sequence[str] = ()) -> None:
        first = [alternative[1:] for alternative in alternatives if alternative.startswith("^")]
        within = [alternative for alternative in alternatives if not alternative.startswith("^")]
        self._first = re.compile("|".join(first)) if first else _NEVER
        self._within = PrefixIndex({alternative: re.compile(alternative) for alternative in within})

    def matches(self, plain: str) -> bool:
        return self._first.match(plain) is not None or bool(self._within.matching(plain))


@dataclass(frozen=True, slots=True)
class _Patterns:
    """One language's patterns over normalised text, compiled."""

    fillers: re.Pattern[str]
    question: _Question
    bare: _Question
    """Questions of texts without any marks: where they are set, a question has one."""
    no_question: _Question
    signals: PrefixIndex[Signal]
    mends: bool
    """True where key words a recogniser got almost right can be put right."""


@lru_cache(maxsize=8)
def _patterns(tag: str) -> _Patterns:
    """The patterns of a language; of one without any, empty ones."""
    if tag not in SPOKEN:
        return _Patterns(_NEVER, _Question(), _Question(), _Question(), PrefixIndex({}), mends=False)
    words = import_module(f"wingman.suggest.playbook.patterns.{tag}")
    plain = {signal: getattr(words, signal.name) for signal in Signal if hasattr(words, signal.name)}
    care = {signal: words.CARE[signal] for signal in CARE}
    return _Patterns(
        fillers=re.compile(rf"^(?:(?:{'|'.join(words.FILLERS)}) )+"),
        question=_Question(_filled(words.QUESTIONS, words)),
        bare=_Question(_filled(words.BARE_QUESTIONS, words)),
        no_question=_Question(_filled(words.NOT_QUESTIONS, words)),
        signals=PrefixIndex({signal: _signal(found) for signal, found in {**plain, **care}.items()}),
        mends=tag == "en",
    )


@lru_cache(maxsize=1)
def _outright() -> PrefixIndex[tuple[str, Signal]]:
    """What is said outright in each language: it is heard before the talk has told which that is."""
    return _everywhere("OUTRIGHT")


@lru_cache(maxsize=1)
def _asked() -> PrefixIndex[tuple[str, Signal]]:
    """What is worth an answer whoever asks it, in each language."""
    return _everywhere("ASKED")


def _everywhere(name: str) -> PrefixIndex[tuple[str, Signal]]:
    return PrefixIndex(
        {(tag, Signal(kind)): _signal(found) for tag, of in _of_all(name) for kind, found in of.items()}
    )


@lru_cache(maxsize=1)
def _supposed() -> re.Pattern[str]:
    """Words that suppose, deny or repeat, with up to three that come behind them."""
    return re.compile(rf"(?<!\S)(?:{_words_of('SUPPOSED')})(?:(?<= )\S+|(?!\S)(?: \S+)?)(?: \S+){{0,2}}")


@lru_cache(maxsize=1)
def _repeated() -> re.Pattern[str]:
    """Words behind which a question is only told of, with the six that come behind them."""
    return re.compile(rf"(?<!\S)(?:{_words_of('REPEATED')})(?: \S+){{1,6}}")


@lru_cache(maxsize=1)
def _leisure() -> re.Pattern[str]:
    """What people are upset about that has nothing to do with the talk."""
    return re.compile(rf"\b(?:{_words_of('LEISURE')})\b")


def _words_of(name: str) -> str:
    return "|".join(one for _, some in _of_all(name) for one in some)


def _of_all(name: str) -> list[tuple[str, Any]]:
    """One thing of the patterns of every language."""
    return [(tag, getattr(import_module(f"wingman.suggest.playbook.patterns.{tag}"), name)) for tag in SPOKEN]


def _signal(alternatives: Sequence[str]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(alternatives)})\b")


def _filled(alternatives: Sequence[str], words: ModuleType) -> list[str]:
    """A language's questions, with what it has for the placeholders in them."""
    return [
        alternative.format(
            fillers=rf"(?:(?:{'|'.join(words.FILLERS)}) )*",
            aux="|".join(getattr(words, "AUXILIARIES", ())),
            subject="|".join(getattr(words, "SUBJECTS", ())),
            wh=getattr(words, "QUESTION_WORDS", ""),
        )
        for alternative in alternatives
    ]
