"""What the microphone heard waits here for the tab's transcript, so that an echo is known before it is told.

How long is a question of media time, not of arrival: a turn waits until the tab's transcript has come past it,
in words or in silence, however slow the tab's transcriber is beside the microphone's; and no longer than
`correlate.echo.wait_s`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from wingman.config.correlate import EchoSettings
from wingman.core.speech import Interim
from wingman.core.time import SampleTime, samples
from wingman.correlate.coverage import ROUNDING
from wingman.correlate.echo import EARLIEST, EchoFilter
from wingman.correlate.turns import NEVER, Assembler, Turn


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A turn, and how long it waits by either channel's media time.

    Two times, for one may stand still: a microphone that is switched off, a tab that was closed.
    """

    turn: Turn
    mic_until: SampleTime
    tab_until: SampleTime


class EchoWait:
    """The microphone's turns between their end and being told, less what was only the tab's echo."""

    def __init__(self, settings: EchoSettings, tab: Assembler) -> None:
        self.filter = EchoFilter(settings)
        self._longest = samples(settings.wait_s)
        self._tab = tab
        self._waiting: deque[_Waiting] = deque()
        self.echo_words = 0
        self.unchecked = 0
        """Turns told before the tab's words beside them were known."""

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def since(self) -> SampleTime:
        """Where the first that waits begins."""
        return min([one.turn.start for one in self._waiting], default=NEVER)

    @property
    def mic_due(self) -> SampleTime:
        """The microphone's time at which the first has waited long enough."""
        return self._waiting[0].mic_until if self._waiting else NEVER

    @property
    def tab_due(self) -> SampleTime:
        """Likewise by the tab's time."""
        return self._waiting[0].tab_until if self._waiting else NEVER

    def add(self, turns: Iterable[Turn], tab_now: SampleTime) -> None:
        """The microphone's transcript closed these; the tab's media time is at `tab_now`."""
        for turn in turns:
            self._waiting.append(_Waiting(turn, turn.end + self._longest, tab_now + self._longest))

    def take(self, mic_now: SampleTime, tab_now: SampleTime, *, finished: bool = False) -> list[Turn]:
        """The turns that can be told by now, without their echoes. `finished`: the tab says nothing more."""
        told: list[Turn] = []
        while self._waiting:
            first = self._waiting[0]
            behind = not finished and self._behind(first.turn, tab_now)
            if behind and mic_now < first.mic_until and tab_now < first.tab_until:
                break
            self._waiting.popleft()
            self.unchecked += behind
            if (own := self._own(first.turn)) is not None:
                told.append(own)
        return told

    def own_interim(self, heard: Interim) -> Interim:
        """What the microphone is hearing, without what the tab is known to have said."""
        near = self._tab.interim_words or self.filter.near(heard.span.start, heard.span.end)
        if not heard.words or not near:
            return heard
        own = self.filter.own(heard.words, self._tab.interim_words, learn=False)
        firm = set(heard.words[: heard.firm])
        return Interim(heard.channel, heard.span, tuple(own), sum(word in firm for word in own))

    def _behind(self, turn: Turn, tab_now: SampleTime) -> bool:
        """The tab's transcript has not come to where it would say what `turn` repeats."""
        if self._tab.speaking and self._tab.heard < turn.end:
            return True
        # a tab whose transcript is past the first word, without a sign of speech, did not say it
        first = min(turn.end, turn.words[0].end - EARLIEST)
        return self._tab.transcribed and self._tab.heard < min(first, tab_now - ROUNDING)

    def _own(self, turn: Turn) -> Turn | None:
        own = self.filter.own(turn.words, self._tab.interim_words)
        self.echo_words += len(turn.words) - len(own)
        if len(own) == len(turn.words):
            return turn
        return Turn.of(turn.channel, turn.speaker, own) if own else None
