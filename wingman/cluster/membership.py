"""A process's place in the cluster, opened in the right order and closed in the opposite one."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from wingman.cluster import keys, streams
from wingman.cluster.audit_trail import AuditStore, AuditTrail
from wingman.cluster.claims import LogClaims
from wingman.cluster.handover import NodeMoves
from wingman.cluster.jetstream import JetStream
from wingman.cluster.keys import KeyRing
from wingman.cluster.log import ClusterLog
from wingman.cluster.node import Node
from wingman.cluster.relay import Relay
from wingman.cluster.replica import Replica, Table
from wingman.cluster.slots import SlotLeases
from wingman.cluster.watch import Watch
from wingman.config.cluster import ClusterSettings


class Grants(Table, Protocol):
    """Who may do what, and what was done."""

    @property
    def audit(self) -> AuditStore:
        """This node's audit log."""
        ...


@dataclass(frozen=True, slots=True)
class Membership:
    """Everything a service needs of its cluster."""

    jetstream: JetStream
    keys: KeyRing
    node: Node
    log: ClusterLog
    claims: LogClaims
    relay: Relay
    moves: NodeMoves
    slots: SlotLeases
    watch: Watch
    trail: AuditTrail | None


@contextlib.asynccontextmanager
async def join(settings: ClusterSettings, grants: Grants | None = None) -> AsyncIterator[Membership]:
    """Be a node until the block ends; all nodes have the same `grants`, and read each other's audit logs.

    Raises `InputError` with one sentence.
    """
    key = await asyncio.to_thread(keys.derived, settings.key.reveal())
    jetstream = await JetStream.open(settings, settings.node or "wingman")
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(jetstream.aclose)
        shards = await streams.prepare(jetstream, settings.shards)
        ring = KeyRing(jetstream, key)
        await ring.check()
        await ring.follow()
        node = Node(jetstream, settings, key)
        log = await ClusterLog.open(jetstream, ring, node.id, shards)
        stack.push_async_callback(log.aclose)
        await node.open()
        stack.push_async_callback(node.leave)
        relay = Relay(jetstream, node, key)
        stack.push_async_callback(relay.aclose)
        slots = SlotLeases(jetstream, node.id, settings.lease_s)
        await slots.open()
        watch = Watch(jetstream, shards)
        watch.on_cut_off.append(log.cut_off)
        await watch.open()
        running = [node.run(), slots.run(), watch.run()]
        trail = None
        if grants is not None and not settings.one_folder:
            replica = Replica(jetstream, key, grants, watch.now)
            await replica.open()
            trail = AuditTrail(jetstream, key, node.name, grants.audit)
            running += [replica.run(), trail.run()]
        jobs = [asyncio.create_task(job) for job in running]
        try:
            claims, moves = LogClaims(log, node, watch.now), NodeMoves(node, log, watch.now)
            yield Membership(jetstream, ring, node, log, claims, relay, moves, slots, watch, trail)
        finally:
            for job in jobs:
                job.cancel()
            await asyncio.wait(jobs)
