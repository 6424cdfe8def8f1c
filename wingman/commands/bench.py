"""`wingman bench`: how many live sessions this machine holds at what cost, or how long a person waits."""

from __future__ import annotations

import argparse
import asyncio
import json
import math
from dataclasses import asdict

from wingman.bench.harness import Step, ramp, wingman
from wingman.bench.wait import Script, measure
from wingman.bench.waiting import Moments, drawn, rows, typical
from wingman.commands import emulate
from wingman.commands.common import settings_of
from wingman.config.paths import SAMPLE
from wingman.core.errors import InputError


def main(arguments: argparse.Namespace) -> int:
    """Run the subcommand; returns the exit status. Raises `InputError` for arguments that make no sense."""
    settings_of(arguments, quiet=True)
    if arguments.wait:
        return _wait(arguments)
    steps = _steps(arguments.sessions or "10,40,80")
    subject = wingman(
        arguments.chunk_ms,
        arguments.media_path,
        arguments.workers,
        talkative=arguments.talkative,
        measured=not arguments.words_only,
    )
    if not arguments.json:
        print(f"Live Opus over SRTP into this machine, {len(subject.outlets)} provider socket(s) per session.")
        print("sessions    p50      p99   CPU per s of audio   of a core     RSS")
    results = asyncio.run(
        ramp(
            subject,
            steps,
            arguments.seconds or 4.0,
            on_step=lambda step: None if arguments.json else _print(step),
        )
    )
    if arguments.json:
        print(json.dumps([asdict(step) for step in results]))
        return 0
    held = max((step.sessions for step in results if step.held), default=0)
    print(f"\nheld with the 99th percentile below {subject.limit_ms:.0f} ms: {held} sessions (of those tried)")
    return 0


def _wait(arguments: argparse.Namespace) -> int:
    """Play the sample's call and print what each utterance of it waited for."""
    (calls,) = _steps(arguments.sessions or "4")[-1:]
    script = Script(SAMPLE, arguments.seconds or math.inf)
    if not arguments.json:
        print(f"{calls} calls of {SAMPLE.stem} …", flush=True)
    ways = asyncio.run(_measured(script, calls, arguments))
    table = rows(ways)
    lines = [json.dumps([asdict(row) for row in table])] if arguments.json else drawn(table) + typical(ways)
    print("\n".join(lines))
    return 0


async def _measured(script: Script, calls: int, arguments: argparse.Namespace) -> list[Moments]:
    async with emulate.timed(script.recording.with_suffix(".json")) as vendors:
        return await measure(vendors, script, calls, arguments.wait, arguments.chunk_ms)


def _print(step: Step) -> None:
    mark = "" if step.held else "  not held"
    print(
        f"{step.sessions:>8} {step.p50_ms:>5.1f} ms {step.p99_ms:>5.0f} ms {step.cpu_ms:>13.1f} ms "
        f"{100 * step.cpu_share:>12.0f} % {step.rss_mb:>5.0f} MB{mark}",
        flush=True,
    )


def _steps(text: str) -> list[int]:
    try:
        steps = sorted({int(part) for part in text.split(",")})
    except ValueError:
        steps = []
    if not steps or steps[0] < 1:
        raise InputError(f"--sessions must be numbers like 10,40,80, not {text[:40]!r}", field="sessions")
    return steps
