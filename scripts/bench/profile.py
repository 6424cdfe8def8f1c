"""How often a service calls each function: `python -m scripts.bench.profile SESSIONS [SECONDS]`.

A talkative transcriber, pieces of 20 ms, one socket each, as against the bare reference. Calls a second of
audio and session are the same on any machine, busy or not. Times (milliseconds of the same) are of a clock that
goes on while others run, and a call is dearer for being counted: `perf record` tells what a library takes.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import json
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import CodeType

from wingman.bench.harness import loaded, wingman
from wingman.bench.server import main as serve
from wingman.server import event_loop

SETTLE_S = 3.0
SENTENCE_S = 10.0
"""Of a talkative transcriber: each function has its share in so much, or many times so much."""
SHOWN = 60
SERVER = "--server"


def main() -> None:
    if SERVER in sys.argv:
        at = sys.argv.index(SERVER)
        signal.signal(signal.SIGUSR1, partial(_turn, cProfile.Profile(), Path(sys.argv[at + 1])))
        del sys.argv[at : at + 2]
        serve()
        return
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sessions", type=int, metavar="SESSIONS")
    parser.add_argument("seconds", type=float, nargs="?", default=SENTENCE_S, metavar="SECONDS")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        counted = Path(folder, "calls.json")
        sent_s = event_loop.run(_measured(wanted.sessions, wanted.seconds, counted))
        _tell(json.loads(counted.read_text()), sent_s)


def _turn(profile: cProfile.Profile, counted: Path, *_: object) -> None:
    """Begin to count with the first signal, write it down with the second."""
    if not counted.exists():
        counted.touch()
        profile.enable()
        return
    profile.disable()
    rows = [(_name(row.code), row.callcount, row.inlinetime, row.totaltime) for row in profile.getstats()]
    counted.write_text(json.dumps(rows))


def _name(code: CodeType | str) -> str:
    """What is called: code of Python, or the name of what is not."""
    if isinstance(code, str):
        return code
    return f"{os.path.relpath(code.co_filename)} {code.co_qualname}"


async def _measured(sessions: int, seconds: float, counted: Path) -> float:
    """Have calls put down; the seconds of audio that they were for."""
    plain = wingman(20, talkative=True, measured=False)

    def command(providers: int) -> Sequence[str]:
        python, _, _, *options = plain.command(providers)
        return (python, "-m", "scripts.bench.profile", SERVER, str(counted), *options)

    async with loaded(replace(plain, command=command)) as (load, pid):
        await load.grow(sessions)
        await asyncio.sleep(SETTLE_S)
        os.kill(pid, signal.SIGUSR1)
        sent = load.sent_s
        await asyncio.sleep(seconds)
        sent = load.sent_s - sent
        os.kill(pid, signal.SIGUSR1)
        await asyncio.sleep(SETTLE_S)
    return sent


def _tell(rows: list[tuple[str, int, float, float]], sent_s: float) -> None:
    print(f"{sum(count for _, count, *_ in rows) / sent_s:.0f} calls a second of audio and session")
    print(f"{'calls':>8} {'itself, ms':>11} {'and below':>10}")
    for name, count, own, below in sorted(rows, key=lambda row: -row[1])[:SHOWN]:
        print(f"{count / sent_s:8.1f} {1000 * own / sent_s:11.3f} {1000 * below / sent_s:10.3f}  {name}")


if __name__ == "__main__":
    main()
