"""A whole meeting at many times the speed of life: what the service's memory does over hours.

Everything runs as it always does (decoder, tape, both provider links over real sockets to stand-ins in the same
process, join, coach, log on disk); only the event loop's clock is fast, and the packets come from a list.

`python -m scripts.bench.soak --hours 2` prints `MINUTE MB` every few minutes of the meeting
and, at the end, how many events of which type there were, as JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import logging
import math
import os
import selectors
import tempfile
import time
from collections import Counter
from collections.abc import Mapping

import structlog

from wingman.app import open_service
from wingman.audio.decode import opus_decoder
from wingman.audio.source import ChannelSink
from wingman.audio.stream_sync import PeerTimeline
from wingman.bench.harness import rss_mb
from wingman.bench.marks import signal
from wingman.bench.providers import Providers
from wingman.config.settings import build
from wingman.core.time import Channel
from wingman.meeting.api import MeetingSpec
from wingman.transports.inbound_track import InboundTrack
from wingman.transports.whip_client import encode

EVERY_MIN = 5
BUSY_S = 0.002
"""Of one turn of the loop, or of a rest that ends late: what takes longer was not this process."""


class FastSelector(selectors.DefaultSelector):
    """Waits a fraction of the time it is asked to, and counts what it waited."""

    def __init__(self, clock: FastClock) -> None:
        super().__init__()
        self._clock = clock

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self._clock.turn(BUSY_S)
        ready = super().select(None if timeout is None else timeout / self._clock.speed)
        self._clock.turn(math.inf if timeout is None else timeout / self._clock.speed + BUSY_S)
        return ready


class FastClock:
    """`speed` seconds pass in one; a machine that is busy elsewhere holds it up.

    Else providers would seem to be silent for seconds, and the meeting would do what it does then.
    """

    def __init__(self, speed: float) -> None:
        self.speed = speed
        self._passed = 0.0
        self._since = time.monotonic()

    def turn(self, most: float) -> None:
        """A stretch is over, of which no more than `most` real seconds count."""
        now = time.monotonic()
        self._passed += self.speed * min(now - self._since, most)
        self._since = now

    def now(self) -> float:
        """Seconds."""
        return self._passed + self.speed * min(time.monotonic() - self._since, BUSY_S)


class FastLoop(asyncio.SelectorEventLoop):
    """An event loop on such a clock."""

    def __init__(self, speed: float) -> None:
        self._fast = FastClock(speed)
        super().__init__(FastSelector(self._fast))

    def time(self) -> float:
        return self._fast.now()


class Packets:
    """A client that sends one Opus packet every 20 ms and loses one in a hundred, as a meeting's source."""

    channels = (Channel.TAB,)
    recorded = False

    def __init__(self, hours: float) -> None:
        self._count = round(hours * 3600 * 50)

    async def run(self, sinks: Mapping[Channel, ChannelSink]) -> None:
        loop = asyncio.get_running_loop()
        packets = [bytes(packet) for packet in encode(signal())]
        track = InboundTrack(Channel.TAB, sinks[Channel.TAB], PeerTimeline(0), 5)
        track.use(opus_decoder(), conceal=True)
        began = loop.time()
        for number in range(self._count):
            due = began + number / 50
            await asyncio.sleep(max(0.0, due - loop.time()))
            if number % 97:
                packet = packets[number % len(packets)]
                track.packet(number & 0xFFFF, number * 960 & 0xFFFFFFFF, packet, due)
            if number % (EVERY_MIN * 60 * 50) == 0:
                gc.collect()
                print(number // 3000, round(rss_mb(os.getpid()), 2), flush=True)
        track.close()


async def soak(hours: float, folder: str) -> None:
    """The whole meeting, its providers on the same clock."""
    providers = Providers(lambda _branch: lambda _pcm, _now: None)
    async with providers.open():
        await _meeting(f"ws://127.0.0.1:{providers.port}", hours, folder)


async def _meeting(root: str, hours: float, folder: str) -> None:
    settings = build(
        {
            "transcribe": {"provider": "deepgram", "deepgram": {"api_key": "bench", "url": root}},
            "emotion": {
                "provider": "hume",
                "policy": "counterpart",
                "hume": {"api_key": "bench", "url": root, "rotate_after_s": 600},
            },
            "suggest": {"provider": "cues"},
            "deliver": {"data_dir": folder},
        }
    )
    async with open_service(settings) as service:
        meeting = await service.manager.create(MeetingSpec(emotion_policy="counterpart", consent="recording@1"))
        said: Counter[str] = Counter()
        service.hub.tap(lambda batch: said.update(envelope.type for envelope in batch))
        source = Packets(hours)
        await meeting.started()
        await meeting.attach(source)
        await meeting.played(source)
        print(round(hours * 60), round(rss_mb(os.getpid()), 2), flush=True)
        print(json.dumps(said), flush=True)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--hours", type=float, default=2.0)
    options.add_argument("--speed", type=float, default=60.0)
    chosen = options.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with (
        tempfile.TemporaryDirectory() as folder,
        asyncio.Runner(loop_factory=lambda: FastLoop(chosen.speed)) as runner,
    ):
        runner.run(soak(chosen.hours, folder))


if __name__ == "__main__":
    main()
