"""Make the weights by which notes are chosen, and say what they are worth on notes left out.

    python -m scripts.train_notes [--data DIR]

Four sources: the labelled conversations in DIR that have notes; `tests/eval/notes.json`, turns that hint at
what they mean, written before the rules were looked at; `tests/eval/notes_asked.json`, plain questions as
callers ask them; and `tests/eval/notes_strangers.json`, questions, hints and near misses by writers who had
read nothing of the rules. Prints `Weights` for `wingman/suggest/knowledge/index.py`, and per share of the odds
how many answerable turns get the right note and how many another, each judged by weights that have not seen
its notes. `tests/eval/notes_apart.json` is by those writers, too: nothing is made from it, and
`scripts/prove suggest-cards` alone says what it comes to. What an encoder's vectors learn
(`wingman/suggest/knowledge/query_adapter.npz`) is made anew first.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, fields, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import structlog
from numpy.typing import NDArray

from scripts.gate import conversations
from scripts.notes_adapter import Lines, learned
from wingman.local.sentence_encoder import SIZE, SentenceEncoder, installed
from wingman.suggest.knowledge import query_adapter
from wingman.suggest.knowledge.embeddings import EmbeddingIndex
from wingman.suggest.knowledge.index import (
    BEST,
    BY_ADAPTER,
    BY_MEANING,
    BY_WORDS,
    Evidence,
    Knowledge,
    Weights,
    joined,
    read_sections,
)
from wingman.suggest.knowledge.query_adapter import QueryAdapter, stored
from wingman.suggest.knowledge.sections import Section
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
FOLDS = 10
PATIENCE_S = 60.0
ALL = -1
"""The fold that nothing is left out with."""
UNTAUGHT = QueryAdapter("none", np.zeros((SIZE, 1), np.float32), np.zeros((1, SIZE), np.float32))
TAUGHT = [at for at, field in enumerate(fields(Evidence)) if field.name in ("taught", "own_taught")]
RIDGE = 10.0
STEPS = 12
SHARES = (0.3, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.9)
ADAPTER = Path(query_adapter.__file__).with_name(query_adapter.FILE)


def cited(note: str, source: str) -> bool:
    """True where a section of that source is what `note` names: a file, or `file › heading`."""
    return note in (source, source.split(" ›")[0])


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
    """`LABELLED`, or one of `WRITTEN`."""
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

    @property
    def part(self) -> str:
        """What it is counted among: its source, and of strangers' turns their kind."""
        return self.source if self.kind == "turn" else f"{self.source}, {self.kind}"

    def fits(self, row: int) -> bool:
        """True for a section that answers."""
        return cited(self.right, self.sections[row])


@dataclass(frozen=True, slots=True)
class NotesSet:
    """Some notes and what was said about them."""

    name: str
    source: str
    sections: tuple[Section, ...]
    said: tuple[Said, ...]

    def answers(self, said: Said) -> NDArray[np.bool_]:
        """Which sections answer."""
        return np.array([cited(said.note, one.source) for one in self.sections])


def sets_of(folder: Path | None) -> list[NotesSet]:
    """All of them, those of the labelled conversations in `folder` by their notes."""
    found = []
    for source, path in WRITTEN.items():
        for notes in json.loads(path.read_text("utf-8")):
            with tempfile.TemporaryDirectory() as place:
                for name, text in notes["files"].items():
                    (Path(place) / name).write_text(text, "utf-8")
                sections = tuple(read_sections(Path(place)))
            said = tuple(
                Said(turn["before"], turn["text"], turn["note"], turn.get("kind", "turn"))
                for turn in notes["turns"]
            )
            found.append(NotesSet(f"{source} {notes['name']}", source, sections, said))
    for talk in conversations.load_or_exit(folder) if folder is not None else []:
        if folder is not None and talk.knowledge:
            texts = [turn.text for turn in talk.turns]
            said = tuple(
                Said(texts[max(0, at - 2) : at], turn.text, turn.note)
                for at, turn in enumerate(talk.turns)
                if turn.who != "U"
            )
            sections = tuple(read_sections(folder / "knowledge" / talk.knowledge))
            found.append(NotesSet(f"{LABELLED} {talk.knowledge}", LABELLED, sections, said))
    return found


def folds(names: Iterable[str]) -> dict[str, int]:
    """The part that each set of notes is left out with."""
    ordered = sorted(set(names))
    places = np.random.default_rng(0).permutation(len(ordered))
    return {ordered[place]: number % FOLDS for number, place in enumerate(places)}


def lines_of(notes: NotesSet, encoder: SentenceEncoder) -> Lines | None:
    """What an adapter is learned from; None where nothing is answered."""
    answered = [one for one in notes.said if one.note and notes.answers(one).any()]
    if not answered:
        return None
    passages = [passage for section in notes.sections for passage in section.passages]
    starts = np.cumsum([0, *(len(section.passages) for section in notes.sections)])[:-1]
    own = encoder.encode_here([joined(one.text, ()) for one in answered])
    both = own + encoder.encode_here([joined(one.text, one.before) for one in answered])
    both /= np.linalg.norm(both, axis=1, keepdims=True)
    answers = np.array([notes.answers(one) for one in answered])
    return Lines(np.r_[own, both], encoder.encode_here(passages), starts, np.r_[answers, answers])


