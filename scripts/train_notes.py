"""Make the weights by which notes are chosen, and say what they are worth on notes left out.

    python -m scripts.train_notes [--data DIR]

Four sources: the labelled conversations in DIR that have notes; `tests/eval/notes.json`, turns that hint at
what they mean, written before the rules were looked at; `tests/eval/notes_asked.json`, plain questions as
callers ask them; and `tests/eval/notes_strangers.json`, notes, questions, hints and near misses by writers who
had read nothing of the rules. Prints `Weights` for `wingman/suggest/knowledge/index.py`, and per share of the odds
how many answerable turns get the right note and how many another, each judged by weights that have not seen its
notes. `tests/eval/notes_apart.json` is of those writers as well: no weight, word or share is made from it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import tempfile
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import NamedTuple

import numpy as np
import structlog
from numpy.typing import NDArray

from scripts.gate import conversations
from wingman.local.sentence_encoder import SentenceEncoder, installed
from wingman.suggest.knowledge.embeddings import EmbeddingIndex
from wingman.suggest.knowledge.index import (
    BEST,
    BY_MEANING,
    BY_WORDS,
    Evidence,
    Knowledge,
    Weights,
    read_sections,
)
from wingman.suggest.playbook.language import language_of
from wingman.suggest.playbook.signals import is_question

_EVAL = Path(__file__).parent.parent / "tests" / "eval"
WRITTEN = {
    "written": _EVAL / "notes.json",
    "asked": _EVAL / "notes_asked.json",
    "strangers": _EVAL / "notes_strangers.json",
    "apart": _EVAL / "notes_apart.json",
}
LABELLED = "labelled"
APART = "apart"
"""Kept out of all that is made."""
SOURCES = (LABELLED, *WRITTEN)
RIDGE = 10.0
STEPS = 12
SHARES = (0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.47, 0.5, 0.55, 0.6, 0.7)


class Said(NamedTuple):
    """One turn as it is written down."""

    before: Sequence[str]
    text: str
    note: str
    """The file that answers, or the file and its heading; empty when none does."""
    kind: str = "turn"


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn and what is known about each note."""

    notes: str
    """Name of the set of notes."""
    source: str
    """One of `SOURCES`."""
    kind: str
    """Of strangers' turns `question`, `hint` or `none`; of the others `turn`."""
    asks: bool
    """True when it is a question."""
    right: str
    """The file that answers, or the file and its heading (`file › heading`); empty when none does."""
    sections: tuple[str, ...]
    """The source of each section, as a card cites it."""
    evidence: NDArray[np.float64]
    """One row a section."""

    def fits(self, row: int) -> bool:
        """True for a section that answers."""
        return self.right in (self.sections[row], self.sections[row].split(" ›")[0])


async def turns(folder: Path | None, *, meaning: bool) -> list[Turn]:
    """All turns of both sources, with or without an encoder."""
    encoder = SentenceEncoder() if meaning else None
    found: list[Turn] = []
    try:
        for source, path in WRITTEN.items():
            for notes in json.loads(path.read_text("utf-8")):
                with tempfile.TemporaryDirectory() as place:
                    for name, text in notes["files"].items():
                        (Path(place) / name).write_text(text, "utf-8")
                    said = [
                        Said(turn["before"], turn["text"], turn["note"], turn.get("kind", "turn"))
                        for turn in notes["turns"]
                    ]
                    found += await _weighed(f"{source} {notes['name']}", Path(place), said, encoder, source)
        for talk in conversations.load(folder) if folder is not None else []:
            if folder is not None and talk.knowledge:
                texts = [turn.text for turn in talk.turns]
                said = [
                    Said(texts[max(0, at - 2) : at], turn.text, turn.note)
                    for at, turn in enumerate(talk.turns)
                    if turn.who != "U"
                ]
                notes_of = folder / "knowledge" / talk.knowledge
                found += await _weighed(talk.name, notes_of, said, encoder, LABELLED)
    finally:
        if encoder is not None:
            encoder.close()
    return found


async def _weighed(
    name: str,
    folder: Path,
    said: Sequence[Said],
    encoder: SentenceEncoder | None,
    source: str,
) -> list[Turn]:
    sections = tuple(section.source for section in read_sections(folder))
    found = []
    with Knowledge(folder, EmbeddingIndex(encoder) if encoder is not None else None) as knowledge:
        async with asyncio.TaskGroup() as group:
            reading = group.create_task(knowledge.run())
            await knowledge.ready()
            for before, text, right, kind in said:
                await knowledge.settled(text, (), before)
                known = knowledge.evidence(text, before)
                empty = (0.0,) * len(fields(Evidence))
                rows = [astuple(known[row]) if row in known else empty for row in range(len(sections))]
                asks = is_question(text, language=language_of(text) or "en")
                found.append(Turn(name, source, kind, asks, right, sections, np.array(rows)))
            reading.cancel()
    return found


