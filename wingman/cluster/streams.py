"""The streams of a cluster, made by whichever node comes first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from wingman.cluster import subjects
from wingman.cluster.jetstream import ApiError, JetStream, StaleError, UnavailableError, UnknownError
from wingman.core.errors import InputError
from wingman.core.json import JsonObject

MOST_REPLICAS = 3
SHARDS = "config.shards"


async def prepare(jetstream: JetStream, shards: int) -> int:
    """Make what is not there, and return how many shards the log has: what the first node said holds for good.

    Raises `InputError` when the servers refuse.
    """
    return await jetstream.once_elected(partial(_prepare, jetstream, shards))


async def _prepare(jetstream: JetStream, shards: int) -> int:
    replicas = min(MOST_REPLICAS, jetstream.servers)
    await jetstream.make_stream(_stream(subjects.CONFIG, "config.*", replicas) | {"max_msgs_per_subject": 1})
    shards = await _agreed(jetstream, shards)
    await jetstream.make_stream(_stream(subjects.KEYS, "key.*", replicas) | {"max_msgs_per_subject": 1})
    lease = {"max_msgs_per_subject": 1, "allow_msg_ttl": True, "subject_delete_marker_ttl": 0}
    await jetstream.make_stream(_stream(subjects.NODES, "node.*", replicas) | lease)
    table = {"max_msgs_per_subject": 1, "allow_msg_ttl": True}
    await jetstream.make_stream(_stream(subjects.TABLES, subjects.TABLES_ALL, replicas) | table)
    await jetstream.make_stream(_stream(subjects.AUDIT, subjects.AUDIT_ALL, replicas))
    await jetstream.make_stream(_stream(subjects.SLOTS, "slot.*.*", replicas) | lease)
    for shard in range(shards):
        republish = {"src": f"log.{shard}.*", "dest": f"live.{shard}.{{{{wildcard(1)}}}}"}
        await jetstream.make_stream(
            _stream(subjects.stream(shard), f"log.{shard}.*", replicas) | {"republish": republish}
        )
    return shards


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
            told = await jetstream.api(f"STREAM.INFO.{name}")
        except (UnavailableError, UnknownError, ApiError) as failed:
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
    if not 1 <= shards <= 256:
        raise InputError("cluster.shards must be 1 to 256", field="cluster.shards")
    while (found := await jetstream.newest(subjects.CONFIG, SHARDS)) is None:
        try:
            await jetstream.publish(SHARDS, str(shards).encode(), expect=0)
        except (StaleError, UnknownError):
            continue
    return int(found.body)


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
