"""What aioice keeps private and a live session needs: liveness by media, moved addresses, ICE restarts.

aioice ends a connection when its own checks go unanswered for half a minute, although media may arrive all the
time from an address a router has given the client since. And it knows no restart (RFC 8445 section 9). Here a
restart is a second connection with credentials of its own that feeds the first one's queue: DTLS and SRTP go
on over it and never know.
"""

from __future__ import annotations

import asyncio
import copy
import random
from collections.abc import Callable
from typing import Any

import aioice.ice
import structlog
from aioice.stun import TransactionError

from wingman.core.errors import InputError
from wingman.transports.ice_fragment import IceFragment

log = structlog.get_logger(__name__)

CONSENT_S = 5.0
SOUNDING_S = 10.0
"""How often it is checked while media comes: that the peer is there is known then, and what a check renews, the
leave to send it reports, holds for half a minute (RFC 7675, 5.1)."""
CONSENT_FAILURES = 6
ALIVE_S = 10.0
"""A peer whose authenticated media came within this many seconds is there, whatever its checks do."""

RESTART_S = 30.0
"""How long a restart looks for a new way."""

Hook = Callable[[Any], None]
"""Put between a connection's sockets and its queue."""


class IcePath:
    """The way to one peer. `dtls` is its transport, `hook` is called with every new connection."""

    __slots__ = (
        "_clock",
        "_connecting",
        "_current",
        "_dtls",
        "_hook",
        "_pending",
        "_root",
        "media_at",
        "source",
    )

    def __init__(self, dtls: Any, hook: Hook) -> None:
        self._dtls = dtls
        self._hook = hook
        self._clock = asyncio.get_running_loop().time
        self.media_at = self._clock() - ALIVE_S
        """When authenticated media came last, in loop time: the peer lives. Whoever takes it writes it here."""
        self.source: Any = None
        """The address it came from last; when another one sends, `follow` it."""
        self._root = dtls.transport._connection
        self._current = self._root
        self._pending: Any = None
        self._connecting: asyncio.Task[None] | None = None
        self._keep_by_media(self._root)

    def serves(self, ufrag: str) -> bool:
        """Whether the way in use is that of the peer's `ufrag`, and no other is looked for."""
        return self._pending is None and self._current.remote_username == ufrag

    def send(self, packet: bytes) -> None:
        """One datagram to where the peer is now, if there is a way. Never waits."""
        pair = self._current._nominated.get(1)
        if pair is not None and not pair.protocol.transport.is_closing():
            pair.protocol.transport.sendto(packet, pair.remote_addr)

    async def trickle(self, fragment: IceFragment) -> None:
        """Add candidates that were found later. Raises `InputError` for one that is none.

        That no more will come is not told: with it aioice gives up where none of them answers, although the
        client's own checks may still reveal where it is. The setup's time ends the waiting.
        """
        connection = self._pending or self._current
        try:
            for line in fragment.candidates:
                await connection.add_remote_candidate(aioice.Candidate.from_sdp(line))
        except (ValueError, IndexError) as odd:
            raise InputError(f"a candidate of the fragment cannot be used: {odd}", field="body") from None

    async def restart(self, remote: IceFragment) -> IceFragment:
        """Look for a new way with new credentials; the old one serves until it is found. Returns ours."""
        await self._abandon()
        root = self._root
        fresh = aioice.ice.Connection(
            ice_controlling=root.remote_is_lite,  # such an end only answers
            stun_server=root.stun_server,
            turn_server=root.turn_server,
            turn_username=root.turn_username,
            turn_password=root.turn_password,
        )
        await fresh.gather_candidates()
        fresh.remote_is_lite = root.remote_is_lite
        fresh._queue = root._queue
        self._hook(fresh)
        self._keep_by_media(fresh)
        fresh.remote_username, fresh.remote_password = remote.ufrag, remote.password
        self._pending = fresh
        try:
            await self.trickle(remote)
        except InputError:
            await self._abandon()
            raise
        self._connecting = asyncio.create_task(self._connect(fresh))
        candidates = tuple(candidate.to_sdp() for candidate in fresh.local_candidates)
        return IceFragment(fresh.local_username, fresh.local_password, candidates, complete=True)

    async def close(self) -> None:
        """Close what restarts have opened; the first connection is aiortc's."""
        await self._abandon()
        if self._current is not self._root:
            await _discard(self._current)
            self._current = self._root

    async def _connect(self, fresh: Any) -> None:
        try:
            async with asyncio.timeout(RESTART_S):
                await fresh.connect()
        except (ConnectionError, TimeoutError) as failed:
            reason = "nobody answered in time" if isinstance(failed, TimeoutError) else str(failed)
            log.info("an ICE restart found no way", reason=reason)
            await _discard(fresh)
            self._pending = None  # only now: whoever cancels this closes what is left of it
            return
        old, self._current, self._pending = self._current, fresh, None
        self._dtls.transport._send = fresh.send
        self.source = None
        if old is self._root:
            if old._query_consent_task is not None:
                old._query_consent_task.cancel()  # nobody answers there any more, and nobody needs to
        else:
            await _discard(old)

    async def _abandon(self) -> None:
        task, self._connecting = self._connecting, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])
        pending, self._pending = self._pending, None
        if pending is not None:
            await _discard(pending)

    def follow(self, address: Any) -> None:
        """Authenticated media came from `address`: that is where the peer is."""
        self.source = address
        for pair in self._current._nominated.values():
            if (":" in pair.local_candidate.host) != (":" in address[0]):
                continue  # it came over another pair: a socket sends to addresses of its own family only
            if pair.remote_addr != tuple(address[:2]):
                log.info("a peer has moved to another address")
                pair.remote_candidate = copy.copy(pair.remote_candidate)
                pair.remote_candidate.host, pair.remote_candidate.port = address[:2]
                pair.remote_candidate._network_host = address[0]

    def _keep_by_media(self, connection: Any) -> None:
        connection.query_consent = lambda: self._query_consent(connection)

    async def _query_consent(self, connection: Any) -> None:
        """aioice's checks (RFC 7675), with media counting as an answer."""
        failures = 0
        if connection._closing:
            return  # it was closed while it was connecting; aioice begins all the same
        while failures < CONSENT_FAILURES:
            sounds = self._clock() - self.media_at < CONSENT_S
            await asyncio.sleep((SOUNDING_S if sounds else CONSENT_S) * (0.8 + 0.4 * random.random()))
            answered = [await _answers(connection, pair) for pair in list(connection._nominated.values())]
            alive = any(answered) or self._clock() - self.media_at < ALIVE_S
            failures = 0 if alive else failures + 1
        connection._query_consent_task = None
        await connection.close()


async def _answers(connection: Any, pair: Any) -> bool:
    request = connection.build_request(pair, nominate=False)
    key = connection.remote_password.encode()
    try:
        await pair.protocol.request(request, pair.remote_addr, integrity_key=key, retransmissions=0)
    except TransactionError:
        return False
    return True


async def _discard(connection: Any) -> None:
    """Close a connection without telling the queue it shares."""
    connection._queue = asyncio.Queue()
    await connection.close()
