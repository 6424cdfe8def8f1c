"""What the service counts, for `/metrics`. Fed by the hub with committed events, so counting costs no stage."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache

from prometheus_client import Counter, Gauge, Histogram

from wingman.core.events import (
    CaptureLoss,
    Envelope,
    MeetingMoved,
    ProviderStateChanged,
    SuggestionCompleted,
    SuggestionCreated,
    TranscriptGap,
)

EVENTS = Counter("wingman_events_total", "Events logged, by type.", ["type"])
MEETINGS = Gauge("wingman_meetings_live", "Meetings running in this process.")
PROVIDER_STATES = Counter(
    "wingman_provider_states_total", "Changes of a provider's health.", ["branch", "provider", "health"]
)
GAP_SECONDS = Counter("wingman_gap_seconds_total", "Media time a branch never heard.", ["branch", "cause"])
LOSSES = Counter(
    "wingman_capture_losses_total", "What was dropped on the way in, in its unit.", ["cause", "unit"]
)
CUE_LATENCY = Histogram(
    "wingman_suggestion_created_seconds",
    "From the utterance reaching the gate to its card.",
    buckets=(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.3, 1.0),
)
FIRST_TOKEN = Histogram(
    "wingman_suggestion_first_token_seconds",
    "From the trigger to the model's first word.",
    ["origin"],
    buckets=(0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0),
)
JOINED = Counter(
    "wingman_join_total",
    "What the join of words and tones told and left out, as meetings end.",
    ["what"],
)
ANSWER = Histogram(
    "wingman_suggestion_answer_seconds",
    "From the trigger to the model's last word.",
    ["origin"],
    buckets=(0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0),
)
TOKENS = Histogram(
    "wingman_model_tokens",
    "Tokens a model was given and gave, an answer.",
    ["provider", "type"],
    buckets=(1, 4, 16, 64, 256, 1024, 4096, 16384, 65536),
)
TAKEOVERS = Counter("wingman_takeovers_total", "Meetings that came here from another node.", ["reason"])
TAKEOVER_SECONDS = Histogram(
    "wingman_takeover_seconds",
    "From the claim of another node's meeting until its sound can come.",
    buckets=(0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0),
)
LOST = Counter("wingman_lost_ownership_total", "Meetings that ran here and that another node has claimed.")
COMMIT_SECONDS = Histogram(
    "wingman_commit_seconds",
    "From a record to the NATS servers' word that it is stored.",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0, 15.0),
)
LOAD = Gauge("wingman_load", "Share of the meetings this node takes that run: 1 is full.")
CONNECTED = Gauge("wingman_nats_connected", "1 while this node has a connection to the NATS servers.")
REPLICA_LAG = Gauge(
    "wingman_replica_lag", "Records by which the slowest copy of a stream is behind.", ["stream"]
)
LEADERLESS_SECONDS = Counter(
    "wingman_leaderless_seconds_total",
    "Seconds in which the servers took nothing and this node held what it had; told when they are over.",
)
UNSTORED = Gauge(
    "wingman_storage_faulty",
    "1 while what is said is held in memory alone: the disk, or the NATS servers, take nothing.",
)
CLOCK_OFFSET = Gauge(
    "wingman_clock_offset_seconds",
    "By how much this node's clock is ahead of that of the NATS server that leads a stream.",
    ["stream"],
)
REPLICAS_AWAY = Gauge("wingman_replicas_away", "Copies of a stream that are not current.", ["stream"])
LOOP_LAG = Gauge("wingman_event_loop_lag_p99_seconds", "How late the event loop ran, 99th percentile.")


_of_type = cache(EVENTS.labels)
"""A label is looked up behind a lock; types are few, events many."""


def count(envelopes: Sequence[Envelope]) -> None:
    """Count a committed batch. Give it to `Hub.tap`."""
    for envelope in envelopes:
        _of_type(envelope.type).inc()
        match envelope.data:
            case MeetingMoved(reason=reason):
                TAKEOVERS.labels(reason).inc()
            case ProviderStateChanged() as changed:
                PROVIDER_STATES.labels(changed.branch, changed.provider, changed.health).inc()
            case TranscriptGap() as gap if envelope.media is not None:
                GAP_SECONDS.labels(gap.branch, gap.cause).inc(envelope.media.end - envelope.media.start)
            case CaptureLoss() as loss:
                LOSSES.labels(loss.cause, loss.unit).inc(loss.amount)
            case SuggestionCreated(latency_ms=float() as latency):
                CUE_LATENCY.observe(latency / 1000)
            case SuggestionCompleted(first_token_ms=float() as first) as done:
                FIRST_TOKEN.labels(done.origin).observe(first / 1000)
                if done.total_ms is not None:
                    ANSWER.labels(done.origin).observe(done.total_ms / 1000)
            case _:
                pass


def tokens(provider: str, given: int, gave: int) -> None:
    """A model answered; both counts are the provider's own."""
    TOKENS.labels(provider, "input").observe(given)
    TOKENS.labels(provider, "output").observe(gave)


def joined(counts: Mapping[str, int]) -> None:
    """Add what one meeting's join counted, by name."""
    for what, number in counts.items():
        JOINED.labels(what).inc(number)


def watch_loop(p99: Callable[[], float]) -> None:
    """Report `p99()` (seconds) whenever `/metrics` is read."""
    LOOP_LAG.set_function(p99)


def watch_meetings(live: Callable[[], int]) -> None:
    """Report how many meetings run here whenever `/metrics` is read."""
    MEETINGS.set_function(live)


def watch_log(fault: Callable[[], str]) -> None:
    """Report whether `fault()` names a reason for which events are held in memory alone; see `watch_loop`."""
    UNSTORED.set_function(lambda: float(bool(fault())))


def watch_cluster(load: Callable[[], float], connected: Callable[[], bool]) -> None:
    """Report what a node says of itself whenever `/metrics` is read."""
    LOAD.set_function(load)
    CONNECTED.set_function(lambda: float(connected()))
