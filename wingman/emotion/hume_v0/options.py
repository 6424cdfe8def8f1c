"""What is asked about a voice, and what a gateway turned out not to take. No socket."""

from __future__ import annotations

from wingman.emotion.hume_v0 import wire
from wingman.emotion.hume_v0.notices import Effect, Notice


class VoiceOptions:
    """The optional parts of a voice request; those a gateway refuses are left out from then on.

    The specification shows a language for prosody, which the vendor's own packages could never send.
    """

    def __init__(self, burst: bool, language: str) -> None:
        self.burst = burst
        self.language = language

    def models(self) -> wire.Models:
        """The models to ask for."""
        prosody = {"language": self.language} if self.language else {}
        return wire.Models(prosody=prosody, burst={} if self.burst else None)

    def give_up(self, refusal: Notice) -> bool:
        """Leave out what the refusal names. Whether the request is worth another try."""
        if refusal.family.effect is not Effect.STOP:
            return False
        words = refusal.text.lower()
        if self.language and "language" in words:
            self.language = ""
            return True
        if self.burst and "burst" in words:
            self.burst = False
            return True
        return False
