"""A posted recording goes through a nameless file: whole, bounded, and gone when it has been played."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from starlette.requests import Request
from starlette.types import Message

from wingman.audio.source import ChannelSink
from wingman.core.errors import InputError
from wingman.core.time import Channel
from wingman.server.routes.upload import UNNAMED, Temporary, discard, spool, wish_of


def posted(*pieces: bytes, **query: str) -> Request:
    """A request whose body comes in these pieces, and then hangs up."""
    messages: list[Message] = [
        {"type": "http.request", "body": piece, "more_body": n < len(pieces)}
        for n, piece in enumerate(pieces, 1)
    ]

    async def receive() -> Message:
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    query_string = urlencode(query).encode()
    scope = {"type": "http", "method": "POST", "headers": [], "query_string": query_string, "path": "/"}
    return Request(scope, receive)


@asynccontextmanager
async def as_many_files_as_before() -> AsyncIterator[None]:
    before = len(os.listdir("/proc/self/fd"))
    yield
    assert len(os.listdir("/proc/self/fd")) == before


async def test_the_body_arrives_whole_and_is_let_go_once() -> None:
    sent = [os.urandom(70_000), b"", os.urandom(3)]
    async with as_many_files_as_before():
        path = await spool(posted(*sent), 100_000)
        assert path.read_bytes() == b"".join(sent)
        discard(path)
        discard(path)
        assert not path.exists()


@pytest.mark.parametrize(
    ("pieces", "status"), [((b"",), 400), ((b"x" * 11,), 413), ((b"x" * 6, b"y" * 5), 413)]
)
async def test_nothing_is_left_of_what_is_empty_or_too_long(pieces: tuple[bytes, ...], status: int) -> None:
    async with as_many_files_as_before():
        with pytest.raises(InputError) as refused:
            await spool(posted(*pieces), 10)
        assert (refused.value.status, refused.value.field) == (status, "body")


async def test_as_much_as_is_allowed_is_allowed() -> None:
    path = await spool(posted(b"x" * 10), 10)
    assert path.read_bytes() == b"x" * 10
    discard(path)


class Source:
    """Plays a file, or fails half-way."""

    channels = (Channel.TAB,)
    recorded = True

    def __init__(self, path: Path, fails: bool) -> None:
        self.path, self.fails = path, fails
        self.heard = b""

    async def run(self, sinks: Mapping[Channel, ChannelSink]) -> None:
        self.heard = self.path.read_bytes()
        if self.fails:
            raise InputError("half of it is missing")


@pytest.mark.parametrize("fails", [False, True])
async def test_what_was_played_is_gone_whatever_came_of_it(fails: bool) -> None:
    async with as_many_files_as_before():
        path = await spool(posted(b"sound"), 10)
        source = Source(path, fails)
        played = Temporary(source, path)
        assert (played.channels, played.recorded) == ((Channel.TAB,), True)
        if fails:
            with pytest.raises(InputError):
                await played.run({})
        else:
            await played.run({})
        assert source.heard == b"sound"


def test_the_query_says_what_the_recording_is() -> None:
    wish = wish_of(posted(channels="left=mic,right=tab", track="2", name="Call\nof\tAda.wav"))
    assert (len(wish.sources), wish.track) == (2, 1)
    assert "\n" not in wish.name
    plain = wish_of(posted())
    assert (plain.sources, plain.track, plain.name) == ((), None, UNNAMED)
    assert len(wish_of(posted(name="x" * 5000)).name) == 200
    assert wish_of(posted(title="Ada"), {"title"}).name == UNNAMED


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"track": "0"}, "track"),
        ({"track": "x"}, "track"),
        ({"tracks": "1"}, "tracks"),
        ({"channels": "up"}, "channels"),
    ],
)
def test_what_the_query_says_wrongly_is_named(query: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as refused:
        wish_of(posted(**query))
    assert refused.value.field == field
