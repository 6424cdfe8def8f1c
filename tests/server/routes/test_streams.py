from __future__ import annotations

import asyncio
import json
import socket
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.support.meetings import SupportMeeting
from tests.support.service import TOKEN, Service, service
from tests.support.until import until
from wingman.config.server import ServerSettings
from wingman.core.events import TranscriptPartial, UtteranceCreated
from wingman.core.time import Channel
from wingman.core.utterance import EMOTION_OFF
from wingman.events.hub import HubLimits


def said(number: int, size: int = 10) -> UtteranceCreated:
    return UtteranceCreated(f"u-{number}", "tab", "x" * size, 0.9, 0, EMOTION_OFF)


def watch(it: Service, meeting: SupportMeeting, query: str = "", queue: int | None = None) -> Any:
    # without a bound: this client library cannot close while its own queue of unread messages is full
    address = f"{it.ws_url}/api/meetings/{meeting.id}/ws?token={TOKEN}{query}"
    return connect(address, proxy=None, max_queue=queue)


async def drained(ws: ClientConnection) -> ConnectionClosed:
    """Read to the end; why it ended."""
    try:
        while True:
            await ws.recv()
    except ConnectionClosed as closed:
        return closed


async def receive(ws: ClientConnection) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(await ws.recv())
    return message


async def until_caught_up(ws: ClientConnection) -> list[int]:
    seqs: list[int] = []
    while (message := await receive(ws))["type"] != "stream.caught_up":
        seqs.append(message["seq"])
    return seqs


async def test_past_then_present_over_a_websocket() -> None:
    async with service() as it:
        meeting = await it.meetings.create_titled("x")
        meeting.publish(said(1))
        async with watch(it, meeting) as ws:
            assert await until_caught_up(ws) == [1, 2]
            meeting.publish(said(2))
            assert (await receive(ws))["seq"] == 3
        async with watch(it, meeting, "&after=2") as ws:
            assert await until_caught_up(ws) == [3]
        assert it.hub.watchers(meeting.id) == 0


async def test_what_was_missed_comes_in_pages_to_whoever_asks_for_it() -> None:
    async with service(limits=HubLimits(replay=3, page=2, whole_page=4)) as it:
        meeting = await it.meetings.create_titled("x")
        for number in range(9):
            meeting.publish(said(number))
        await it.log.flush()
        async with watch(it, meeting, "&backlog=pages") as ws:
            pages = [[event["seq"] for event in json.loads(await ws.recv())] for _ in range(3)]
            assert pages == [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10]]
            assert (await receive(ws))["type"] == "stream.caught_up"
            meeting.publish(said(9))
            assert (await receive(ws))["seq"] == 11


@pytest.mark.parametrize("query", ["&backlog=all", "&aftr=3", "&after=x"])
async def test_a_socket_refuses_what_nobody_reads_by_its_name(query: str) -> None:
    async with service() as it:
        meeting = await it.meetings.create_titled("x")
        with pytest.raises(InvalidStatus) as refused:
            async with watch(it, meeting, query):
                pass
        assert refused.value.response.status_code == 400
        assert json.loads(refused.value.response.body)["error"]["field"] == query[1:].partition("=")[0]


async def test_a_client_that_drops_at_random_gets_every_final_once() -> None:
    async with service(limits=HubLimits(ring=16, page=7)) as it:
        meeting = await it.meetings.create_titled("x")
        got: list[int] = []

        async def speak() -> None:
            for number in range(300):
                meeting.publish(said(number) if number % 3 else TranscriptPartial(Channel.TAB, "tab", "x"))
                if number % 10 == 0:
                    await asyncio.sleep(0.001)

        async def listen() -> None:
            visits = 0
            while not got or got[-1] < 301:
                after = got[-1] if got else 0
                async with watch(it, meeting, f"&after={after}") as ws:
                    for _ in range(3 + visits % 40):
                        message = await receive(ws)
                        if message["type"] != "stream.caught_up":
                            got.append(message["seq"])
                        if got and got[-1] >= 301:
                            break
                visits += 1

        async with asyncio.TaskGroup() as group:
            group.create_task(speak())
            group.create_task(listen())
        assert got == sorted(set(got))
        finals = {e.seq for e in await it.log.read(meeting.id) if e.type == "utterance.created"}
        assert finals <= set(got)


