"""A meeting's events arrive once and in order over any number of broken connections."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from tests.support import story
from wingman.client.stream import GONE, events
from wingman.core import codec
from wingman.core.errors import InputError
from wingman.core.events import Envelope, MeetingEnded, StreamCaughtUp, StreamReset
from wingman.testing.virtual_time import run

TOLD = story.events()
HEAD = TOLD[:-1]
Ending = int | None


class Log:
    """A service that serves so many events a connection and then ends it."""

    def __init__(self, told: Sequence[Envelope], at_once: int, ending: Ending = None, refuse: int = 0) -> None:
        self._told, self._at_once, self._ending, self._refuse = told, at_once, ending, refuse
        self.asked: list[tuple[str, int, str]] = []
        self.busy = 0
        self.busy_with = 503
        self.deleted_after = 10**6
        """Connections after which the meeting is gone."""

    def handshake(self, connection: ServerConnection, request: Request) -> Response | None:
        url = urlsplit(request.path)
        after = int(parse_qs(url.query)["after"][0])
        self.asked.append((url.path, after, request.headers["Authorization"]))
        if self.busy:
            self.busy -= 1
            if not self.busy_with:
                connection.transport.abort()  # the node dies while it answers
                return None
            return connection.respond(self.busy_with, "busy")
        if len(self.asked) > self.deleted_after:
            return connection.respond(404, "gone")
        return connection.respond(self._refuse, "no") if self._refuse else None

    async def serve(self, connection: ServerConnection) -> None:
        after = self.asked[-1][1]
        left = [each for each in self._told if each.seq > after]
        for each in left[: self._at_once]:
            await connection.send(codec.encode(each))
        if len(left) <= self._at_once:
            caught_up = codec.envelope(TOLD[-1].seq, story.MEETING, 0.0, StreamCaughtUp(TOLD[-1].seq))
            await connection.send(codec.encode(caught_up))
            if self._ending is not None:
                await connection.close(self._ending)
        connection.transport.close()  # cut in the middle


@asynccontextmanager
async def service(log: Log) -> AsyncIterator[str]:
    async with serve(log.serve, "127.0.0.1", 0, process_request=log.handshake, compression=None) as server:
        yield f"http://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/"


def heard_from(log: Log, after: int = 0) -> list[Envelope]:
    async def main() -> list[Envelope]:
        async with service(log) as url:
            return [each async for each in events(url, "token", story.MEETING, after)]

    return run(main())


@pytest.mark.parametrize("busy_with", [0, 429, 503])
@pytest.mark.parametrize("at_once", [1, 7, 1000])
def test_everything_comes_once_until_the_meeting_ends(at_once: int, busy_with: int) -> None:
    log = Log(TOLD, at_once)
    log.busy, log.busy_with = 2, busy_with
    assert isinstance(TOLD[-1].data, MeetingEnded)
    assert heard_from(log) == TOLD
    path, after, authorization = log.asked[-1]
    assert (path, authorization) == (f"/api/meetings/{story.MEETING}/ws", "Bearer token")
    assert after == (len(TOLD) - 1) // at_once * at_once


def test_what_was_seen_before_is_not_asked_for_again() -> None:
    log = Log(TOLD, 1000)
    assert heard_from(log, after=5) == TOLD[5:]
    assert log.asked[0][1] == 5


def test_a_deleted_meeting_ends_the_stream() -> None:
    log = Log(HEAD, 1000, GONE)
    assert heard_from(log) == HEAD
    assert len(log.asked) == 1


def test_a_meeting_that_is_deleted_while_nobody_listens_ends_the_stream() -> None:
    log = Log(TOLD, 3)
    log.deleted_after = 2
    assert heard_from(log) == TOLD[:6]
    assert len(log.asked) == 3


@pytest.mark.parametrize("state", ["ended", "live"])
def test_a_snapshot_ends_the_stream_only_if_the_meeting_has_ended(state: str) -> None:
    reset = codec.envelope(40, story.MEETING, 0.0, StreamReset("too old", {"state": state}))
    end = replace(TOLD[-1], seq=41)
    heard = heard_from(Log([reset, end], 1))
    assert [each.seq for each in heard] == ([40] if state == "ended" else [40, 41])
    assert isinstance(heard[0].data, StreamReset)


@pytest.mark.parametrize(
    ("status", "why"), [(401, "another token"), (403, "may not"), (404, "no such"), (418, "418")]
)
def test_a_refusal_is_a_sentence(status: int, why: str) -> None:
    with pytest.raises(InputError, match=why) as refused:
        heard_from(Log([], 1, refuse=status))
    assert refused.value.status == status
