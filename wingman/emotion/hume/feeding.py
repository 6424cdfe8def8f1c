"""What becomes of the frame that comes next: sent, given away, or made to wait. Pure; no socket, no clock.

The API refuses audio faster than real time, so what piled up while a session was opened cannot simply be made
up. A new session takes a short burst; what is behind that waits its turn, until a pause in speech gives frames
away that hold nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from wingman.core.media import PcmBlock
from wingman.core.time import SAMPLE_RATE
from wingman.emotion.hume.ledger import is_loud, is_silent, power_of
from wingman.link.pacing import Pacer

SLACK_S = 0.005
"""Being this late is no reason to give anything away; frames are never quite on time."""
SILENT_FRAMES = 3
"""Frames in a row without any sound that make a pause; between two words of a sentence there are fewer."""


class Step(Enum):
    """What to do with a frame."""

    SEND = "send"
    GIVE_AWAY = "give away"
    """Nobody speaks: nothing is lost with a late frame, and the next one is less late."""
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A step, and what it needs."""

    step: Step
    wait_s: float = 0.0
    """Seconds until the frame may be sent."""
    loud: bool = False
    """The frame holds sound."""


class FeedRules:
    """The pace of one session and the pauses in its speech."""

    def __init__(self, now: float, haste: int) -> None:
        """`haste` is how many samples a session takes at once, its first frame included."""
        # never ahead of real time by more than that, yet free to catch up with a hiccup of ours
        capacity = max(SAMPLE_RATE, haste)
        self._pacer = Pacer(1.0, capacity, now)
        self._pacer.sent(capacity - haste, now)
        self._silent = SILENT_FRAMES  # silence before the first word is no pause in one

    def next(self, block: PcmBlock, now: float, *, speaking: bool) -> Verdict:
        """The verdict on a frame at `now`; what is to be sent counts as sent.

        `speaking`: the server hears a voice.
        """
        wait = self._pacer.wait(block.length, now)
        if wait > 0:
            pause = self._silent >= SILENT_FRAMES and not speaking
            if wait >= SLACK_S and pause and is_silent(power_of(block.pcm)):
                return Verdict(Step.GIVE_AWAY)
            return Verdict(Step.WAIT, wait_s=wait)
        self._pacer.sent(block.length, now)
        power = power_of(block.pcm)
        self._silent = self._silent + 1 if is_silent(power) else 0
        return Verdict(Step.SEND, loud=is_loud(power))
