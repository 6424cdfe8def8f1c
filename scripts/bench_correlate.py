"""What the join costs: CPU per event, memory per meeting hour; against a naive scan and a peer."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import time
import tracemalloc
import venv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from scripts.proofs.figures import Figure, progress, report
from tests.support.alignment import METER, TICK, metered
from tests.support.conversations import MOODS, Conversation, Plan, Report, converse
from wingman.config.correlate import CorrelateSettings
from wingman.core.affect import AFFECTS
from wingman.core.emotion import EmotionSpan, Score
from wingman.core.errors import Missed, Progress
from wingman.core.speech import Final, Interim, SpeechEnded, SpeechStarted
from wingman.core.time import Channel, Span, samples, seconds
from wingman.core.utterance import Utterance
from wingman.correlate.correlator import Correlator
from wingman.correlate.overlap import read
from wingman.suggest.card.context import RollingContext

ROOT = Path(__file__).resolve().parent.parent
PEER = "whisperlivekit==0.2.26"
PEER_ENV = ROOT / ".venv-whisperlivekit"

HOUR = samples(3600.0)


def busy_hour(seed: int = 1) -> Conversation:
    """An hour of three people on two channels, both measured."""
    return converse(Plan(seed, minutes=60.0))


def feed(reports: Iterable[Report], correlator: Correlator) -> None:
    """Feed everything and tell the time as a meeting does, ten times a second on each channel."""
    now = 0
    for one in reports:
        while now + TICK <= one.at:
            now += TICK
            correlator.advance(Channel.TAB, now)
            correlator.advance(Channel.MIC, now)
        correlator.feed(one.event)
    correlator.finish()


def cpu_seconds(work: Callable[[], object], repeats: int = 5) -> float:
    """CPU of one call; the best of some, for other work on the machine only ever adds.

    The made-up events are frozen meanwhile: a collector that walks all of them measures the fixture.
    """
    gc.collect()
    gc.freeze()
    best = float("inf")
    for _ in range(repeats):
        began = time.process_time()
        work()
        best = min(best, time.process_time() - began)
    gc.unfreeze()
    return best


def feed_cost(reports: list[Report]) -> float:
    """Microseconds of CPU per event fed, without the ticks."""

    def work() -> None:
        correlator = metered()
        for one in reports:
            correlator.feed(one.event)
        correlator.finish()

    return 1e6 * cpu_seconds(work) / len(reports)


def whole_cost(made: Conversation) -> float:
    """Microseconds of CPU per second of meeting, events and ticks (20 a second) together."""
    reports = made.reports()
    return 1e6 * cpu_seconds(lambda: feed(reports, metered())) / seconds(made.end)


def with_all_labels(reports: list[Report]) -> list[Report]:
    """The same measurements with 48 labels each, as Hume v0 sends them."""
    labels = sorted(AFFECTS)[:48]
    padded = []
    for one in reports:
        event = one.event
        if isinstance(event, EmotionSpan):
            rest = tuple(Score(label, 0.001 * n) for n, label in enumerate(labels) if label not in MOODS)
            event = replace(event, scores=event.scores + rest)
        padded.append(replace(one, event=event))
    return padded


def later(event: Any, by: int) -> Any:
    """The event `by` samples later, every object in it made anew."""
    match event:
        case Interim() | Final():
            words = tuple(replace(w, text=f"{w.text}", start=w.start + by, end=w.end + by) for w in event.words)
            return replace(event, span=Span(event.span.start + by, event.span.end + by), words=words)
        case EmotionSpan():
            scores = tuple(replace(score) for score in event.scores)
            return replace(event, span=Span(event.span.start + by, event.span.end + by), scores=scores)
        case Missed():
            return replace(event, span=Span(event.span.start + by, event.span.end + by))
        case Progress():
            return replace(event, upto=event.upto + by)
        case SpeechStarted() | SpeechEnded():
            return replace(event, at=event.at + by)
        case _:
            raise TypeError(f"cannot move a {type(event).__name__}")


def hours(made: Conversation, count: int) -> Iterator[Report]:
    """The hour again and again, made on the fly so that whatever is kept is seen to be kept."""
    length = made.end + samples(10.0)
    reports = made.reports()
    for n in range(count):
        for one in reports:
            yield Report(one.at + n * length, later(one.event, n * length))


def memory_by_hour(made: Conversation, count: int) -> list[float]:
    """MiB held by correlator and rolling context at the end of each hour of one long meeting."""

    def kept() -> float:
        gc.collect()
        return (tracemalloc.get_traced_memory()[0] - before) / 2**20

    gc.collect()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    correlator, context = metered(), RollingContext()
    held: list[float] = []
    now = 0
    edge = HOUR
    for one in hours(made, count):
        if one.at >= edge:
            held.append(kept())
            edge += HOUR
        outputs = correlator.feed(one.event)
        while now + TICK <= one.at:
            now += TICK
            for channel in Channel:
                outputs += correlator.advance(channel, now)
        for output in outputs:
            if isinstance(output, Utterance):
                context.add(output)
    held.append(kept())
    tracemalloc.stop()
    return held


# --- the same job, otherwise ------------------------------------------------------------------


def join_events(made: Conversation) -> list[Final | EmotionSpan]:
    """What a join alone needs of the tab: settled words and measurements."""
    return [
        one.event
        for one in made.reports()
        if isinstance(one.event, Final | EmotionSpan) and one.event.channel is Channel.TAB
    ]


def join_cost(events: list[Final | EmotionSpan]) -> float:
    """Microseconds per event of ours on the reduced stream."""

    def work() -> None:
        correlator = metered()
        for event in events:
            correlator.feed(event)

    return 1e6 * cpu_seconds(work) / len(events)


def naive_cost(events: list[Final | EmotionSpan]) -> float:
    """The same with every measurement kept and all of them looked through for each utterance."""
    kept: list[EmotionSpan] = []
    floor = CorrelateSettings().min_coverage
    began = time.process_time()
    for event in events:
        if isinstance(event, EmotionSpan):
            kept.append(event)
        elif event.words:
            span = Span(event.words[0].start, max(word.end for word in event.words))
            read(span, [one for one in kept if one.span.overlap(span)], METER, floor)
    return 1e6 * (time.process_time() - began) / len(events)


def peer_events(events: list[Final | EmotionSpan]) -> list[list[Any]]:
    """Words as tokens, the new part of each window as the segment of a speaker named by its emotion."""
    converted: list[list[Any]] = []
    covered = 0
    for event in events:
        if isinstance(event, Final):
            rows: list[list[Any]] = [[seconds(w.start), seconds(w.end), f" {w.text}"] for w in event.words]
            if rows:
                converted.append(["tokens", rows])
        elif event.scores and max(covered, event.span.start) < event.span.end:
            start = seconds(max(covered, event.span.start))
            label = MOODS.index(event.scores[0].label)
            converted.append(["segment", [[start, seconds(event.span.end), label]]])
            covered = event.span.end
    return converted


def peer_python() -> Path | None:
    """The peer's own environment, made on first use; None when it cannot be installed here."""
    python = PEER_ENV / "bin" / "python"
    if not (PEER_ENV / ".installed").exists():
        progress(f"installing {PEER} into {PEER_ENV.name} (its two pure modules need none of its dependencies)")
        venv.create(PEER_ENV, with_pip=True, clear=True)
        command = [str(python), "-m", "pip", "install", "--quiet", "--no-deps", PEER]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            progress(f"{PEER} cannot be installed here: {done.stderr.strip().splitlines()[-1:]}")
            return None
        (PEER_ENV / ".installed").write_text(PEER)
    return python


