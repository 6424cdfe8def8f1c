"""`scripts/eval_suggest`: how the gate does on labelled conversations whose corpus it has not seen."""

from __future__ import annotations

import argparse
import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import structlog

from scripts.gate import conversations
from scripts.gate.conversations import Conversation
from scripts.gate.oracle import Oracle, serve
from scripts.gate.playing import Stage, Unseen, play
from scripts.gate.scoring import Score, total
from scripts.train_gate import encoding
from tests.eval.judge import NOT_RUN
from tests.eval.run import evaluate
from wingman.local.sentence_encoder import SentenceEncoder, installed

COLUMNS = f"{'':24} precision  recall (at once)  silence  wrong kind  commonest  cards/10 min  asks/10 min"


def row(name: str, score: Score) -> str:
    """One line of the table."""
    at_once = score.at_once / max(1, score.must)
    return (
        f"{name[:24]:24} {score.precision:>9.2f}  {score.recall:>6.2f} ({at_once:>6.2f})  {score.silence:>8.3f}"
        f"  {score.kind_errors:>10.2f}  {score.commonest:>9.2f}  {score.per_ten_minutes:>12.1f}"
        f"  {score.asks_per_ten_minutes:>11.1f}"
    )


async def played(
    talks: Sequence[Conversation], stage: Stage, unseen: Unseen | None
) -> list[tuple[Conversation, Score]]:
    """Every conversation with its score; `unseen` None plays with the weights that are shipped."""
    found = []
    for corpus in sorted({talk.corpus for talk in talks}):
        probe = {} if unseen is None else {"probe": unseen.probe(corpus)}
        found += [(talk, await play(talk, stage, **probe)) for talk in talks if talk.corpus == corpus]
    return found


def by(found: Sequence[tuple[Conversation, Score]], key: Callable[[Conversation], str]) -> dict[str, Score]:
    """Scores added up by what `key` tells of a conversation."""
    groups: dict[str, Score] = {}
    for talk, score in found:
        groups.setdefault(key(talk), Score()).add(score)
    return dict(sorted(groups.items()))


async def main() -> None:
    arguments = _arguments()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    if arguments.scripts:
        await _scripts()
        return
    talks = conversations.load(arguments.data)
    with_meaning = installed() and not arguments.no_encoder
    encoder = SentenceEncoder() if with_meaning else None
    trained = [*talks, *conversations.scripts()]
    unseen = None if arguments.shipped else Unseen(trained, "meaning" if encoder else "words", encoding())
    async with AsyncExitStack() as stack:
        stage = Stage(encoder, verbosity=arguments.verbosity, seed=arguments.seed)
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
    print(row("all", total(score for _, score in found)))
    if variant == "clean":
        for key in (lambda talk: talk.corpus, lambda talk: talk.domain, lambda talk: talk.language):
            for name, score in by(found, key).items():
                print(row(f"  {name}", score))


async def _scripts() -> None:
    for folder in ("tuning", "heldout"):
        report = await evaluate(folder)
        for name, score in report.by_variant.items():
            print(
                f"{folder:8} {name:13} precision {score.precision:.2f} recall {score.recall:.2f} "
                f"silence {score.silence_accuracy:.3f} kind {score.kind_accuracy:.2f}"
            )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/eval_suggest", description=__doc__)
    parser.add_argument("--data", type=Path, default=conversations.FOLDER, help="folder of labelled *.jsonl")
    parser.add_argument("--variant", action="append", choices=["clean", "bare", "asr5", "asr10", "asr15"])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--verbosity", choices=["quiet", "balanced", "lively"], default="balanced")
    parser.add_argument("--no-encoder", action="store_true", help="by words alone")
    parser.add_argument("--oracle", action="store_true", help="with a model that answers by the labels")
    parser.add_argument("--shipped", action="store_true", help="the shipped weights, which know the data")
    parser.add_argument("--scripts", action="store_true", help="the repository's own scripted meetings")
    return parser.parse_args()


if __name__ == "__main__":
    asyncio.run(main())
