"""A folder of notes, in memory: what was just said finds the section that answers it, or nothing.

A wrong note is worse than none, so a section must be clearly better than the others and good enough by
itself. Words, what a question is after, and (where an encoder is there) meaning count together.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from operator import attrgetter
from pathlib import Path
from types import TracebackType
from typing import TypeAlias

import structlog

from wingman.core.errors import InputError
from wingman.suggest.knowledge.embeddings import Clearance, EmbeddingIndex, Likeness, always
from wingman.suggest.knowledge.lexical import FEWEST, NO_FIT, Fit, LexicalIndex, stems
from wingman.suggest.knowledge.notes_reader import read_notes
from wingman.suggest.knowledge.sections import SUFFIXES, Section
from wingman.suggest.playbook.signals import is_question

log = structlog.get_logger(__name__)

LONGEST_SNIPPET = 240
"""Characters shown of one section."""
BEST = 3
MEANING_S = 0.12
"""How long a prompt waits for what an encoder finds; with the look-up it stays below 200 ms."""
_CARRIED = 3.0
"""Words of its own a turn must have to halve what the turns before it count (`and that one?` has none)."""
LONGEST_TURN = 400
"""Characters of one turn that are compared."""
MEANING_OF_A_STATEMENT = 0.7
"""Words that a standard deviation of likeness is worth, where a statement is chosen within a section."""
Snippet: TypeAlias = tuple[str, str]
"""(source, text), as a card cites it."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known about how well one section answers."""

    words: float
    """Weight of the words it shares with what was just said."""
    before: float
    """The same for the turns before; the less, the more a turn says by itself."""
    facet: float
    """How much it is about what is asked for."""
    words_lead: float
    """How far it lies over the mean section; also the next two."""
    before_lead: float
    facet_lead: float
    told: float
    """Weight of what was just said that it holds, in these words or in others for the same."""
    titled: float
    """The same in its heading."""
    meaning: float = 0.0
    """Standard deviations its likeness to the turns lies over the mean section's, at most `STEPS`; 0 when not
    known."""
    own_meaning: float = 0.0
    """The same of the turn by itself: where it says all it asks, what was said before only blurs it."""
    asks: float = 0.0
    """1 for a question."""
    taught: float = 0.0
    """As `meaning`, by what was learned from notes that answer; 0 for an encoder for which nothing was."""
    own_taught: float = 0.0


_values = attrgetter(*(field.name for field in fields(Evidence)))
"""`astuple` copies deeply, at ten times the cost."""


@dataclass(frozen=True, slots=True)
class Weights:
    """A choice between the sections and none, by their `Evidence`; made by `scripts/train_notes`."""

    bias: float
    evidence: tuple[float, ...]
    """One weight for each field, in their order."""
    at_least: float
    """The share of the odds a section must have to be quoted: it answers, and no other does as well."""
    asked: float
    """The same where a question is put: it tells what it is after, and a statement only hints at it."""
    plausible: float = 0.05
    """The share from which a section is told to a model, which reads it and sees whether it fits."""

    def odds(self, known: Evidence) -> float:
        """That this section answers, to one that it does not."""
        values = _values(known)
        points = self.bias + sum(weight * value for weight, value in zip(self.evidence, values, strict=True))
        return math.exp(min(points, _MOST_POINTS))

    def shares(self, known: Mapping[int, Evidence]) -> dict[int, float]:
        """Of each section, by its row, the share of the odds that it is the one that answers."""
        odds = {row: self.odds(evidence) for row, evidence in known.items()}
        whole = 1.0 + sum(odds.values())
        return {row: one / whole for row, one in odds.items()}


BY_WORDS = Weights(
    -2.315,
    (-0.64, -1.423, 1.788, 0.565, 1.961, 0.007, 0.783, 0.747, 0.0, 0.0, 1.053, 0.0, 0.0),
    at_least=0.6,
    asked=0.6,
)
BY_MEANING = Weights(
    -2.902,
    (-0.406, -1.399, 2.746, 0.058, 1.498, -0.742, 0.732, 0.743, 1.124, 0.467, 0.521, 0.0, 0.0),
    at_least=0.63,
    asked=0.65,
)
BY_ADAPTER = Weights(
    -3.247,
    (-0.245, -1.462, 2.952, -0.137, 1.482, -1.635, 0.68, 0.737, 0.486, -0.202, 0.468, 1.321, 0.325),
    at_least=0.45,
    asked=0.45,
)
"""For the encoder whose vectors an adapter was learned for. `BY_MEANING` has to give what is quoted that share
as well: what was learned finds more, and is wrong elsewhere than what was not."""
_MOST_POINTS = 50.0
STEPS = 3.0
"""Most standard deviations that count."""