async def test_a_place_that_is_gone_is_answered_with_a_snapshot() -> None:
    async with service() as it:
        meeting = await it.meetings.create_titled("x")
        meeting.publish(said(1))
        async with watch(it, meeting, "&after=900") as ws:
            reset = await receive(ws)
            assert reset["type"] == "stream.reset"
            assert reset["data"]["snapshot"]["utterances"][0]["id"] == "u-1"
            assert (await receive(ws))["type"] == "stream.caught_up"
            meeting.publish(said(2))
            assert (await receive(ws))["seq"] == 3


async def test_messages_up_are_carried_out_or_refused_in_words() -> None:
    async with service() as it:
        meeting = await it.meetings.create_titled("x")
        async with watch(it, meeting) as ws:
            await until_caught_up(ws)

            async def ask(message: object) -> dict[str, Any]:
                await ws.send(message if isinstance(message, (str, bytes)) else json.dumps(message))
                while (answer := await receive(ws))["type"] not in ("ok", "error"):
                    pass
                return answer

            done = await ask({"type": "action.request", "action": "recap", "ref": "r-1"})
            assert (done["type"], done["ref"]) == ("ok", "r-1")
            done = await ask({"type": "suggestion.feedback", "id": done["id"], "feedback": "used"})
            assert done["type"] == "ok"
            plain = '{"type":"control","setting":"mode","value":"manual"}'
            for control in (plain, plain.replace("control", "\\u0063ontrol")):
                assert (await ask(control))["type"] == "ok"
            assert await ask({"type": "ping", "ref": "p-1"}) == {"type": "ok", "ref": "p-1", "id": ""}
            for message, field in (
                ("not json", "body"),
                ("[]", "body"),
                (b"\x00\x01", "body"),
                ({"type": "sing"}, "type"),
                ({"type": ["x"]}, "type"),
                ({"action": "say"}, "type"),
                ({"type": "action.request", "action": "sing"}, "action"),
                ({"type": "action.request", "action": "say", "loud": True}, "loud"),
                ({"type": "suggestion.feedback", "id": "s-1"}, "feedback"),
                ({"type": "control", "setting": "volume", "value": 1}, "setting"),
            ):
                refused = await ask(message)
                assert refused["type"] == "error"
                assert (refused["code"], refused["field"]) == ("bad_input", field), message
                assert refused["detail"]
            told = [(one.what, one.grant, one.meeting) for one in it.access.store.audit.entries()]
            assert told == [("control", "owner", meeting.id)] * 2, (
                "settings that were changed, and nothing else"
            )
            meeting.publish(said(1))  # and after all that the connection still serves
            assert (await receive(ws))["data"]["id"] == "u-1"


async def test_a_viewer_may_not_speak() -> None:
    async with service() as it, it.client() as owner:
        meeting = await it.meetings.create_titled("x")
        token = (await owner.post(f"/api/meetings/{meeting.id}/viewers")).json()["token"]
        async with connect(f"{it.ws_url}/api/meetings/{meeting.id}/ws?token={token}", proxy=None) as ws:
            await until_caught_up(ws)
            await ws.send(json.dumps({"type": "action.request", "action": "recap"}))
            assert (await receive(ws))["code"] == "forbidden"
            await ws.send(json.dumps({"type": "ping"}))  # but may ask whether anybody is there
            assert (await receive(ws))["type"] == "ok"


async def _stalled(it: Service, meeting: SupportMeeting) -> socket.socket:
    """A client that opens an event socket and never reads again."""
    raw = socket.create_connection(("127.0.0.1", it.port))
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.sendall(
        f"GET /api/meetings/{meeting.id}/ws?token={TOKEN} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
    )
    await until(lambda: it.hub.watchers(meeting.id) == 1)
    return raw


