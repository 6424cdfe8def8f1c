"""Sessions and processor time against the peers: interleaved, on equal load, each to its own limit."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from statistics import median

from scripts.bench.in_turn import in_turn
from scripts.bench.peers import INSTALLED, install, subject
from scripts.proofs._mediapath_ladder import COARSE, STEP, Ladder
from scripts.proofs.figures import Figure, progress
from wingman.bench.harness import Step, Subject, ramp, wingman
from wingman.core.errors import WingmanError
from wingman.server import event_loop

FIRST: Mapping[str, int] = {"stock": 60, "fastrtc": 60, "livekit": 30, "pipecat": 20, "gstreamer": 80}
"""Sessions a peer is tried with at first: it held more than these on the machines it was tried on."""
TWICE = ("pipecat", "stock")
"""Near their goals, so climbed again when the others are done, and ours after them: the machine's pace moves
by a fifth within minutes, and pipecat held 32 and 51 hours apart. The more of the two counts, of each."""
SERVERS = 8
"""Of one subject at most: one that does not start is not tried for ever."""
STEP_S = 5.0
BRIEF_S = 2.0
"""Where a step is clear; some thousand chunks are dated in that time."""
EQUAL = (40, 80)
"""Sessions at which processor time is compared with the bare reference."""
PAIRS = 5
"""Pairs of fresh processes for it. Where its memory lies makes a process faster or slower for all its life:
one tree against itself was measured at 0.89. Which of a pair is started first alternates."""
MISSING = "not installed: scripts/bench/peers.py"


def sessions_against(ours: Callable[[], int]) -> Iterator[Figure]:
    """How many sessions each peer holds, and how many times that `ours` are.

    `ours` returns the most so far; it is asked among the peers and at the end.
    """
    goals = {"stock": 3.0, "fastrtc": None, "gstreamer": 1.0, "livekit": None, "pipecat": 10.0}
    climbed: dict[str, tuple[Subject, list[Ladder]]] = {}
    for number, name in enumerate(goals):
        if number == len(goals) // 2:
            ours()
        if (peer := _peer(name)) is not None:
            climbed[name] = peer, [climb(peer, FIRST[name], COARSE if goals[name] is None else STEP)]
    for name in TWICE:
        if name in climbed:
            peer, ladders = climbed[name]
            ladders.append(climb(peer, FIRST[name]))
    most = ours()
    for name, goal in goals.items():
        if name not in climbed:
            yield Figure(f"sessions against {name}", 0, goal, ">=", "x", MISSING)
            continue
        peer, ladders = climbed[name]
        best = max(ladders, key=lambda ladder: ladder.held)
        sockets = f"{len(peer.outlets)} provider socket{'s' * (len(peer.outlets) > 1)}"
        each = ", then ".join(f"{ladder.held} ({ladder.end})" for ladder in ladders)
        yield Figure(f"{name}: sessions held", best.held, note=f"{sockets}; {each}")
        yield Figure(f"sessions against {name}", most / max(1, best.held), goal, ">=", "x")


def climb(subject: Subject, first: int, by: float = STEP) -> Ladder:
    """As many sessions as the subject holds; a server that fell behind is followed by a fresh one."""
    ladder = Ladder(first, by)
    for _ in range(SERVERS):
        if ladder.over:
            break
        run(subject, ladder, ladder.tell, BRIEF_S)
    return ladder


def against_the_bare_reference() -> Iterator[Figure]:
    """Processor time per session at equal numbers: talkative transcriber, chunks of 20 ms, one socket each."""
    bare, ours = _peer("bare"), wingman(20, talkative=True, measured=False)
    found = {} if bare is None else event_loop.run(_compared(ours, replace(bare, talkative=True)))
    for count in EQUAL:
        if not (pairs := found.get(count)):
            yield Figure(f"cpu against bare, N={count}", 99, 1.5, "<=", "x", MISSING)
            continue
        ratios = [here / there for here, there in pairs]
        here, there = (median(costs) for costs in zip(*pairs, strict=True))
        spread = f"{len(ratios)} pairs of processes: {min(ratios):.2f} to {max(ratios):.2f}"
        note = f"{here:.1f} against {there:.1f} ms/s; {spread}"
        yield Figure(f"cpu against bare, N={count}", median(ratios), 1.5, "<=", "x", note)


async def _compared(ours: Subject, bare: Subject) -> dict[int, list[tuple[float, float]]]:
    """What a session of each costs at each number, in milliseconds a second, by pair."""
    found: dict[int, list[tuple[float, float]]] = {}
    for number in range(PAIRS):
        sides = (bare, ours) if number % 2 else (ours, bare)
        try:
            async for one in in_turn(*sides, EQUAL, progress):
                costs = (one.first_ms, one.second_ms)
                found.setdefault(one.sessions, []).append(costs[::-1] if number % 2 else costs)
        except WingmanError as failed:
            progress(str(failed))
    return found


def _peer(name: str) -> Subject | None:
    progress(f"the environment of {name}")
    try:
        install([name] if name in INSTALLED else [])
        return subject(name)
    except (subprocess.CalledProcessError, FileNotFoundError) as missing:
        progress(f"not installed: {missing}")
        return None


def run(
    subject: Subject,
    counts: Iterable[int],
    hear: Callable[[Step], object] = lambda _: None,
    brief_s: float | None = None,
) -> list[Step]:
    """The subject's steps, told as they come; empty where it did not even start. `brief_s`: see `ramp`."""

    def tell(step: Step) -> None:
        progress(
            f"{subject.name:<9} {step.sessions:>4} sessions  {step.cpu_ms:5.1f} ms/s  {step.cpu_share:4.0%}  "
            f"p50 {step.p50_ms:7.1f}  p99 {step.p99_ms:7.1f} ms  {step.rss_mb:5.0f} MB  "
            f"{step.delivered:6.1%}  load {step.load_share:4.0%}"
        )
        hear(step)

    try:
        return event_loop.run(ramp(subject, counts, STEP_S, tell, brief_s))
    except WingmanError as failed:
        progress(str(failed))
        return []
