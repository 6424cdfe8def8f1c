"""Which decode comes next. Pure: time is an argument.

Finals by age, then interims by stream in turn. A final is never dropped: the tape of its meeting is the
buffer. Of a stream's interims only the latest is kept, and none once its final is asked for.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from wingman.local.decoder.wire import Kind

INTERIMS_STOP_S = 2.0
"""When the oldest final has waited this long, interims wait until it has not."""
OVERLOADED_S = 5.0
"""When it has waited this long, users are told."""
FINALS_PER_STREAM = 8
"""A stream that asks for more does not keep to the protocol: its channel reads on only after answers."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Job(Generic[T]):
    """One request for words."""

    stream: Hashable
    """Of which connection, and which of its streams."""
    number: int
    kind: Kind
    since: float
    """When it was asked for, in seconds."""
    payload: T


class DecodeQueue(Generic[T]):
    """Jobs of all streams. One job of a stream runs at a time, so that its answers keep their order."""

    def __init__(self) -> None:
        self._finals: list[Job[T]] = []
        self._interims: OrderedDict[Hashable, Job[T]] = OrderedDict()
        self._busy: dict[Hashable, Job[T]] = {}

    def put(self, job: Job[T]) -> Job[T] | None:
        """Take a job in. Returns the interim it makes worthless, if there is one.

        Raises `OverflowError` when a stream has more finals waiting than the protocol allows.
        """
        shed = self._interims.pop(job.stream, None)
        if job.kind is Kind.INTERIM:
            self._interims[job.stream] = job
            return shed
        if sum(waiting.stream == job.stream for waiting in self._finals) >= FINALS_PER_STREAM:
            raise OverflowError("too many finals wait for this stream")
        self._finals.append(job)
        return shed

    def take(self, now: float) -> Job[T] | None:
        """The next job to run, or None. Its stream is busy until `done`."""
        for job in self._finals:
            if job.stream not in self._busy:
                self._finals.remove(job)
                return self._start(job)
        if self.oldest_final(now) <= INTERIMS_STOP_S:
            for job in self._interims.values():
                if job.stream not in self._busy:
                    del self._interims[job.stream]
                    return self._start(job)
        return None

    def done(self, job: Job[T]) -> None:
        """A job was answered or given up."""
        self._busy.pop(job.stream, None)

    def cancel(self, stream: Hashable, number: int) -> bool:
        """Drop the waiting final of an utterance; False when it runs already or is not there."""
        for job in self._finals:
            if job.stream == stream and job.number == number:
                self._finals.remove(job)
                return True
        return False

    def drop(self, stream: Hashable) -> None:
        """Forget everything that waits for a stream."""
        self._finals = [job for job in self._finals if job.stream != stream]
        self._interims.pop(stream, None)

    def oldest_final(self, now: float) -> float:
        """Seconds the oldest final has waited, also while it is decoded."""
        started = [job for job in self._busy.values() if job.kind is Kind.FINAL]
        return max((now - job.since for job in (*self._finals, *started)), default=0.0)

    def overloaded(self, now: float) -> bool:
        """True while finals wait longer than they may."""
        return self.oldest_final(now) > OVERLOADED_S

    @property
    def waiting(self) -> int:
        """Jobs that wait."""
        return len(self._finals) + len(self._interims)

    def _start(self, job: Job[T]) -> Job[T]:
        self._busy[job.stream] = job
        return job