def fit(found: Sequence[Turn]) -> Weights:
    """Weights of a choice between the sections and none of them, by Newton's method, with a ridge."""
    rows = np.concatenate([turn.evidence for turn in found])
    middle, spread = rows.mean(0), rows.std(0) + 1e-9
    offered = [np.c_[(turn.evidence - middle) / spread, np.ones(len(turn.sections))] for turn in found]
    weights = np.zeros(rows.shape[1] + 1)
    ridge = np.diag([RIDGE] * (len(weights) - 1) + [0.0])
    for _ in range(STEPS):
        slope, curve = ridge @ weights, ridge.copy()
        for known, turn in zip(offered, found, strict=True):
            odds = np.exp(known @ weights)
            share = odds / (1.0 + odds.sum())
            right = np.array([turn.fits(row) for row in range(len(share))]) * share
            wanted = right / right.sum() if turn.right else np.zeros(len(share))
            slope += known.T @ (share - wanted)
            curve += known.T @ (np.diag(share) - np.outer(share, share)) @ known
        weights -= np.linalg.solve(curve, slope)
    plain = weights[:-1] / spread
    bias = weights[-1] - float(plain @ middle)
    return Weights(round(float(bias), 3), tuple(round(float(one), 3) for one in plain), 0.0, 0.0)


def shares(turn: Turn, weights: Weights) -> NDArray[np.float64]:
    """Of each section, the share of the odds that it is the one that answers."""
    odds = np.exp(turn.evidence @ np.array(weights.evidence) + weights.bias)
    share: NDArray[np.float64] = odds / (1.0 + odds.sum())
    return share


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one turn."""

    turn: Turn
    right: bool
    """True when the section with the largest share answers."""
    share: float
    told: bool
    """True when one that answers is among those that a model would be told of."""


def judged(found: Sequence[Turn]) -> list[Verdict]:
    """Every turn, by weights that have not seen its notes."""
    verdicts = []
    for name in sorted({turn.notes for turn in found}):
        weights = fit([turn for turn in found if turn.notes != name])
        for turn in (turn for turn in found if turn.notes == name):
            share = shares(turn, weights)
            first, *others = np.argsort(-share)[:BEST].tolist()
            told = any(turn.fits(row) for row in (first, *others) if share[row] >= weights.plausible)
            verdicts.append(Verdict(turn, turn.fits(first), float(share[first]), told))
    return verdicts


@dataclass(frozen=True, slots=True)
class Rates:
    """What comes of some turns when a share of the odds is asked for."""

    right: float
    """Of the answerable turns."""
    wrong: float
    """Another note, of the answerable turns."""
    needless: float
    """A note, of the turns that none answers."""
    misled: float
    """Of all notes shown, those that do not answer."""


def rates(verdicts: Sequence[Verdict], least: float, asked: float | None = None) -> Rates:
    """`asked`: the share for questions, where it is another."""
    bar = {True: least if asked is None else asked, False: least}
    answerable = [one for one in verdicts if one.turn.right]
    others = [one for one in verdicts if not one.turn.right]
    shown = [one for one in answerable if one.share >= bar[one.turn.asks]]
    right = sum(one.right for one in shown)
    needless = sum(one.share >= bar[one.turn.asks] for one in others)
    count, notes = max(1, len(answerable)), max(1, len(shown) + needless)
    wrong = len(shown) - right
    return Rates(right / count, wrong / count, needless / max(1, len(others)), (wrong + needless) / notes)


def among(verdicts: Sequence[Verdict]) -> float:
    """The share of the answerable turns whose note is among those a model would be told of."""
    answerable = [one for one in verdicts if one.turn.right]
    return sum(one.told for one in answerable) / max(1, len(answerable))


async def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/train_notes", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=conversations.FOLDER, help="folder of labelled *.jsonl")
    arguments = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    folder = arguments.data if arguments.data.is_dir() else None
    for meaning in (False, True) if installed() else (False,):
        found = await turns(folder, meaning=meaning)
        verdicts = judged(found)
        print(f"\n{'by meaning' if meaning else 'by words'}: {fit(found)}")
        for source in SOURCES:
            part = [one for one in verdicts if one.turn.source == source]
            first = sum(one.right for one in part if one.turn.right)
            count = sum(bool(one.turn.right) for one in part)
            print(f"  {source}: first {first} of {count}, told to a model {among(part):.2f}")
            shipped = BY_MEANING if meaning else BY_WORDS
            print(f"    shipped: {rates(part, shipped.at_least, shipped.asked)}")
            for least in SHARES:
                print(f"    {least:.2f}: {rates(part, least)}")


if __name__ == "__main__":
    asyncio.run(main())
