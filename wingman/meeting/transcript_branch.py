"""The words of one channel: its transcriber, how far it has answered, and what nobody answered for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import structlog

from wingman.core.errors import Branch, Health, Missed, Progress, ProviderState
from wingman.core.losses import Loss
from wingman.core.media import GapCause
from wingman.core.speech import Final, Interim, SpeechEnded, SpeechStarted, TimedEvent, TranscriberEvent
from wingman.core.time import SampleTime, Span, seconds
from wingman.correlate.coverage import ROUNDING
from wingman.meeting.branches import BranchStarter, RunningBranch
from wingman.meeting.channel_input import ChannelInput
from wingman.meeting.channel_readers import ChannelReaders
from wingman.stt.base import Transcriber

log = structlog.get_logger(__name__)


class TranscriptBranch:
    """One for each channel. `emit` is told each event of the transcriber, and what it missed."""

    def __init__(
        self,
        channel_input: ChannelInput,
        readers: ChannelReaders,
        starter: BranchStarter,
        maker: Callable[[], Transcriber | None],
        emit: Callable[[TimedEvent], None],
    ) -> None:
        self._input = channel_input
        self._readers = readers
        self._starter = starter
        self._maker = maker
        self._emit = emit
        self._transcriber: Transcriber | None = None
        self._running: RunningBranch | None = None
        self._answered: SampleTime | None = None
        self._draining = False
        self._left = False
        self._health: Health | None = None

    # --- starting and stopping ----------------------------------------------------------------

    def start(self) -> None:
        """Have the channel transcribed, where there is somebody."""
        transcriber = self._transcriber = self._maker()
        if transcriber is not None:
            self._answered = self._input.position
            name = transcriber.info.name
            self._running = self._starter.start(Branch.TRANSCRIBE, name, self._attempt, self._on_event)

    def retry(self) -> bool:
        """Try again now, where it has given up. False when it has not, or there is nobody."""
        return self._running is not None and self._running.runner.retry()

    def renew(self) -> None:
        """Settings have changed: a transcriber that gave up is made anew, and tried again now."""
        if self._running is not None and self._running.runner.waiting:
            self._transcriber = self._maker() or self._transcriber
            self._running.runner.retry()

    def last_call(self) -> None:
        """No more sound comes."""
        if self._running is not None:
            self._running.runner.last_call()

    async def heard_out(self) -> None:
        """Wait for as long as it takes, or until it gives up."""
        if self._running is not None:
            await asyncio.wait([self._running.task])

    async def settle(self, deadline: float) -> None:
        """Wait for the last answers until `deadline` on the loop's clock."""
        if self._running is not None:
            await self._running.settle(deadline)

    def tell_rest(self) -> None:
        """Tell what is in no final's window, no gap and no known silence. Nothing does that twice."""
        if self._transcriber is None:
            return
        uncovered = self._input.coverage.uncovered(self._input.position)
        cause = GapCause.OUTAGE
        if uncovered and self._health is Health.ENDED:
            cause = GapCause.UNACCOUNTED
            lost = sum(span.length for span in uncovered)
            log.error("audio nobody accounted for", channel=self._input.channel, seconds=seconds(lost))
        for span in uncovered:
            self._on_event(Missed(Branch.TRANSCRIBE, self._input.channel, span, cause))

    # --- what is asked of it ------------------------------------------------------------------

    @property
    def provider(self) -> str:
        """Who turns the channel into words; empty when nobody does."""
        return self._transcriber.info.name if self._transcriber else ""

    @property
    def answered(self) -> SampleTime | None:
        """Media time up to which it has certainly answered; None when nobody is asked."""
        return self._answered

    @property
    def owed(self) -> int:
        """Samples it has not answered for."""
        return 0 if self._answered is None else self._input.position - self._answered

    def settled(self, open_since: SampleTime | None) -> SampleTime:
        """Up to where all words are told; those that are not yet begin at `open_since`."""
        reached = self._input.position
        waits = [span.start for span in self._input.coverage.uncovered(reached)] if self._transcriber else []
        return min([reached, *waits[:1], *([] if open_since is None else [open_since])])

    def flush(self) -> None:
        """Ask for the words heard so far."""
        if self._transcriber is not None:
            self._transcriber.flush()

    def leave_rest(self) -> None:
        """What is not settled is heard by somebody else: it is not asked for."""
        self._left = True

    def source_over(self) -> None:
        """The source has ended or gone: nothing will follow the last sentence, so it is asked for now."""
        if self._left:
            return
        self._draining = True
        self.flush()

    def drained(self) -> bool:
        """True once when all that a source that is over had said is settled."""
        if self._draining and self.owed <= ROUNDING:
            self._draining = False
            return True
        return False

    # --- inside -------------------------------------------------------------------------------

    async def _attempt(self) -> None:
        transcriber, answered = self._transcriber, self._answered
        if transcriber is None or answered is None:
            return
        with self._readers.reading(answered) as cursor:
            await transcriber.run(self._input.channel, cursor, self._on_event)

    def _on_event(self, event: TranscriberEvent) -> None:
        match event:
            case Interim() | SpeechStarted() | SpeechEnded():
                pass
            case Final():
                self._input.coverage.heard(event.span)
                if event.words:
                    self._input.spoken(Span(event.words[0].start, event.words[-1].end))
                if self._running is not None:
                    self._running.runner.worked()
            case Missed():
                if event.cause is GapCause.UNCLEAR:
                    self._input.spoken(event.span)
                for span in self._input.coverage.missed(event.span):
                    self._emit(replace(event, span=span))
                return
            case Loss():
                self._input.lost(event)
                return
            case Progress():
                self._answered = event.upto
                if self._transcriber is not None and not self._transcriber.info.windows:
                    self._input.coverage.answered(event.upto)
            case ProviderState():
                self._health = event.health
                if self._running is not None:
                    self._running.runner.observe(event)
        self._emit(event)
