"""Play a made-up meeting into a correlator and hold what comes out against the truth."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tests.support.conversations import Conversation, Report, Said
from wingman.config.correlate import CorrelateSettings
from wingman.core.emotion import EmotionInfo, EmotionSpan, Scale
from wingman.core.time import Channel, SampleTime, Span, samples
from wingman.core.utterance import ReadingStatus, Utterance
from wingman.correlate.correlator import Correlator, Output

METER = EmotionInfo("hume", True, Scale.PROBABILITY, floor=0.2, moderate=0.4, strong=0.7)

NEIGHBOURS = 20
"""How many true utterances before and after one are looked at as its neighbours."""

TICK = samples(0.1)
"""How often a meeting tells the time."""


def play(
    reports: Iterable[Report], correlator: Correlator, channels: Iterable[Channel] = Channel
) -> Iterator[Output]:
    """Feed reports at their arrival, with the time told ten times a second; then finish."""
    channels = tuple(channels)
    now: SampleTime = 0
    for report in reports:
        while now + TICK <= report.at:
            now += TICK
            for channel in channels:
                yield from correlator.advance(channel, now)
        yield from correlator.feed(report.event)
    yield from correlator.finish()


def metered(settings: CorrelateSettings | None = None) -> Correlator:
    """A correlator that expects a meter on both channels."""
    correlator = Correlator(settings or CorrelateSettings())
    for channel in Channel:
        correlator.expect_emotion(channel, METER)
    return correlator


def latest(outputs: Iterable[Output]) -> list[Utterance]:
    """The last revision of every utterance, in order of id."""
    found: dict[str, Utterance] = {}
    for output in outputs:
        if isinstance(output, Utterance):
            found[output.id] = output
    return [found[name] for name in sorted(found)]


@dataclass(slots=True)
class Alignment:
    """Counts over one or more meetings; `errors` in samples."""

    errors: list[int] = field(default_factory=list)
    """Of each utterance's start and of its end."""
    spoken: int = 0
    lost: int = 0
    doubled: int = 0
    misplaced: int = 0
    """Words that ended up in an utterance they were not part of."""
    utterances: int = 0
    stretched: int = 0
    """Samples of utterances that lie outside the true one, in another of that channel."""
    length: int = 0
    known: int = 0
    judged: int = 0
    """Utterances for which both the join and the oracle have an answer."""
    agree: int = 0
    """… and it is the same."""
    true: int = 0
    """Known readings that are the true mood."""
    oracle_known: int = 0
    oracle_true: int = 0
    neighbour: int = 0
    """Known readings that are a neighbour's mood and not the utterance's own, where the oracle is right."""

    def percentile(self, share: float) -> float:
        """Of the boundary errors, in milliseconds."""
        ranked = sorted(self.errors)
        return ranked[min(len(ranked) - 1, int(share * len(ranked)))] / 16


def compare(made: Conversation, found: list[Utterance], into: Alignment | None = None) -> Alignment:
    """Match utterances to the truth by their words (every made-up word is unique)."""
    result = into or Alignment()
    owner = {word.text: i for i, said in enumerate(made.said) for word in said.words}
    seen = Counter(word.text for one in found for word in one.words)
    result.spoken += len(owner)
    result.lost += len(owner) - len(seen)
    result.doubled += seen.total() - len(seen)
    main: dict[int, tuple[int, Utterance]] = {}
    for one in found:
        votes = Counter(owner[word.text] for word in one.words)
        index, count = votes.most_common(1)[0]
        result.utterances += 1
        result.misplaced += votes.total() - count
        if count > main.get(index, (0, one))[0]:
            main[index] = (count, one)
    for index, (_, one) in main.items():
        near = made.said[max(0, index - NEIGHBOURS) : index + NEIGHBOURS]
        _measure(made.complete[one.channel], made.said[index], near, one, result)
    return result


def _measure(
    complete: list[EmotionSpan], said: Said, near: list[Said], found: Utterance, result: Alignment
) -> None:
    span = said.span
    result.errors += [abs(found.start - span.start), abs(found.end - span.end)]
    reach = Span(max(0, span.start - samples(5.0)), span.end + samples(5.0))
    near = [one for one in near if one is not said and one.channel is said.channel and one.span.overlap(reach)]
    outside = [Span(found.start, max(found.start, span.start)), Span(min(span.end, found.end), found.end)]
    result.stretched += sum(one.span.overlap(part) for one in near for part in outside)
    result.length += found.span.length
    own = oracle(complete, said)
    reading = found.emotion
    known = reading.status is ReadingStatus.KNOWN
    result.known += known
    result.true += known and reading.label == said.mood
    result.oracle_known += own is not None
    result.oracle_true += own == said.mood
    if known and own is not None:
        result.judged += 1
        result.agree += reading.label == own
        moods = {one.mood for one in near} - {said.mood}
        result.neighbour += own == said.mood and reading.label in moods


def oracle(complete: list[EmotionSpan], said: Said) -> str | None:
    """The join with all measurements, true times and all the time in the world, instant by instant."""
    first = bisect_left(complete, said.span.start, key=lambda one: one.span.end)
    last = bisect_left(complete, said.span.end + samples(10.0), key=lambda one: one.span.end)
    windows = sorted(complete[first : last + 1], key=lambda one: (one.span.end, one.span.start))
    step = samples(0.01)
    sums: dict[str, float] = {}
    covered = 0
    instants = range(said.span.start, said.span.end, step)
    for at in instants:
        over = next((one for one in windows if one.span.start <= at < one.span.end), None)
        if over is not None:
            covered += 1
            for score in over.scores:
                sums[score.label] = sums.get(score.label, 0.0) + score.value
    if covered < 0.3 * len(instants) or not sums:
        return None
    best = min(sums, key=lambda label: (-sums[label], label))
    return best if sums[best] / covered >= METER.floor else None
