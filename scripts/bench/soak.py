"""A whole meeting at many times the speed of life: what the service's memory does over hours.

Everything runs as it always does (decoder, tape, both provider links over real sockets, join, coach, log on
disk); only the event loop's clock is fast, and the packets come from a list instead of a network.

`python -m scripts.bench.soak --providers PORT --hours 2` prints `MINUTE MB` every few minutes of the meeting
and, at the end, how many events of which type there were, as JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import logging
import os
import selectors
import tempfile
from collections import Counter
from collections.abc import Mapping

import structlog

from wingman.app import open_service
from wingman.audio.decode import opus_decoder
from wingman.audio.source import ChannelSink
from wingman.bench.harness import rss_mb
from wingman.bench.marks import signal
from wingman.config.settings import build
from wingman.core.time import Channel
from wingman.meeting.api import MeetingSpec
from wingman.transports.inbound_track import InboundTrack, PeerTimeline
from wingman.transports.whip_client import encode

EVERY_MIN = 5


class FastSelector(selectors.DefaultSelector):
    """Waits a fraction of the time it is asked to."""

    def __init__(self, speed: float) -> None:
        super().__init__()
        self._speed = speed

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        return super().select(None if timeout is None else timeout / self._speed)


class FastLoop(asyncio.SelectorEventLoop):
    """An event loop on whose clock `speed` seconds pass in one."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        super().__init__(FastSelector(speed))

    def time(self) -> float:
        return super().time() * self._speed


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


async def soak(providers: int, hours: float, folder: str) -> None:
    root = f"ws://127.0.0.1:{providers}"
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
    options.add_argument("--providers", type=int, required=True, help="port of the stand-in providers")
    options.add_argument("--hours", type=float, default=2.0)
    options.add_argument("--speed", type=float, default=60.0)
    chosen = options.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with (
        tempfile.TemporaryDirectory() as folder,
        asyncio.Runner(loop_factory=lambda: FastLoop(chosen.speed)) as runner,
    ):
        runner.run(soak(chosen.providers, chosen.hours, folder))


if __name__ == "__main__":
    main()
