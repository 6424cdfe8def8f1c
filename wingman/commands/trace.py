"""`wingman trace`: what each utterance of a meeting waited for, as a waterfall."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import msgspec

from wingman.commands.common import run_until_signal, settings_of
from wingman.commands.stored_meetings import open_kept
from wingman.config.settings import Settings
from wingman.core.encoders import terminal
from wingman.core.errors import InputError
from wingman.events.waterfall import UtteranceTrace, traces

WIDTH = 40
"""Characters of a bar."""


def main(arguments: argparse.Namespace) -> int:
    """Run the subcommand; returns the exit status. Raises `InputError` for arguments that make no sense."""
    return run_until_signal(_trace(arguments, settings_of(arguments, quiet=True)))


async def _trace(arguments: argparse.Namespace, settings: Settings) -> int:
    async with open_kept(arguments, settings) as kept:
        wait_s = settings.emotion.prompt_wait_ms / 1000
        found = sorted(traces(await kept.history(arguments.id), wait_s), key=lambda trace: trace.start)
    if arguments.utterance:
        found = [trace for trace in found if trace.utterance == arguments.utterance]
        if not found:
            raise InputError(
                f"this meeting has no utterance `{arguments.utterance[:80]}`; leave it out to see all",
                field="utterance",
            )
    lines = [msgspec.json.encode(trace).decode() for trace in found] if arguments.json else drawn(found)
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 0


def drawn(found: Sequence[UtteranceTrace]) -> list[str]:
    """The waterfalls, a line a stage; a bar's place and length are its time within the utterance's own."""
    lines: list[str] = []
    for trace in found:
        minutes, seconds = divmod(int(trace.start - found[0].start), 60)
        lines.append(
            f"{minutes:02}:{seconds:02}  {terminal(trace.utterance)}  {terminal(trace.outcome) or 'open'}"
        )
        lines += _stages(trace)
    return lines or ["nothing was said"]


def _stages(trace: UtteranceTrace) -> Sequence[str]:
    whole = max(trace.end - trace.start, 1e-6)
    lines = []
    for stage in sorted(trace.stages, key=lambda stage: stage.start):
        before = min(round(WIDTH * (stage.start - trace.start) / whole), WIDTH - 1)
        length = max(1, round(WIDTH * (stage.end - stage.start) / whole))
        bar = f"{' ' * before}{'━' * length}"[:WIDTH]
        # what came from elsewhere moves no cursor; what is ours keeps its place
        line = f"  {stage.name:<17}{stage.ms:>8.0f} ms  {bar:<{WIDTH}}  {terminal(stage.detail)}"
        lines.append(line.rstrip())
    return lines
