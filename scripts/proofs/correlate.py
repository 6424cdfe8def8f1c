"""Every figure the join promises: alignment, determinism, echoes, shifts and cost."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

import msgspec

from scripts.bench_correlate import busy_hour, cost_figures, hours
from scripts.proofs.figures import Figure, progress
from tests.support.alignment import Alignment, compare, latest, metered, play
from tests.support.conversations import Conversation, Plan, Report, converse
from tests.support.echoes import Kind, echo_meeting
from wingman.config.correlate import CorrelateSettings
from wingman.core.time import Channel, samples
from wingman.core.utterance import EmotionShift, Utterance
from wingman.correlate.correlator import Correlator

ROOT = Path(__file__).resolve().parents[2]

NEUTRAL = ("neutral",) * 6 + ("interest", "concentration", "calmness", "contemplation", "doubt", "amusement")

TURNS = (
    ("anger", "anger", "disgust", "neutral"),
    ("excitement", "joy", "amusement"),
    ("tiredness", "boredom", "tiredness", "neutral"),
)
"""Moods of the second half of a meeting in which something changes."""

PLANS = {
    "usual": Plan(0),
    "timer_5s": Plan(0, window=5.0),
    "timer_10s": Plan(0, window=10.0),
    "clips_1s": Plan(0, window=1.0, clips=True),
    "clips_3s": Plan(0, window=3.0, clips=True),
    "clips_5s": Plan(0, window=5.0, clips=True),
    "overlaps": Plan(0, overlap=0.6, interjection=0.3),
    "losses": Plan(0, drop=0.05, outages=4),
    "an_hour": Plan(0, minutes=60.0),
}
"""Kinds of made-up meetings; each is made with several seeds."""


def alignment_figures(seeds: int = 5) -> list[Figure]:
    """How far what comes out lies from what was said, over all kinds of meetings."""
    whole = Alignment()
    figures: list[Figure] = []
    for name, plan in PLANS.items():
        progress(f"alignment: {name}")
        part = Alignment()
        for seed in range(1 if plan.minutes > 30 else seeds):
            made = converse(replace(plan, seed=100 + seed))
            found = latest(play(made.reports(), metered()))
            compare(made, found, part)
            compare(made, found, whole)
        figures.append(Figure(f"agreement_{name}", 100 * part.agree / part.judged, None, ">=", "%"))
    share = 100.0 / whole.utterances
    return [
        Figure("alignment_error_p50", whole.percentile(0.5), None, "<=", "ms", "starts and ends of utterances"),
        Figure("alignment_error_p95", whole.percentile(0.95), 250.0, "<=", "ms"),
        Figure("wrong_utterance_words", 100 * whole.misplaced / whole.spoken, 2.0, "<=", "%"),
        Figure(
            "wrong_utterance_time", 100 * whole.stretched / whole.length, 2.0, "<=", "%", "of emotion weight"
        ),
        Figure(
            "wrong_utterance_mood", 100 * whole.neighbour / whole.known, 2.0, "<=", "%", "a neighbour's instead"
        ),
        Figure("words_lost", whole.lost, 0, "==", "", f"of {whole.spoken}"),
        Figure("words_doubled", whole.doubled, 0, "==", ""),
        Figure("dominant_against_oracle", 100 * whole.agree / whole.judged, None, ">=", "%", "where both know"),
        Figure("dominant_against_truth", 100 * whole.true / whole.known, None, ">=", "%"),
        Figure("oracle_against_truth", 100 * whole.oracle_true / whole.oracle_known, None, ">=", "%"),
        Figure("known", whole.known * share, None, ">=", "%", "of utterances"),
        Figure("known_to_oracle", whole.oracle_known * share, None, ">=", "%"),
        *figures,
    ]


def interleavings(meetings: int = 10, orders: int = 20) -> Figure:
    """Delay the meter's reports by anything within the grace: how many meetings come out otherwise."""
    progress("determinism")
    different = 0
    for seed in range(meetings):
        made = converse(Plan(500 + seed, minutes=3.0, latency=(0.0, 0.1)))
        outcomes = {_outcome(made, random.Random(order)) for order in range(orders)}
        different += len(outcomes) - 1
    return Figure("interleavings_that_differ", different, 0, "==", "", f"of {meetings * orders}")


