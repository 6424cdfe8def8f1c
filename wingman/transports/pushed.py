"""A source that somebody pushes sound into: for streams whose messages say which channel they are."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping

from wingman.audio.media_clock import MediaClock, Placed
from wingman.audio.source import ChannelSink
from wingman.audio.splice import LAID, REACH, Splice
from wingman.core.losses import Loss, LossCause, LossUnit
from wingman.core.media import GapCause, PcmBlock
from wingman.core.time import BYTES_PER_SAMPLE, SAMPLE_RATE, Channel
from wingman.transports.arrival_lag import BEHIND_S, ArrivalLag

MAX_FILL_S = 2.0
"""A pause up to this long becomes silence; a longer one is a gap."""
AGAIN = LAID + REACH
"""Samples of what was heard already that a client sends again, so that the place can be found in the sound."""
TOLD_S = 0.02
"""What the stamps leave out, or say twice, is told at the end from here on; less is rounding."""


class PushedSource:
    """One channel. `push` it sound once `started` is set; `close` it. `on_over` is called when it has ended.

    `kept_s` seconds of what is pushed first were kept by the client while its connection was away. Of these
    `known` samples are certainly here already, and are not to be pushed. What else of it was heard before is
    found in the sound itself, to the sample, and left out.
    """

    def __init__(
        self,
        channel: Channel,
        on_over: Callable[[], None] = lambda: None,
        *,
        kept_s: float = 0.0,
        begun_s: float | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """`begun_s`: so much of its sound is older than its beginning here; None where times say its place."""
        self._channel = channel
        self._on_over = on_over
        self._kept_s = kept_s
        self._begun_s = begun_s
        self._now = now
        self._lag: ArrivalLag | None = ArrivalLag()
        """None once a time was seen."""
        self._behind = self._behind_told = 0.0
        self.known = 0
        self._splice: Splice | None = None
        self._sink: ChannelSink | None = None
        self._clock: MediaClock[bytes] = MediaClock()
        self._over = asyncio.Event()
        self._seconds = dict.fromkeys((LossCause.HOLE, LossCause.OVERLAP), 0.0)
        self.started = asyncio.Event()

    @property
    def channels(self) -> tuple[Channel, ...]:
        return (self._channel,)

    @property
    def recorded(self) -> bool:
        return False

    async def run(self, sinks: Mapping[Channel, ChannelSink]) -> None:
        sink = self._sink = sinks[self._channel]
        heard = sink.anchor(time.time(), self._kept_s, begun_s=self._begun_s)
        self.known = max(0, heard - AGAIN)
        if heard:
            self._splice = Splice(sink.newest(LAID), heard - self.known)
        missed = self._kept_s - heard / SAMPLE_RATE
        sink.state("capturing", f"the client kept the {missed:.2f} s before this" if self._kept_s else "")
        self.started.set()
        try:
            await self._over.wait()
        finally:
            self._tell_rest()
            self._sink = None
            self.started.set()
            self._on_over()

    def push(self, pcm: bytes, at: float | None = None, *, lost: bool = False, anew: bool = False) -> None:
        """16 kHz mono s16 that begins `at` seconds after the stream did; None: right after what came before.

        `lost`: what `at` leaves out before it is known to be missing. `anew`: the stream's clock begins again.
        """
        if self._splice is not None:
            pcm = self._splice.push(pcm)
            if not self._splice.found:
                return
            self._splice = None
        length = len(pcm) / BYTES_PER_SAMPLE / SAMPLE_RATE
        if at is not None:
            self._lag = None
        elif self._lag is not None:
            self._behind = self._lag.push(length, self._now())
            if self._behind and not self._behind_told:
                self._tell_behind()
        for placed in self._clock.push(at, length, pcm, lost=lost, anew=anew):
            self._place(placed)

    def late(self, seconds: float) -> None:
        """So much came when its place was given up, or had its sound already."""
        self._seconds[LossCause.OVERLAP] += seconds

    def close(self, state: str, detail: str = "") -> None:
        """No more comes: `ended`, or `gone`. Idempotent."""
        if self._splice is not None:
            rest, self._splice = self._splice.finish(), None
            self.push(rest)
        for placed in self._clock.finish():
            self._place(placed)
        self._tell_rest()
        if self._sink is not None:
            self._sink.state(state, detail)
            self._sink = None
        self._over.set()

    def _tell_rest(self) -> None:
        """At the end, the sender's or the meeting's: what was missing in all."""
        if self._sink is None:
            return
        if self._lag is not None:
            self._behind = self._lag.at_end()
        if self._behind - self._behind_told >= BEHIND_S:
            self._tell_behind()
        for cause, seconds in self._seconds.items():
            if round(seconds, 3) >= TOLD_S:
                self._sink.lost(Loss(cause, LossUnit.SECONDS, seconds))

    def _tell_behind(self) -> None:
        """Once when it shows, and at the end if there is more."""
        seconds, self._behind_told = self._behind - self._behind_told, self._behind
        if self._sink is not None:
            sentence = (
                f"less sound came than time passed, so what follows stands {self._behind:.1f} s too early: "
                "send zeros in pauses, or messages with times"
            )
            self._sink.lost(Loss(LossCause.HOLE, LossUnit.SECONDS, seconds, sentence))

    def _place(self, placed: Placed[bytes]) -> None:
        sink = self._sink
        if sink is None:
            return
        count = round(placed.gap * SAMPLE_RATE)
        self._seconds[LossCause.HOLE] += placed.gap
        self._seconds[LossCause.OVERLAP] += placed.cut
        if placed.gap > MAX_FILL_S:
            sink.skip(count, GapCause.NOT_SENT)
        elif count:
            sink.write(PcmBlock(sink.position, bytes(count * BYTES_PER_SAMPLE)))
        pcm = placed.item[round(placed.cut * SAMPLE_RATE) * BYTES_PER_SAMPLE :]
        if pcm:
            sink.write(PcmBlock(sink.position, pcm))
