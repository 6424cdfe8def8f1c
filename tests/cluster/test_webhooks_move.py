"""Webhooks of a meeting whose node is gone: whoever goes on with it sends what is owed."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.routing import Route

from tests.cluster.test_meeting_router import begun, nodes, row_of
from tests.events.test_webhooks import SECRET, Receiver
from tests.support.nats import Servers
from tests.support.until import until
from wingman.cluster.log import ClusterLog
from wingman.core.events import MeetingRenamed
from wingman.server.serving import serve


@contextlib.asynccontextmanager
async def receiving(*events: str) -> AsyncIterator[tuple[Receiver, dict[str, Any]]]:
    """A receiver, and the settings that send it these events."""
    receiver = Receiver()
    app = Starlette(routes=[Route("/hook", receiver.receive, methods=["POST"])])
    port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    async with asyncio.TaskGroup() as group:
        serving = group.create_task(serve(app, "127.0.0.1", 0, port.set_result))
        hook = {"url": f"http://127.0.0.1:{await port}/hook", "secret": SECRET, "events": list(events)}
        yield receiver, {"report": {"summary": False, "webhooks": {"crm": hook}}}
        serving.cancel()


async def test_the_new_owner_sends_what_the_old_one_owed(one_server: Servers, tmp_path: Path) -> None:
    async with (
        receiving("note.added") as (receiver, settings),
        nodes(one_server, tmp_path, 2, **settings) as (owner, other),
    ):
        meeting = await begun(owner, other)
        receiver.answers = [204, 500]
        meeting.note("sent")
        await until(lambda: len(receiver.got) == 1)
        meeting.note("owed")
        await until(lambda: len(receiver.got) == 2)
        await owner.service.log.flush()
        assert owner.service.cluster is not None
        await owner.service.cluster.node.fall_silent()
        await other.service.manager.adopt(meeting.id)
        await until(lambda: len(receiver.got) == 3)
        ids = [headers["webhook-id"] for headers, _ in receiver.got]
        assert ids[1] == ids[2] != ids[0]
        log = other.service.log
        settled = "webhook.settled"

        async def all_settled() -> bool:
            return [event.type for event in await log.read(meeting.id)].count(settled) == 2

        await until(all_settled, every=0.01)


async def test_meetings_that_ended_are_looked_after_by_one_of_the_others(
    one_server: Servers, tmp_path: Path
) -> None:
    async with nodes(one_server, tmp_path, 3) as (owner, one, two):
        meeting = await begun(owner, one, two)
        await meeting.end("stopped")
        by_a_clock_that_is_behind = time.time() - 7 * 3600
        named = owner.service.log.append(meeting.id, MeetingRenamed("x"), at=by_a_clock_that_is_behind)
        await owner.service.log.flush()
        routers = [router for node in (one, two) if (router := node.service.nodes) is not None]
        for node in (one, two):
            log, member = node.service.log, node.service.cluster
            assert isinstance(log, ClusterLog)
            assert member is not None
            await until(partial(row_of, log, meeting.id, named.seq), every=0.01)
            member.node.others = tuple(await member.node.nodes())
        assert [await router.left_behind() for router in routers] == [[], []], "its node is there"
        assert owner.service.cluster is not None
        await owner.service.cluster.node.leave()
        for node in (one, two):
            assert node.service.cluster is not None
            node.service.cluster.node.others = tuple(await node.service.cluster.node.nodes())
        assert sorted([await router.left_behind() for router in routers]) == [[], [meeting.id]]
        assert [await router.left_behind() for router in routers] == [[], []], "once"
