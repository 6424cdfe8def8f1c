from __future__ import annotations

import asyncio
import base64
import contextlib
import gzip
import hmac
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.support import story
from tests.support.http import http_client
from tests.support.until import until
from wingman.config.report import WebhookSettings
from wingman.config.section import Secret
from wingman.core import steady_clock
from wingman.core.errors import InputError
from wingman.core.events import EgressRecorded, Event, MeetingEnded, WebhookSettled
from wingman.egress.answers import ANSWER_BYTES
from wingman.egress.http import counting
from wingman.events.hub import Hub
from wingman.events.memory import MemoryLog
from wingman.events.webhook_store import DeliveryStore
from wingman.events.webhooks import DELAYS, Hook, Webhooks, sign
from wingman.server.errors import HANDLERS
from wingman.server.routes.webhooks import WebhookRoutes
from wingman.server.serving import serve
from wingman.testing.http_server import LoopbackHttp, Reply
from wingman.testing.http_server import Request as Asked

KEY = bytes(range(32))
SECRET = "whsec_" + base64.b64encode(KEY).decode()


def everything(directory: Path) -> bytes:
    return b"".join(path.read_bytes() for path in directory.iterdir())


class Receiver:
    """Another system: keeps what it gets and answers what it is told to."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        self.changed = asyncio.Event()

    async def receive(self, request: Request) -> Response:
        self.got.append((dict(request.headers), await request.body()))
        self.changed.set()
        return Response(status_code=self.answers.pop(0) if self.answers else 204)


class Desk:
    """Webhooks between a log and a receiver, with a clock to turn."""

    def __init__(
        self,
        port: int,
        path: Path,
        *,
        apart: bool = False,
        log: MemoryLog | None = None,
        client: httpx.AsyncClient | None = None,
    ) -> None:
        self.now = 1_790_000_000.0
        self.log = log or MemoryLog()
        url = f"http://127.0.0.1:{port}/hook"
        settings = WebhookSettings(url=url, secret=Secret(SECRET), events=("meeting.ended", "summary.ready"))
        client = client or http_client()
        self.webhooks = Webhooks(
            [Hook.of("crm", settings)],
            self.log,
            DeliveryStore(path),
            apart=apart,
            client=client,
            clock=lambda: self.now,
        )
        Hub(self.log).tap(self.webhooks.offer)

    @asynccontextmanager
    async def delivering(self) -> AsyncIterator[None]:
        running = asyncio.create_task(self.webhooks.run())
        async with asyncio.timeout(20):
            yield
        running.cancel()
        await asyncio.wait([running])
        await self.webhooks.aclose()

    async def tell(self) -> None:
        for envelope in story.events():
            self.log.append(story.MEETING, envelope.payload(Event), envelope.media, at=envelope.at)
        await self.log.flush()

    async def state(self, wanted: str, attempts: int = 1) -> None:
        async def come() -> bool:
            found = await self.webhooks.deliveries()
            return any((delivery.state, delivery.attempts) == (wanted, attempts) for delivery in found)

        await until(come)


@asynccontextmanager
async def desk(tmp_path: Path) -> AsyncIterator[tuple[Desk, Receiver]]:
    receiver = Receiver()
    app = Starlette(routes=[Route("/hook", receiver.receive, methods=["POST"])])
    port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    async with asyncio.TaskGroup() as group:
        serving = group.create_task(serve(app, "127.0.0.1", 0, port.set_result))
        it = Desk(await port, tmp_path / "webhooks.db")
        async with it.delivering():
            yield it, receiver
        serving.cancel()


async def test_an_event_arrives_signed(tmp_path: Path) -> None:
    async with desk(tmp_path) as (it, receiver):
        await it.tell()
        await it.state("delivered")
        ((headers, body),) = receiver.got
        assert json.loads(body)["type"] == "meeting.ended"
        timestamp = int(headers["webhook-timestamp"])
        assert headers["webhook-signature"] == sign(KEY, headers["webhook-id"], timestamp, body)
        assert headers["webhook-signature"] != sign(KEY, headers["webhook-id"], timestamp, body + b" ")


def test_the_signature_is_the_standards() -> None:
    expected = base64.b64encode(hmac.digest(KEY, b"msg_1.1614265330.{}", "sha256")).decode()
    assert sign(KEY, "msg_1", 1614265330, b"{}") == f"v1,{expected}"


async def test_a_failing_receiver_is_tried_again_later_with_the_same_id(tmp_path: Path) -> None:
    async with desk(tmp_path) as (it, receiver):
        receiver.answers = [500, 503]
        await it.tell()
        await it.state("pending", 1)
        for attempts, delay in ((2, DELAYS[0]), (3, DELAYS[1])):
            it.now += delay
            it.webhooks.wake()
            await it.state("pending" if attempts == 2 else "delivered", attempts)
        assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
        assert len(receiver.got) == 3


async def test_it_gives_up_after_the_last_attempt_and_can_be_asked_again(tmp_path: Path) -> None:
    async with desk(tmp_path) as (it, receiver):
        receiver.answers = [500] * (len(DELAYS) + 1)
        await it.tell()
        for attempts in range(1, len(DELAYS) + 1):
            await it.state("pending", attempts)
            it.now += DELAYS[attempts - 1]
            it.webhooks.wake()
        await it.state("failed", len(DELAYS) + 1)
        (failed,) = await it.webhooks.deliveries()
        assert failed.detail == "the receiver answered 500"
        await it.webhooks.resend(failed.id)
        await it.state("delivered", 1)


@pytest.mark.parametrize(("encoding", "size"), [("br", 1), ("zstd", 1), ("gzip", ANSWER_BYTES + 1)])
async def test_what_a_receiver_says_beside_its_status_is_its_own_affair(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str, size: int
) -> None:
    """And what it was sent is dated by the meeting's clock, whatever was done to the machine's meanwhile."""
    got = 0
    real, set_by = time.time, 0.0
    monkeypatch.setattr(time, "time", lambda: real() + set_by)
    body = gzip.compress(bytes(size))

    async def accept(request: Asked, reply: Reply) -> None:
        nonlocal got
        got += 1
        await reply.whole(200, body, "text/plain", {"content-encoding": encoding})

    steady_clock.now.hold()
    began, set_by = real(), 3600.0
    try:
        async with LoopbackHttp(accept) as server:
            client = httpx.AsyncClient(transport=counting())
            it = Desk(int(server.url.rpartition(":")[2]), tmp_path / "webhooks.db", client=client)
            async with it.delivering():
                await it.tell()
                await it.state("delivered")
    finally:
        steady_clock.now.let_go()
    assert got == 1
    (sent,) = [event for event in await it.log.read(story.MEETING) if isinstance(event.data, EgressRecorded)]
    assert 0 <= sent.at - began < 60


async def test_nothing_tells_of_an_event_before_it_came_about(tmp_path: Path) -> None:
    """A meeting that is over holds no clock: one that was set back must not date this into a pause."""

    async def accept(request: Asked, reply: Reply) -> None:
        await reply.whole(200, b"", "text/plain")

    async with LoopbackHttp(accept) as server:
        client = httpx.AsyncClient(transport=counting())
        it = Desk(int(server.url.rpartition(":")[2]), tmp_path / "webhooks.db", client=client)
        ended = time.time() + 3600.0
        async with it.delivering():
            it.log.append(story.MEETING, MeetingEnded("stopped", 1.0), at=ended)
            await it.log.flush()
            await it.state("delivered")
    (_, sent) = await it.log.read(story.MEETING)
    assert isinstance(sent.data, EgressRecorded)
    assert (sent.at, sent.data.since) == (ended, ended)


async def test_gone_means_gone(tmp_path: Path) -> None:
    async with desk(tmp_path) as (it, receiver):
        receiver.answers = [410]
        await it.tell()
        await it.state("failed")


async def test_a_deleted_meeting_is_never_sent_and_leaves_no_row(tmp_path: Path) -> None:
    async with desk(tmp_path) as (it, receiver):
        receiver.answers = [500]
        await it.tell()
        await it.state("pending", 1)
        (pending,) = await it.webhooks.deliveries()
        await it.log.delete(story.MEETING)
        it.now += DELAYS[0]
        it.webhooks.wake()
        await it.state("gone", 1)
        await it.webhooks.forget(story.MEETING)
        assert not await it.webhooks.deliveries(meeting=story.MEETING)
        with pytest.raises(InputError, match="there is no delivery"):
            await it.webhooks.resend(pending.id)
    assert story.MEETING.encode() not in everything(tmp_path)


@asynccontextmanager
async def running(it: Desk) -> AsyncIterator[Desk]:
    async with asyncio.TaskGroup() as group, asyncio.timeout(20):
        task = group.create_task(it.webhooks.run())
        yield it
        task.cancel()
    await it.webhooks.aclose()


async def test_what_a_process_owed_when_it_died_another_one_sends_once(tmp_path: Path) -> None:
    receiver = Receiver()
    app = Starlette(routes=[Route("/hook", receiver.receive, methods=["POST"])])
    port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    async with asyncio.TaskGroup() as group:
        serving = group.create_task(serve(app, "127.0.0.1", 0, port.set_result))
        receiver.answers = [500]
        async with running(Desk(await port, tmp_path / "one.db", apart=True)) as one:
            await one.tell()
            await one.state("pending", 1)
        async with running(Desk(await port, tmp_path / "two.db", apart=True, log=one.log)) as two:
            two.webhooks.take_up(story.MEETING)
            await two.state("delivered")
        async with running(Desk(await port, tmp_path / "three.db", apart=True, log=one.log)) as three:
            three.webhooks.take_up(story.MEETING)
            for _ in range(50):
                await asyncio.sleep(0)
            assert await three.webhooks.deliveries() == []
        async with running(Desk(await port, tmp_path / "one.db", apart=True, log=one.log)) as back:
            assert await back.webhooks.deliveries() == [], "it is the others' now"
        serving.cancel()
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    assert len(receiver.got) == 2
    told = await one.log.read(story.MEETING)
    about = next(event.seq for event in told if event.type == "meeting.ended")
    settled = [event.data for event in told if event.type == "webhook.settled"]
    assert settled == [WebhookSettled("crm", about, "delivered")]


async def test_two_processes_with_one_file_send_each_event_once(tmp_path: Path) -> None:
    async with desk(tmp_path) as (it, receiver):
        port = int(it.webhooks._hooks["crm"].url.split(":")[2].split("/")[0])
        async with running(Desk(port, tmp_path / "webhooks.db", log=it.log)):
            await it.tell()
            await it.state("delivered")
        assert len(receiver.got) == 1


@asynccontextmanager
async def dripping() -> AsyncIterator[str]:
    """A receiver whose head never ends: a byte now and then."""

    async def drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            writer.write(b"HTTP/1.1 200 OK\r\n")
            while not writer.is_closing():
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(0.01)

    async with await asyncio.start_server(drip, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"


async def test_a_receiver_that_does_not_answer_is_in_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wingman.events.webhooks.ATTEMPT_SECONDS", 0.1)
    async with dripping() as slow:
        for number, url in enumerate(("http://127.0.0.1:1/", slow)):
            await unanswered(url, tmp_path / f"{number}.db")


async def unanswered(url: str, path: Path) -> None:
    log = MemoryLog()
    settings = WebhookSettings(url=url, secret=Secret(SECRET), events=("meeting.ended",))
    client = http_client()
    webhooks = Webhooks([Hook.of("crm", settings)], log, DeliveryStore(path), client=client)
    for envelope in story.events():
        log.append(story.MEETING, envelope.payload(Event), envelope.media, at=envelope.at)
    webhooks.offer(await log.read(story.MEETING))

    async def tried() -> bool:
        return any(delivery.attempts for delivery in await webhooks.deliveries())

    async with asyncio.TaskGroup() as group:
        running = group.create_task(webhooks.run())
        await until(tried)
        running.cancel()
    (delivery,) = await webhooks.deliveries()
    assert (delivery.state, delivery.status) == ("pending", 0)
    assert "no answer" in delivery.detail
    await webhooks.aclose()


async def test_the_delivery_log_over_http(tmp_path: Path) -> None:
    async with desk(tmp_path) as (it, _):
        await it.tell()
        await it.state("delivered")
        app = Starlette(routes=WebhookRoutes(it.webhooks).routes(), exception_handlers=HANDLERS)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            (row,) = (await client.get("/api/webhooks/deliveries")).json()["deliveries"]
            assert (row["hook"], row["type"], row["status"]) == ("crm", "meeting.ended", 204)
            assert (await client.post(f"/api/webhooks/deliveries/{row['id']}/resend")).status_code == 202
            assert (await client.post("/api/webhooks/deliveries/never/resend")).status_code == 404


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        (WebhookSettings(url="ftp://x", secret=Secret(SECRET)), "report.webhooks.crm.url"),
        (WebhookSettings(url="https://[::1", secret=Secret(SECRET)), "report.webhooks.crm.url"),
        (WebhookSettings(url="https:///x", secret=Secret(SECRET)), "report.webhooks.crm.url"),
        (WebhookSettings(url="https://x:99999", secret=Secret(SECRET)), "report.webhooks.crm.url"),
        (WebhookSettings(url="https://x", secret=Secret("short")), "report.webhooks.crm.secret"),
        (WebhookSettings(url="https://x", secret=Secret("whsec_!!!")), "report.webhooks.crm.secret"),
    ],
)
def test_settings_that_make_no_sense(settings: WebhookSettings, field: str) -> None:
    with pytest.raises(InputError) as refused:
        Hook.of("crm", settings)
    assert refused.value.field == field
