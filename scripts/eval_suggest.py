"""`scripts/eval_suggest`: print how the gate does on the scripted meetings."""

from __future__ import annotations

import argparse
import asyncio
import logging

import structlog

from tests.eval.judge import NOT_RUN
from tests.eval.run import Report, evaluate
from tests.eval.score import Score

COLUMNS = "variant        precision  recall    kind  silence    lost  repeated   stale  cards/10 min"


def row(name: str, score: Score) -> str:
    rates = (score.precision, score.recall, score.kind_accuracy, score.silence_accuracy)
    more = (score.lost_share, score.repetition, score.staleness)
    return (
        f"{name:<13}  {rates[0]:>9.2f}  {rates[1]:>6.2f}  {rates[2]:>6.2f}  {rates[3]:>7.3f}  "
        f"{more[0]:>6.3f}  {more[1]:>8.3f}  {more[2]:>6.3f}  {score.per_ten_minutes:>12.1f}"
    )


def show(report: Report, details: bool) -> None:
    print(f"\n{report.folder}: {report.meetings} meetings, verbosity balanced\n\n{COLUMNS}")
    for name, score in report.by_variant.items():
        print(row(name, score))
    print(row("all", report.whole))
    most = ", ".join(f"{name} {count}" for name, count in report.most_cards.items())
    print(f"most cards in one ten-minute meeting: {most}")
    if details:
        for name, score in report.by_variant.items():
            for line in score.misses:
                print(f"  {name}: missed {line}")
            for line in score.noise:
                print(f"  {name}: needless {line}")


async def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/eval_suggest", description=__doc__)
    parser.add_argument("--folder", choices=("tuning", "heldout"), help="one of the two; both without")
    parser.add_argument(
        "--details", action="store_true", help="name the missed and needless cards (tuning only)"
    )
    arguments = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    for folder in (arguments.folder,) if arguments.folder else ("tuning", "heldout"):
        show(await evaluate(folder), arguments.details and folder == "tuning")
    print("\nThe meetings and the rules have one author; the held-out half was written before any tuning.")
    print(NOT_RUN)


asyncio.run(main())
