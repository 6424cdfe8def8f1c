"""`wingman cluster`: which nodes there are, have one let go, check what is stored, copy it, bring it back."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from wingman.commands.common import settings_of
from wingman.commands.installation import adding
from wingman.config.cluster import ClusterSettings
from wingman.config.folders import expanded
from wingman.core.errors import InputError
from wingman.server.event_loop import run

try:
    from wingman.cluster import keys, snapshots, streams
    from wingman.cluster.jetstream import JetStream
    from wingman.cluster.keys import KeyRing
    from wingman.cluster.log_reader import LogReader
    from wingman.cluster.node import Node, NodeRow
    from wingman.cluster.record import Head
    from wingman.cluster.streams import Copies
except ModuleNotFoundError as missing:
    raise InputError(f"wingman cluster needs the extra ({missing}): {adding('cluster')}") from None

DRAIN_S = 90.0
"""What a node may take to settle what it has heard."""
READER = "wingman-cluster"


def main(arguments: argparse.Namespace) -> int:
    """Run the subcommand; returns the exit status. Raises `InputError`."""
    settings = settings_of(arguments, quiet=True).cluster
    if not settings.url:
        raise InputError("cluster.url is empty: this is no cluster", field="cluster.url")
    doing = {
        "status": _status,
        "drain": _drain,
        "verify": _verify,
        "backup": _backup,
        "restore": _restore,
    }[arguments.action]
    return run(doing(arguments, settings))


@dataclass(frozen=True, slots=True)
class _Visitor:
    """Somebody who looks, and runs nothing."""

    jetstream: JetStream
    node: Node
    reader: LogReader
    shards: int

    @property
    def lasting(self) -> tuple[str, ...]:
        """The streams a service is restored from."""
        return tuple(snapshots.lasting(self.shards))


@contextlib.asynccontextmanager
async def _visit(settings: ClusterSettings) -> AsyncIterator[_Visitor]:
    key = await asyncio.to_thread(keys.derived, settings.key.reveal())
    jetstream = await JetStream.open(settings, READER)
    try:
        ring = KeyRing(jetstream, key)
        shards = await streams.held(jetstream)
        await ring.check()
        reader = LogReader(jetstream, ring, READER, shards)
        await reader.open(_ignored)
        try:
            yield _Visitor(jetstream, Node(jetstream, settings, key), reader, shards)
        finally:
            await reader.aclose()
    finally:
        await jetstream.aclose()


async def _ignored(_: str, __: Head) -> None:
    """Nobody waits for what is stored meanwhile."""


async def _status(arguments: argparse.Namespace, settings: ClusterSettings) -> int:
    async with _visit(settings) as visitor:
        leased = await visitor.node.nodes()
        found = await asyncio.gather(*(visitor.node.look(row.id) for row in leased))
        shown = [(row, now is not None) for row, now in zip(leased, found, strict=True)]
        running = await _open_meetings(visitor.reader)
        kept = await streams.copies(visitor.jetstream, visitor.lasting)
    if arguments.json:
        rows = [{**msgspec.to_builtins(row), "answers": answers} for row, answers in shown]
        told = {"nodes": rows, "meetings": running, "streams": [msgspec.to_builtins(one) for one in kept]}
        _print(msgspec.json.encode(told).decode())
        return 0
    _print(*([_line(row, answers=answers) for row, answers in shown] or ["no nodes"]))
    there = {row.id for row, answers in shown if answers}
    orphans = sum(owner not in there for owner in running.values())
    _print(f"{len(running)} meetings without an end, {orphans} of them with nobody who runs them")
    _print(*_safety(kept))
    return 0 if all(answers for _, answers in shown) and not any(one.behind for one in kept) else 1


def _safety(kept: Sequence[Copies]) -> Iterator[str]:
    least = min(one.count for one in kept)
    yield (
        f"every record is kept {least} times"
        if least > 1
        else ("records are kept ONCE: a lost disk loses meetings; see Restore in docs/cluster.md")
    )
    for one in kept:
        if one.behind:
            yield f"{one.stream}: {', '.join(one.behind)} lacks something or is away"


def _line(row: NodeRow, *, answers: bool) -> str:
    state = row.state if answers else "does not answer"
    return f"{row.id:<32} {state:<16} {row.live:>4} of {row.most} meetings  {row.version}"


async def _open_meetings(reader: LogReader) -> dict[str, str]:
    """Meeting → the node that stored its newest record."""
    found: dict[str, str] = {}
    for meeting, known in reader.known.items():
        body = await reader.body(meeting)
        if body is not None and body.row.last and body.row.state != "ended":
            found[meeting] = known.head.node
    return found


async def _drain(arguments: argparse.Namespace, settings: ClusterSettings) -> int:
    if not arguments.what:
        raise InputError("name the node to drain; `wingman cluster status` lists them", field="node")
    async with _visit(settings) as visitor:
        answer = await visitor.node.ask(arguments.what, "drain", b"", DRAIN_S)
    if answer is None:
        raise InputError(
            f"no node {arguments.what[:60]!r} answers; `wingman cluster status` lists them", status=404
        )
    _print(f"{arguments.what} has let go of its meetings; stop it now")
    return 0


async def _verify(_: argparse.Namespace, settings: ClusterSettings) -> int:
    """Read every record: all must open, their events count without a gap, and no epoch go backwards."""
    wrong: list[str] = []
    records = events = 0
    async with _visit(settings) as visitor:
        for meeting, known in tuple(visitor.reader.known.items()):
            last, epoch = 0, 0
            async for head, body in visitor.reader.records(meeting, 1, known.seq):
                records, events = records + 1, events + len(body.lines)
                if head.first != last + 1 or head.count != len(body.lines):
                    wrong.append(f"{meeting}: an event after {last} is missing or doubled")
                if head.epoch < epoch:
                    wrong.append(f"{meeting}: epoch {head.epoch} stands after {epoch}")
                last, epoch = head.last, head.epoch
            if last != known.head.last:
                wrong.append(f"{meeting}: ends at {last}, and {known.head.last} was stored")
    _print(*wrong, f"{len(visitor.reader.known)} meetings, {records} records, {events} events: "
           + (f"{len(wrong)} faults" if wrong else "all whole"))  # fmt: skip
    return 1 if wrong else 0


async def _backup(arguments: argparse.Namespace, settings: ClusterSettings) -> int:
    """While the service runs, or not. Sealed as it lies on the servers: `cluster.key` opens it."""
    folder = _folder(arguments)
    async with _visit(settings) as visitor:
        size = 0
        for stream in visitor.lasting:
            size += await snapshots.save(visitor.jetstream, stream, folder)
    _print(f"{folder}: {size} bytes of {len(visitor.lasting)} streams; sound lies where deliver.store.url says")
    return 0


async def _restore(arguments: argparse.Namespace, settings: ClusterSettings) -> int:
    """Into servers that hold nothing yet: before the first node is started."""
    folder = _folder(arguments)
    found = sorted(path.parent.name for path in folder.glob(f"WM_*/{snapshots.FACTS}"))
    if not found:
        raise InputError(f"{folder} holds no backup of streams", field="folder")
    jetstream = await JetStream.open(settings, READER)
    try:
        messages = 0
        # all of them are looked at before one is touched; one that was cut off is begun again
        for stream in [one for one in found if await snapshots.lacking(jetstream, one, folder)]:
            messages += await snapshots.load(jetstream, stream, folder)
    finally:
        await jetstream.aclose()
    _print(f"{len(found)} streams, {messages} messages; start the nodes, then: wingman cluster verify")
    return 0


def _folder(arguments: argparse.Namespace) -> Path:
    if not arguments.what:
        raise InputError("name the folder of the backup", field="folder")
    return expanded(arguments.what)


def _print(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
