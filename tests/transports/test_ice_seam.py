"""The way to a peer over real sockets: restarted while the old one serves, and followed when it moves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import aioice.ice
import pytest

from tests.support.until import until
from wingman.core.errors import InputError
from wingman.testing import virtual_time
from wingman.transports import aiortc_seam as seam
from wingman.transports import ice_seam
from wingman.transports.ice_fragment import IceFragment
from wingman.transports.ice_seam import IcePath


def fragment(connection: Any) -> IceFragment:
    found = tuple(candidate.to_sdp() for candidate in connection.local_candidates)
    return IceFragment(connection.local_username, connection.local_password, found, complete=True)


async def take(connection: Any, theirs: IceFragment) -> None:
    connection.remote_username, connection.remote_password = theirs.ufrag, theirs.password
    for line in theirs.candidates:
        await connection.add_remote_candidate(aioice.Candidate.from_sdp(line))
    await connection.add_remote_candidate(None)


async def gathered(*, controlling: bool) -> Any:
    connection = aioice.ice.Connection(ice_controlling=controlling)
    await connection.gather_candidates()
    return connection


class Call:
    """A connected pair; `path` is the way from our side, `hooked` what restarts have opened."""

    def __init__(self, ours: Any, theirs: Any) -> None:
        self.ours, self.theirs = ours, theirs
        self.hooked: list[Any] = []
        self.transport = SimpleNamespace(_connection=ours, _send=ours.send)
        self.path = IcePath(SimpleNamespace(transport=self.transport), self.hooked.append)

    async def restarted(self) -> Any:
        """The peer asks for a restart and is found on the new way; its new connection."""
        fresh = await gathered(controlling=True)
        await take(fresh, await self.path.restart(fragment(fresh)))
        await fresh.connect()
        return fresh


@asynccontextmanager
async def call() -> AsyncIterator[Call]:
    with seam.host_addresses(["127.0.0.1"]):
        ours, theirs = await gathered(controlling=False), await gathered(controlling=True)
        await take(ours, fragment(theirs))
        await take(theirs, fragment(ours))
        await asyncio.gather(ours.connect(), theirs.connect())
        known = Call(ours, theirs)
        try:
            yield known
        finally:
            await known.path.close()
            await asyncio.gather(ours.close(), theirs.close())


async def test_after_a_restart_both_directions_take_the_new_way() -> None:
    async with call() as known:
        fresh = await known.restarted()
        await fresh.send(b"to us")
        assert await known.ours.recv() == b"to us", "what arrives comes out where it always did"
        await until(lambda: known.transport._send != known.ours.send)
        await known.transport._send(b"to them")
        assert await fresh.recv() == b"to them"
        assert known.hooked == [known.transport._send.__self__]
        await fresh.close()


async def test_the_old_way_serves_until_the_new_one_is_found() -> None:
    async with call() as known:
        nobody = IceFragment("none", "x" * 24, ("1 1 udp 1 127.0.0.1 9 typ host",), complete=True)
        answer = await known.path.restart(nobody)
        assert answer.ufrag != known.ours.local_username
        assert answer.complete
        assert answer.candidates
        await known.transport._send(b"still here")
        assert await known.theirs.recv() == b"still here"


async def test_a_client_none_of_whose_candidates_can_be_tried_is_found_by_its_own_checks() -> None:
    async with call() as known:
        fresh = await gathered(controlling=True)
        answer = await known.path.restart(replace(fragment(fresh), candidates=()))
        await known.path.trickle(replace(fragment(fresh), candidates=()))
        await take(fresh, answer)
        async with asyncio.timeout(60):
            await fresh.connect()
        await fresh.send(b"found")
        assert await known.ours.recv() == b"found"
        await known.path.trickle(fragment(fresh))  # the end was told before: what comes after it does no harm
        await fresh.close()


async def test_a_restart_takes_the_place_of_one_that_found_nobody() -> None:
    async with call() as known:
        await known.path.restart(IceFragment("none", "x" * 24, (), complete=False))
        fresh = await known.restarted()
        await fresh.send(b"found")
        assert await known.ours.recv() == b"found"
        assert len(known.hooked) == 2
        await fresh.close()


async def test_a_restart_that_found_nobody_in_time_keeps_no_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(ice_seam, "RESTART_S", 0.05)
    monkeypatch.setattr(ice_seam, "log", SimpleNamespace(info=lambda _, reason: told.append(reason)))
    async with call() as known:
        await known.path.restart(IceFragment("none", "x" * 24, ("1 1 udp 1 127.0.0.1 9 typ host",)))
        assert known.hooked[0]._protocols
        assert not known.path.serves(known.theirs.local_username), "another is looked for"
        await until(lambda: not known.hooked[0]._protocols)
        assert told == ["nobody answered in time"]
        assert known.path.serves(known.theirs.local_username), "its candidates count again"
        assert not known.path.serves("none")
        await known.transport._send(b"still here")
        assert await known.theirs.recv() == b"still here"
        monkeypatch.undo()
        fresh = await known.restarted()
        await fresh.send(b"found")
        assert await known.ours.recv() == b"found"
        await fresh.close()


@pytest.mark.parametrize("line", ["", "1 1 udp", "1 one udp 1 127.0.0.1 9 typ host", "🙂"])
async def test_a_candidate_that_is_none_is_refused_and_the_call_goes_on(line: str) -> None:
    async with call() as known:
        odd = IceFragment("abcd", "x" * 24, (line,))
        with pytest.raises(InputError, match="cannot be used"):
            await known.path.restart(odd)
        with pytest.raises(InputError, match="cannot be used"):
            await known.path.trickle(odd)
        await known.transport._send(b"fine")
        assert await known.theirs.recv() == b"fine"


class NodeRouting(asyncio.DatagramProtocol):
    """The address a peer has moved to."""

    def __init__(self) -> None:
        self.heard = asyncio.Queue[bytes]()

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.heard.put_nowait(data)


async def test_a_peer_that_has_moved_is_answered_where_it_is() -> None:
    async with call() as known:
        loop = asyncio.get_running_loop()
        socket, elsewhere = await loop.create_datagram_endpoint(NodeRouting, ("127.0.0.1", 0))
        known.path.follow(socket.get_extra_info("sockname"))
        await known.transport._send(b"over there")
        assert await elsewhere.heard.get() == b"over there"
        socket.close()


async def test_a_peer_heard_from_another_family_is_answered_where_it_was() -> None:
    async with call() as known:
        known.path.follow(("::1", 40_000, 0, 0))
        await known.transport._send(b"still here")
        assert await known.theirs.recv() == b"still here"


@pytest.mark.parametrize(("sounds", "most"), [(True, 60 / 8), (False, 60 / 4)])
def test_while_sound_comes_consent_is_asked_for_half_as_often(sounds: bool, most: float) -> None:
    """It holds for 30 s (RFC 7675, 5.1): even then two in a row may get lost."""
    asked: list[float] = []

    async def request(*_: object, **__: object) -> None:
        asked.append(asyncio.get_running_loop().time())

    async def main() -> None:
        pair = SimpleNamespace(protocol=SimpleNamespace(request=request), remote_addr=None)
        connection = SimpleNamespace(
            _closing=False,
            _nominated={1: pair},
            remote_password="",
            build_request=lambda *_, **__: None,
        )
        path = IcePath(SimpleNamespace(transport=SimpleNamespace(_connection=connection)), lambda _: None)
        path.media_at = float("inf") if sounds else path.media_at
        checks = asyncio.ensure_future(path._query_consent(connection))
        await asyncio.sleep(60)
        checks.cancel()

    virtual_time.run(main())
    assert most * 2 / 3 - 1 <= len(asked) <= most
    assert max(later - earlier for earlier, later in pairwise(asked)) < 15
