"""A node that stops asks its clients to come to another one: the second connection before the first ends."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack

from tests.cluster.test_meeting_router import Node, begun, nodes
from tests.support.nats import Servers
from tests.support.until import until
from tests.support.whip import SDP, until_connected
from wingman.core.events import CaptureState, Envelope, MeetingMove, MeetingMoved, TranscriptGap
from wingman.core.time import Channel
from wingman.transports import aiortc_seam as seam


@contextlib.asynccontextmanager
async def sending() -> AsyncIterator[tuple[RTCPeerConnection, str]]:
    """A client with a microphone."""
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    try:
        connection.addTrack(AudioStreamTrack())
        with seam.host_addresses(("127.0.0.1",)):
            await connection.setLocalDescription(await connection.createOffer())
        yield connection, connection.localDescription.sdp
    finally:
        await connection.close()


async def connect(node: Node, connection: RTCPeerConnection, offer: str, **query: str) -> str:
    async with node.client() as http:
        reply = await http.post("/whip", content=offer, headers=SDP, params={"channels": "tab", **query})
    assert reply.status_code == 201, reply.text
    await connection.setRemoteDescription(RTCSessionDescription(reply.text, "answer"))
    await until_connected(connection)
    return reply.headers["location"]


async def told(node: Node, meeting: str) -> list[Envelope]:
    return list(await node.service.log.read(meeting))


async def test_a_meeting_moves_without_a_gap_when_its_node_drains(one_server: Servers, tmp_path: Path) -> None:
    async with nodes(one_server, tmp_path, 2) as (old, new), sending() as (first, offer):
        meeting = await begun(old, new)
        await connect(old, first, offer, meeting=meeting.id)
        await until(lambda: meeting.now(Channel.TAB) > 0.5)
        draining = asyncio.ensure_future(old.service.manager.hand_over_all())
        try:
            move = await asked(new, meeting.id)
            assert new.service.cluster is not None
            assert move.to == new.service.cluster.node.id
            async with sending() as (second, again):
                # by any node: this one passes the offer on
                resource = await connect(old, second, again, meeting=meeting.id, to=move.to)
                assert resource.startswith(f"/whip/{move.to}.")
                await until(lambda: meeting.id in new.service.manager.live_ids())
                await draining
                moved = new.service.manager.live(meeting.id)
                await until(lambda: moved.now(Channel.TAB) > meeting.now(Channel.TAB) + 0.5)
                events = await told(new, meeting.id)
                assert [event.data.reason for event in events if isinstance(event.data, MeetingMoved)] == [
                    "drained"
                ]
                assert [event for event in events if isinstance(event.data, TranscriptGap)] == []
                assert [event.seq for event in events] == list(range(1, len(events) + 1))
                states = [event.data.state for event in events if isinstance(event.data, CaptureState)]
                assert "gone" not in states
                assert "ended" not in states
                async with new.client() as http:
                    assert (await http.delete(resource)).status_code == 200
                await until(lambda: not moved._pipeline.channels[Channel.TAB].input.source)
        finally:
            draining.cancel()
            await asyncio.wait([draining])


async def asked(node: Node, meeting: str) -> MeetingMove:
    """Wait until the client is asked to move, as an overlay on another node hears it."""

    async def moves() -> MeetingMove | None:
        found = (event.data for event in await told(node, meeting))
        return next((data for data in found if isinstance(data, MeetingMove)), None)

    return await until(moves, every=0.02)


async def test_only_a_meeting_that_moves_takes_a_client_for_its_next_node(
    one_server: Servers, tmp_path: Path
) -> None:
    async with nodes(one_server, tmp_path, 2) as (old, new), old.client() as http, sending() as (_, offer):
        meeting = await begun(old, new)
        assert new.service.cluster is not None
        there, here = new.service.cluster.node.id, old.service.node
        for to, status in ((there, 409), (here, 409), ("no-such-node", 503)):
            query: Any = {"meeting": meeting.id, "to": to}
            refused = await http.post("/whip", content=offer, headers=SDP, params=query)
            assert refused.status_code == status, refused.text
        refused = await http.post("/whip", content=offer, headers=SDP, params={"to": here})
        assert refused.status_code == 400
        assert "to" in refused.text
