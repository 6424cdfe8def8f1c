"""A peer's audio receivers, and what aiortc keeps in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiortc import RTCPeerConnection, RTCRtpReceiver
from aiortc.rtp import RtcpByePacket, RtcpSrPacket

from wingman.transports.aiortc_seam.wire import SenderReport


def audio_receivers(peer: RTCPeerConnection) -> list[RTCRtpReceiver]:
    """The peer's audio receivers in the order of the offer's m-lines."""
    return [line.receiver for line in peer.getTransceivers() if line.kind == "audio"]


def on_control(receiver: RTCRtpReceiver, report: SenderReport, goodbye: Callable[[int], None]) -> None:
    """Hear the receiver's sender reports, of which aiortc keeps only half (the NTP time), and its BYEs."""
    stock = receiver._handle_rtcp_packet

    async def handle(packet: Any) -> None:
        if isinstance(packet, RtcpSrPacket):
            report(packet.sender_info.ntp_timestamp, packet.sender_info.rtp_timestamp, packet.ssrc)
        elif isinstance(packet, RtcpByePacket):
            for source in packet.sources:
                goodbye(source)
            return  # aiortc would stop the receiver for good; another stream may follow
        await stock(packet)

    receiver._handle_rtcp_packet = handle  # type: ignore[method-assign]  # in place of aiortc's


def abort(peer: RTCPeerConnection) -> None:
    """Close the sockets, and end the reports, of a peer whose own closing does not come to an end."""
    for receiver in audio_receivers(peer):
        if (reporting := private(receiver, "rtcp_task")) is not None:
            reporting.cancel()
    for dtls in {receiver.transport for receiver in audio_receivers(peer)}:
        for protocol in dtls.transport._connection._protocols:
            protocol.transport.abort()


def private(receiver: RTCRtpReceiver, name: str) -> Any:
    """What aiortc keeps in `receiver.__name`. Raises `AttributeError` where a new version has it no more."""
    return getattr(receiver, f"_RTCRtpReceiver__{name}")


def set_private(receiver: RTCRtpReceiver, name: str, value: Any) -> None:
    """Replace `receiver.__name`. Raises `AttributeError` where there is none: nothing is replaced unnoticed."""
    private(receiver, name)
    setattr(receiver, f"_RTCRtpReceiver__{name}", value)
