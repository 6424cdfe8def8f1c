"""RTCP as aiortc writes and reads it."""

from __future__ import annotations

from aiortc.rtp import RtcpByePacket, RtcpPacket, RtcpReceiverInfo, RtcpRrPacket, RtcpSenderInfo, RtcpSrPacket
from hypothesis import given
from hypothesis import strategies as some

from wingman.transports.aiortc_seam.wire import MOST_BLOCKS, read_control, receiver_report, report_block

WORD = some.integers(0, 2**32 - 1)
"""Thirty-two bits."""
BLOCKS = some.builds(
    RtcpReceiverInfo,
    ssrc=WORD,
    fraction_lost=some.integers(0, 255),
    packets_lost=some.integers(0, 2**23 - 1),
    highest_sequence=WORD,
    jitter=WORD,
    lsr=WORD,
    dlsr=WORD,
)
SENDER_INFO = some.builds(
    RtcpSenderInfo,
    ntp_timestamp=some.integers(0, 2**64 - 1),
    rtp_timestamp=WORD,
    packet_count=WORD,
    octet_count=WORD,
)
SAID = some.builds(
    RtcpSrPacket, ssrc=WORD, sender_info=SENDER_INFO, reports=some.lists(BLOCKS, max_size=3)
) | some.builds(RtcpByePacket, sources=some.lists(WORD, max_size=5))


def block(told: RtcpReceiverInfo) -> bytes:
    lost = told.fraction_lost, told.packets_lost
    return report_block(told.ssrc, lost, told.highest_sequence, told.jitter, (told.lsr, told.dlsr))


def meant(packet: RtcpSrPacket | RtcpByePacket) -> list[tuple[int, ...]]:
    if isinstance(packet, RtcpByePacket):
        return [(source,) for source in packet.sources]
    return [(packet.sender_info.ntp_timestamp, packet.sender_info.rtp_timestamp, packet.ssrc)]


@given(WORD, some.lists(BLOCKS, min_size=1, max_size=MOST_BLOCKS))
def test_a_report_is_read_as_it_was_meant(source: int, blocks: list[RtcpReceiverInfo]) -> None:
    packed = receiver_report(source, [block(told) for told in blocks])
    assert RtcpPacket.parse(packed) == [RtcpRrPacket(ssrc=source, reports=blocks)]


@given(some.lists(SAID, max_size=4))
def test_all_of_a_compound_is_heard(said: list[RtcpSrPacket | RtcpByePacket]) -> None:
    told: list[tuple[int, ...]] = []
    compound = b"".join(map(bytes, said))
    read_control(compound, lambda *report: told.append(report), lambda ssrc: told.append((ssrc,)))
    assert told == [each for packet in said for each in meant(packet)]


@given(some.binary(max_size=80))
def test_nothing_that_is_sent_breaks_it(compound: bytes) -> None:
    read_control(compound, lambda ntp, timestamp, ssrc: None, lambda ssrc: None)
