"""Words and emotions joined anew from a record, and told to a coach as a live meeting tells them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wingman.archive.provider_events import Advanced, Fed, Heard, apply
from wingman.core.events import Publish
from wingman.correlate.correlator import Correlator, Output
from wingman.meeting.dispatch import dispatch, dispatch_speech_activity
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
            dispatch_speech_activity(heard.event, self.coach)
        self.deliver(apply(self.correlator, heard))
        if isinstance(heard, Advanced):
            self.coach.advance(heard.channel, heard.now)

    def deliver(self, outputs: Sequence[Output]) -> None:
        """What a correlator said, to the log and the coach."""
        dispatch(outputs, self.publish, self.coach)
