"""One channel of a meeting: its tape, what its source may do to it, and what it looks like outside."""

from __future__ import annotations

from wingman.audio.source import AudioSource
from wingman.audio.tape import Tape
from wingman.core.events import CaptureState, Media, Publish
from wingman.core.media import GapCause, PcmBlock
from wingman.core.time import Channel, SampleTime, seconds


class ChannelStrip:
    """The sink a source writes into. While paused, audio is turned into a hole before anybody can read it."""

    def __init__(self, channel: Channel, tape: Tape, publish: Publish) -> None:
        self.channel = channel
        self.tape = tape
        self.source: AudioSource | None = None
        self.paused = False
        self.written = 0
        """Samples of audio on the tape so far; holes and pauses do not count."""
        self.started_at: float | None = None
        """Wall time of sample 0, for display; None until a source has anchored it."""
        self._publish = publish
        self._state = ""
        self._reported = ("connecting", "")

    @property
    def position(self) -> SampleTime:
        return self.tape.end

    def write(self, block: PcmBlock) -> None:
        if self.paused:
            self.tape.skip(block.length, GapCause.PAUSED)
        else:
            self.tape.write(block)
            self.written += block.length

    def skip(self, count: int, cause: GapCause) -> None:
        self.tape.skip(count, GapCause.PAUSED if self.paused else cause)

    def anchor(self, wall: float) -> None:
        self.started_at = wall - seconds(self.position)

    def state(self, state: str, detail: str = "") -> None:
        """What the source says of itself; while paused it is kept and told after the pause."""
        self._reported = (state, detail)
        if not self.paused:
            self._show(state, detail)

    def pause(self) -> None:
        self.paused = True
        self.tape.pause()
        self._show("paused")

    def resume(self) -> None:
        self.paused = False
        self.tape.resume()
        self._show(*self._reported)

    def _show(self, state: str, detail: str = "") -> None:
        if state == self._state:
            return
        self._state = state
        at = seconds(self.position)
        self._publish(CaptureState(self.channel, state, detail), Media(self.channel, at, at))
