"""Plays labelled conversations and judges every card by a rubric, one row a card, for a person to read.

    python -m scripts.judge_cards DIR [--playbook NAME] [--only TEXT] [--rows] [--no-encoder]

DIR holds `*.jsonl`, one turn a line with `meeting`, `who`, `text`, `label`, `kinds`, `playbook`, `brief`,
`knowledge` and `note`; notes are folders in `DIR/knowledge`. Nothing of it is kept. A row names what is wrong:

    echo       the card, what it quotes aside, has hardly a word that the moment had not, or means the same
    again      one of the last cards said the same, word for word or in other words
    general    a move that would fit any moment of its kind: no note, no fact, no condition of its own
    needless   the moment was labelled silent
    wrong-note another note than the one that answers
    kind       another kind than the labelled ones
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import structlog

from wingman.core.events import SuggestionCreated
from wingman.local.sentence_encoder import SentenceEncoder, installed
from wingman.meeting.rehearsal import Cast, Rehearsed, read_turns, rehearse
from wingman.suggest.card.composer import BRIEF
from wingman.suggest.card.novelty import REMEMBERED, SAME_MEANING, bare
from wingman.suggest.knowledge.embeddings import EmbeddingIndex
from wingman.suggest.knowledge.encoder import Encoder
from wingman.suggest.knowledge.index import Knowledge
from wingman.suggest.playbook.moves import as_moves, move_book
from wingman.suggest.playbook.playbook import load_playbook
from wingman.suggest.playbook.signals import SPOKEN, normalise


@dataclass(frozen=True, slots=True)
class Judged:
    """One card, its moment and what is wrong with it."""

    turn: dict[str, Any]
    card: SuggestionCreated
    faults: tuple[str, ...]


@dataclass(slots=True)
class Tally:
    """Counts over all conversations."""

    judged: list[Judged] = field(default_factory=list)
    answerable: Counter[str] = field(default_factory=Counter)

    @property
    def most_frequent(self) -> tuple[str, float]:
        """The text most cards share, and its share."""
        texts = Counter(one.card.text for one in self.judged)
        text, count = texts.most_common(1)[0] if texts else ("", 0)
        return text, count / max(1, len(self.judged))


def conversations(folder: Path, only: str) -> Iterator[list[dict[str, Any]]]:
    """The turns of each meeting, in order."""
    for path in sorted(folder.glob("*.jsonl")):
        meetings: dict[str, list[dict[str, Any]]] = {}
        for line in path.read_text("utf-8").splitlines():
            turn = json.loads(line)
            meetings.setdefault(turn["meeting"], []).append(turn)
        yield from (turns for name, turns in meetings.items() if only in f"{path.stem} {name}")


async def play(
    turns: Sequence[dict[str, Any]], folder: Path, encoder: Encoder | None
) -> list[tuple[dict[str, Any], SuggestionCreated]]:
    """The cards of one meeting, each with the turn it is about."""
    found: list[tuple[dict[str, Any], SuggestionCreated]] = []
    first = turns[0]
    lines = [json.dumps({key: turn[key] for key in ("who", "text")}).encode() for turn in turns]
    script = read_turns(lines)
    by_line = dict(zip((one.line for one in script), turns, strict=True))

    def take(event: Rehearsed) -> None:
        if isinstance(event.envelope.data, SuggestionCreated) and event.turn is not None:
            found.append((by_line[event.turn], event.envelope.data))

    notes = folder / "knowledge" / first["knowledge"] if first.get("knowledge") else None
    with Knowledge(notes, EmbeddingIndex(encoder) if encoder and notes else None) as knowledge:
        cast = Cast(
            load_playbook(first["playbook"]),
            brief=first["brief"],
            knowledge=knowledge,
            language=first["language"],
            encoder=encoder,
        )
        async with asyncio.TaskGroup() as group:
            reading = group.create_task(knowledge.run())
            await knowledge.ready()
            await rehearse(script, cast, take)
            reading.cancel()
    return found


def faults(
    turn: dict[str, Any], card: SuggestionCreated, shown: Sequence[str], encoder: SentenceEncoder | None
) -> Iterator[str]:
    """What is wrong with a card, by the rubric above."""
    said = bare(card.text)
    words, moment = normalise(said).split(), normalise(turn["text"]).split()
    if sum(word not in moment for word in words) <= len(words) * 0.2 or _alike(said, turn["text"], encoder):
        yield "echo"
    if card.text in shown or any(_alike(said, bare(earlier), encoder) for earlier in shown[-REMEMBERED:]):
        yield "again"
    if card.text in general(turn["playbook"]):
        yield "general"
    if turn["label"] == "silent":
        yield "needless"
    elif turn["kinds"] and card.kind not in turn["kinds"]:
        yield "kind"
    cited = card.source.split(" ›")[0]
    if cited.endswith(".md") and turn.get("note") and cited != turn["note"]:
        yield "wrong-note"


def _alike(one: str, other: str, encoder: SentenceEncoder | None) -> bool:
    """True when two texts mean the same; without an encoder nobody knows."""
    if encoder is None:
        return False
    first, second = encoder.encode_here([one, other])
    return float(first @ second) >= SAME_MEANING


@cache
def general(playbook: str) -> frozenset[str]:
    """The moves without a condition and without a fact, of a playbook and of all languages."""
    books = [book for language in SPOKEN if (book := move_book(language)) is not None]
    moves = [load_playbook(playbook).moves, *(book.common for book in books)]
    moves += [book.playbooks.get(playbook, {}) for book in books]
    listed = (move for kinds in moves for found in kinds.values() for move in as_moves(found))
    return frozenset(
        move.text for move in listed if not (move.words or move.signals or "{" in move.text or move.asked)
    )


def row(one: Judged) -> str:
    turn, card = one.turn, one.card
    return (
        f"{turn['meeting']}:{turn['n']} {turn['label']} {'/'.join(turn['kinds'])} [{', '.join(one.faults)}]\n"
        f"    {turn['who']}: {turn['text'][:200]}\n"
        f"    ▸ {card.kind} | {card.title} | {' ⏎ '.join(card.text.splitlines())} | {card.source}\n"
        f"    expert: {turn['card']}   harm: {turn['harm']}"
    )


async def judge(folder: Path, only: str, encoder: SentenceEncoder | None) -> Tally:
    tally = Tally()
    for turns in conversations(folder, only):
        shown: list[str] = []
        cards = await play(turns, folder, encoder)
        for turn, card in cards:
            tally.judged.append(Judged(turn, card, tuple(faults(turn, card, shown, encoder))))
            shown.append(card.text)
        sources = {turn["n"]: card.source.split(" ›")[0] for turn, card in cards}
        for turn in turns:
            if turn.get("note") and turn["n"] in sources:
                cited = sources[turn["n"]]
                right = "right" if cited == turn["note"] else "wrong" if cited.endswith(".md") else "none"
                tally.answerable[right] += 1
    return tally


def show(tally: Tally, *, rows: bool) -> None:
    if rows:
        print("\n".join(row(one) for one in tally.judged))
    counted = Counter(fault for one in tally.judged for fault in one.faults)
    labels = Counter(one.turn["label"] for one in tally.judged)
    text, share = tally.most_frequent
    print(f"{len(tally.judged)} cards: {dict(labels)}; {len({one.card.text for one in tally.judged})} texts")
    print(f"faults: {dict(counted)}")
    print(f"most frequent text: {share:.3f} of cards: {text!r}")
    print(f"quoting notes: {sum('.md' in one.card.source for one in tally.judged)}, ", end="")
    print(f"the brief: {sum(one.card.source == BRIEF for one in tally.judged)}")
    print(f"cards where a note answers: {dict(tally.answerable)}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/judge_cards", description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="part of a file's or a meeting's name")
    parser.add_argument("--rows", action="store_true", help="print every card")
    parser.add_argument("--no-encoder", action="store_true", help="by words alone")
    arguments = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    encoder = SentenceEncoder() if installed() and not arguments.no_encoder else None
    try:
        show(asyncio.run(judge(arguments.folder, arguments.only, encoder)), rows=arguments.rows)
    finally:
        if encoder is not None:
            encoder.close()


if __name__ == "__main__":
    main()
