"""A folder of notes, in memory: what was just said finds the section that answers it, or nothing.

A wrong note is worse than none, so a section must be clearly better than the others and good enough by
itself. Words, what a question is after, and (where an encoder is there) meaning count together.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from types import TracebackType
from typing import TypeAlias

import structlog

from wingman.core.errors import InputError
from wingman.suggest.knowledge.embeddings import Clearance, EmbeddingIndex, Likeness, always
from wingman.suggest.knowledge.lexical import FEWEST, NO_FIT, Fit, LexicalIndex, stems
from wingman.suggest.knowledge.notes_reader import read_notes
from wingman.suggest.knowledge.sections import SUFFIXES, Section

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
    meaning: float = 0.0
    """Standard deviations its likeness lies over the mean section's, at most `STEPS`; 0 when not known."""


@dataclass(frozen=True, slots=True)
class Weights:
    """A choice between the sections and none, by their `Evidence`; made by `scripts/train_notes`."""

    bias: float
    evidence: tuple[float, ...]
    """One weight for each field, in their order."""
    at_least: float
    """The share of the odds a section must have to be quoted: it answers, and no other does as well."""
    plausible: float = 0.05
    """The share from which a section is told to a model, which reads it and sees whether it fits."""

    def odds(self, known: Evidence) -> float:
        """That this section answers, to one that it does not."""
        fields = astuple(known)
        points = self.bias + sum(weight * value for weight, value in zip(self.evidence, fields, strict=True))
        return math.exp(min(points, _MOST_POINTS))


BY_WORDS = Weights(-2.659, (0.273, -0.61, 2.053, 0.513, 0.831, 1.49, 0.0), at_least=0.8)
BY_MEANING = Weights(-2.88, (0.122, -0.819, 2.027, 0.322, 0.529, 1.553, 1.377), at_least=0.5)
LITERAL, LITERAL_SHARE = 0.6, 0.25
"""A section that holds so much of what a turn is about answers it with a smaller share of the odds: that it is
asked in the words of the notes is known, where weights made from hints look for more."""
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

    async def ready(self) -> None:
        """Return when the notes have been read for their meaning, or could not be; while `run` runs."""
        if self._meaning is not None and self._sections:
            await self._meaning.tried()

    def anticipate(self, text: str, before: Sequence[str] = ()) -> None:
        """`search` may be asked for this soon: have its meaning found by then, where nothing leaves for it."""
        if self._meaning is not None and not self._meaning.remote and self._sections and stems(text):
            self._meaning.ask(_joined(text, before))

    def search(
        self, text: str, before: Sequence[str] = (), *, clear: Clearance = always
    ) -> tuple[Snippet, ...]:
        """The (source, snippet) that answers what was said after the turns `before`; empty without a sure one.

        Never waits: what an encoder knows about it counts when it is there already. `clear` is asked before
        words leave this machine for it.
        """
        if not self._sections or not stems(text):
            return ()
        found = self._ranked(text, before)
        if self._meaning is not None:
            self._meaning.ask(_joined(text, before), clear)
        return self._quoted(found.clear, text, before)

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
        if self._meaning is not None:
            await self._meaning.known(_joined(text, before), MEANING_S, clear)
        ranked = self._ranked(text, before)
        more = self._quoted((*ranked.clear, *ranked.plausible), text, before)
        return tuple(dict.fromkeys((*found, *more)))[:BEST]

    def evidence(self, text: str, before: Sequence[str] = ()) -> dict[int, Evidence]:
        """What is known about each section that may answer, by its row; all the others have nothing of it."""
        fits = self._words.fits(text, before)
        likeness = self._likeness(text, before)
        rows = set(fits) | (set(likeness.nearest) if likeness is not None else set())
        mean = _mean(tuple(fits.values()), max(len(self._sections), FEWEST) + 1)
        carried = _CARRIED / (_CARRIED + len(set(stems(text))))
        found = {}
        for row in rows:
            fit = fits.get(row, NO_FIT)
            steps = likeness.steps(row) if likeness is not None else 0.0
            found[row] = Evidence(
                fit.words,
                fit.before * carried,
                fit.facet,
                fit.words - mean.words,
                (fit.before - mean.before) * carried,
                fit.facet - mean.facet,
                max(-STEPS, min(STEPS, steps)),
            )
        return found

    def _ranked(self, text: str, before: Sequence[str]) -> _Ranked:
        likeness = self._likeness(text, before)
        compared = likeness is not None and len(self._sections) > 1  # one section leads no other
        weights = BY_MEANING if compared else BY_WORDS
        odds = {row: weights.odds(known) for row, known in self.evidence(text, before).items()}
        whole = 1.0 + sum(odds.values())
        rows = sorted(odds, key=lambda row: (-odds[row], row))
        alike = likeness.alike if likeness is not None else frozenset()
        first = []
        for row in rows[:1]:
            share = odds[row] / whole
            literal = share >= LITERAL_SHARE and self._words.covered(text, before, row) >= LITERAL
            sure = share >= weights.at_least or row in alike or literal
            if sure and not self._words.lacks_the_sum(text, row):
                first.append(row)
        rest = [row for row in rows[len(first) :] if odds[row] / whole >= weights.plausible or row in alike]
        return _Ranked(tuple(first), tuple(rest[:BEST]))

    def _likeness(self, text: str, before: Sequence[str]) -> Likeness | None:
        return self._meaning.likeness(_joined(text, before)) if self._meaning is not None else None

    def _quoted(self, rows: Sequence[int], text: str, before: Sequence[str]) -> tuple[Snippet, ...]:
        own = frozenset(stems(text))
        earlier = frozenset(stem for turn in before for stem in stems(turn))
        likeness = self._likeness(text, before)
        return tuple(
            (
                self._sections[row].source,
                _snippet(self._sections[row], own, earlier, likeness.of_statements(row) if likeness else ()),
            )
            for row in rows
        )


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


def _joined(text: str, before: Sequence[str]) -> str:
    return " ".join(turn[:LONGEST_TURN] for turn in (*before, text))


def _mean(fits: Sequence[Fit], count: int) -> Fit:
    """The mean over all sections and one that has nothing of it."""
    return Fit(
        sum(fit.words for fit in fits) / count,
        sum(fit.before for fit in fits) / count,
        sum(fit.facet for fit in fits) / count,
    )


def _snippet(section: Section, own: frozenset[str], earlier: frozenset[str], alike: Sequence[float]) -> str:
    """The whole section where it fits the card, else the statement nearest to the moment and what follows."""
    statements = section.statements
    whole = _run(statements, 0)
    if len(whole) <= LONGEST_SNIPPET and sum(map(len, statements)) <= len(whole):
        return whole
    held = [_held(statement, own, earlier) for statement in statements]
    if len(alike) == len(held):
        held = [one + MEANING_OF_A_STATEMENT * steps for one, steps in zip(held, alike, strict=True)]
    first = max(range(len(statements)), key=lambda at: (held[at], -at))
    text = _run(statements, first)
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
