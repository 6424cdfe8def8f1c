"""What aiortc keeps in a receiver and we reach for."""

from __future__ import annotations

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection

from wingman.transports.aiortc_seam.receivers import set_private


async def test_every_private_attribute_of_a_receiver_is_there() -> None:
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    try:
        receiver = peer.addTransceiver("audio", direction="recvonly").receiver
        missing = [
            name
            for name in (
                "jitter_buffer",
                "timestamp_mapper",
                "decoder_queue",
                "codecs",
                "started",
                "rtcp_task",
                "rtcp_started",
                "rtcp_exited",
                "rtcp_ssrc",
                "remote_streams",
            )
            if not hasattr(receiver, f"_RTCRtpReceiver__{name}")
        ]
        assert not missing
        dtls = receiver.transport
        for owner, name in (
            (dtls, "_rx_srtp"),
            (dtls, "_tx_srtp"),
            (dtls, "_rtp_router"),
            (dtls.transport, "_connection"),
            (dtls.transport._connection, "_protocols"),
            (dtls.transport._connection, "_queue"),
            (dtls.transport._connection, "_nominated"),
            (dtls._rtp_router, "ssrc_table"),
            (dtls._rtp_router, "mid_table"),
            (dtls._rtp_router, "route_rtp"),
        ):
            assert hasattr(owner, name), f"{type(owner).__name__} has no `{name}` any more"
    finally:
        await peer.close()


async def test_what_a_receiver_does_not_have_is_not_replaced_unnoticed() -> None:
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    try:
        receiver = peer.addTransceiver("audio", direction="recvonly").receiver
        with pytest.raises(AttributeError, match="reorderer"):
            set_private(receiver, "reorderer", None)
    finally:
        await peer.close()