class Knowledge:
    """The notes of some folders. Looking up takes a millisecond or two."""

    def __init__(
        self,
        folder: Path | Sequence[Path] | None = None,
        meaning: EmbeddingIndex | None = None,
        *,
        sections: Sequence[Section] = (),
    ) -> None:
        """`folder` is one folder of notes, or several; `sections` stand before them."""
        folders = (folder,) if isinstance(folder, Path) else tuple(folder or ())
        read = (part for each in folders for part in read_sections(each))
        self._sections: tuple[Section, ...] = (*sections, *read)
        self._words = LexicalIndex(self._sections)
        self._meaning = meaning
        if folders:
            log.info("knowledge.ready", sections=len(self._sections))

    def __enter__(self) -> Knowledge:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __len__(self) -> int:
        """Sections indexed."""
        return len(self._sections)

    def close(self) -> None:
        """Let go of the notes."""
        self._sections, self._words = (), LexicalIndex(())

    async def run(self) -> None:
        """Have the notes read for their meaning, until cancelled; returns at once without an encoder."""
        if self._meaning is not None and self._sections:
            await self._meaning.run([section.passages for section in self._sections])

    async def ready(self) -> bool:
        """Wait until the notes have been read for their meaning, while `run` runs; at once without an encoder.

        False when they could not be, or when the encoder stands still: they are found by their words alone.
        """
        if self._meaning is None or not self._sections:
            return True
        await self._meaning.tried()
        return self._meaning.ready

    def anticipate(self, text: str, before: Sequence[str] = ()) -> None:
        """`search` may be asked for this soon: have its meaning found by then, where nothing leaves for it."""
        if self._meaning is not None and not self._meaning.remote and self._sections and stems(text):
            self._compare(text, before)

    def search(
        self, text: str, before: Sequence[str] = (), *, clear: Clearance = always
    ) -> tuple[Snippet, ...]:
        """The (source, snippet) that answers what was said after the turns `before`; empty without a sure one.

        Where that is a whole section, the statement nearest to the moment comes behind it: for whoever has read
        the section and asks on.

        Never waits: what an encoder knows about it counts when it is there already. `clear` is asked before
        words leave this machine for it.
        """
        if not self._sections or not stems(text):
            return ()
        found = self._ranked(text, before)
        self._compare(text, before, clear)
        return self._quoted(found.clear, text, before, on=True)

    async def settled(
        self,
        text: str,
        found: tuple[Snippet, ...],
        before: Sequence[str] = (),
        *,
        clear: Clearance = always,
    ) -> tuple[Snippet, ...]:
        """`found` and what else may answer, for a model to judge; waits 120 ms at most for the meaning."""
        if not self._sections or not stems(text):
            return found
        self._compare(text, before, clear)
        if self._meaning is not None:  # it answers in order, so the turn by itself is known by then
            await self._meaning.known(joined(text, before), MEANING_S, clear)
        ranked = self._ranked(text, before)
        more = self._quoted((*ranked.clear, *ranked.plausible), text, before)
        pairs = tuple(dict.fromkeys((*found, *more)))
        return tuple(
            (source, quote)
            for source, quote in pairs
            if not any(source == other and quote != longer and quote in longer for other, longer in pairs)
        )[:BEST]

    def evidence(self, text: str, before: Sequence[str] = ()) -> dict[int, Evidence]:
        """What is known about each section that may answer, by its row; all the others have nothing of it."""
        return self._evidence(text, before, self._meant(text, before))

    def _evidence(self, text: str, before: Sequence[str], meant: _Meant) -> dict[int, Evidence]:
        fits = self._words.fits(text, before)
        rows = set(fits).union(*(one.nearest for one in meant.known))
        mean = _mean(tuple(fits.values()), max(len(self._sections), FEWEST) + 1)
        carried = _CARRIED / (_CARRIED + len(set(stems(text))))
        asks = float(is_question(text))
        found = {}
        for row in rows:
            fit = fits.get(row, NO_FIT)
            found[row] = Evidence(
                fit.words,
                fit.before * carried,
                fit.facet,
                fit.words - mean.words,
                (fit.before - mean.before) * carried,
                fit.facet - mean.facet,
                fit.told,
                fit.titled,
                _steps(meant.likeness, row),
                _steps(meant.own, row),
                asks,
                _steps(meant.taught, row),
                _steps(meant.own_taught, row),
            )
        return found

    def _compare(self, text: str, before: Sequence[str], clear: Clearance = always) -> None:
        """Have the turn compared with the notes by itself, then together with the turns before it."""
        if self._meaning is not None:
            self._meaning.ask(joined(text, ()), clear)
            self._meaning.ask(joined(text, before), clear)

    def _ranked(self, text: str, before: Sequence[str]) -> _Ranked:
        meant = self._meant(text, before)
        likeness = meant.likeness
        compared = likeness is not None and meant.own is not None
        if not compared or len(self._sections) == 1:  # one section leads no other
            ways: tuple[Weights, ...] = (BY_WORDS,)
        else:
            ways = (BY_MEANING,) if meant.taught is None else (BY_MEANING, BY_ADAPTER)
        known, weights = self._evidence(text, before, meant), ways[-1]
        shares = [way.shares(known) for way in ways]
        sure = {row: min(share[row] for share in shares) for row in known}
        alike = likeness.alike if likeness is not None else frozenset()
        least = weights.asked if is_question(text) else weights.at_least
        first = [
            row
            for row in sorted(sure, key=lambda row: (-sure[row], row))[:1]
            if (sure[row] >= least or row in alike) and not self._words.lacks_the_sum(text, row)
        ]
        named = None if first else self._words.coded(text)
        if named is not None and not self._words.lacks_the_sum(text, named):
            first = [named]  # one rare word makes no section sure
        rest = [
            row
            for row in sorted(known, key=lambda row: (-shares[-1][row], row))
            if row not in first and (shares[-1][row] >= weights.plausible or row in alike)
        ]
        return _Ranked(tuple(first), tuple(rest[:BEST]))

    def _meant(self, text: str, before: Sequence[str]) -> _Meant:
        taught = self._meaning.taught(joined(text, ()), joined(text, before)) if self._meaning else None
        own_taught, both_taught = taught or (None, None)
        return _Meant(self._likeness(text, before), self._likeness(text, ()), both_taught, own_taught)

    def _likeness(self, text: str, before: Sequence[str]) -> Likeness | None:
        return self._meaning.likeness(joined(text, before)) if self._meaning is not None else None

    def _quoted(
        self, rows: Sequence[int], text: str, before: Sequence[str], *, on: bool = False
    ) -> tuple[Snippet, ...]:
        """What is quoted of each section; with `on` the statement nearest to the moment behind it."""
        own = frozenset(stems(text))
        earlier = frozenset(stem for turn in before for stem in stems(turn))
        likeness = self._likeness(text, before)
        found: list[Snippet] = []
        for row in rows:
            section = self._sections[row]
            nearest = _nearest(section, own, earlier, likeness.of_statements(row) if likeness else ())
            quotes = (_snippet(section, nearest), _cut(section.statements[nearest]))
            found += ((section.source, quote) for quote in quotes[: 1 + on])
        return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class _Meant:
    """How like the sections a turn is, as far as that is known."""

    likeness: Likeness | None
    """With the turns before it."""
    own: Likeness | None
    taught: Likeness | None
    """Both by what was learned from notes that answer."""
    own_taught: Likeness | None

    @property
    def known(self) -> tuple[Likeness, ...]:
        every = (self.likeness, self.own, self.taught, self.own_taught)
        return tuple(one for one in every if one is not None)