def peer_cost(events: list[Final | EmotionSpan], history: str) -> float | None:
    """Microseconds per event of WhisperLiveKit's TokensAlignment; None without it."""
    python = peer_python()
    if python is None:
        return None
    done = subprocess.run(
        [str(python), str(ROOT / "scripts" / "peers" / "whisperlivekit.py"), history],
        input=json.dumps(peer_events(events)),
        capture_output=True,
        text=True,
        check=True,
    )
    return float(json.loads(done.stdout)["us_per_event"])


def cost_figures(made: Conversation, meeting_hours: int = 8) -> list[Figure]:
    """All figures of cost, with the targets that are promised."""
    reports = made.reports()
    progress("CPU per event")
    figures = [
        Figure("cpu_per_event", feed_cost(reports), 10.0, "<=", "µs", "all events of an hour"),
        Figure("cpu_per_event_48_labels", feed_cost(with_all_labels(reports)), 10.0, "<=", "µs", "as Hume v0"),
        Figure("cpu_per_second", whole_cost(made), None, "<=", "µs", "of meeting, with 20 ticks a second"),
    ]
    progress(f"memory over {meeting_hours} hours")
    held = memory_by_hour(made, meeting_hours)
    figures += [
        Figure("memory_first_hour", held[0], 4.0, "<=", "MiB", "correlator and rolling context"),
        Figure("memory_per_hour", held[-1] / len(held), 4.0, "<=", "MiB", f"after {len(held)} hours"),
        Figure("memory_growth_later", held[-1] - held[0], 0.5, "<=", "MiB", "last hour against the first"),
    ]
    progress("the same job by a naive scan and by a peer")
    events = join_events(made)
    long_events = [e for e in (o.event for o in hours(made, 4)) if isinstance(e, Final | EmotionSpan)]
    ours, ours_long = join_cost(events), join_cost(long_events)
    figures += [
        Figure("join_per_event", ours, None, "<=", "µs", "words and measurements of one channel, 1 h"),
        Figure("naive_per_event_1h", naive_cost(events), None, "<=", "µs"),
        Figure("naive_per_event_4h", naive_cost(long_events), None, "<=", "µs"),
        Figure("join_per_event_4h", ours_long, None, "<=", "µs", "does not grow"),
    ]
    for history in ("300", "inf"):
        theirs = peer_cost(events, history)
        if theirs is not None:
            name = "whisperlivekit_300s" if history == "300" else "whisperlivekit_all"
            figures.append(
                Figure(
                    f"{name}_per_event",
                    theirs,
                    None,
                    "<=",
                    "µs",
                    "TokensAlignment, 1 h; it makes all its lines anew at every call",
                )
            )
            figures.append(Figure(f"times_{name}", theirs / ours, 1.0, ">=", "×"))
    return figures


if __name__ == "__main__":
    sys.exit(report("bench-correlate", cost_figures(busy_hour()), sys.argv[1:]))
