"""The fence: whatever is lost, late or doubled on the way, two owners never both append."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Mapping

import pytest

from tests.support.nats import Node, Servers, nodes
from wingman.cluster import appender as appender_module
from wingman.cluster.appender import FencedAppender, LogPosition, LostError, Pending, numbered
from wingman.cluster.jetstream import JetStream, StaleError, UnavailableError, UnknownError
from wingman.cluster.record import Head
from wingman.core import codec
from wingman.core.events import Envelope, NoteRemoved

M = "m-1"
RACES = 40


def event(seq: int, text: str = "x") -> tuple[Envelope, bytes]:
    envelope = codec.envelope(seq, M, 1.0, NoteRemoved(text))
    return envelope, codec.encode(envelope)


def appender(node: Node, name: str, jetstream: JetStream | None = None, meeting: str = M) -> FencedAppender:
    place = LogPosition(meeting, "WM_LOG_00", f"log.0.{meeting}", name)
    return FencedAppender(place, jetstream or node.jetstream, node.keys)


async def claim(one: FencedAppender) -> None:
    await one.claim(await one.look(), b"", 1)


async def written(node: Node, meeting: str = M) -> list[tuple[int, str, int]]:
    """(epoch, node, seq) of every event, as the stream holds them."""
    found, at = [], 1
    key = await node.keys.get(meeting)
    assert key is not None
    while (stored := await node.jetstream.next("WM_LOG_00", f"log.0.{meeting}", at)) is not None:
        head = Head.of(stored.headers)
        found += [(head.epoch, head.node, head.first + n) for n in range(head.count)]
        at = stored.seq + 1
    return found


class Unlucky(JetStream):
    """A connection on which single publishes go wrong, each in its own way."""

    def __init__(self, real: JetStream, *mishaps: str) -> None:
        super().__init__(real._nats)
        self._mishaps = list(mishaps)
        self.late: list[asyncio.Task[int]] = []

    async def publish(
        self,
        subject: str,
        body: bytes,
        *,
        headers: Mapping[str, str] | None = None,
        expect: int | None = None,
        timeout: float = 1.5,
    ) -> int:
        real = super().publish(subject, body, headers=headers, expect=expect, timeout=timeout)
        if not self._mishaps or not subject.startswith("log."):
            return await real
        match self._mishaps.pop(0):
            case "answer lost":
                await real
                raise UnknownError("lost")
            case "stale by mistake":
                await real
                raise StaleError("lost, and sent again below")
            case "stored late":
                self.late.append(asyncio.ensure_future(_after(0.15, real)))
                raise UnknownError("late")
            case "no leader":
                real.close()
                raise UnavailableError("no leader")
            case _:
                return await real


async def _after(seconds: float, job: object) -> int:
    await asyncio.sleep(seconds)
    try:
        return await job  # type: ignore[misc,no-any-return]  # a future of whatever was asked
    except StaleError:
        return 0


@pytest.mark.parametrize("servers", ["one_server", "three_servers"])
@pytest.mark.parametrize("mishap", ["answer lost", "stale by mistake", "stored late", "no leader", "none"])
async def test_an_event_is_stored_once_whatever_happened_to_its_publish(
    request: pytest.FixtureRequest, servers: str, mishap: str
) -> None:
    async with nodes(request.getfixturevalue(servers), 1) as (node,):
        jetstream = Unlucky(node.jetstream, "none", "none", mishap, mishap)
        one = appender(node, "a", jetstream)
        await claim(one)
        for seq in range(1, 6):
            await one.store(Pending([event(seq)], []))
        await asyncio.gather(*jetstream.late)
        assert [seq for _, _, seq in await written(node)] == [1, 2, 3, 4, 5]


async def test_a_claim_whose_answer_was_lost_holds(one_server: Servers) -> None:
    async with nodes(one_server, 1) as (node,):
        one = appender(node, "a", Unlucky(node.jetstream, "answer lost"))
        await claim(one)
        assert one.epoch == 1
        await one.store(Pending([event(1)], []))


@pytest.mark.parametrize("servers", ["one_server", "three_servers"])
async def test_of_many_claims_at_once_one_wins(request: pytest.FixtureRequest, servers: str) -> None:
    async with nodes(request.getfixturevalue(servers), 1) as (node,):
        rivals = [appender(node, f"n{number}") for number in range(8)]
        tips = [await rival.look() for rival in rivals]
        claims = [r.claim(t, b"", 1) for r, t in zip(rivals, tips, strict=True)]
        outcomes = await asyncio.gather(*claims, return_exceptions=True)
        assert [type(outcome) for outcome in outcomes].count(type(None)) == 1
        assert sum(isinstance(outcome, LostError) for outcome in outcomes) == 7
        winner = next(r for r in rivals if r.owned)
        assert all(o.owner == winner.place.node for o in outcomes if isinstance(o, LostError))


@pytest.mark.parametrize("servers", ["one_server", "three_servers"])
async def test_nothing_of_the_old_owner_lands_after_a_claim(
    request: pytest.FixtureRequest, servers: str
) -> None:
    """The old owner writes as fast as it can while another claims, over and over."""
    async with nodes(request.getfixturevalue(servers), 1) as (node,):
        owner = appender(node, "n0")
        await claim(owner)
        chance = random.Random(7)

        async def write(one: FencedAppender) -> int:
            last = one.tip.head.last if one.tip else 0
            try:
                while True:
                    last += 1
                    await one.store(Pending([event(last)], []))
                    await asyncio.sleep(chance.random() * 0.004)  # a claimant asks twice as often as it writes
            except LostError:
                return last - 1

        for number in range(1, RACES + 1):
            writing = asyncio.ensure_future(write(owner))
            await asyncio.sleep(0.003)
            rival = appender(node, f"n{number}")
            while not rival.owned:
                try:
                    await claim(rival)
                except LostError:
                    continue
            await writing
            assert not owner.owned
            owner = rival
        found = await written(node)
        assert [seq for _, _, seq in found] == list(range(1, len(found) + 1))
        epochs = [epoch for epoch, _, _ in found]
        assert epochs == sorted(epochs), "a record of an old epoch stands after a newer claim"


async def test_long_queues_are_split_and_loud_chunks_wait_their_turn() -> None:
    big = b"x" * 200_000
    envelope, _ = event(1)
    pending = Pending([(envelope, big), (envelope, big), (envelope, b"small")], [])
    assert [len(line) for _, line in pending.take().lines] == [200_000]
    assert [len(line) for _, line in pending.take().lines] == [200_000, 5]
    assert pending.empty


def test_renumbering_changes_numbers_and_nothing_else() -> None:
    lines = numbered([event(3, "a"), event(4, "b")], 10, codec.encode)
    assert [(e.seq, codec.decode(line).seq) for e, line in lines] == [(10, 10), (11, 11)]
    assert [e.data for e, _ in lines] == [NoteRemoved("a"), NoteRemoved("b")]


def test_servers_that_take_nothing_are_asked_less_and_less_often() -> None:
    """An election is over in seconds; a disk may be full for hours, and a node has hundreds of meetings."""
    after = list(itertools.accumulate(itertools.islice(appender_module._pauses(), 200)))
    assert sum(at < 1.0 for at in after) >= 5
    assert sum(at < 60.0 for at in after) <= 100
