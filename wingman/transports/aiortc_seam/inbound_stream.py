"""One SSRC: where its packets go, and what receiver reports say of it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Protocol, cast

UNCOUNTED = 4096
"""Packets put down between two reports, at most."""
FIELDS = 3
"""Put down of each."""


class PacketHandler(Protocol):
    """Takes what arrives on one receiver."""

    def __call__(self, sequence: int, timestamp: int, payload: bytes, now: float, ssrc: int) -> None:
        """One RTP packet of the stream `ssrc`, in the order of arrival; `now` is loop time.

        `payload` is empty where it has no sound: padding alone, or another payload type.
        """
        ...


class Inlet(Protocol):
    """Where one receiver's packets go now."""

    @property
    def packet(self) -> PacketHandler:
        """Looked up for each."""
        ...

    def report(self, ntp: int, timestamp: int, ssrc: int) -> None:
        """See `wire.SenderReport`."""
        ...

    def goodbye(self, ssrc: int) -> None:
        """The sender has ended the stream `ssrc`."""
        ...


class InboundStream:
    """One SSRC: where its packets go, and what receiver reports say of it (aiortc's `StreamStatistics`).

    What arrives is put down packet by packet and counted when it is asked for: a few at a time cost a third.
    """

    __slots__ = (
        "_base",
        "_heard",
        "_jitter",
        "_newest",
        "_prior",
        "_top",
        "arrived",
        "inlet",
        "payload_type",
        "reported",
        "unprotect",
    )

    def __init__(self, payload_type: int, inlet: Inlet) -> None:
        self.payload_type = payload_type
        self.inlet = inlet
        self.unprotect: Callable[[bytes, int], bytes | None] | None = None
        """There once none of its packets can be waiting in the stock queue any more."""
        self.reported = (0, 0.0)
        """The middle of its newest sender report's NTP time, and the loop time at which it came."""
        self.arrived: deque[float] = deque(maxlen=FIELDS * UNCOUNTED)
        """Sequence number, RTP timestamp and loop time of packets that are not counted yet, one after another:
        as a tuple each they would be what the garbage collector looks through most."""
        self._base: int | None = None
        self._top = 0  # highest sequence number, extended beyond 16 bits
        self._heard = 0
        self._jitter = 0.0
        self._newest = (0, 0, 0.0)
        self._prior = (0, 0)

    def count(self) -> None:
        """Count what has arrived (RFC 3550, A.3 and A.8)."""
        top, jitter = self._top, self._jitter
        _, before, arrival = self._newest
        packets = iter(self.arrived)
        each = cast("Iterable[tuple[int, int, float]]", zip(packets, packets, packets, strict=True))
        for sequence, timestamp, now in each:
            if self._base is None:
                self._base = top = sequence
            elif 0 < (ahead := sequence - top & 0xFFFF) < 0x8000:
                top += ahead
                late = abs((now - arrival) * 48_000 - (timestamp - before))
                if late < 48_000:  # a wrapped or restarted timestamp says nothing
                    jitter += (late - jitter) / 16
            before, arrival = timestamp, now
        if self.arrived:
            self._newest = sequence, timestamp, now
            self._heard += len(self.arrived) // FIELDS
            self.arrived.clear()
        self._top, self._jitter = top, jitter

    def quiet_for(self, now: float) -> float:
        """Seconds of loop time since its last packet."""
        return now - (self.arrived or self._newest)[-1]

    @property
    def max_seq(self) -> int:
        """The highest sequence number, extended beyond 16 bits."""
        return self._top & 0xFFFFFFFF

    @property
    def jitter(self) -> int:
        """In units of RTP time."""
        return int(self._jitter)

    @property
    def packets_received(self) -> int:
        return self._heard

    @property
    def packets_lost(self) -> int:
        """In all; below 0 where more came twice than was lost."""
        return max(-0x800000, min(self._expected - self._heard, 0x7FFFFF))

    @property
    def fraction_lost(self) -> int:
        """Since it was last asked for, in 256ths."""
        expected, heard = self._expected - self._prior[0], self._heard - self._prior[1]
        self._prior = (self._expected, self._heard)
        return ((expected - heard) << 8) // expected if expected > heard else 0

    @property
    def _expected(self) -> int:
        return self._top - self._base + 1 if self._base is not None else 0
