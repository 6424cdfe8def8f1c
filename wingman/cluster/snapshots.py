"""Streams as files and back, by the servers' own snapshots; `nats stream backup` and `restore` do the same.

<folder>/<stream>/backup.json      {"config", "state"} as the server told them
<folder>/<stream>/stream.tar.s2    the stream; its records are sealed, as they are on the servers
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from nats.aio.msg import Msg

from wingman.cluster import subjects
from wingman.cluster.jetstream import STATUS, ApiError, JetStream, UnavailableError, UnknownError
from wingman.core.errors import InputError

CHUNK = 128 * 1024
ANSWER_S = 20.0
"""What a server may take to begin a snapshot, or for the next piece of it."""
FACTS, CONTENT = "backup.json", "stream.tar.s2"
END_OF_FILE = "204"
NO_STREAM = 10059


def lasting(shards: int) -> Iterator[str]:
    """The streams a service is restored from. The keys come last: what a log holds can be opened with them."""
    yield from map(subjects.stream, range(shards))
    yield from (subjects.AUDIT, subjects.TABLES, subjects.CONFIG, subjects.KEYS)


async def save(jetstream: JetStream, stream: str, folder: Path) -> int:
    """Write a stream into a folder of its own, for its owner only; returns its bytes. Raises `InputError`."""
    home = folder / stream
    arrived: asyncio.Queue[Msg] = asyncio.Queue()  # bounded: the server waits for what it sent to be confirmed

    async def heard(message: Msg) -> None:
        arrived.put_nowait(message)

    inbox, size = jetstream.inbox(), 0
    deaf = await jetstream.subscribe(inbox, heard)
    try:
        facts = await jetstream.api(
            f"STREAM.SNAPSHOT.{stream}",
            {"deliver_subject": inbox, "no_consumers": True, "chunk_size": CHUNK},
            timeout=ANSWER_S,
        )
        wanted = {"config": facts["config"], "state": facts["state"]}
        await asyncio.to_thread(_begun, home, msgspec.json.encode(wanted))
        while True:
            async with asyncio.timeout(ANSWER_S):
                message = await arrived.get()
            if not message.data:
                status = dict(message.headers or {}).get(STATUS, END_OF_FILE)
                if status != END_OF_FILE:
                    raise _failed(stream, f"status {status}")
                return size
            await asyncio.to_thread(_add, home / CONTENT, bytes(message.data))
            size += len(message.data)
            if message.reply:
                await jetstream.tell(message.reply, b"")
    except (ApiError, UnavailableError, UnknownError, TimeoutError) as failed:
        raise _failed(stream, str(failed) or "no answer") from None
    finally:
        await deaf()


async def lacking(jetstream: JetStream, stream: str, folder: Path) -> bool:
    """Is the stream not there as it was saved? Raises `InputError` where it holds other records."""
    facts = await asyncio.to_thread(_facts, folder / stream)
    saved = facts["state"]
    try:
        has = (await jetstream.api(f"STREAM.INFO.{stream}"))["state"]
    except (ApiError, UnavailableError, UnknownError) as failed:
        if isinstance(failed, ApiError) and failed.code == NO_STREAM:
            return True
        raise _failed(stream, str(failed)) from None
    # what runs out (`Nats-TTL`) is dropped as soon as it is restored: the newest number alone stays
    same = ("last_seq",) if facts["config"].get("allow_msg_ttl") else ("messages", "first_seq", "last_seq")
    if [has.get(name) for name in same] == [saved.get(name) for name in same]:
        return False
    if has["messages"]:
        raise InputError(
            f"the NATS servers hold other records in {stream}; stop all nodes, start servers with empty disks, "
            "and restore before any node is started",
            field="cluster.url",
            status=409,
        )
    return True


async def load(jetstream: JetStream, stream: str, folder: Path) -> int:
    """Make a stream of what `save` wrote, in place of an empty one; returns its messages.

    Raises `InputError`.
    """
    home = folder / stream
    facts = await asyncio.to_thread(_facts, home)
    try:
        with contextlib.suppress(ApiError):
            await jetstream.api(f"STREAM.DELETE.{stream}")
        facts["config"]["num_replicas"] = min(facts["config"]["num_replicas"], jetstream.servers)
        begun = await jetstream.api(f"STREAM.RESTORE.{stream}", facts, timeout=ANSWER_S)
        with await asyncio.to_thread((home / CONTENT).open, "rb") as file:
            while piece := await asyncio.to_thread(file.read, CHUNK):
                await _sent(jetstream, stream, begun["deliver_subject"], piece)
        told = await _sent(jetstream, stream, begun["deliver_subject"], b"")
    except OSError as failed:
        raise InputError(f"cannot read {home}: {failed.strerror}", field="folder") from None
    except (ApiError, UnavailableError, UnknownError) as failed:
        raise _failed(stream, str(failed)) from None
    return int(told["state"]["messages"])


async def _sent(jetstream: JetStream, stream: str, subject: str, piece: bytes) -> dict[str, Any]:
    """One piece, confirmed. Raises `InputError`."""
    answer = await jetstream.request(subject, piece, ANSWER_S)
    if answer is None:
        raise _failed(stream, "no answer")
    told: dict[str, Any] = msgspec.json.decode(answer) if answer else {}
    if failure := told.get("error"):
        raise _failed(stream, str(failure.get("description", "")))
    return told


def _facts(home: Path) -> dict[str, Any]:
    try:
        facts: dict[str, Any] = msgspec.json.decode((home / FACTS).read_bytes())
        if facts["config"]["num_replicas"] and facts["state"]["messages"] >= 0:
            return facts
    except OSError as failed:
        raise InputError(f"cannot read {home}: {failed.strerror}", field="folder") from None
    except (msgspec.MsgspecError, LookupError, TypeError):
        pass
    raise InputError(f"{home / FACTS} is no backup of a stream", field="folder")


def _begun(home: Path, facts: bytes) -> None:
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    (home / CONTENT).unlink(missing_ok=True)
    for name, content in ((FACTS, facts), (CONTENT, b"")):
        (home / name).touch(mode=0o600)
        (home / name).write_bytes(content)


def _add(file: Path, piece: bytes) -> None:
    with file.open("ab") as growing:
        growing.write(piece)


def _failed(stream: str, reason: str) -> InputError:
    return InputError(f"the NATS servers do not do it for {stream}: {reason}", field="cluster.url", status=503)
