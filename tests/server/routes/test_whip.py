"""The WHIP resource over real HTTP, by RFC 9725, and every wrong offer."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.rtp import RtcpRrPacket

from tests.support.whip import SDP, client, packets, peer, until_connected
from tests.support.whip_restart import transport
from tests.support.whole_service import whole
from tests.transports.support import service
from tests.transports.test_sdp import AUDIO, HEAD, VIDEO
from wingman.config.transports import IngestSettings
from wingman.core.time import Channel
from wingman.meeting.api import MeetingSpec
from wingman.server.auth import OWNER
from wingman.server.grants import Role, Scope
from wingman.server.routes import whip as whip_routes
from wingman.transports import aiortc_seam as seam
from wingman.transports import webrtc


async def test_an_offer_becomes_a_resource() -> None:
    async with service() as (url, meetings), client(url) as http, peer() as (connection, offer):
        query = {"title": "Renewal", "playbook": "sales", "keyterms": "Acme, Initech"}
        reply = await http.post("/whip", content=offer, headers=SDP, params=query)
        assert reply.status_code == 201
        assert reply.headers["content-type"] == "application/sdp"
        assert reply.headers["x-wingman-meeting"] == "m-1"
        assert reply.headers["link"] == '</api/meetings/m-1/stream>; rel="urn:wingman:events"'
        spec = meetings.specs[0]
        assert (spec.title, spec.playbook, spec.keyterms) == ("Renewal", "sales", ("Acme", "Initech"))
        assert "useinbandfec" in reply.text
        await connection.setRemoteDescription(RTCSessionDescription(reply.text, "answer"))
        await until_connected(connection)
        resource = reply.headers["location"]
        assert (await http.delete(resource)).status_code == 200
        assert (await http.delete(resource)).status_code == 200
        assert meetings.known["m-1"].sinks[Channel.TAB].states == ["connecting"]


async def test_a_goodbye_does_not_wait_for_a_connection_that_never_closes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stock, begun = RTCPeerConnection.close, asyncio.Event()

    async def never(closing: RTCPeerConnection) -> None:
        if closing is connection:
            return
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            await stock(closing)  # in the test's own interest

    async with service() as (url, meetings), client(url) as http, peer() as (connection, offer):
        reply = await http.post("/whip", content=offer, headers=SDP)
        await connection.setRemoteDescription(RTCSessionDescription(reply.text, "answer"))
        await until_connected(connection)
        monkeypatch.setattr(webrtc, "CLOSE_S", 0.1)
        monkeypatch.setattr(RTCPeerConnection, "close", never)
        assert (await http.delete(reply.headers["location"])).status_code == 200
        monkeypatch.setattr(RTCPeerConnection, "close", stock)
        assert begun.is_set()
        await meetings.known["m-1"].idle()


async def test_a_sender_hears_twice_a_second_what_arrived() -> None:
    async with service() as (url, _), client(url) as http, peer() as (connection, offer):
        reply = await http.post("/whip", content=offer, headers=SDP)
        await connection.setRemoteDescription(RTCSessionDescription(reply.text, "answer"))
        await until_connected(connection)
        heard: list[RtcpRrPacket] = []
        stock = connection.getSenders()[0]._handle_rtcp_packet

        async def handle(packet: Any) -> None:
            heard.append(packet)
            await stock(packet)

        connection.getSenders()[0]._handle_rtcp_packet = handle  # type: ignore[method-assign]  # put down on its way
        sender = seam.PacketSender(connection, 96)
        for packet in packets(75):
            sender.send(packet)
            await asyncio.sleep(0.02)
        reports = [report for packet in heard for report in packet.reports]
        assert len(reports) >= 2
        assert reports[-1].highest_sequence > 20
        assert reports[-1].packets_lost == 0


async def test_a_running_meeting_can_be_joined_once_per_channel() -> None:
    async with service() as (url, meetings), client(url) as http, peer() as (_, offer):
        name = (await meetings.create(MeetingSpec())).id
        params = {"meeting": name, "channels": "mic"}
        first = await http.post("/whip", content=offer, headers=SDP, params=params)
        assert first.status_code == 201
        second = await http.post("/whip", content=offer, headers=SDP, params=params)
        assert second.status_code == 409
        assert not meetings.known[name].ended
        await http.delete(first.headers["location"])
        third = await http.post("/whip", content=offer, headers=SDP, params=params)
        assert third.status_code == 201


async def test_options_say_what_can_be_posted() -> None:
    async with service() as (url, _), client(url) as http:
        reply = await http.options("/whip")
        assert reply.status_code == 204
        assert reply.headers["accept-post"] == "application/sdp"


async def test_what_is_not_supported_is_405_and_what_is_unknown_404() -> None:
    async with service() as (url, _), client(url) as http:
        assert (await http.patch("/whip/x", content="")).status_code == 404
        assert (await http.get("/whip")).status_code == 405
        unknown = await http.delete("/whip/nobody-knows-this")
        assert unknown.status_code == 404
        assert "WHIP session" in unknown.json()["error"]["detail"]


@pytest.mark.parametrize(
    ("body", "headers", "query", "status", "field"),
    [
        (b"v=0\r\n", {"Content-Type": "application/json"}, {}, 415, "content-type"),
        (b"hello", SDP, {}, 400, "body"),
        ((HEAD + VIDEO).encode(), SDP, {}, 400, "body"),
        (b"v=0\r\n" + b"a=x\r\n" * 210_000, SDP, {}, 413, "body"),
        ((HEAD + AUDIO + AUDIO).encode(), SDP, {}, 400, "channels"),
        ((HEAD + AUDIO).encode(), SDP, {"channels": "them"}, 400, "channels"),
        ((HEAD + AUDIO).encode(), SDP, {"meeting": "m-99"}, 404, "meeting"),
        ((HEAD + AUDIO).encode(), SDP, {"channel": "mic"}, 400, "channel"),
        ((HEAD + AUDIO).encode(), SDP, {"channels": "tab", "titel": "Call"}, 400, "titel"),
    ],
)
async def test_a_wrong_request_is_one_sentence_and_leaves_nothing(
    body: bytes, headers: dict[str, str], query: dict[str, str], status: int, field: str
) -> None:
    async with service() as (url, meetings), client(url) as http:
        reply = await http.post("/whip", content=body, headers=headers, params=query)
        assert reply.status_code == status
        error = reply.json()["error"]
        assert error["field"] == field
        assert len(error["detail"]) > 20
        assert "Traceback" not in reply.text
        assert not meetings.known


async def test_an_offer_the_peer_connection_refuses_ends_the_meeting_made_for_it() -> None:
    broken = HEAD + AUDIO  # without rtcp-mux
    async with service() as (url, meetings), client(url) as http:
        reply = await http.post("/whip", content=broken, headers=SDP)
        assert reply.status_code == 400
        assert "cannot be accepted" in reply.json()["error"]["detail"]
        assert [meeting.ended for meeting in meetings.known.values()] == ["never_connected"]


@pytest.mark.parametrize("path", ["portable", "direct"])
async def test_a_client_that_never_connects_is_given_up(path: str) -> None:
    settings = IngestSettings(host_addresses=("127.0.0.1",), setup_timeout_s=0.3, media_path=path)  # type: ignore[arg-type]  # one of the two
    async with service(settings) as (url, meetings), client(url) as http, peer() as (_, offer):
        await http.post("/whip", content=offer, headers=SDP)
        async with asyncio.timeout(60):
            await meetings.known["m-1"].idle()
        sink = meetings.known["m-1"].sinks[Channel.TAB]
        assert sink.states == ["connecting", "gone"]
        assert "did not connect" in sink.details[-1]


@pytest.mark.parametrize("path", ["portable", "direct"])
async def test_a_client_that_falls_silent_is_stalled_then_gone(path: str) -> None:
    settings = IngestSettings(
        host_addresses=("127.0.0.1",),
        stalled_after_s=0.3,
        gone_after_s=3.0,  # both sides stand still with the machine: for less than this
        media_path=path,  # type: ignore[arg-type]  # one of the two
    )
    async with service(settings) as (url, meetings), client(url) as http, peer() as (connection, offer):
        reply = await http.post("/whip", content=offer, headers=SDP)
        await connection.setRemoteDescription(RTCSessionDescription(reply.text, "answer"))
        await until_connected(connection)
        sender = seam.PacketSender(connection, 96)
        for packet in packets(15):
            sender.send(packet)
            await asyncio.sleep(0.02)
        way = transport(connection)._connection._nominated[1].protocol
        stock, way.transport = way.transport, SimpleNamespace(sendto=lambda *_: None)  # as a cut cable
        async with asyncio.timeout(20):
            await meetings.known["m-1"].idle()
        way.transport = stock
        states = meetings.known["m-1"].sinks[Channel.TAB].states
        assert list(dict.fromkeys(states)) == ["connecting", "capturing", "stalled", "gone"]
        assert states[-2:] == ["stalled", "gone"]


@pytest.mark.parametrize("path", ["portable", "direct"])
async def test_a_client_that_hangs_up_ends_the_source(path: str) -> None:
    settings = IngestSettings(host_addresses=("127.0.0.1",), media_path=path)  # type: ignore[arg-type]  # one of the two
    async with service(settings) as (url, meetings), client(url) as http, peer() as (connection, offer):
        reply = await http.post("/whip", content=offer, headers=SDP)
        await connection.setRemoteDescription(RTCSessionDescription(reply.text, "answer"))
        await until_connected(connection)
        sender = seam.PacketSender(connection, 96)
        for packet in packets(10):
            sender.send(packet)
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.3)
        await connection.close()
        async with asyncio.timeout(60):
            await meetings.known["m-1"].idle()
        assert meetings.known["m-1"].sinks[Channel.TAB].states[-1] == "ended"


@pytest.mark.parametrize("path", ["portable", "direct"])
async def test_one_lost_packet_costs_20_ms_and_leaves_no_delay(path: str) -> None:
    settings = IngestSettings(host_addresses=("127.0.0.1",), media_path=path, conceal_loss=False)  # type: ignore[arg-type]  # one of the two
    async with service(settings) as (url, meetings), client(url) as http, peer() as (connection, offer):
        reply = await http.post("/whip", content=offer, headers=SDP)
        await connection.setRemoteDescription(RTCSessionDescription(reply.text, "answer"))
        await until_connected(connection)
        sender = seam.PacketSender(connection, 96)
        for number, packet in enumerate(packets(60)):
            sender.skip() if number == 30 else sender.send(packet)
            await asyncio.sleep(0.005)
        await asyncio.sleep(0.2)
        sink = meetings.known["m-1"].sinks[Channel.TAB]
        assert sink.position == pytest.approx(60 * 320, abs=32)
        silent = sum(not any(sink.pcm[at : at + 64]) for at in range(64 * 100, len(sink.pcm) - 64, 64)) * 2
        assert silent == pytest.approx(20, abs=6)
        await http.delete(reply.headers["location"])


async def test_sessions_without_media_are_few_for_one_grant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whip_routes, "SILENT_SESSIONS", few := 3)  # each is a peer connection of its own
    # nobody hears these meetings, and none of their sessions is over before all have come
    deaf = {"WINGMAN_TRANSCRIBE__PROVIDER": "off", "WINGMAN_EMOTION__PROVIDER": "off"}
    patient = {"WINGMAN_INGEST__SETUP_TIMEOUT_S": "600"}
    async with whole(tmp_path, **deaf, **patient) as (http, running), peer() as (_, offer):
        _, token = running.access.make(Role.EXTENSION, by=OWNER, name="x")
        other = running.access.make(Role.EXTENSION, by=OWNER, name="y")[1]
        given = {**SDP, "Authorization": f"Bearer {token}"}
        answers = [await http.post("/whip", content=offer, headers=given) for _ in range(few + 1)]
        assert [answer.status_code for answer in answers] == [201] * few + [429]
        assert "no media yet" in answers[-1].json()["error"]["detail"]
        fed = f"/api/meetings/{answers[0].headers['x-wingman-meeting']}"
        whose = running.access.grant(token).id  # type: ignore[union-attr]  # just made
        for asker, by in ((token, whose), (other, ""), (running.access.token, whose)):
            live = {"channels": ["tab"], "kind": "whip", "by": by, "name": "x"}
            for told in (fed, "/api/meetings") if asker == running.access.token else (fed,):
                status = (await http.get(told, headers={"Authorization": f"Bearer {asker}"})).json()
                assert status.get("meetings", [status])[-1]["sources"] == [live]
        configures = running.access.make(Role.SCRIPT, by=OWNER, scopes=frozenset({Scope.CONFIGURE}))[1]
        named = await http.patch(fed, json={"title": "A"}, headers={"Authorization": f"Bearer {configures}"})
        assert [source["by"] for source in named.json()["sources"]] == [""]
        assert (await http.delete(answers[0].headers["location"], headers=given)).status_code == 200
        assert (await http.post("/whip", content=offer, headers=given)).status_code == 201
        theirs = {**SDP, "Authorization": f"Bearer {other}"}
        assert (await http.post("/whip", content=offer, headers=theirs)).status_code == 201
        assert all(" 127.0.0.1 " in line or " ::1 " in line for line in _candidates(answers[0].text))


def _candidates(answer: str) -> list[str]:
    found = [line for line in answer.splitlines() if line.startswith("a=candidate:")]
    assert found
    return found
