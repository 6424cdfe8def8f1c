"""A folder of notes, in memory: what was just said finds the section that answers it, or nothing.

A wrong note is worse than none, so a section must be clearly better than the others and good enough by
itself. Words, what a question is after, and (where an encoder is there) meaning count together.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TypeAlias

import structlog

from wingman.core.errors import InputError
from wingman.suggest.knowledge.embeddings import Clearance, EmbeddingIndex, always
from wingman.suggest.knowledge.lexical import FEWEST, NO_FIT, Fit, LexicalIndex, stems
from wingman.suggest.knowledge.notes_reader import read_notes
from wingman.suggest.knowledge.sections import SUFFIXES, Section

log = structlog.get_logger(__name__)

LONGEST_SNIPPET = 240
"""Characters shown of one section."""
BEST = 3
MEANING_S = 0.12
"""How long a prompt waits for what an encoder finds; with the look-up it stays below 200 ms."""
LONGEST_TURN = 400
"""Characters of one turn that are compared."""
Snippet: TypeAlias = tuple[str, str]
"""(source, text), as a card cites it."""


@dataclass(frozen=True, slots=True)
class Weights:
    """A logistic regression over what is known about one section; `at_least` is the chance it must reach.

    Fitted to 233 turns of eight meetings with notes. Leaving out one meeting at a time, 37 of the 48 answerable
    turns have the right section first by words and 39 with meaning; with these thresholds 22 and 30 are shown
    right, 6 and 5 wrong, and the rest abstain.
    """

    bias: float
    words: float
    before: float
    facet: float
    words_lead: float
    """The lead of this section over the mean one; also for the next two."""
    before_lead: float
    facet_lead: float
    meaning: float = 0.0
    """Standard deviations its likeness lies over the mean section's."""
    at_least: float = 0.2


BY_WORDS = Weights(-4.146, 0.692, -0.098, 0.67, 0.299, 0.372, 4.913, at_least=0.25)
BY_MEANING = Weights(-4.346, 0.715, -0.095, 0.724, 0.087, 0.189, 4.675, 0.991, at_least=0.15)
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
        """Up to three (source, snippet) pairs for what was said after the turns `before`, best first.

        Empty when nothing fits well enough. Never waits: what an encoder knows about it counts when it is there
        already. `clear` is asked before words leave this machine for it.
        """
        if not self._sections or not stems(text):
            return ()
        wanted = frozenset(stem for turn in (*before, text) for stem in stems(turn))
        found = self._fitting(text, before)
        if self._meaning is not None:
            self._meaning.ask(_joined(text, before), clear)
        return tuple(
            (self._sections[row].source, _snippet(self._sections[row], wanted)) for row in found[:BEST]
        )

    async def settled(
        self,
        text: str,
        found: tuple[Snippet, ...],
        before: Sequence[str] = (),
        *,
        clear: Clearance = always,
    ) -> tuple[Snippet, ...]:
        """`found`, or what `search` gives once the meaning is known; waits 120 ms at most."""
        if self._meaning is None or not self._sections or not stems(text):
            return found
        known = await self._meaning.known(_joined(text, before), MEANING_S, clear)
        return self.search(text, before, clear=clear) if known else found

    def _fitting(self, text: str, before: Sequence[str]) -> list[int]:
        """The sections good enough to be shown, best first."""
        fits = self._words.fits(text, before)
        likeness = self._meaning.likeness(_joined(text, before)) if self._meaning is not None else None
        weights = BY_WORDS if likeness is None else BY_MEANING
        rows = set(fits) | (set(likeness.nearest) if likeness is not None else set())
        mean = _mean(tuple(fits.values()), max(len(self._sections), FEWEST) + 1)
        chances = {
            row: _chance(
                weights, fits.get(row, NO_FIT), mean, likeness.steps(row) if likeness is not None else 0.0
            )
            for row in rows
        }
        alike = likeness.alike if likeness is not None else frozenset()
        good = [row for row in rows if chances[row] >= weights.at_least or row in alike]
        return sorted(good, key=lambda row: (-chances[row], row))


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


def _chance(weights: Weights, fit: Fit, mean: Fit, steps: float) -> float:
    """How likely this section answers, 0 to 1."""
    points = (
        weights.bias
        + weights.words * fit.words
        + weights.before * fit.before
        + weights.facet * fit.facet
        + weights.words_lead * (fit.words - mean.words)
        + weights.before_lead * (fit.before - mean.before)
        + weights.facet_lead * (fit.facet - mean.facet)
        + weights.meaning * max(-STEPS, min(STEPS, steps))
    )
    return 1 / (1 + math.exp(-points))


def _snippet(section: Section, wanted: frozenset[str]) -> str:
    """The statement that holds most of the words, with those after it that still fit the card."""
    statements = section.statements
    held = [len(wanted.intersection(stems(statement))) for statement in statements]
    first = max(range(len(statements)), key=lambda at: (held[at], -at))
    text = statements[first]
    for statement in statements[first + 1 :]:
        if len(text) + 2 + len(statement) > LONGEST_SNIPPET:
            break
        text += f"{' ' if text[-1] in '.!?…' else '; '}{statement}"
    return text if len(text) <= LONGEST_SNIPPET else f"{text[: LONGEST_SNIPPET - 1].rstrip()}…"
