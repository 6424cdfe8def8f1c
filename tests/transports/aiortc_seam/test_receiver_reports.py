"""What a sender is told of its stream, read by aiortc as a sender would."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpReceiver
from aiortc.rtp import RtcpPacket, RtcpRrPacket
from pylibsrtp import Policy, Session

from tests.transports.aiortc_seam.test_inbound_stream import Nowhere
from wingman.transports.aiortc_seam.inbound_stream import InboundStream
from wingman.transports.aiortc_seam.receiver_reports import REPORT_S, ReceiverReports
from wingman.transports.aiortc_seam.receivers import private, set_private

KEY = bytes(range(30))
OURS, THEIRS = 11, 7


class Way:
    """Where reports go, as `IcePath` takes them."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    def send(self, packet: bytes) -> None:
        self.sent.append(packet)


@pytest.fixture
async def receiver() -> AsyncIterator[RTCRtpReceiver]:
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    found = peer.addTransceiver("audio", direction="recvonly").receiver
    found.transport._tx_srtp = Session(Policy(key=KEY, ssrc_type=Policy.SSRC_ANY_OUTBOUND))
    set_private(found, "rtcp_ssrc", OURS)
    yield found
    vars(found.transport)["_tx_srtp"] = None  # it was never connected
    await peer.close()


def said(way: Way) -> list[RtcpRrPacket]:
    reading = Session(Policy(key=KEY, ssrc_type=Policy.SSRC_ANY_INBOUND))
    read = (report for packet in way.sent for report in RtcpPacket.parse(reading.unprotect_rtcp(packet)))
    return [report for report in read if isinstance(report, RtcpRrPacket)]


async def test_losses_and_the_senders_own_time_are_told(receiver: RTCRtpReceiver) -> None:
    way, stream = Way(), InboundStream(96, Nowhere())
    private(receiver, "remote_streams")[THEIRS] = stream
    reports = ReceiverReports(receiver, way)  # type: ignore[arg-type]  # the part that is used
    for sequence in (1, 2, 4):
        stream.arrived.extend((sequence, 960 * sequence, 0.02 * sequence))
    stream.reported = (0x1234_5678, 1.0)
    reports._look(1.5)
    reports._look(1.5 + REPORT_S / 2)  # not due yet
    (report,) = said(way)
    assert report.ssrc == OURS
    (block,) = report.reports
    assert (block.ssrc, block.packets_lost, block.fraction_lost) == (THEIRS, 1, 256 // 4)
    assert (block.highest_sequence, block.lsr, block.dlsr) == (4, 0x1234_5678, 65536 // 2)


async def test_nobody_is_told_of_nothing(receiver: RTCRtpReceiver) -> None:
    way = Way()
    ReceiverReports(receiver, way)._look(1.0)  # type: ignore[arg-type]  # the part that is used
    assert way.sent == []


async def test_however_it_ends_it_says_so(receiver: RTCRtpReceiver) -> None:
    running = asyncio.create_task(ReceiverReports(receiver, Way()).run())  # type: ignore[arg-type]  # likewise
    await private(receiver, "rtcp_started").wait()
    running.cancel()
    await running
    assert private(receiver, "rtcp_exited").is_set()
