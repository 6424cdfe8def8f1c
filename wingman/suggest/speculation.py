"""Which words are worth asking a model about before they are final. Pure; all times are `SampleTime`.

A running text that already asks, that has not changed for a moment and whose voice is silent, will most likely
be the final one. The voice is silent when its recogniser says so, or has heard for a moment beyond the last
word and found no other: most say only with the final words that somebody stopped. Whether the text held is
counted, also where no model was asked: while too many change after all, nothing is asked early.
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
QUIET = samples(0.6)
"""Heard behind the last word without another one; a long word that is being said takes nearly as long."""
FRESH = samples(6)
"""After this time the final words are not waited for any longer."""
WASTED = 0.15
"""Share of early texts that may change after all; the figure promised is 0.2."""
TRUSTED = 3
"""Early texts that are taken to have held before the first one was seen."""
REMEMBERED = 30
SHARED = 100
"""Early texts of all meetings that a record looks back on."""
SHARED_TRUST = 20
"""As `TRUSTED`, for a record: a few meetings that go wrong say little of those to come."""
TOO_MANY = 0.22
"""Share of changed texts in a record beyond which no meeting asks early. A little above the figure promised:
a transcriber that keeps it would be stopped by chance."""
FEW_AGAIN = 0.2
"""Share of changed texts at which they ask again."""
EARLY = "early"
"""Id of words that have none yet."""


_ENDED = re.compile(r"[.?!…][\"'”»)]*$")
_SAYS = re.compile(r"[\w$€£%]")
"""What `normalise` keeps."""


@dataclass(slots=True)
class _Running:
    speaker: str
    text: str
    span: Span
    since: SampleTime
    looked_at: bool = False
    proposed: bool = False

    @property
    def words(self) -> str:
        return normalise(self.text)

    def goes_on_in(self, text: str) -> bool:
        """`text` is the same with words added: the common case, told without a look at all of it."""
        return text.startswith(self.text) and _SAYS.search(text, len(self.text)) is not None


class EarlyRecord:
    """How the early texts of one transcriber fared, over all meetings of a process.

    While it is `good`, at most `TOO_MANY` of the last `SHARED` texts and `SHARED_TRUST` more changed; once it
    is not, texts are only watched until `FEW_AGAIN` of them or fewer did.
    """

    def __init__(self) -> None:
        self._held: deque[bool] = deque(maxlen=SHARED)
        self.good = True
        """True while early texts are worth a request."""

    def add(self, *, held: bool) -> None:
        """A text that its meeting would have asked about held, or changed after all."""
        self._held.append(held)
        limit = TOO_MANY if self.good else FEW_AGAIN
        self.good = _few_changed(self._held, limit, SHARED_TRUST)


def _few_changed(held: deque[bool], share: float, trusted: int) -> bool:
    """Is the share kept, with so many texts that are taken to have held before?"""
    return len(held) - sum(held) <= share * (len(held) + trusted)


class Speculation:
    """One meeting's running texts. `due` gives each once, `propose` takes it, `final` tells whether it held."""

    def __init__(self, record: EarlyRecord | None = None) -> None:
        """`record`: of the meetings that the same transcriber hears; None keeps one for this meeting."""
        self._record = record or EarlyRecord()
        self._running: dict[Channel, _Running] = {}
        self._beyond: dict[Channel, SampleTime] = {}
        """How much was heard behind the last running word of a channel."""
        self._marks = False
        """True once final words ended with a mark: running ones without one are half a sentence then."""
        self._held: deque[bool] = deque(maxlen=REMEMBERED)

    @property
    def trusted(self) -> bool:
        """True while few enough early texts change after all, here and elsewhere."""
        return self._keeps and self._record.good

    @property
    def _keeps(self) -> bool:
        return _few_changed(self._held, WASTED, TRUSTED)

    def stands(self, channel: Channel, now: SampleTime) -> bool:
        """Has a text stood still for long enough to be looked at, or for so long that it is stale?"""
        running = self._running.get(channel)
        if running is None or (stood := now - running.since) < STABLE:
            return False
        return not running.looked_at or (running.proposed and stood >= FRESH)

    def listened(self, channel: Channel, beyond: SampleTime) -> None:
        """The recogniser has heard so much behind the last running word, and no further word in it."""
        self._beyond[channel] = beyond

    def hear(self, channel: Channel, speaker: str, text: str, span: Span, now: SampleTime) -> bool:
        """The running text of a channel. True when a text that was proposed turns out another."""
        known = self._running.get(channel)
        if known is None or not known.goes_on_in(text):
            words = normalise(text)
            if not words:
                return False  # cleared, and the final words are told next
            if known is not None and known.words == words:
                known.text = text  # another mark at most
                return False
        self._running[channel] = _Running(speaker, text, span, now)
        if known is None or not known.proposed:
            return False
        self._settle(held=False)
        return True

    def due(self, channel: Channel, now: SampleTime, *, silent: bool) -> Utterance | None:
        """The running text of the channel as an utterance, once it is stable."""
        running = self._running.get(channel)
        if running is None or running.looked_at or now - running.since < STABLE:
            return None
        if not silent and (self._beyond.get(channel, 0) < QUIET or self._half(running.text)):
            return None
        running.looked_at = True
        start, end = running.span.start, running.span.end
        return Utterance(
            id=EARLY,
            channel=channel,
            speaker=running.speaker,
            start=start,
            end=end,
            text=running.text,
            words=(),
            confidence=1.0,
            emotion=EMOTION_OFF,
        )

    def propose(self, channel: Channel) -> bool:
        """The text that `due` gave would start a card. True when the model may be asked about it now."""
        self._running[channel].proposed = True
        return self.trusted

    def _half(self, text: str) -> bool:
        """True for words that lack the mark which this recogniser sets behind a whole sentence."""
        return self._marks and _ENDED.search(text) is None

    def final(self, utterance: Utterance) -> bool:
        """The final words of a channel are there. True when they are those that were proposed."""
        running = self._running.pop(utterance.channel, None)
        self._beyond.pop(utterance.channel, None)
        self._marks = self._marks or _ENDED.search(utterance.text) is not None
        if running is None or not running.proposed:
            return False
        held = running.words == normalise(utterance.text)
        self._settle(held=held)
        return held

    def stale(self, channel: Channel, now: SampleTime) -> bool:
        """True once, when a text that was proposed has waited too long for its final words."""
        running = self._running.get(channel)
        if running is None or not running.proposed or now - running.since < FRESH:
            return False
        del self._running[channel]
        self._settle(held=False)
        return True

    def _settle(self, *, held: bool) -> None:
        """What became of a text that was proposed. A meeting known to be bad says nothing of the others."""
        if self._keeps:
            self._record.add(held=held)
        self._held.append(held)
