"""One trial of the v0 voice meter: indexed audio through a tape, and an exact account of every clip."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from tests.support.links.hume_trial import MeterTrial, cover, late, said, window_of
from tests.support.links.trial import Recording
from wingman.config.emotion import HumeV0Settings
from wingman.config.section import Secret
from wingman.core.emotion import EmotionEvent, EmotionSpan
from wingman.core.errors import Missed, Progress, ProviderState
from wingman.core.time import Channel, SampleTime
from wingman.emotion.base import VoiceAnalyzer
from wingman.testing.hume_v0.server import HumeV0Emulator
from wingman.testing.indexed_audio import FRAME, FRAMES

PERIOD = FRAMES * FRAME
"""Samples after which indexed audio repeats itself."""


def settings_for(gateway: HumeV0Emulator, **changes: Any) -> HumeV0Settings:
    """An account of the emulated gateway."""
    base = HumeV0Settings(
        url=gateway.url,
        http_url=gateway.http_url,
        api_key=Secret("local-key"),
        secret_key=Secret("local-secret"),
    )
    return msgspec.structs.replace(base, **changes)


@dataclass(frozen=True, slots=True)
class VoiceAccount:
    """What became of every voiced sample and every clip."""

    clips: int
    """Different clips the gateway served."""
    doubled: int
    """Samples covered by more than one span."""
    error: int
    """Largest distance, in samples, between where a clip says it is and where its audio really was."""
    misplaced: int
    """Spans that begin where nobody speaks."""
    unexplained: int
    """Voiced samples that were neither measured nor reported as missed."""
    late_spans: int
    missed: tuple[Missed, ...]
    states: tuple[ProviderState, ...]
    upto: SampleTime

    @property
    def exact(self) -> bool:
        """Nothing lost, doubled, moved or late."""
        wrong = self.doubled or self.error or self.misplaced or self.unexplained or self.late_spans
        return not (wrong or self.missed)


@dataclass(frozen=True, slots=True)
class VoiceTrial:
    """Plays a recording into a v0 meter and compares its account with the gateway's."""

    recording: Recording

    async def run(
        self, meter: VoiceAnalyzer, gateway: HumeV0Emulator, channel: Channel = Channel.TAB
    ) -> VoiceAccount:
        """Play, wait until the meter has returned, and settle."""
        trial = MeterTrial(self.recording)
        await trial.play_into(meter, channel)
        return self.settle(trial.events, gateway)

    def settle(self, events: Sequence[EmotionEvent], gateway: HumeV0Emulator) -> VoiceAccount:
        """Compare what the meter said with what was spoken and with what the gateway took."""
        length = self.recording.length
        missed = tuple(said(events, Missed))
        voiced = np.zeros(length, bool)
        for word in self.recording.speech.words(0, length):
            voiced[word.start : word.end] = True
        count = np.zeros(length, np.int16)
        spans = said(events, EmotionSpan)
        for event in spans:
            count[event.span.start : event.span.end] += 1
        unheard = cover(length, (event.span for event in missed))
        return VoiceAccount(
            clips=len({taken.payload_id for taken in gateway.taken}),
            doubled=int((count > 1).sum()),
            error=max(_errors(gateway), default=0),
            misplaced=sum(not voiced[event.span.start] for event in spans),
            unexplained=int((voiced & (count == 0) & ~unheard).sum()),
            late_spans=sum(late(events)),
            missed=missed,
            states=tuple(said(events, ProviderState)),
            upto=_upto(events),
        )


def _upto(events: Iterable[EmotionEvent]) -> SampleTime:
    return max((event.upto for event in events if isinstance(event, Progress)), default=0)


def _errors(gateway: HumeV0Emulator) -> Iterable[int]:
    """A clip's name says where it begins; its audio knows better."""
    for taken in gateway.taken:
        prefix, _, start = (taken.payload_id or "").partition("-")
        if prefix == "clip":
            apart = (window_of(taken.audio.astype(np.int64))[0] - int(start)) % PERIOD
            yield min(apart, PERIOD - apart)
