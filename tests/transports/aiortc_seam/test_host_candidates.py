"""Which of the machine's addresses a peer is told."""

from __future__ import annotations

import aioice.ice
from aiortc import RTCConfiguration, RTCPeerConnection

from wingman.transports.aiortc_seam.host_candidates import host_addresses


async def test_chosen_addresses_are_the_only_candidates() -> None:
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    try:
        peer.addTransceiver("audio", direction="sendonly")
        with host_addresses(("127.0.0.1",)):
            await peer.setLocalDescription(await peer.createOffer())
        lines = [line for line in peer.localDescription.sdp.splitlines() if line.startswith("a=candidate:")]
        assert lines
        assert all(" 127.0.0.1 " in line for line in lines)
    finally:
        await peer.close()


def test_loopback_is_among_the_default_addresses() -> None:
    assert "127.0.0.1" in aioice.ice.get_host_addresses(use_ipv4=True, use_ipv6=False)
