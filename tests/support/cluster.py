"""Whole services that are nodes of one cluster, in one process; and a source that says what it is told to."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

from tests.support.nats import KEY, Servers, emptied
from wingman.app import Service, open_service
from wingman.audio.source import ChannelSink
from wingman.config.settings import build
from wingman.core.media import PcmBlock
from wingman.core.time import Channel

TOKEN = "the token of every node"
QUIET: dict[str, Any] = {
    "transcribe": {"provider": "off"},
    "suggest": {"provider": "cues", "meaning": "off"},
    "report": {"summary": False},
}


def tree(running: Servers, folder: Path, name: str, **more: Any) -> dict[str, Any]:
    """Settings of one node."""
    cluster = {"url": running.url, "key": KEY, "node": name, "shards": 1}
    server = {"token": TOKEN, "port": 0}
    return {**QUIET, "deliver": {"data_dir": str(folder / name)}, "cluster": cluster, "server": server, **more}


@contextlib.asynccontextmanager
async def services(running: Servers, folder: Path, count: int, **more: Any) -> AsyncIterator[list[Service]]:
    """So many nodes over emptied servers."""
    await emptied(running)
    async with contextlib.AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(open_service(build(tree(running, folder, f"n{number}", **more))))
            for number in range(count)
        ]


class Tone:
    """A live source of a quiet tone, until it is detached."""

    recorded = False

    def __init__(self, channel: Channel = Channel.TAB, block: int = 320) -> None:
        self.channels = (channel,)
        self._block = block

    async def run(self, sinks: Mapping[Channel, ChannelSink]) -> None:
        (sink,) = sinks.values()
        sink.anchor(0.0)
        sink.state("capturing")
        while True:
            sink.write(PcmBlock(sink.position, b"\x01\x00" * self._block))
            await asyncio.sleep(0.02)
