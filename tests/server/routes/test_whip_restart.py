"""A client whose network changes keeps its session: its address is followed, ICE is restarted by PATCH."""

from __future__ import annotations

import asyncio

import aioice.ice
import pytest

from tests.support.until import until
from tests.support.whip import client, packets, peer
from tests.support.whip_restart import PATCH, connected, transport
from tests.transports.support import TapeSink, service
from wingman.core.time import Channel
from wingman.transports import aiortc_seam as seam
from wingman.transports import ice_seam
from wingman.transports.ice_fragment import MEDIA_TYPE, IceFragment, parse


async def say(sender: seam.PacketSender, count: int) -> None:
    for packet in packets(count):
        sender.send(packet)
        await asyncio.sleep(0.02)


def heard(sink: TapeSink) -> float:
    return sink.position / 16_000


def credentials(offer: str) -> tuple[str, str]:
    """An offer's ICE user fragment and password."""
    ufrag, password = (
        next(line.partition(":")[2] for line in offer.splitlines() if line.startswith(name))
        for name in ("a=ice-ufrag:", "a=ice-pwd:")
    )
    return ufrag, password


async def test_ice_is_restarted_while_the_sound_goes_on() -> None:
    async with service() as (url, meetings), client(url) as http, peer() as (connection, offer):
        reply = await connected(http, connection, offer)
        sender = seam.PacketSender(connection, 96)
        await say(sender, 10)
        sink = meetings.known["m-1"].sinks[Channel.TAB]
        fresh = aioice.ice.Connection(ice_controlling=True)
        await fresh.gather_candidates()
        ours = IceFragment(
            fresh.local_username,
            fresh.local_password,
            tuple(candidate.to_sdp() for candidate in fresh.local_candidates),
            complete=True,
        )
        where = reply.headers["location"]
        answer = await http.patch(where, content=ours.text(("0",)), headers={**PATCH, "If-Match": "*"})
        assert (answer.status_code, answer.headers["content-type"]) == (200, MEDIA_TYPE)
        assert answer.headers["etag"] != reply.headers["etag"]
        asked_twice = await http.patch(where, content=ours.text(("0",)), headers={**PATCH, "If-Match": "*"})
        assert asked_twice.content == answer.content, "the first answer may have got lost"
        assert asked_twice.headers["etag"] == answer.headers["etag"]
        gone = IceFragment(*credentials(offer), ("1 1 udp 1 127.0.0.1 9 typ host",)).text(("0",))
        late = await http.patch(where, content=gone, headers={**PATCH, "If-Match": "*"})
        assert late.status_code == 204, "a late candidate of the way before is no second restart"
        theirs = parse(answer.content)
        fresh.remote_username, fresh.remote_password = theirs.ufrag, theirs.password
        for line in theirs.candidates:
            await fresh.add_remote_candidate(aioice.Candidate.from_sdp(line))
        await fresh.add_remote_candidate(None)
        async with asyncio.timeout(20):
            await fresh.connect()
        old, transport(connection)._connection = transport(connection)._connection, fresh
        before = heard(sink)
        await say(sender, 25)
        await until(lambda: heard(sink) - before > 0.4)  # the new way carries the sound
        assert set(sink.states) <= {"connecting", "capturing", "stalled"}
        stale = await http.patch(
            where, content=ours.text(()), headers={**PATCH, "If-Match": reply.headers["etag"]}
        )
        assert stale.status_code == 412
        transport(connection)._connection = old
        await fresh.close()


async def test_the_way_before_counts_again_when_a_restart_found_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ice_seam, "RESTART_S", 2.0)
    async with service() as (url, _), client(url) as http, peer() as (connection, offer):
        where = (await connected(http, connection, offer)).headers["location"]
        nobody = IceFragment("none", "x" * 24, ("1 1 udp 1 127.0.0.1 9 typ host",)).text(("0",))
        headers = {**PATCH, "If-Match": "*"}
        assert (await http.patch(where, content=nobody, headers=headers)).status_code == 200
        odd = IceFragment(*credentials(offer), ("nonsense",)).text(("0",))
        late = await http.patch(where, content=odd, headers=headers)
        assert late.status_code == 204, "passed over, unread, while another way is looked for"

        async def served_again() -> bool:
            return (await http.patch(where, content=odd, headers=headers)).status_code == 400

        await until(served_again, every=0.1)
        usable = odd.replace("nonsense", "1 1 udp 1 127.0.0.1 9 typ host")
        assert (await http.patch(where, content=usable, headers=headers)).status_code == 204


async def test_media_from_another_address_is_followed() -> None:
    async with service() as (url, meetings), client(url) as http, peer() as (connection, offer):
        await connected(http, connection, offer)
        sender = seam.PacketSender(connection, 96)
        await say(sender, 10)
        sink = meetings.known["m-1"].sinks[Channel.TAB]
        before = heard(sink)
        loop = asyncio.get_running_loop()
        moved, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, ("127.0.0.1", 0))
        pair = transport(connection)._connection._nominated[1]
        stock, pair.protocol.transport = pair.protocol.transport, moved
        await say(sender, 25)
        await until(lambda: heard(sink) - before > 0.4)
        pair.protocol.transport = stock
        moved.close()


async def test_a_later_candidate_is_taken_and_a_patch_without_sense_refused() -> None:
    async with service() as (url, _), client(url) as http, peer() as (connection, offer):
        reply = await connected(http, connection, offer)
        where, tag = reply.headers["location"], reply.headers["etag"]
        line = "1 1 udp 2130706431 127.0.0.1 9 typ host"
        late = IceFragment(*credentials(offer), (line,)).text(("0",))
        cases: list[tuple[dict[str, str], str, int]] = [
            ({**PATCH, "If-Match": tag}, late, 204),
            (PATCH, late, 428),
            ({**PATCH, "If-Match": '"other"'}, late, 412),
            ({**PATCH, "If-Match": f'"other", {tag}'}, late, 204),
            ({**PATCH, "If-Match": '"other", "another"'}, late, 412),
            ({"Content-Type": "text/plain", "If-Match": tag}, late, 415),
            ({**PATCH, "If-Match": tag}, "a=mid:0\r\n", 400),
            ({**PATCH, "If-Match": tag}, late.replace(line, "nonsense"), 400),
        ]
        for headers, body, status in cases:
            answer = await http.patch(where, content=body, headers=headers)
            assert (answer.status_code, "etag" in answer.headers) == (status, False), body
        await http.delete(where)
        gone = await http.patch(where, content=late, headers={**PATCH, "If-Match": tag})
        assert gone.status_code == 404
