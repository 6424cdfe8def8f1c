"""Which events were handed on to clients, and which of those the disk does not hold yet. Pure.

An event is handed on once, in order: when the disk has it, or when the disk has not answered in time. What is
handed on without the disk is *volatile*: it is read from memory until the disk has it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence

from wingman.core.events import Envelope


class Uncommitted:
    """The account of one log. Times are seconds of any clock."""

    def __init__(self, heads: Mapping[str, int]) -> None:
        """`heads`: the newest `seq` of every meeting the disk holds."""
        self._upto = dict(heads)
        self._waiting: deque[tuple[float, Envelope]] = deque()
        self._volatile: dict[str, list[Envelope]] = {}

    @property
    def waiting_since(self) -> float | None:
        """When the oldest event that was not handed on was appended; None when there is none."""
        return self._waiting[0][0] if self._waiting else None

    def upto(self, meeting: str) -> int:
        """The newest `seq` that was handed on; 0 for a meeting never heard of."""
        return self._upto.get(meeting, 0)

    def volatile(self, meeting: str) -> Sequence[Envelope]:
        """Events of a meeting that were handed on and that the disk does not hold."""
        return self._volatile.get(meeting, ())

    def reached(self, meeting: str, seq: int) -> None:
        """A meeting's events up to `seq` are stored, and were handed on elsewhere or not at all."""
        self._upto[meeting] = max(seq, self.upto(meeting))

    def appended(self, envelope: Envelope, now: float) -> None:
        """An event was queued for the disk."""
        self._waiting.append((now, envelope))

    def overdue(self) -> list[Envelope]:
        """The disk does not answer: hand on everything that waits."""
        found = [envelope for _, envelope in self._waiting]
        self._waiting.clear()
        for envelope in found:
            self._upto[envelope.meeting] = envelope.seq
            self._volatile.setdefault(envelope.meeting, []).append(envelope)
        return found

    def answered(self, arrived: Iterable[Envelope], *, durable: bool) -> list[Envelope]:
        """The disk took events or refused them; returns those to hand on now."""
        fresh = [envelope for envelope in arrived if envelope.seq > self.upto(envelope.meeting)]
        for envelope in fresh:
            self._upto[envelope.meeting] = envelope.seq
            if not durable:
                self._volatile.setdefault(envelope.meeting, []).append(envelope)
        while self._waiting and self._waiting[0][1].seq <= self.upto(self._waiting[0][1].meeting):
            self._waiting.popleft()
        return fresh

    def written(self, envelopes: Iterable[Envelope]) -> None:
        """The disk holds these now."""
        if not self._volatile:
            return
        upto: dict[str, int] = {}
        for envelope in envelopes:
            upto[envelope.meeting] = max(envelope.seq, upto.get(envelope.meeting, 0))
        for meeting, last in upto.items():
            left = [envelope for envelope in self._volatile.get(meeting, ()) if envelope.seq > last]
            if left:
                self._volatile[meeting] = left
            else:
                self._volatile.pop(meeting, None)

    def forget(self, meeting: str) -> None:
        """The meeting was deleted."""
        self._upto.pop(meeting, None)
        self._volatile.pop(meeting, None)
        self._waiting = deque(item for item in self._waiting if item[1].meeting != meeting)
