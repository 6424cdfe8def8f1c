"""What is counted of the events, by their own values."""

from __future__ import annotations

from prometheus_client import REGISTRY

from wingman.core.errors import Branch, Health
from wingman.core.events import (
    Envelope,
    Event,
    Media,
    MeetingEnded,
    MeetingStarted,
    ProviderStateChanged,
    TranscriptGap,
)
from wingman.core.media import GapCause
from wingman.core.time import Channel
from wingman.observe.metrics import count, watch_loop


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def envelope(data: Event, media: Media | None = None) -> Envelope:
    return Envelope(1, 1, data.TYPE, "m", 0.0, data, media)


STARTED = MeetingStarted("t", (), "sales", "deepgram", "off", "cues", "off")


def test_meetings_come_and_go() -> None:
    before = value("wingman_meetings_live")
    count([envelope(STARTED), envelope(STARTED)])
    assert value("wingman_meetings_live") == before + 2
    count([envelope(MeetingEnded("stopped", 3.0)), envelope(MeetingEnded("stopped", 3.0))])
    assert value("wingman_meetings_live") == before


def test_gaps_are_counted_in_seconds_by_cause() -> None:
    labels = {"branch": "transcribe", "cause": "outage"}
    before = value("wingman_gap_seconds_total", **labels)
    gap = TranscriptGap(Channel.TAB, Branch.TRANSCRIBE, GapCause.OUTAGE)
    count([envelope(gap, Media(Channel.TAB, 1.0, 3.5)), envelope(gap)])
    assert value("wingman_gap_seconds_total", **labels) == before + 2.5


def test_states_and_types_are_counted() -> None:
    labels = {"branch": "emotion", "provider": "hume", "health": "retrying"}
    before = value("wingman_provider_states_total", **labels)
    events = value("wingman_events_total", type="provider.state")
    count([envelope(ProviderStateChanged(Branch.EMOTION, "hume", Health.RETRYING))])
    assert value("wingman_provider_states_total", **labels) == before + 1
    assert value("wingman_events_total", type="provider.state") == events + 1


def test_the_loops_lag_is_asked_for_when_it_is_read() -> None:
    watch_loop(lambda: 0.125)
    assert value("wingman_event_loop_lag_p99_seconds") == 0.125
    watch_loop(lambda: 0.0)
