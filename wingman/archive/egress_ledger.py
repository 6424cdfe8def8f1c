"""The egress ledger: how much of what went to whom, when, and under which consent.

The meeting tells the ledger of everything it hands to a provider outside this machine. The ledger gathers
that into entries and writes them into the meeting's own log, so they are kept, exported and deleted with it.
A pause closes all entries first: an entry that overlapped a pause would be a leak, and `account` looks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from wingman.core.errors import Branch
from wingman.core.events import EgressRecorded, Envelope, MeetingEnded, MeetingPaused, MeetingResumed, Publish
from wingman.core.time import Channel

ENTRY_SECONDS = 30.0
"""How long an entry gathers before it is written."""


@dataclass(slots=True)
class _Entry:
    """What one provider was sent since `since`, of one branch and channel."""

    kind: str
    since: float
    until: float
    consent: str
    bytes: int = 0
    seconds: float = 0.0
    count: int = 0


class Ledger:
    """One meeting's ledger. All calls come from the meeting's event loop."""

    def __init__(self, publish: Publish, clock: Callable[[], float]) -> None:
        self._publish = publish
        self._clock = clock
        self._consent = ""
        self._open: dict[tuple[str, Branch, Channel | None], _Entry] = {}

    def consent(self, words: str) -> None:
        """From now on things are sent under these words."""
        self.close()
        self._consent = words

    def audio(self, to: str, branch: Branch, channel: Channel, size: int, length: float) -> None:
        """So many bytes with so many seconds of sound were written to a provider's socket.

        Negative where a connection broke before they had arrived.
        """
        self._add(to, branch, channel, "audio", size, length)

    def text(self, to: str, branch: Branch, size: int, channel: Channel | None = None) -> None:
        """So many bytes of text were."""
        self._add(to, branch, channel, "text", size, 0.0)

    def pictures(self, to: str, channel: Channel, count: int, size: int) -> None:
        """So many pictures, of so many bytes in all, were."""
        self._add(to, Branch.FACE, channel, "pictures", size, 0.0)
        self._open[to, Branch.FACE, channel].count += count

    def tick(self) -> None:
        """Write entries that have gathered long enough."""
        now = self._clock()
        for key, entry in list(self._open.items()):
            if now - entry.since >= ENTRY_SECONDS:
                self._write(key)

    def close(self) -> None:
        """Write all open entries: at a pause, a change of consent, and the end."""
        for key in list(self._open):
            self._write(key)

    def _add(
        self, to: str, branch: Branch, channel: Channel | None, kind: str, size: int, length: float
    ) -> None:
        key = (to, branch, channel)
        now = self._clock()
        entry = self._open.get(key)
        if entry is None:
            entry = self._open[key] = _Entry(kind, now, now, self._consent)
        entry.bytes += size
        entry.seconds += length
        entry.until = max(now, entry.since)

    def _write(self, key: tuple[str, Branch, Channel | None]) -> None:
        (to, branch, channel), entry = key, self._open.pop(key)
        length = round(entry.seconds, 3)
        times = (entry.since, entry.until)
        self._publish(
            EgressRecorded(
                to, branch, entry.kind, entry.bytes, length, *times, channel, entry.consent, entry.count
            ),
            None,
        )


@dataclass(frozen=True, slots=True)
class Total:
    """Everything one provider was sent on one channel."""

    to: str
    branch: Branch
    kind: str
    channel: Channel | None
    bytes: int
    seconds: float
    consents: tuple[str, ...]
    count: int = 0
    """Of pictures, how many."""


@dataclass(frozen=True, slots=True)
class Pause:
    """One pause, and what was sent during it: nothing, or it is a leak."""

    since: float
    until: float | None
    """None while it lasts."""
    bytes: int


@dataclass(frozen=True, slots=True)
class Account:
    """The ledger of a meeting, added up."""

    totals: tuple[Total, ...]
    pauses: tuple[Pause, ...]

    @property
    def clean(self) -> bool:
        """True when nothing was sent during any pause."""
        return not any(pause.bytes for pause in self.pauses)


def account(events: Iterable[Envelope]) -> Account:
    """Add up a meeting's ledger from its events, oldest first."""
    entries: list[EgressRecorded] = []
    pauses: list[Pause] = []
    for envelope in events:
        data = envelope.data
        if isinstance(data, EgressRecorded):
            entries.append(data)
        elif isinstance(data, MeetingPaused):
            pauses.append(Pause(envelope.at, None, 0))
        elif isinstance(data, (MeetingResumed, MeetingEnded)) and pauses and pauses[-1].until is None:
            pauses[-1] = replace(pauses[-1], until=envelope.at)
    return Account(_totals(entries), tuple(_checked(pause, entries) for pause in pauses))


def _totals(entries: Iterable[EgressRecorded]) -> tuple[Total, ...]:
    totals: dict[tuple[str, Branch, str, Channel | None], Total] = {}
    for entry in entries:
        key = (entry.to, entry.branch, entry.kind, entry.channel)
        total = totals.get(key) or Total(*key, 0, 0.0, ())
        consents = total.consents
        if entry.consent and entry.consent not in consents:
            consents = (*consents, entry.consent)
        length, count = round(total.seconds + entry.seconds, 3), total.count + entry.count
        totals[key] = Total(*key, total.bytes + entry.bytes, length, consents, count)
    return tuple(totals.values())


def _checked(pause: Pause, entries: Iterable[EgressRecorded]) -> Pause:
    end = pause.until if pause.until is not None else float("inf")
    leaked = (max(0, e.bytes) for e in entries if e.since < end and e.until > pause.since)
    return replace(pause, bytes=sum(leaked))
