"""What is counted of the events, by their own values."""

from __future__ import annotations

from prometheus_client import REGISTRY

from wingman.core.errors import Branch, Health
from wingman.core.events import (
    Envelope,
    Event,
    Media,
    MeetingMoved,
    ProviderStateChanged,
    TranscriptGap,
)
from wingman.core.media import GapCause
from wingman.core.time import Channel
from wingman.observe.metrics import count, joined, watch_cluster, watch_log, watch_loop, watch_meetings


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def envelope(data: Event, media: Media | None = None) -> Envelope:
    return Envelope(1, 1, data.TYPE, "m", 0.0, data, media)


def test_meetings_come_and_go() -> None:
    live = 2
    watch_meetings(lambda: live)
    assert value("wingman_meetings_live") == 2
    live = 0
    assert value("wingman_meetings_live") == 0


def test_meetings_that_come_from_another_node_are_counted_by_reason() -> None:
    before = value("wingman_takeovers_total", reason="drained")
    count([envelope(MeetingMoved(2, "drained")), envelope(MeetingMoved(3, "lost"))])
    assert value("wingman_takeovers_total", reason="drained") == before + 1


def test_whether_what_is_said_is_stored_is_told() -> None:
    for fault, shown in (("the disk refuses", 1.0), ("", 0.0)):
        watch_log(fault.strip)
        assert value("wingman_storage_faulty") == shown


def test_a_node_says_how_full_it_is_and_whether_it_is_cut_off() -> None:
    watch_cluster(lambda: 0.25, lambda: False)
    assert (value("wingman_load"), value("wingman_nats_connected")) == (0.25, 0.0)


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


def test_what_the_join_left_out_is_added_up() -> None:
    before = value("wingman_join_total", what="late_spans")
    for late in (2, 0, 3):
        joined({"late_spans": late, "words": 10})
    assert value("wingman_join_total", what="late_spans") == before + 5


def test_the_loops_lag_is_asked_for_when_it_is_read() -> None:
    watch_loop(lambda: 0.125)
    assert value("wingman_event_loop_lag_p99_seconds") == 0.125
    watch_loop(lambda: 0.0)
