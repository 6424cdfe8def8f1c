"""What is done sooner than nats-py does it, and comes to the same."""

from __future__ import annotations

import asyncio

import nats.errors
import pytest
from nats.aio.client import Client

from tests.cluster.meetings import M, note
from tests.support.nats import Servers, nodes
from tests.support.until import until
from wingman.cluster.nats_client import NatsClient


@pytest.mark.parametrize(
    "block",
    [
        b"",
        b"\r\n",
        b"Nats-Sequence: 7\r\nNats-Last-Sequence: 6\r\nWingman-Head: 1 1 2 1 9 node=a\r\n\r\n",
        b"a:b\r\nb :\tc \r\nempty:\r\nno colon\r\ntwice: 1\r\ntwice: 2\r\nurl: http://x:1\r\n\r\n",
        "wörd: ".encode("latin-1") + b"x\r\nn: w\xc3\xb6rd\r\n\r\n",
    ],
)
def test_headers_that_servers_send_are_read_as_nats_py_reads_them(block: bytes) -> None:
    plain = Client._parse_header_lines(block)
    assert {name: value for name, value in NatsClient._parse_header_lines(block).items() if name.isascii()} == {
        name: value for name, value in plain.items() if name.isascii()
    }


async def test_each_answer_comes_to_who_asked_and_who_gave_up_harms_nobody(one_server: Servers) -> None:
    async with nodes(one_server, 1) as (node,):
        client = node.jetstream._nats

        async def answer(message: object) -> None:
            if message.data != b"silence":  # type: ignore[attr-defined]  # a message
                await message.respond(message.data + b"!")  # type: ignore[attr-defined]  # likewise

        await client.subscribe("echo", cb=answer)
        asked = [client.ask("echo", str(number).encode(), 2.0) for number in range(20)]
        assert await asyncio.gather(*asked) == [f"{number}!".encode() for number in range(20)]
        with pytest.raises(nats.errors.TimeoutError):
            await client.ask("echo", b"silence", 0.01)
        with pytest.raises(nats.errors.NoRespondersError):
            await client.ask("nobody.listens", b"", 2.0)
        waiting = asyncio.create_task(client.ask("echo", b"silence", 2.0))
        await asyncio.sleep(0.01)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert await client.ask("echo", b"again", 2.0) == b"again!"
        assert not client._answers


async def test_who_listens_no_more_is_forgotten(one_server: Servers) -> None:
    async with nodes(one_server, 1) as (node,):
        before = dict(node.jetstream._nats._at_once)

        async def hear(message: object) -> None:
            pass

        deaf = await node.jetstream.subscribe("told", hear, lambda *message: True)
        assert len(node.jetstream._nats._at_once) == len(before) + 1
        await deaf()
        assert node.jetstream._nats._at_once == before


async def test_what_is_no_record_does_not_end_the_reading(one_server: Servers) -> None:
    async with nodes(one_server, 2) as (one, other):
        for subject in ("live.0.m", "live.0.=", "live.0.=x", "live.x"):
            for headers in (None, {"Nats-Sequence": "x"}, {"Wingman-Head": "1 2"}, {"Nats-Sequence": "9" * 30}):
                await one.jetstream._nats.publish(subject, b"", headers=headers)
        await one.log.own(M, b"")
        one.log.append(M, note("after all that"), at=1.0)
        await until(lambda: other.log._handed_on.upto(M) == 1)