def _outcome(made: Conversation, dice: random.Random) -> bytes:
    """The final utterances when time stands still until all reports of a moment are in, in a drawn order."""
    correlator, outputs = metered(), []
    streams = [list(made.transcripts), list(made.emotions)]
    while any(streams):
        live = [stream for stream in streams if stream]
        report: Report = dice.choice(live).pop(0)
        outputs += correlator.feed(report.event)
        if not any(stream and stream[0].at <= report.at for stream in streams):
            bound = min((stream[0].at for stream in streams if stream), default=report.at)
            for channel in Channel:
                outputs += correlator.advance(channel, max(0, bound - samples(1.0)))
    outputs += correlator.finish()
    return msgspec.json.encode([replace(one, revision=0) for one in latest(outputs)])


def revision_figures() -> list[Figure]:
    """How often one utterance was told, and that telling it again costs nothing."""
    progress("revisions and replays")
    made = converse(Plan(700, minutes=30.0))
    once = list(play(made.reports(), metered()))
    told = Counter(one.id for one in once if isinstance(one, Utterance))
    twice = [one for one in made.reports() for _ in range(2)]
    again = latest(play(twice, metered()))
    same = msgspec.json.encode(latest(once)) == msgspec.json.encode(again)
    return [
        Figure("revisions_at_most", max(told.values()) - 1, 1, "<="),
        Figure("replay_changes_nothing", float(same), 1, "=="),
    ]


def echo_figures(seeds: int = 8) -> list[Figure]:
    """Duplicate words with a loudspeaker on, and own words lost, with and without one."""
    progress("echo")
    doubled = tab = 0
    total: Counter[Kind] = Counter()
    lost: Counter[Kind] = Counter()
    for seed in range(seeds):
        for echo in (True, False):
            made = echo_meeting(seed, 10.0, echo=echo)
            found = latest(play(made.reports, Correlator(CorrelateSettings())))
            left = {(w.start, w.end, w.text) for one in found if one.channel is Channel.MIC for w in one.words}
            tab += made.tab if echo else 0
            for key, kind in made.heard.items():
                total[kind] += 1
                lost[kind] += key not in left
                doubled += kind is Kind.ECHO and key in left
    return [
        Figure("echo_duplicates", 100 * doubled / tab, 2.0, "<=", "%", f"of {tab} words of the tab"),
        Figure(
            "repeats_lost", 100 * lost[Kind.REPEAT] / total[Kind.REPEAT], 0.0, "<=", "%", "honest repetitions"
        ),
        Figure(
            "own_words_lost", 100 * lost[Kind.OWN] / total[Kind.OWN], None, "<=", "%", "spoken over an echo"
        ),
    ]


def shift_figures(neutral: int = 12, turned: int = 6) -> list[Figure]:
    """False alarms in neutral meetings, and how surely and how soon real turns are told."""
    progress("shifts")
    alarms = sum(
        isinstance(output, EmotionShift)
        for seed in range(neutral)
        for output in play(
            converse(Plan(800 + seed, minutes=30.0, moods=NEUTRAL, mood_change=1.0)).reports(), metered()
        )
    )
    speakers, delays = 0, []
    for later in TURNS:
        for seed in range(turned):
            plan = Plan(900 + seed, minutes=20.0, moods=NEUTRAL, later_moods=later, mood_change=1.0)
            made = converse(plan)
            speakers += len({(one.channel, one.label) for one in made.said})
            first: dict[str, int] = {}
            for output in play(made.reports(), metered()):
                if isinstance(output, EmotionShift) and output.at > samples(600.0):
                    first.setdefault(output.speaker, output.at)
            delays += [(at - samples(600.0)) / 16000 for at in first.values()]
    return [
        Figure(
            "false_shifts_per_30_min", alarms / neutral, 1.0, "<=", "", "neutral meetings of three speakers"
        ),
        Figure("shifts_told", 100 * len(delays) / speakers, None, ">=", "%", "of speakers whose mood turned"),
        Figure("shift_delay_median", sorted(delays)[len(delays) // 2], None, "<=", "s"),
    ]


def bounded_figures() -> list[Figure]:
    """What is held after eight hours with small windows."""
    progress("bounds")
    made = converse(Plan(1000, minutes=60.0, window=1.0, clips=True))
    correlator = metered()
    most = 0
    for i, one in enumerate(hours(made, 8)):
        correlator.feed(one.event)
        if i % 50 == 0:
            most = max(most, correlator.statistics().spans_held)
    settings = CorrelateSettings()
    bound = 2 * min(settings.window_events, round(settings.window_s) + 64)
    return [Figure("spans_held_in_8_hours", most, bound, "<=", "", "two channels, 1 s windows")]


def measure() -> list[Figure]:
    return [
        *alignment_figures(),
        interleavings(),
        *revision_figures(),
        *echo_figures(),
        *shift_figures(),
        *bounded_figures(),
        *cost_figures(busy_hour()),
    ]
