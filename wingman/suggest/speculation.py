"""Which words are worth asking a model about before they are final. Pure; all times are `SampleTime`.

A running text that already asks, that has not changed for a moment and whose voice is silent, will most likely
be the final one. Whether it was is counted, also for texts that no model was asked about: where too many change
after all, nothing is asked early until they hold again.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass

from wingman.core.time import Channel, SampleTime, Span, samples
from wingman.core.utterance import EMOTION_OFF, Utterance
from wingman.suggest.playbook.signals import normalise

STABLE = samples(0.3)
"""Words that stayed the same for so long are taken for the whole sentence."""
FRESH = samples(6)
"""After this time the final words are not waited for any longer."""
WASTED = 0.15
"""Share of early texts that may change after all; the figure promised is 0.2."""
TRUSTED = 6
"""Early texts that are taken to have held before the first one was seen."""
REMEMBERED = 30
EARLY = "early"
"""Id of words that have none yet."""


_SAYS = re.compile(r"[\w$€£%]")
"""What `normalise` keeps."""


@dataclass(slots=True)
class _Running:
    speaker: str
    text: str
    span: Span
    since: SampleTime
    proposed: bool = False

    @property
    def words(self) -> str:
        return normalise(self.text)

    def goes_on_in(self, text: str) -> bool:
        """`text` is the same with words added: the common case, told without a look at all of it."""
        return text.startswith(self.text) and _SAYS.search(text, len(self.text)) is not None


class Speculation:
    """One meeting's running texts. `due` proposes each text once; `final` tells what became of it."""

    def __init__(self) -> None:
        self._running: dict[Channel, _Running] = {}
        self._held: deque[bool] = deque(maxlen=REMEMBERED)

    @property
    def trusted(self) -> bool:
        """True while few enough early texts change after all."""
        changed = sum(not held for held in self._held)
        return changed <= WASTED * (len(self._held) + TRUSTED)

    def running(self, channel: Channel) -> bool:
        """Is there a text whose final words are awaited?"""
        return channel in self._running

    def hear(self, channel: Channel, speaker: str, text: str, span: Span, now: SampleTime) -> bool:
        """The running text of a channel. True when a text that was proposed turns out another."""
        known = self._running.get(channel)
        if known is None or not known.goes_on_in(text):
            words = normalise(text)
            if not words or (known is not None and known.words == words):
                return False  # nothing new; or cleared, and the final words are told next
        self._running[channel] = _Running(speaker, text, span, now)
        if known is None or not known.proposed:
            return False
        self._held.append(False)
        return True

    def due(self, channel: Channel, now: SampleTime, *, silent: bool) -> Utterance | None:
        """The running text of the channel as an utterance, once it is stable."""
        running = self._running.get(channel)
        if running is None or running.proposed or not silent or now - running.since < STABLE:
            return None
        running.proposed = True
        start, end = running.span.start, running.span.end
        return Utterance(EARLY, channel, running.speaker, start, end, running.text, (), 1.0, EMOTION_OFF)

    def final(self, utterance: Utterance) -> bool:
        """The final words of a channel are there. True when they are those that were proposed."""
        running = self._running.pop(utterance.channel, None)
        if running is None or not running.proposed:
            return False
        held = running.words == normalise(utterance.text)
        self._held.append(held)
        return held

    def stale(self, channel: Channel, now: SampleTime) -> bool:
        """True once, when a text that was proposed has waited too long for its final words."""
        running = self._running.get(channel)
        if running is None or not running.proposed or now - running.since < FRESH:
            return False
        del self._running[channel]
        self._held.append(False)
        return True
