"""A log under load that is killed with SIGKILL again and again, and what is left of it each time.

Runs as a program of its own (`python -m tests.support.kill_loop DIR KILLS SEED`) because it forks: the
children share the imported modules, so fifty lives and deaths take seconds. Prints one JSON line.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sqlite3
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from wingman.core.events import Envelope, TranscriptPartial
from wingman.core.time import Channel
from wingman.events.sqlite.log import SqliteLog

MEETINGS = ("m-one", "m-two", "m-three")


def main(directory: Path, kills: int, seed: int) -> dict[str, int]:
    rng = random.Random(seed)
    path = directory / "events.db"
    tally = {"kills": 0, "seen": 0, "lost": 0, "doubled": 0, "holes": 0, "unopened": 0}
    seen: dict[str, int] = dict.fromkeys(MEETINGS, 0)
    for _ in range(kills):
        reader = _life(path, rng)
        tally["kills"] += 1
        for line in reader.split(b"\n")[:-1]:  # what follows the last newline was cut off by the kill
            meeting, seq = line.decode().split()
            tally["seen"] += 1
            tally["doubled"] += int(seq) <= seen[meeting]
            seen[meeting] = max(seen[meeting], int(seq))
        _inspect(path, seen, tally)
    return tally


def _life(path: Path, rng: random.Random) -> bytes:
    """Fork a process that logs as fast as it can, kill it, and return what its clients had seen."""
    receive, send = os.pipe()
    delay = rng.uniform(0.002, 0.08)
    child = os.fork()
    if child == 0:
        os.close(receive)
        try:
            asyncio.run(_append_for_ever(path, send))
        finally:
            os._exit(1)
    os.close(send)
    data = b""
    first = os.read(receive, 65536)  # it is under way; now the clock of the kill runs
    time.sleep(delay)
    os.kill(child, signal.SIGKILL)
    while first:
        data += first
        first = os.read(receive, 65536)
    os.close(receive)
    os.waitpid(child, 0)
    return data


async def _append_for_ever(path: Path, clients: int) -> None:
    log = await SqliteLog.open(path)

    def push(envelopes: Sequence[Envelope]) -> None:
        os.write(clients, b"".join(f"{e.meeting} {e.seq}\n".encode() for e in envelopes))

    log.on_committed(push)
    for number in range(1_000_000):
        meeting = MEETINGS[number % len(MEETINGS)]
        log.append(meeting, TranscriptPartial(Channel.TAB, "tab", f"word {number}"), at=time.time())
        if number % 20 == 0:
            await asyncio.sleep(0.0005)


def _inspect(path: Path, seen: dict[str, int], tally: dict[str, int]) -> None:
    """Open what is left as the next start would, and compare it with what clients had seen."""
    try:
        asyncio.run(_reopen(path))
    except Exception as broken:  # noqa: BLE001  # any failure to open is the finding, not an error of the loop
        sys.stderr.write(f"{broken}\n")
        tally["unopened"] += 1
        return
    with sqlite3.connect(path) as database:
        stored = dict.fromkeys(MEETINGS, 0)
        query = "SELECT m.id, count(*), max(seq) FROM events e JOIN meetings m ON m.number=e.meeting GROUP BY 1"
        for meeting, count, last in database.execute(query):
            tally["holes"] += last - count
            stored[meeting] = last
    database.close()
    for meeting, last in seen.items():
        tally["lost"] += max(0, last - stored[meeting])
        seen[meeting] = stored[meeting]


async def _reopen(path: Path) -> None:
    log = await SqliteLog.open(path)
    await log.aclose()


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))) + "\n")