async def test_a_client_that_stops_reading_is_let_go_and_harms_nobody() -> None:
    async with service(settings=ServerSettings(stall_seconds=0.3)) as it:
        meeting = await it.meetings.create_titled("x")
        raw = await _stalled(it, meeting)
        async with watch(it, meeting) as good:
            await until_caught_up(good)
            assert it.hub.watchers(meeting.id) == 2
            for number in range(200):
                meeting.publish(said(number, 20_000))
                assert (await receive(good))["data"]["id"] == f"u-{number}"
            await until(lambda: it.hub.watchers(meeting.id) == 1)
        raw.close()


async def test_a_slow_client_that_comes_back_to_life_reads_why_it_was_closed() -> None:
    async with service(settings=ServerSettings(stall_seconds=0.2)) as it:
        meeting = await it.meetings.create_titled("x")
        async with watch(it, meeting, queue=1) as ws:
            for number in range(400):
                meeting.publish(said(number, 20_000))
            await asyncio.sleep(0.6)
            closed = (await drained(ws)).rcvd
            assert closed is not None
            assert closed.code == 4408
            assert closed.reason == "slow; resume with after=SEQ"


async def test_deleting_a_meeting_closes_its_sockets() -> None:
    async with service() as it, it.client() as client:
        meeting = await it.meetings.create_titled("x")
        async with watch(it, meeting) as ws:
            await until_caught_up(ws)
            await client.delete(f"/api/meetings/{meeting.id}")
            closed = (await drained(ws)).rcvd
            assert closed is not None
            assert closed.code == 4404


async def test_the_same_envelopes_as_server_sent_events() -> None:
    async with service() as it, it.client() as client:
        meeting = await it.meetings.create_titled("x")
        meeting.publish(said(1))

        async def events(upto: int, headers: dict[str, str], query: str = "") -> list[dict[str, Any]]:
            found: list[dict[str, Any]] = []
            async with client.stream(
                "GET", f"/api/meetings/{meeting.id}/stream{query}", headers=headers
            ) as answer:
                assert answer.headers["content-type"] == "text/event-stream"
                assert answer.headers["x-accel-buffering"] == "no"  # nginx hands it on at once
                current: dict[str, Any] = {}
                async for line in answer.aiter_lines():
                    name, _, value = line.partition(": ")
                    if line:
                        current[name] = value
                        continue
                    found.append(current)
                    current = {}
                    if len(found) == upto:
                        break
            return found

        first = await events(3, {})
        assert [e["event"] for e in first] == ["meeting.started", "utterance.created", "stream.caught_up"]
        assert [e["id"] for e in first] == ["1", "2", "2"]
        assert json.loads(first[1]["data"])["data"]["id"] == "u-1"
        meeting.publish(said(2))
        assert [e["id"] for e in await events(2, {"Last-Event-ID": "2"})] == ["3", "3"]
        assert [e["id"] for e in await events(2, {}, "?after=2")] == ["3", "3"]
        await until(lambda: it.hub.watchers(meeting.id) == 0)


async def test_a_reader_of_server_sent_events_that_stalls_is_let_go() -> None:
    async with service(settings=ServerSettings(stall_seconds=0.3)) as it:
        meeting = await it.meetings.create_titled("x")
        raw = socket.create_connection(("127.0.0.1", it.port))
        request = f"GET /api/meetings/{meeting.id}/stream?token={TOKEN} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
        raw.sendall(request.encode())
        await until(lambda: it.hub.watchers(meeting.id) == 1)
        for number in range(400):
            meeting.publish(said(number, 20_000))
        await until(lambda: it.hub.watchers(meeting.id) == 0)
        raw.close()


async def test_a_stream_ends_when_the_service_stops() -> None:
    async with service() as it, it.client() as client:
        meeting = await it.meetings.create_titled("x")
        async with client.stream("GET", f"/api/meetings/{meeting.id}/stream") as answer:
            lines = answer.aiter_lines()
            await anext(lines)
            it.hub.close()
            async for _ in lines:
                pass
