"""When a meeting nobody feeds any more ends by itself, and why. Time is an argument."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from wingman.config.meeting import MeetingSettings
from wingman.core.events import MeetingEnding, Publish


class SourceEnd(StrEnum):
    """How a source was released."""

    RECORDED = "recorded"
    """A recording was played to its end: nothing more can come."""
    ENDED = "ended"
    """A live source ended: somebody stopped it."""
    GONE = "gone"
    """A live source was lost, and may come back."""


@dataclass(frozen=True, slots=True)
class Ending:
    """The end that is due unless something happens."""

    reason: str
    at: float
    told: bool
    """Somebody ought to be asked first."""


class Endings:
    """Tell it what happens to a meeting's sources."""

    def __init__(self, settings: MeetingSettings, now: float, *, made_by_source: bool = False) -> None:
        """`made_by_source`: the meeting was made for one source, and is nothing without it."""
        self._settings = settings
        self._made_by_source = made_by_source
        self.attached_now = 0
        """Sources that feed the meeting: nothing ends while there are any."""
        self._fates: set[SourceEnd] = set()
        self._since = now
        self._kept = False
        self._fed = False

    def attached(self) -> None:
        """A source came."""
        self.attached_now += 1
        if self.attached_now == 1:
            self._fates.clear()
        self._kept = False

    def released(self, fate: SourceEnd, now: float, *, fed: bool) -> None:
        """A source is over. `fed`: the meeting has had audio."""
        self.attached_now -= 1
        self._fates.add(fate)
        self._fed = self._fed or fed
        self._since = now

    def keep_open(self, now: float) -> None:
        """The user wants the meeting to wait for another source."""
        self._kept = True
        self._since = now

    def next(self) -> Ending | None:
        """The end that is due if nothing more happens; None while somebody feeds the meeting."""
        if self.attached_now:
            return None
        idle = Ending("client_gone", self._since + self._settings.idle_end_s, told=False)
        if self._kept or not self._fates:
            return idle
        if not self._fed and SourceEnd.RECORDED not in self._fates:
            wait = 0.0 if self._made_by_source else self._settings.idle_end_s
            return Ending("never_connected", self._since + wait, told=False)
        if SourceEnd.GONE in self._fates:
            return idle
        if SourceEnd.ENDED in self._fates:
            return Ending("source_ended", self._since + self._settings.grace_s, told=True)
        return Ending("source_ended", self._since, told=False)


class EndWatch:
    """Says beforehand that a meeting is about to end by itself, or that it goes on after all."""

    def __init__(self, endings: Endings, publish: Publish) -> None:
        self._endings = endings
        self._publish = publish
        self._announced = False

    def due(self, now: float) -> str:
        """Why the meeting ends now; empty while it goes on."""
        if self._endings.attached_now and not self._announced:  # ten times a second, and nearly always
            return ""
        ending = self._endings.next()
        if ending is not None and now >= ending.at:
            return ending.reason
        told = ending is not None and ending.told
        if told != self._announced:
            self._announced = told
            left = MeetingEnding(ending.reason, round(ending.at - now, 1)) if ending and told else None
            self._publish(left or MeetingEnding(""), None)
        return ""
