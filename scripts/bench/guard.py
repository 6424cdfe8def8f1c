"""Is this tree slower than another commit? Both on this machine, in one run, turn by turn; ratios only."""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[2]
SLOWER = 1.05
"""A ratio above this is named."""
LONGEST_S = 300.0
"""What one measurement may take, on a machine that does much else; it takes some three seconds."""
STAGES = Path(__file__).with_name("stages.py")
SESSION = "whole session, ms"
TRIES = 3
"""A machine that does something else may refuse sessions for a while."""
PUSH_S, PUSHES = 4, 10
"""Seconds of pushes, and how many in each."""
Costs = dict[str, list[float]]


def main() -> int:
    """Compare; 1 where something got slower by more than the limit."""
    parser = argparse.ArgumentParser(prog="scripts/bench/guard", description=__doc__)
    parser.add_argument("commit", help="what to compare this tree with")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each (default 5)")
    parser.add_argument("--limit", type=float, default=SLOWER, help="ratio that is slower (default 1.05)")
    parser.add_argument("--sessions", type=int, default=40, help="whole sessions (default 40; 0 for none)")
    parser.add_argument(
        "--clients", type=int, default=1000, help="overlays of a push (default 1000; 0 for none)"
    )
    arguments = parser.parse_args()
    with _tree(arguments.commit) as other:
        before, now = _turns(other, arguments.rounds, arguments.sessions, arguments.clients)
    slower = [name for name, ratio in _told(before, now) if ratio > arguments.limit]
    print(f"\nslower: {', '.join(slower)}" if slower else "\nnothing got slower")
    return int(bool(slower))


@contextmanager
def _tree(commit: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="wingman-guard-") as folder:
        where = Path(folder) / "tree"
        _git("worktree", "add", "--detach", "--quiet", str(where), commit)
        try:
            yield where
        finally:
            _git("worktree", "remove", "--force", str(where))


def _git(*arguments: str) -> None:
    subprocess.run(["git", "-C", str(ROOT), *arguments], check=True)


def _turns(other: Path, rounds: int, sessions: int, clients: int) -> tuple[Costs, Costs]:
    """What each stage cost, turn by turn, there and here; which of the two begins changes with every turn."""
    costs: dict[Path, Costs] = {other: {}, ROOT: {}}
    for number in range(rounds):
        print(f"turn {number + 1} of {rounds}", file=sys.stderr, flush=True)
        for tree in (other, ROOT) if number % 2 else (ROOT, other):
            measured = _stages(tree)
            measured |= _sessions(tree, sessions) if sessions else {}
            measured |= _push(tree, clients) if clients else {}
            for name, cost in measured.items():
                costs[tree].setdefault(name, []).append(cost)
    return costs[other], costs[ROOT]


def _stages(tree: Path) -> dict[str, float]:
    try:
        return dict(json.loads(_python(tree, str(STAGES))))
    except subprocess.CalledProcessError as failed:
        if tree == ROOT or not re.search("ImportError|ModuleNotFoundError", failed.stderr):
            raise
        return {}  # its stages had other names: whole sessions and pushes are all that can be compared


def _sessions(tree: Path, count: int) -> dict[str, float]:
    """Milliseconds of a core for a second of a session; this tree's load and stand-ins, each tree's service."""
    measure = (
        "import asyncio, sys\nfrom dataclasses import replace\n"
        "from wingman.bench.harness import ramp, wingman\n"
        "command = lambda port: ('env', 'PYTHONPATH=' + sys.argv[1], sys.executable, '-P', '-m',"
        " 'wingman.bench.server', '--providers', str(port))\n"
        f"for step in asyncio.run(ramp(replace(wingman(), command=command), [{count}])): print(step.cpu_ms)"
    )
    for _ in range(TRIES):
        if answer := _python(ROOT, "-c", measure, str(tree)):
            return {SESSION: float(answer)}
    raise SystemExit(f"{tree} took no {count} sessions, {TRIES} times; is this machine busy? See --sessions")


def _push(tree: Path, clients: int) -> dict[str, float]:
    """Milliseconds until the last of many overlays has an event, and what one of them costs in microseconds."""
    measure = f"measure('ours', {clients}, {PUSH_S}, {PUSHES}, 0)"
    script = (
        # by its folder: `scripts` was no package in every commit, and this tree's would be found in its place
        "import asyncio, json, sys\nsys.path.insert(0, 'scripts')\n"
        "from bench_deliver import measure, step_forward\nstep_forward()\n"
        f"r = asyncio.run({measure})\nprint(json.dumps([r.p99, r.cpu_us]))"
    )
    p99, cost = json.loads(_python(tree, "-c", script))
    return {"push p99, ms": p99, "a push": cost}


def _python(tree: Path, *arguments: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    command = [sys.executable, *arguments]
    try:
        done = subprocess.run(
            command, cwd=tree, env=environment, check=True, capture_output=True, text=True, timeout=LONGEST_S
        )
    except subprocess.TimeoutExpired:
        raise SystemExit(
            f"{tree}: {arguments[0]} took more than {LONGEST_S:.0f} s; is something stuck?"
        ) from None
    return done.stdout


def _told(before: Costs, now: Costs) -> Iterator[tuple[str, float]]:
    """Print the table; yields the ratio of each stage that both have."""
    print(f"{'stage':<22} {'before':>10} {'now':>10}   ratio")
    for name, costs in now.items():
        if name not in before:
            print(f"{name:<22} {'':>10} {min(costs):>10.2f}   new")
            continue
        ratio = median(here / there for here, there in zip(costs, before[name], strict=True))
        print(f"{name:<22} {min(before[name]):>10.2f} {min(costs):>10.2f}   {ratio:.2f}")
        yield name, ratio
    if SESSION in now and SESSION in before:
        there, here = (1000 / min(costs[SESSION]) for costs in (before, now))
        print(f"{'sessions per core':<22} {there:>10.1f} {here:>10.1f}   {here / there:.2f}")


if __name__ == "__main__":
    sys.exit(main())
