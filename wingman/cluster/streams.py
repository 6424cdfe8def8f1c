"""The streams of a cluster, made by whichever node comes first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import msgspec

from wingman.cluster import subjects
from wingman.cluster.jetstream import ApiError, JetStream, StaleError, Stored, UnavailableError, UnknownError
from wingman.core.errors import InputError
from wingman.core.json import JsonObject

MOST_REPLICAS = 3
MOST_SHARDS = 256
SHARDS = "config.shards"
APART = "give Wingman servers or an account of its own"
UNSET: JsonObject = {
    "subjects": [],
    "storage": "file",
    "retention": "limits",
    "discard": "old",
    "max_age": 0,
    "max_msgs_per_subject": -1,
    "allow_direct": False,
    "allow_msg_ttl": False,
    "republish": None,
    "no_ack": False,
    "sealed": False,
    "deny_delete": False,
    "deny_purge": False,
    "mirror": None,
    "sources": None,
}
"""Settings on which it depends that nothing is lost, and what a server takes where one is left out. How often
records are kept, and how much room they have, are the operator's."""


async def prepare(jetstream: JetStream, shards: int) -> int:
    """Make what is not there, and return how many shards the log has: what the first node said holds for good.

    Raises `InputError` when the servers refuse.
    """
    return await jetstream.once_elected(partial(_prepare, jetstream, shards))


async def _prepare(jetstream: JetStream, shards: int) -> int:
    replicas = min(MOST_REPLICAS, jetstream.servers)
    await make(jetstream, _stream(subjects.CONFIG, "config.*", replicas) | {"max_msgs_per_subject": 1})
    shards = await _agreed(jetstream, shards)
    await make(jetstream, _stream(subjects.KEYS, "key.*", replicas) | {"max_msgs_per_subject": 1})
    lease = {"max_msgs_per_subject": 1, "allow_msg_ttl": True, "subject_delete_marker_ttl": 0}
    await make(jetstream, _stream(subjects.NODES, "node.*", replicas) | lease)
    table = {"max_msgs_per_subject": 1, "allow_msg_ttl": True}
    await make(jetstream, _stream(subjects.TABLES, subjects.TABLES_ALL, replicas) | table)
    await make(jetstream, _stream(subjects.AUDIT, subjects.AUDIT_ALL, replicas))
    await make(jetstream, _stream(subjects.SLOTS, "slot.*.*", replicas) | lease)
    for shard in range(shards):
        await make(jetstream, of_shard(shard, replicas))
    return shards


async def held(jetstream: JetStream) -> int:
    """How many shards the log on these servers has; makes nothing. Raises `InputError` when there is no log."""
    return await jetstream.once_elected(partial(_held, jetstream))


async def _held(jetstream: JetStream) -> int:
    try:
        there = (await jetstream.api("STREAM.NAMES", {"subject": SHARDS})).get("streams") or ()
    except ApiError as refused:
        raise UnavailableError(str(refused)) from None
    found = await jetstream.newest(subjects.CONFIG, SHARDS) if subjects.CONFIG in there else None
    if found is None:
        raise InputError(
            "the NATS servers hold nothing of Wingman; start a node, or bring a backup back "
            "(wingman cluster restore FOLDER)",
            field="cluster.url",
            status=404,
        )
    return _number(found)


def of_shard(shard: int, replicas: int) -> JsonObject:
    """How the stream of one shard of the log is set."""
    republish = {"src": f"log.{shard}.*", "dest": f"live.{shard}.{{{{wildcard(1)}}}}"}
    return _stream(subjects.stream(shard), f"log.{shard}.*", replicas) | {"republish": republish}


@dataclass(frozen=True, slots=True)
class Copies:
    """How safely one stream is kept."""

    stream: str
    leader: str
    """The server that takes its records; empty where one keeps it alone, or while there is none."""
    count: int
    """How many servers keep it."""
    behind: tuple[str, ...] = ()
    """Those of them that lack something, or are away."""


async def copies(jetstream: JetStream, names: Sequence[str]) -> list[Copies]:
    """How safely these streams are kept. Raises `InputError` (503) when the servers do not say."""
    found: list[Copies] = []
    for name in names:
        try:
            told = await jetstream.stream(name)
        except (UnavailableError, UnknownError) as failed:
            raise InputError(
                f"the NATS servers do not tell how {name} is kept ({failed}); more than half of them must run",
                field="cluster.url",
                status=503,
            ) from None
        place = told.get("cluster") or {}
        behind = [
            str(one.get("name", "")) for one in place.get("replicas") or () if not one.get("current", False)
        ]
        found.append(
            Copies(name, str(place.get("leader", "")), int(told["config"]["num_replicas"]), tuple(behind))
        )
    return found


async def _agreed(jetstream: JetStream, shards: int) -> int:
    if not 1 <= shards <= MOST_SHARDS:
        raise InputError(f"cluster.shards must be 1 to {MOST_SHARDS}", field="cluster.shards")
    while (found := await jetstream.newest(subjects.CONFIG, SHARDS)) is None:
        try:
            await jetstream.publish(SHARDS, str(shards).encode(), expect=0)
        except (StaleError, UnknownError):
            continue
    return _number(found)


def _number(found: Stored) -> int:
    text = found.body.decode("utf-8", "replace")
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= MOST_SHARDS):
        raise InputError(
            f"the NATS servers hold {SHARDS} {text[:40]!r}, which no node has written: "
            f"is {subjects.CONFIG} another program's stream? If so, {APART}",
            field="cluster.url",
            status=503,
        )
    return int(text)


async def make(jetstream: JetStream, config: JsonObject) -> None:
    """Make one unless it is there as it must be. Raises `InputError` (503) for one of somebody else's."""
    found = await jetstream.make_stream(config)
    for name, unset in UNSET.items():
        wanted, has = config.get(name, unset), found.get(name, unset)
        if isinstance(wanted, dict) and isinstance(has, dict):
            has = {key: has.get(key) for key in wanted}
        if has != wanted:
            raise InputError(
                f"the stream {config['name']} of the NATS servers has {name} {_told(has)}, and {_told(wanted)} "
                f"is needed: what is said in meetings would be lost. Set it so, or {APART}",
                field="cluster.url",
                status=503,
            )


def _told(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _stream(name: str, subject: str, replicas: int) -> JsonObject:
    return {
        "name": name,
        "subjects": [subject],
        "storage": "file",
        "num_replicas": replicas,
        "retention": "limits",
        "discard": "new",  # the default drops the oldest events of a full stream without a word
        "max_age": 0,
        "allow_direct": True,
        "duplicate_window": 1_000_000_000,  # not used: a record's head says which one it is
    }
