"""`scripts/eval_suggest`: how the gate does on labelled conversations whose corpus it has not seen."""

from __future__ import annotations

import argparse
import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import numpy as np
import structlog

from scripts.gate import conversations
from scripts.gate.conversations import Conversation
from scripts.gate.oracle import Oracle, serve
from scripts.gate.playing import Stage, Unseen, play
from scripts.gate.scoring import Score, Shown
from scripts.gate.written import CORPUS, TALKS
from scripts.train_gate import encoding
from tests.eval.judge import NOT_RUN
from tests.eval.run import evaluate
from wingman.local.sentence_encoder import SentenceEncoder, installed
from wingman.suggest.gate.probe import Flavour

COLUMNS = (
    f"{'':24} precision  recall (at once)  silence  wrong kind  commonest  distinct  cards/10 min  asks/10 min"
)


def row(name: str, score: Score) -> str:
    """One line of the table."""
    at_once = score.at_once / max(1, score.must)
    return (
        f"{name[:24]:24} {score.precision:>9.2f}  {score.recall:>6.2f} ({at_once:>6.2f})  {score.silence:>8.3f}"
        f"  {score.kind_errors:>10.2f}  {score.commonest:>9.2f}  {score.distinct:>8.2f}"
        f"  {score.per_ten_minutes:>12.1f}  {score.asks_per_ten_minutes:>11.1f}"
    )


async def played(
    talks: Sequence[Conversation], stage: Stage, unseen: Unseen | None
) -> list[tuple[Conversation, Score]]:
    """Every conversation with its score; `unseen` None plays with the weights that are shipped."""
    found = []
    parts = {talk.name: talk.corpus if unseen is None else unseen.part(talk) for talk in talks}
    for part in sorted(set(parts.values())):
        probe = {} if unseen is None else {"probe": unseen.probe(part)}
        found += [(talk, await play(talk, stage, **probe)) for talk in talks if parts[talk.name] == part]
    return found


def by_kind(score: Score) -> list[str]:
    """Per kind: moments that must have a card and are met, and cards that were of the right kind."""
    kinds = sorted({*score.must_of, *score.shown_as})
    lines = ["kind            must   met    cards  right kind"]
    for kind in kinds:
        met = score.met_of[kind] / max(1, score.must_of[kind])
        right = score.right_as[kind] / max(1, score.shown_as[kind])
        lines.append(
            f"{kind:14} {score.must_of[kind]:>5}  {met:>4.2f}  {score.shown_as[kind]:>7}  {right:>10.2f}"
        )
    return lines


def calibration(unseen: Unseen) -> list[str]:
    """What the probe says a turn is worth, and what such turns were worth, on corpora left out."""
    rows = unseen.design.rows
    spoken = ~np.isin(rows.corpus, (CORPUS, TALKS))
    share = 1 / (1 + np.exp(-unseen.judged.scores))
    lines = ["says          turns  must or optional  must"]
    for low in np.arange(0.0, 1.0, 0.1):
        part = spoken & (share >= low) & (share < low + 0.1)
        if part.any():
            lines.append(
                f"{low:.1f} to {low + 0.1:.1f}  {part.sum():>7}  {(~rows.silent[part]).mean():>16.2f}"
                f"  {rows.must[part].mean():>4.2f}"
            )
    return lines


def _read(talk: Conversation, cards: Sequence[Shown]) -> None:
    """Every card in one row, to be read by a person."""
    for card in cards:
        turn = talk.turns[card.turn]
        text = " / ".join(card.text.splitlines())
        print(f"{talk.name}:{card.turn}  {turn.label} {','.join(turn.kinds)}  | {turn.text[:90]}")
        print(f"    ▸ {card.kind}: {text}")


def by(found: Sequence[tuple[Conversation, Score]], key: Callable[[Conversation], str]) -> dict[str, Score]:
    """Scores added up by what `key` tells of a conversation."""
    groups: dict[str, list[Score]] = {}
    for talk, score in found:
        groups.setdefault(key(talk), []).append(score)
    return {name: Score.total(group) for name, group in sorted(groups.items())}


async def main() -> None:
    arguments = _arguments()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    if arguments.scripts:
        await _scripts()
        return
    talks = conversations.load_or_exit(arguments.data)
    with_meaning = installed() and not arguments.no_encoder
    encoder = SentenceEncoder() if with_meaning else None
    trained = [*talks, *conversations.scripts()]
    flavour: Flavour = "meaning" if encoder else "words"
    left_out = arguments.by == "conversation"
    unseen = None if arguments.shipped else Unseen(trained, flavour, encoding(), by_conversation=left_out)
    if unseen is not None and arguments.calibration:
        print("\n".join(calibration(unseen)))
    async with AsyncExitStack() as stack:
        read = _read if arguments.cards else None
        stage = Stage(encoder, verbosity=arguments.verbosity, seed=arguments.seed, on_cards=read)
        if arguments.oracle:
            oracle = Oracle()
            stage = replace(stage, oracle=oracle, model=await stack.enter_async_context(serve(oracle)))
        for variant in arguments.variant or ["clean", "asr5", "asr10", "asr15"]:
            found = await played(talks, replace(stage, variant=variant), unseen)
            _show(variant, found, encoder is not None)
    if encoder is not None:
        encoder.close()
    print(f"\n{NOT_RUN}")


def _show(variant: str, found: Sequence[tuple[Conversation, Score]], meaning: bool) -> None:
    print(f"\n{variant}, {'with' if meaning else 'without'} the encoder\n\n{COLUMNS}")
    print(row("all", Score.total(score for _, score in found)))
    if variant == "clean":
        for key in (lambda talk: talk.corpus, lambda talk: talk.domain, lambda talk: talk.language):
            for name, score in by(found, key).items():
                print(row(f"  {name}", score))
        print("\n" + "\n".join(by_kind(Score.total(score for _, score in found))))


async def _scripts() -> None:
    for folder in ("tuning", "heldout"):
        report = await evaluate(folder)
        for name, score in report.by_variant.items():
            print(
                f"{folder:8} {name:13} precision {score.precision:.2f} recall {score.recall:.2f} "
                f"silence {score.silence:.3f} kind {score.kind_accuracy:.2f}"
            )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/eval_suggest", description=__doc__)
    parser.add_argument("--data", type=Path, default=conversations.FOLDER, help="folder of labelled *.jsonl")
    parser.add_argument("--variant", action="append", choices=["clean", "bare", "asr5", "asr10", "asr15"])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--verbosity", choices=["quiet", "balanced", "lively"], default="balanced")
    parser.add_argument("--no-encoder", action="store_true", help="by words alone")
    parser.add_argument(
        "--by", choices=["corpus", "conversation"], default="corpus", help="what the weights have not seen"
    )
    parser.add_argument("--calibration", action="store_true", help="what the probe says, and what is so")
    parser.add_argument("--cards", action="store_true", help="print every card, to be read")
    parser.add_argument("--oracle", action="store_true", help="with a model that answers by the labels")
    parser.add_argument("--shipped", action="store_true", help="the shipped weights, which know the data")
    parser.add_argument("--scripts", action="store_true", help="the repository's own scripted meetings")
    return parser.parse_args()


if __name__ == "__main__":
    asyncio.run(main())
