"""The slot for a judge of content: is what Wingman says any good? Needs a real model: nothing runs it.

Timing can be judged by scripts; words cannot. This builds the judge's prompt for each moment, with and
without emotion (an A/B), and turns its verdicts into a difference with a confidence interval. The
scripted answers of an emulator say nothing about quality, so nothing here reports a figure from them.
"""

from __future__ import annotations

import math
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from tests.eval.script import Line, Script

NOT_RUN = "content quality: not run (it needs a real model as author and a second one as judge)"
RESAMPLES = 2000

JUDGE = """\
You judge one suggestion that was whispered to a participant of a meeting.
Playbook: {playbook}. What was just said by the other side: "{moment}"
Points a good suggestion touches: {points}
The suggestion: "{answer}"
Give 1 (harmful), 2 (useless), 3 (passable), 4 (good) or 5 (excellent). Answer with the digit alone."""

Ask = Callable[[str], Awaitable[str]]
"""A real model: prompt → answer."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean difference and its 95 % bootstrap interval."""

    mean: float
    low: float
    high: float


def judge_prompt(script: Script, line: Line, answer: str) -> str:
    """The judge's question about one answer."""
    points = "; ".join(line.points) or "none given"
    return JUDGE.format(playbook=script.playbook, moment=line.text, points=points, answer=answer)


async def verdict(ask: Ask, script: Script, line: Line, answer: str) -> int | None:
    """1 to 5, or None when the judge did not answer with a digit."""
    said = (await ask(judge_prompt(script, line, answer))).strip()
    return int(said) if said in {"1", "2", "3", "4", "5"} else None


def difference(with_emotion: Sequence[int], without: Sequence[int], seed: int = 0) -> Interval:
    """Mean of the paired differences (A minus B), bootstrapped. Raises `ValueError` when unpaired."""
    pairs = [a - b for a, b in zip(with_emotion, without, strict=True)]
    if not pairs:
        return Interval(math.nan, math.nan, math.nan)
    rng = random.Random(seed)
    means = sorted(sum(rng.choices(pairs, k=len(pairs))) / len(pairs) for _ in range(RESAMPLES))
    low, high = means[int(0.025 * RESAMPLES)], means[int(0.975 * RESAMPLES) - 1]
    return Interval(sum(pairs) / len(pairs), low, high)