@dataclass(frozen=True, slots=True)
class _Ranked:
    """Rows of sections."""

    clear: tuple[int, ...]
    """The one that clearly answers, if any."""
    plausible: tuple[int, ...]
    """Others that may, best first."""


def read_sections(folder: Path) -> Iterator[Section]:
    """All sections of a folder, file by file. Raises `InputError` when it does not exist. Blocking."""
    if not folder.is_dir():
        raise InputError(
            f"the knowledge folder {folder} does not exist; create it or clear suggest.knowledge",
            field="suggest.knowledge",
        )
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
    for note in read_notes([(path.relative_to(folder).as_posix(), path) for path in files]):
        if note.problem:
            log.warning("knowledge.skipped", file=note.name, why=note.problem)
        yield from note.sections


def _steps(likeness: Likeness | None, row: int) -> float:
    return max(-STEPS, min(STEPS, likeness.steps(row))) if likeness is not None else 0.0


def joined(text: str, before: Sequence[str]) -> str:
    """A turn with those before it, as it is compared."""
    return " ".join(turn[:LONGEST_TURN] for turn in (*before, text))


def _mean(fits: Sequence[Fit], count: int) -> Fit:
    """The mean over all sections and one that has nothing of it."""
    return Fit(
        sum(fit.words for fit in fits) / count,
        sum(fit.before for fit in fits) / count,
        sum(fit.facet for fit in fits) / count,
    )


def _nearest(section: Section, own: frozenset[str], earlier: frozenset[str], alike: Sequence[float]) -> int:
    """The statement nearest to the moment."""
    held = [_held(statement, own, earlier) for statement in section.statements]
    if len(alike) == len(held):
        held = [one + MEANING_OF_A_STATEMENT * steps for one, steps in zip(held, alike, strict=True)]
    return max(range(len(held)), key=lambda at: (held[at], -at))


def _snippet(section: Section, nearest: int) -> str:
    """The whole section where it fits the card, else the statement nearest to the moment and what follows."""
    statements = section.statements
    whole = _run(statements, 0)
    if len(whole) <= LONGEST_SNIPPET and sum(map(len, statements)) <= len(whole):
        return whole
    return _cut(_run(statements, nearest))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_SNIPPET else f"{text[: LONGEST_SNIPPET - 1].rstrip()}…"


def _run(statements: Sequence[str], first: int) -> str:
    """The statement at `first` and those after it that still fit the card."""
    text = statements[first]
    for statement in statements[first + 1 :]:
        if len(text) + 2 + len(statement) > LONGEST_SNIPPET:
            break
        text += f"{' ' if text[-1] in '.!?…' else '; '}{statement}"
    return text


def _held(statement: str, own: frozenset[str], earlier: frozenset[str]) -> float:
    """Words of the moment in a statement; those of the turns before count less."""
    words = frozenset(stems(statement))
    return len(words & own) + 0.4 * len(words & (earlier - own))
