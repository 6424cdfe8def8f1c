"""The account of a bundle: is each sample in a final's window, in a told gap, or in known silence?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from wingman.archive.bundle import Bundle, unpack
from wingman.archive.provider_events import Advanced, Fed, Finished
from wingman.core import codec
from wingman.core.errors import Branch, Missed, Progress
from wingman.core.events import CaptureState, Media, MeetingEnded, MeetingStarted, TranscriptGap
from wingman.core.media import GapCause
from wingman.core.speech import Final
from wingman.core.time import Channel, SampleTime, Span, samples
from wingman.correlate.coverage import ROUNDING, Coverage
from wingman.observe import metrics

WINDOWS = frozenset({"deepgram"})
"""Transcribers whose finals cover silence as well (`TranscriberInfo.windows`)."""


class _Account:
    """One channel's."""

    def __init__(self) -> None:
        self.coverage = Coverage()
        self.end: SampleTime = 0
        self._answered: SampleTime = 0
        self._paused: SampleTime | None = None

    def told(self, event: Final | Missed | Progress) -> None:
        """A transcriber said something."""
        match event:
            case Final():
                self.coverage.heard(event.span)
            case Missed():
                self.coverage.missed(event.span)
            case Progress():
                self._answered = max(self._answered, event.upto)

    def state(self, name: str, at: SampleTime) -> None:
        """The channel's capture changed; while it is paused nothing is recorded."""
        if self._paused is not None:
            self.coverage.silent(Span(self._paused, max(self._paused, at)))
        self._paused = at if name == "paused" else None

    def rest(self, *, windows: bool) -> tuple[Span, ...]:
        """What nobody has accounted for."""
        self.state("", self.end)
        if not windows:
            self.coverage.answered(self._answered)
        return tuple(span for span in self.coverage.uncovered(self.end) if span.length > ROUNDING)


def opened(content: bytes | Path) -> tuple[Bundle, int]:
    """A bundle with a gap wherever it does not say what became of the sound, and how many that are. Blocking.

    They are counted as a live meeting's are. Raises `InputError` as `wingman.archive.bundle.unpack` does.
    """
    bundle = unpack(content)
    gaps = tuple(
        (TranscriptGap(channel, Branch.TRANSCRIBE, GapCause.UNACCOUNTED), Media.of(channel, span))
        for channel, spans in unaccounted(bundle).items()
        for span in spans
    )
    if not gaps:
        return bundle, 0
    ends = [number for number, event in enumerate(bundle.events) if isinstance(event.data, MeetingEnded)]
    cut = ends[-1] if ends else len(bundle.events)
    before, after = bundle.events[:cut], bundle.events[cut:]
    at = before[-1].at
    told = tuple(codec.envelope(cut + n, bundle.meeting, at, *gap) for n, gap in enumerate(gaps, 1))
    metrics.count(told)
    later = tuple(replace(event, seq=event.seq + len(gaps)) for event in after)
    return replace(bundle, events=(*before, *told, *later)), len(gaps)


def unaccounted(bundle: Bundle) -> Mapping[Channel, tuple[Span, ...]]:
    """Stretches of each channel that are in none of the three; empty where the record does not say.

    That is so where nobody transcribed, and where what was heard was not recorded, or not to its end.
    """
    started = bundle.events[0].data if bundle.events else None
    transcriber = started.transcriber if isinstance(started, MeetingStarted) else "off"
    if transcriber == "off" or not bundle.heard or not isinstance(bundle.heard[-1], Finished):
        return {}
    accounts: dict[Channel, _Account] = {}
    for heard in bundle.heard:
        match heard:
            case Advanced():
                account = accounts.setdefault(heard.channel, _Account())
                account.end = max(account.end, heard.now)
            case Fed(event=Final() as event):
                accounts.setdefault(event.channel, _Account()).told(event)
            case Fed(event=Missed() | Progress() as event) if event.branch is Branch.TRANSCRIBE:
                accounts.setdefault(event.channel, _Account()).told(event)
    for envelope in bundle.events:
        media, data = envelope.media, envelope.data
        if media is None:
            continue
        found = accounts.setdefault(media.channel, _Account())
        found.end = max(found.end, samples(media.end))
        if isinstance(data, TranscriptGap) and data.branch is Branch.TRANSCRIBE:
            found.coverage.missed(Span(samples(media.start), samples(media.end)))
        elif isinstance(data, CaptureState):
            found.state(data.state, samples(media.start))
    windows = transcriber in WINDOWS
    rests = {channel: account.rest(windows=windows) for channel, account in accounts.items()}
    return {channel: spans for channel, spans in rests.items() if spans}
