"""Jumping time: hours in moments, real sockets, no time-out before its work."""

from __future__ import annotations

import asyncio
import threading
import time
from itertools import count
from types import SimpleNamespace

import pytest

from wingman.testing.virtual_time import TimelapseLoop, run


def test_hours_pass_in_moments() -> None:
    async def wait() -> float:
        loop = asyncio.get_running_loop()
        began = loop.time()
        await asyncio.gather(asyncio.sleep(3600), asyncio.sleep(7200))
        return loop.time() - began

    began = time.monotonic()
    assert run(wait()) == 7200
    assert time.monotonic() - began < 3600, "nobody waited for it"


def test_bytes_on_a_socket_arrive_before_a_time_out() -> None:
    async def talk() -> bytes:
        async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(await reader.readline())
            writer.close()

        server = await asyncio.start_server(echo, "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.write(b"hello\n")
        said = await asyncio.wait_for(reader.readline(), 0.5)
        writer.close()
        server.close()
        await server.wait_closed()
        return said

    assert run(talk()) == b"hello\n"


def test_timers_keep_their_order() -> None:
    async def order() -> list[int]:
        told = list[int]()

        async def at(moment: int) -> None:
            await asyncio.sleep(moment)
            told.append(moment)

        await asyncio.gather(*(at(moment) for moment in (50, 3, 700, 4)))
        return told

    assert run(order()) == [3, 4, 50, 700]


def test_threads_get_their_time_from_a_machine_that_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    two_s_a_look = SimpleNamespace(monotonic=count(step=2).__next__)
    monkeypatch.setattr("wingman.testing.virtual_time.time", two_s_a_look)
    done = threading.Event()

    async def wait() -> bool:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, TimelapseLoop)
        loop.stand_still_while(lambda: not done.is_set())
        threading.Timer(0.01, done.set).start()
        await asyncio.sleep(0.08)
        return done.is_set()

    assert run(wait())
