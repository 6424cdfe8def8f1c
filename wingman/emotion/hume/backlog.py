"""What is still to be heard, and how far everything was told. No socket, no clock."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from wingman.audio.tape import Cursor
from wingman.config.emotion import HumeSettings
from wingman.core.errors import Branch, Progress
from wingman.core.media import Gap, GapCause, PcmBlock
from wingman.core.time import Channel, SampleTime, Span, samples_of_ms
from wingman.emotion.base import Emit
from wingman.emotion.hume.ledger import SessionLedger


class Backlog:
    """The audio still to be heard, frame by frame, cut to what the API may still be sent."""

    def __init__(self, audio: Cursor, settings: HumeSettings, missed: Callable[[Span, GapCause], None]) -> None:
        self._audio = audio
        self._frame = samples_of_ms(settings.frame_ms)
        self._limit = samples_of_ms(settings.max_lag_ms)
        self._missed = missed
        self._held: deque[PcmBlock] = deque()

    def apply(self, settings: HumeSettings) -> None:
        """Cut and limit what comes by other settings."""
        self._frame = samples_of_ms(settings.frame_ms)
        self._limit = samples_of_ms(settings.max_lag_ms)

    @property
    def position(self) -> SampleTime:
        """The first sample that was not handed out."""
        return self._held[0].start if self._held else self._audio.position

    @property
    def exhausted(self) -> bool:
        """True when everything was handed out and no audio will ever come again."""
        return not self._held and self._audio.exhausted

    def on_change(self, callback: Callable[[], None] | None) -> None:
        """See `Cursor.on_change`; audio that is not a frame yet calls nobody."""
        self._audio.on_change(callback, self._frame)

    async def wait(self) -> bool:
        """Return when a frame can be taken; False when no audio will ever come again."""
        while not self._held:
            item = await self._audio.read(self._frame)
            if item is None:
                return False
            self._hold(item)
        return True

    def next(self) -> PcmBlock | None:
        """The frame that comes next, if it is there; it stays next until it is dropped."""
        while not self._held:
            item = self._audio.take_whole(self._frame)
            if item is None:
                return None
            self._hold(item)
        return self._held[0]

    def drop(self) -> None:
        """The frame that came next was sent, or is not worth sending."""
        self._held.popleft()

    def put_back(self, block: PcmBlock) -> None:
        """This frame was refused: it comes first again."""
        self._held.appendleft(block)

    def skip_to_live(self, cause: GapCause) -> bool:
        """Give up what is older than the API may still be sent, and say so; whether there was any."""
        late = self._audio.position + self._audio.lag - self.position > self._limit
        if late:
            self.skip_all(cause)
        return late

    def withhold(self) -> bool:
        """While the meeting is paused nothing leaves: give up the frame that was not sent before."""
        if not self._audio.paused:
            return False
        self._missed(self._held.popleft().span, GapCause.PAUSED)
        return True

    def skip_all(self, cause: GapCause) -> None:
        """Give up all that was recorded so far, and say so."""
        begin, end = self.position, self._audio.position + self._audio.lag
        self._held.clear()
        self._audio.seek(end)
        if end > begin:
            self._missed(Span(begin, end), cause)

    def _hold(self, item: PcmBlock | Gap) -> None:
        if isinstance(item, PcmBlock):
            self._held.append(item)
        else:
            self._missed(item.span, item.cause)


class Watermark:
    """One watermark over a session and its successor: the older one speaks until it is over."""

    def __init__(self, channel: Channel, emit: Emit) -> None:
        self._channel = channel
        self._emit = emit
        self._ledgers: deque[SessionLedger] = deque()
        self._upto: SampleTime = 0

    def add(self, ledger: SessionLedger) -> None:
        self._ledgers.append(ledger)

    def remove(self, ledger: SessionLedger) -> None:
        self._ledgers.remove(ledger)
        if not self._ledgers:
            self._advance(ledger.upto)

    def report(self) -> bool:
        """Emit `Progress` if the oldest session's watermark moved; whether it did."""
        return bool(self._ledgers) and self._advance(self._ledgers[0].upto)

    def _advance(self, upto: SampleTime) -> bool:
        if upto <= self._upto:
            return False
        self._upto = upto
        self._emit(Progress(Branch.EMOTION, self._channel, upto))
        return True
