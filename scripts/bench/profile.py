"""Where a service's processor time goes: `python -m scripts.bench.profile SESSIONS [SECONDS]`.

A talkative transcriber, pieces of 20 ms, one socket each, as against the bare reference. The service looks at
its own stack every few milliseconds of processor time (ITIMER_PROF). C shows at the function it returns to.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from types import FrameType

from wingman.bench.harness import cpu_seconds, loaded, wingman
from wingman.bench.server import main as serve
from wingman.server import event_loop

EVERY_S = 0.0011
"""Of processor time; kernels round it up to their own ticks."""
SETTLE_S = 2.0
SHOWN = 45
SERVER = "--server"


def main() -> None:
    if SERVER in sys.argv:
        sys.argv.remove(SERVER)
        _Looks().listen()
        serve()
    elif len(sys.argv) > 1:
        event_loop.run(_measured(int(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 10.0))
    else:
        raise SystemExit("usage: python -m scripts.bench.profile SESSIONS [SECONDS]")


async def _measured(sessions: int, seconds: float) -> None:
    plain = wingman(20, talkative=True, measured=False)

    def command(providers: int) -> Sequence[str]:
        python, _, _, *options = plain.command(providers)
        return (python, "-m", "scripts.bench.profile", SERVER, *options)

    async with loaded(replace(plain, command=command)) as (load, pid):
        await load.grow(sessions)
        await asyncio.sleep(SETTLE_S)
        os.kill(pid, signal.SIGUSR1)
        spent, sent = cpu_seconds(pid), load.sent_s
        await asyncio.sleep(seconds)
        cost = 1000 * (cpu_seconds(pid) - spent) / (load.sent_s - sent)
        os.kill(pid, signal.SIGUSR1)
        await asyncio.sleep(SETTLE_S)
    print(f"{sessions} sessions, {cost:.1f} ms per second of audio and session")


class _Looks:
    """Counts functions on the stack, and those at its top, between two signals."""

    def __init__(self) -> None:
        self._on_stack: Counter[str] = Counter()
        self._on_top: Counter[str] = Counter()

    def listen(self) -> None:
        """Begin with the first SIGUSR1, print with the second."""
        signal.signal(signal.SIGPROF, self._look)
        signal.signal(signal.SIGUSR1, self._turn)

    def _look(self, _: int, frame: FrameType | None) -> None:
        names = []
        while frame is not None:
            names.append(f"{frame.f_code.co_filename.rpartition('/')[2]} {frame.f_code.co_qualname}")
            frame = frame.f_back
        self._on_top.update(names[:1])
        self._on_stack.update(set(names))

    def _turn(self, *_: object) -> None:
        begins = not signal.getitimer(signal.ITIMER_PROF)[0]
        signal.setitimer(signal.ITIMER_PROF, EVERY_S * begins, EVERY_S)
        if not begins:
            looks = self._on_top.total()
            for title, counted in (("with what it calls", self._on_stack), ("by itself", self._on_top)):
                print(f"\n{title}, of {looks} looks", file=sys.stderr)
                for name, count in counted.most_common(SHOWN):
                    print(f"{count / looks:7.1%}  {name}", file=sys.stderr)


if __name__ == "__main__":
    main()
