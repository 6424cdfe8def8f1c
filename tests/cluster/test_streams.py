"""The log's streams on servers that somebody else has used."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.nats import KEY, Servers
from wingman.cluster import streams, subjects
from wingman.cluster.jetstream import JetStream
from wingman.core.errors import InputError


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("discard", "old"),
        ("max_age", 3_600_000_000_000),
        ("storage", "memory"),
        ("retention", "interest"),
        ("max_msgs_per_subject", 10),
        ("allow_direct", False),
        ("republish", {"src": "log.7.*", "dest": "elsewhere.{{wildcard(1)}}"}),
        ("subjects", ["log.7.*", "others.*"]),
        ("deny_purge", True),
    ],
)
async def test_a_stream_that_would_lose_something_is_refused(
    one_server: Servers, setting: str, value: Any
) -> None:
    jetstream = await JetStream.open(one_server.settings(key=KEY), "test")
    ours = streams.of_shard(7, replicas=1)
    try:
        await jetstream.api(f"STREAM.CREATE.{ours['name']}", ours | {setting: value})
        with pytest.raises(InputError, match=f"{ours['name']} .* has {setting} "):
            await streams.make(jetstream, ours)
    finally:
        await jetstream.api(f"STREAM.DELETE.{ours['name']}")
        await jetstream.aclose()


async def test_room_and_copies_are_the_operators(one_server: Servers) -> None:
    jetstream = await JetStream.open(one_server.settings(key=KEY), "test")
    ours = streams.of_shard(7, replicas=1)
    try:
        await jetstream.api(
            f"STREAM.CREATE.{ours['name']}", ours | {"max_bytes": 1_000_000, "description": "ours"}
        )
        await streams.make(jetstream, ours)
    finally:
        await jetstream.api(f"STREAM.DELETE.{ours['name']}")
        await jetstream.aclose()


@pytest.mark.parametrize("said", [b"", b"many", b"0", b"1000", b"\xff"])
async def test_a_number_of_shards_that_is_none_is_refused(one_server: Servers, said: bytes) -> None:
    jetstream = await JetStream.open(one_server.settings(key=KEY), "test")
    await streams.prepare(jetstream, 1)
    told = await jetstream.newest(subjects.CONFIG, streams.SHARDS)
    assert told is not None
    try:
        await jetstream.publish(streams.SHARDS, said)
        with pytest.raises(InputError, match="which no node has written"):
            await streams.prepare(jetstream, 1)
    finally:
        await jetstream.publish(streams.SHARDS, told.body)
        await jetstream.aclose()
