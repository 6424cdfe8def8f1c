"""Words and emotions joined anew from a record, and told to a coach as a live meeting tells them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wingman.bundle.heard import Advanced, Fed, Heard, apply
from wingman.correlate.assembly import Partial
from wingman.correlate.correlator import Correlator, Output
from wingman.model.events import (
    EmotionShifted,
    Media,
    Publish,
    TranscriptPartial,
    UtteranceCreated,
    UtteranceRevised,
)
from wingman.model.speech import Interim, SpeechEnded, SpeechStarted
from wingman.model.time import Span
from wingman.model.utterance import EmotionShift, Utterance
from wingman.suggest.coach import Coach


@dataclass(frozen=True, slots=True)
class Rejoin:
    """The wires between a correlator, a coach and the log."""

    correlator: Correlator
    coach: Coach
    publish: Publish

    def take(self, heard: Heard) -> None:
        """One thing that was heard then."""
        if isinstance(heard, Fed):
            self._speaking(heard.event)
        self.deliver(apply(self.correlator, heard))
        if isinstance(heard, Advanced):
            self.coach.advance(heard.channel, heard.now)

    def deliver(self, outputs: Sequence[Output]) -> None:
        """What a correlator said, to the log and the coach."""
        for output in outputs:
            self._deliver(output)

    def _speaking(self, event: object) -> None:
        match event:
            case Interim() if event.words:
                self.coach.speaking(event.channel, True, event.span.end)
            case SpeechStarted():
                self.coach.speaking(event.channel, True, event.at)
            case SpeechEnded():
                self.coach.speaking(event.channel, False, event.at)

    def _deliver(self, output: Output) -> None:
        match output:
            case Partial():
                media = Media.of(output.channel, output.span)
                self.publish(TranscriptPartial(output.channel, output.speaker, output.text), media)
            case Utterance():
                kind = UtteranceRevised if output.revision else UtteranceCreated
                self.publish(kind.of(output), Media.of(output.channel, output.span))
                self.coach.hear(output)
            case EmotionShift():
                media = Media.of(output.channel, Span(output.at, output.at))
                shifted = EmotionShifted(output.speaker, output.before, output.after, output.utterance)
                self.publish(shifted, media)
                self.coach.shift(output)