def adapters_of(found: Sequence[NotesSet], encoder: SentenceEncoder) -> dict[int, QueryAdapter]:
    """What is learned without each part; `ALL` is what is learned from all that is not kept apart."""
    parts = folds(notes.name for notes in found if notes.source != APART)
    lines = [
        (parts[notes.name], one)
        for notes in found
        if notes.source != APART and (one := lines_of(notes, encoder)) is not None
    ]
    return {out: learned([one for part, one in lines if part != out]) for out in (*range(FOLDS), ALL)}


async def turns(
    found: Sequence[NotesSet],
    encoder: SentenceEncoder | None = None,
    adapters: Mapping[int, QueryAdapter] | None = None,
) -> list[Turn]:
    """All turns: by words alone, with an encoder, or with an adapter as well that has not seen the notes."""
    parts = folds(notes.name for notes in found if notes.source != APART)
    weighed: list[Turn] = []
    for notes in found:
        taught = adapters[parts.get(notes.name, ALL)] if adapters is not None else UNTAUGHT
        meaning = EmbeddingIndex(encoder, adapter=taught) if encoder is not None else None
        weighed += await _weighed(notes, meaning)
    return weighed


async def _weighed(notes: NotesSet, meaning: EmbeddingIndex | None) -> list[Turn]:
    sections = tuple(section.source for section in notes.sections)
    found = []
    with Knowledge(None, meaning, sections=notes.sections) as knowledge:
        async with asyncio.TaskGroup() as group:
            reading = group.create_task(knowledge.run())
            await knowledge.ready()
            for before, text, right, kind in notes.said:
                if meaning is not None:
                    await meaning.known(joined(text, ()), PATIENCE_S)
                    await meaning.known(joined(text, before), PATIENCE_S)
                known = knowledge.evidence(text, before)
                empty = (0.0,) * len(fields(Evidence))
                rows = [astuple(known[row]) if row in known else empty for row in range(len(sections))]
                asks = is_question(text, language=language_of(text) or "en")
                found.append(Turn(notes.name, notes.source, kind, asks, right, sections, np.array(rows)))
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


def untaught(turn: Turn) -> Turn:
    """The same without what an adapter adds to it."""
    evidence = turn.evidence.copy()
    evidence[:, TAUGHT] = 0.0
    return replace(turn, evidence=evidence)


def judged(found: Sequence[Turn]) -> list[Verdict]:
    """Every turn, by weights that have not seen its notes, with what an adapter tells and without it."""
    verdicts = []
    parts = folds(turn.notes for turn in found if turn.source != APART)
    adapter_tells = any(turn.evidence[:, TAUGHT].any() for turn in found)
    for out in (*range(FOLDS), ALL):
        seen = [turn for turn in found if turn.source != APART and parts[turn.notes] != out]
        weights = fit(seen)
        plain = fit([untaught(turn) for turn in seen]) if adapter_tells else weights
        for turn in (turn for turn in found if parts.get(turn.notes, ALL) == out):
            taught = shares(turn, weights)
            share = np.minimum(taught, shares(untaught(turn), plain))
            likely = np.argsort(-taught)[:BEST].tolist()
            told = any(turn.fits(row) for row in likely if taught[row] >= weights.plausible)
            first = int(share.argmax())
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


def parts(verdicts: Sequence[Verdict]) -> dict[str, list[Verdict]]:
    """They by what they are counted among."""
    found: defaultdict[str, list[Verdict]] = defaultdict(list)
    for one in verdicts:
        found[one.turn.part].append(one)
    return dict(sorted(found.items()))


def among(verdicts: Sequence[Verdict]) -> float:
    """The share of the answerable turns whose note is among those a model would be told of."""
    answerable = [one for one in verdicts if one.turn.right]
    return sum(one.told for one in answerable) / max(1, len(answerable))


async def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/train_notes", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=conversations.FOLDER, help="folder of labelled *.jsonl")
    parser.add_argument(
        "--adapter", type=Path, default=ADAPTER, help="file for what an encoder's vectors learn"
    )
    arguments = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    sets = sets_of(arguments.data if arguments.data.is_dir() else None)
    show("BY_WORDS", BY_WORDS, await turns(sets))
    if not installed():
        return
    encoder = SentenceEncoder()
    try:
        adapters = adapters_of(sets, encoder)
        np.savez(arguments.adapter, allow_pickle=False, **stored(adapters[ALL]))
        show("BY_MEANING", BY_MEANING, await turns(sets, encoder))
        show("BY_ADAPTER", BY_ADAPTER, await turns(sets, encoder, adapters))
    finally:
        encoder.close()


def show(name: str, shipped: Weights, found: Sequence[Turn]) -> None:
    """Print the weights and what those that have not seen the notes are worth."""
    print(f"\n{name}: {fit([turn for turn in found if turn.source != APART])}")
    for source, part in parts(judged(found)).items():
        if part[0].turn.source == APART:
            continue  # whoever chooses a share by these has nothing left to try it on
        first = sum(one.right for one in part if one.turn.right)
        count = sum(bool(one.turn.right) for one in part)
        print(f"  {source}: first {first} of {count}, told to a model {among(part):.2f}")
        print(f"    shipped: {rates(part, shipped.at_least, shipped.asked)}")
        for least in SHARES:
            print(f"    {least:.2f}: {rates(part, least)}")


if __name__ == "__main__":
    asyncio.run(main())
