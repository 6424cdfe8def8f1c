"""`wingman trace`: what each utterance of a meeting waited for, as a waterfall."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from textwrap import shorten

import msgspec

from wingman.commands.common import run_until_signal, settings_of
from wingman.commands.stored_meetings import open_kept
from wingman.config.settings import Settings
from wingman.core.encoders import terminal
from wingman.core.errors import InputError
from wingman.core.events import UtteranceCreated
from wingman.core.time import clock
from wingman.events.waterfall import UtteranceTrace, traces

WIDTH = 40
"""Characters of a bar."""
SAID = 60
"""Characters of what was said."""


def main(arguments: argparse.Namespace) -> int:
    """Run the subcommand; returns the exit status. Raises `InputError` for arguments that make no sense."""
    return run_until_signal(_trace(arguments, settings_of(arguments, quiet=True)))


async def _trace(arguments: argparse.Namespace, settings: Settings) -> int:
    async with open_kept(arguments, settings) as kept:
        wait_s = settings.emotion.prompt_wait_ms / 1000
        history = await kept.history(arguments.id)
        found = sorted(traces(history, wait_s), key=lambda trace: trace.start)
    began = found[0].start if found else 0.0
    if arguments.utterance:
        found = [trace for trace in found if trace.utterance == arguments.utterance]
        if not found:
            raise InputError(
                f"this meeting has no utterance `{arguments.utterance[:80]}`; leave it out to see all",
                field="utterance",
            )
    words = {e.data.id: e.data.text for e in history if isinstance(e.data, UtteranceCreated)}
    if arguments.json:
        lines = [msgspec.json.encode(trace).decode() for trace in found]
    else:
        lines = drawn(found, words, began)
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 0


def drawn(
    found: Sequence[UtteranceTrace], words: Mapping[str, str] = {}, began: float | None = None
) -> list[str]:
    """The waterfalls, a line a stage; a bar's place and length are its time within the utterance's own.

    `words`: what was said, by utterance; its beginning tells a reader which it was. `began`: when the first of
    the meeting did, in Unix seconds; left out, the first of these.
    """
    lines: list[str] = []
    for trace in found:
        at = clock(trace.start - (found[0].start if began is None else began))
        said = shorten(terminal(words.get(trace.utterance, "")), SAID, placeholder=" …")
        head = f"{at}  {terminal(trace.utterance)}  {terminal(trace.outcome) or 'open'}"
        lines.append(f"{head}  “{said}”" if said else head)
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
