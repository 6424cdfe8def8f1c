"""The tone of one channel: the analyzer of its voice or of its words that the policy allows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from functools import partial

from wingman.audio.tape import Cursor
from wingman.core.emotion import EmotionEvent, EmotionInfo, EmotionSpan, VocalBurst
from wingman.core.errors import Branch, Missed, Progress, ProviderState
from wingman.core.media import GapCause
from wingman.core.speech import Final
from wingman.core.time import SampleTime, Span
from wingman.emotion.base import TextAnalyzer, VoiceAnalyzer
from wingman.meeting.branches import BranchStarter, RunningBranch, settle
from wingman.meeting.channel_input import ChannelInput
from wingman.meeting.channel_readers import ChannelReaders, SlowReader

LAST_TRY_S = 5.0
"""What an analyzer that does not get on is given at the end: one more connection, and no more."""


class ToneBranch:
    """One for each channel. `emit` is told each event of the analyzer."""

    def __init__(
        self,
        channel_input: ChannelInput,
        readers: ChannelReaders,
        starter: BranchStarter,
        emit: Callable[[EmotionEvent], None],
    ) -> None:
        self._input = channel_input
        self._readers = readers
        self._starter = starter
        self._emit = emit
        self._voice: VoiceAnalyzer | None = None
        self._text: TextAnalyzer | None = None
        self._running: RunningBranch | None = None
        self._answered: SampleTime | None = None
        self._listening: Cursor | None = None
        self._slow = SlowReader()

    def use(self, voice: VoiceAnalyzer | None, text: TextAnalyzer | None) -> EmotionInfo | None:
        """Stop who measured so far and begin with one of these, from this very sample on.

        Returns how its scores are to be read; None when nobody measures.
        """
        if self._running is not None:
            self._running.task.cancel()
            self._running = None
        self._answered = None
        self._voice, self._text = voice, text
        if voice is not None:
            self._answered = self._input.position
            starts = iter((self._input.position,))  # the first attempt begins with this very sample
            self._start(voice.info, partial(self._listen, starts))
        elif text is not None:
            self._start(text.info, partial(text.run, self._input.channel, self._on_event))
        return voice.info if voice else text.info if text else None

    def _start(self, info: EmotionInfo, attempt: Callable[[], Coroutine[object, object, None]]) -> None:
        self._running = self._starter.start(Branch.EMOTION, info.name, attempt, self._on_event)

    def hold(self, held: bool) -> None:
        """While held (the meeting is paused) no words leave."""
        if self._text is not None:
            self._text.hold(held)

    def retry(self) -> bool:
        """Try again now, where it has given up. False when it has not, or nobody measures."""
        return self._running is not None and self._running.runner.retry()

    def renew(self, maker: Callable[[], VoiceAnalyzer | None]) -> None:
        """Settings have changed: an analyzer that gave up is made anew, and tried again now."""
        if self._running is not None and self._running.runner.waiting:
            if self._voice is not None:
                self._voice = maker() or self._voice
            self._running.runner.retry()

    def last_call(self) -> None:
        """No more sound comes."""
        if self._running is not None:
            self._running.runner.last_call()

    def close(self) -> None:
        """No more words come."""
        if self._text is not None:
            self._text.close()

    async def settle(self, deadline: float) -> None:
        """Wait for the last answers until `deadline` on the loop's clock, or until it gets on no more."""
        if self._running is None:
            return
        loop, task = asyncio.get_running_loop(), self._running.task
        while not task.done() and loop.time() < deadline and not self._slow.stuck(loop.time() - LAST_TRY_S):
            await asyncio.wait([task], timeout=1.0)
        await settle(task, loop.time())

    def hear(self, final: Final) -> None:
        """Settled words; a remote analyzer of words gets none while the meeting is paused."""
        if self._text is None:
            return
        text = " ".join(word.text for word in final.words)
        info = self._text.info
        if not info.remote or self._starter.accounting.words(info.name, text):
            self._text.hear(final)

    @property
    def provider(self) -> str:
        """Who measures now; empty when nobody does."""
        analyzer = self._voice or self._text
        return analyzer.info.name if analyzer else ""

    @property
    def pays(self) -> bool:
        """A remote analyzer is listening to the voice."""
        return self._voice is not None and self._voice.info.remote

    @property
    def stuck(self) -> Cursor | None:
        """Its place on the tape when it gets on no more: it must hold nobody up."""
        return self._listening if self._slow.stuck(asyncio.get_running_loop().time()) else None

    @property
    def answered(self) -> SampleTime | None:
        """Media time up to which it has certainly answered; None when nobody waits for it."""
        return None if self._slow.stuck(asyncio.get_running_loop().time()) else self._answered

    async def _listen(self, starts: Iterator[SampleTime]) -> None:
        """An analyzer that is tried again hears what is said now; what passed meanwhile is a gap."""
        voice, last = self._voice, self._answered
        if voice is None or last is None:
            return
        start = next(starts, None)
        if start is None:
            start = self._input.position
            if start > last:
                missed = Missed(Branch.EMOTION, self._input.channel, Span(last, start), GapCause.OUTAGE)
                self._emit(missed)
            self._answered = start
        with self._readers.reading(start) as cursor:
            self._listening = cursor
            self._slow.got_on(asyncio.get_running_loop().time())
            try:
                await voice.run(self._input.channel, cursor, self._on_event)
            finally:
                self._listening = None

    def _on_event(self, event: EmotionEvent) -> None:
        match event:
            case EmotionSpan():
                if self._running is not None:
                    self._running.runner.worked()
                self._slow.got_on(asyncio.get_running_loop().time())
            case Progress():
                if self._answered is not None:
                    self._answered = event.upto
                self._slow.got_on(asyncio.get_running_loop().time())
            case ProviderState():
                if self._running is not None:
                    self._running.runner.observe(event)
            case VocalBurst() | Missed():
                pass
        self._emit(event)
