"""What is counted of a stream, beside what aiortc counts of the same."""

from __future__ import annotations

from aiortc.rtcrtpreceiver import StreamStatistics
from aiortc.rtp import RtpPacket
from hypothesis import given
from hypothesis import strategies as some

from wingman.transports.aiortc_seam.inbound_stream import InboundStream


class Nowhere:
    """An inlet of a stream that is only counted."""

    def packet(self, sequence: int, timestamp: int, payload: bytes, now: float, ssrc: int) -> None: ...

    def report(self, ntp: int, timestamp: int, ssrc: int) -> None: ...

    def goodbye(self, ssrc: int) -> None: ...


def test_receiver_reports_count_what_was_heard() -> None:
    stream = InboundStream(96, Nowhere())
    for sequence in (65_534, 65_535, 0, 2, 3):
        stream.arrived.extend((sequence, sequence * 960, sequence * 0.02))
    stream.count()
    assert (stream.packets_received, stream.packets_lost) == (5, 1)
    assert stream.max_seq == 65_536 + 3
    assert stream.fraction_lost == 256 // 6
    assert stream.fraction_lost == 0


@given(
    some.integers(0, 0xFFFF),
    some.lists(some.lists(some.integers(-3, 9), max_size=20), min_size=1, max_size=4),
)
def test_losses_are_what_aiortc_counts(first: int, reported: list[list[int]]) -> None:
    """Steps between packets, some back and some over a hole; a report after each list."""
    ours, stock, sequence = InboundStream(96, Nowhere()), StreamStatistics(48_000), first
    for steps in reported:
        for step in steps:
            sequence = sequence + step & 0xFFFF
            ours.arrived.extend((sequence, 0, 0.0))
            stock.add(RtpPacket(payload_type=96, sequence_number=sequence))
        ours.count()
        if stock.packets_received:
            assert (ours.fraction_lost, ours.packets_lost) == (stock.fraction_lost, stock.packets_lost)
            assert ours.max_seq & 0xFFFF == stock.max_seq
            assert ours.packets_received == stock.packets_received
