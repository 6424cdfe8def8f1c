"""The other side of a load test."""

from __future__ import annotations

import time

from aiortc import RTCPeerConnection

from wingman.transports.aiortc_seam.wire import RTP_HEADER


class PacketSender:
    """Sends ready-made Opus packets over a connected peer, without a track and its tasks (for load tests)."""

    def __init__(self, peer: RTCPeerConnection, payload_type: int) -> None:
        self._sender = peer.getSenders()[0]
        self._payload_type = payload_type
        self._sequence = 0
        self._timestamp = 0

    def send(self, payload: bytes) -> float:
        """One packet of 20 ms, and when it left (`time.perf_counter`). Nothing once the connection is gone."""
        dtls = self._sender.transport
        pair = dtls.transport._connection._nominated.get(1)
        if pair is None or dtls._tx_srtp is None:
            return time.perf_counter()
        header = RTP_HEADER.pack(0x80, self._payload_type, self._sequence, self._timestamp, self._sender._ssrc)
        packet = dtls._tx_srtp.protect(header + payload)
        left = time.perf_counter()
        pair.protocol.transport.sendto(packet, pair.remote_addr)
        self.skip()
        return left

    def skip(self) -> None:
        """Pretend that a packet was lost on the way."""
        self._sequence = (self._sequence + 1) & 0xFFFF
        self._timestamp = (self._timestamp + 960) & 0xFFFFFFFF
