"""A correlator that writes down its calls behaves as any other, and its record joins the meeting again."""

from __future__ import annotations

from concurrent.futures import Future
from itertools import count

from wingman.archive.provider_events import (
    Advanced,
    Expected,
    Fed,
    Finished,
    Flushed,
    ProviderEventWriter,
    apply,
    decode,
)
from wingman.config.correlate import CorrelateSettings
from wingman.core.emotion import EmotionInfo, EmotionSpan, Scale, Score
from wingman.core.errors import Branch, Progress
from wingman.core.speech import Final, Word
from wingman.core.time import Channel, Span
from wingman.correlate.correlator import Correlator, Output
from wingman.meeting.recording_correlator import RecordingCorrelator

TAB = Channel.TAB
METER = EmotionInfo("hume", True, Scale.PROBABILITY, 0.1, 0.4, 0.7)
FINAL = Final(TAB, Span(0, 16_000), (Word("Hello.", 0, 16_000),), endpoint=True)
FELT = EmotionSpan(TAB, Span(0, 16_000), (Score("joy", 0.8),), "hume", Scale.PROBABILITY)


class Store:
    """A log in memory."""

    def __init__(self) -> None:
        self.kept = b""

    def keep_heard(self, meeting: str, chunk: bytes) -> Future[None]:
        assert meeting == "m-1"
        self.kept += chunk
        done = Future[None]()
        done.set_result(None)
        return done


def play(correlator: Correlator) -> list[Output]:
    correlator.expect_emotion(TAB, METER)
    out = correlator.feed(FINAL)
    out += correlator.feed(FELT)
    out += correlator.feed(Progress(Branch.EMOTION, TAB, 16_000))
    out += correlator.flush(TAB)
    out += correlator.advance(TAB, 160_000)
    return out + correlator.finish()


def recorded() -> tuple[list[Output], Store]:
    store, ticks = Store(), count(100.0)
    writer = ProviderEventWriter(store, "m-1")  # type: ignore[arg-type]  # the part that is used
    return play(RecordingCorrelator(CorrelateSettings(), writer, lambda: next(ticks))), store


def test_it_says_what_any_other_says() -> None:
    told, _ = recorded()
    assert told == play(Correlator(CorrelateSettings()))
    assert told


def test_each_call_is_written_down_with_its_time() -> None:
    heard = decode(recorded()[1].kept)
    assert [type(each) for each in heard] == [Expected, Fed, Fed, Fed, Flushed, Advanced, Finished]
    assert [each.at for each in heard] == [100.0, 101.0, 102.0, 103.0, 104.0, 105.0, 106.0]
    assert [each.event for each in heard if isinstance(each, Fed)][:2] == [FINAL, FELT]


def test_the_record_says_the_same_again() -> None:
    told, store = recorded()
    other = Correlator(CorrelateSettings())
    assert [output for heard in decode(store.kept) for output in apply(other, heard)] == told
