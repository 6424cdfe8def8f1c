from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.support import story
from wingman.archive.bundle import Bundle
from wingman.archive.provider_events import Advanced, Expected, Fed, Finished, fed
from wingman.audio.encode import OpusStream
from wingman.audio.tape import Cursor
from wingman.core.codec import envelope
from wingman.core.emotion import EmotionInfo, EmotionSpan, Scale, Score
from wingman.core.errors import Branch, InputError, Missed, Progress
from wingman.core.events import Media, MeetingEnded, MeetingStarted, PolicyApplied, UtteranceCreated
from wingman.core.media import Gap, GapCause
from wingman.core.speech import Final, Word
from wingman.core.time import SAMPLE_RATE, Channel, Span, samples
from wingman.emotion.base import Emit as EmitEmotion
from wingman.replay.match_utterances import UtteranceMatch
from wingman.replay.reprocess import Listeners, allowed, reprocess
from wingman.stt.base import Emit, TranscriberInfo

TAB = Channel.TAB
BEGAN = 1000.0
OLD = EmotionInfo("old", True, Scale.PROBABILITY, 0.1, 0.4, 0.7)


class Listening:
    """Reads everything and says at the end what it was given."""

    def __init__(self) -> None:
        self.audio = 0
        self.gaps: list[Span] = []

    async def read(self, audio: Cursor) -> None:
        while (item := await audio.read(1600)) is not None:
            if isinstance(item, Gap):
                self.gaps.append(item.span)
            else:
                self.audio += item.length


class Writer(Listening):
    info = TranscriberInfo("writer", remote=True)

    async def run(self, channel: Channel, audio: Cursor, emit: Emit) -> None:
        await self.read(audio)
        emit(
            Final(channel, Span(samples(1), samples(2)), (Word("anew", samples(1), samples(2)),), endpoint=True)
        )
        emit(Progress(Branch.TRANSCRIBE, channel, samples(6)))

    def flush(self) -> None: ...


class Meter(Listening):
    info = EmotionInfo("meter", False, Scale.PROBABILITY, 0.1, 0.4, 0.7)

    async def run(self, channel: Channel, audio: Cursor, emit: EmitEmotion) -> None:
        await self.read(audio)
        scores = (Score("calm", 0.9),)
        emit(EmotionSpan(channel, Span(samples(1), samples(2)), scores, "meter", Scale.PROBABILITY))


def bundle(*policies: tuple[float, str], seconds: int = 6) -> Bundle:
    """Six seconds of noise; `policies` are (seconds since the beginning, policy)."""
    stream = OpusStream()
    noise = np.random.default_rng(1).integers(-900, 900, seconds * SAMPLE_RATE, dtype=np.int16)
    sound = stream.add(noise.tobytes()) + stream.finish()
    payloads: list[tuple[float, Any]] = [
        (BEGAN, MeetingStarted("Call", (TAB,), "sales", "old", "old", "cues", "off"))
    ]
    payloads += [(BEGAN + at, PolicyApplied(policy, "")) for at, policy in policies]
    payloads += [(BEGAN + seconds, MeetingEnded("stopped", float(seconds)))]
    events = tuple(envelope(number, "m-1", at, data) for number, (at, data) in enumerate(payloads, 1))
    said = Final(TAB, Span(samples(1), samples(2)), (Word("then", samples(1), samples(2)),), endpoint=True)
    measured = EmotionSpan(TAB, said.span, (Score("doubt", 0.8),), "old", Scale.PROBABILITY)
    told: list[Any] = [Expected(BEGAN, TAB, OLD), fed(BEGAN + 2.5, said), fed(BEGAN + 2.6, measured)]
    told += [Advanced(BEGAN + tick / 10, TAB, samples(tick / 10)) for tick in range(1, seconds * 10)]
    told = sorted(told, key=lambda one: one.at)
    return Bundle("m-1", events, {TAB: sound}, heard=(*told, Finished(BEGAN + seconds)))


def said(whole: Bundle) -> list[str]:
    return [
        one.event.words[0].text if isinstance(one.event, Final) else one.event.scores[0].label
        for one in whole.heard
        if isinstance(one, Fed) and isinstance(one.event, (Final, EmotionSpan))
    ]


async def test_only_the_branch_that_is_named_is_heard_anew() -> None:
    writer, meter = Writer(), Meter()
    words = await reprocess(bundle((0, "counterpart")), Listeners(lambda: writer))
    assert sorted(said(words.bundle)) == ["anew", "doubt"]
    assert words.sent == {"writer": 6.0}
    assert writer.audio == 6 * SAMPLE_RATE
    tones = await reprocess(bundle((0, "counterpart")), Listeners(None, lambda: meter))
    assert sorted(said(tones.bundle)) == ["calm", "then"]
    assert tones.sent == {}
    started = tones.bundle.events[0].data
    assert isinstance(started, MeetingStarted)
    assert (started.transcriber, started.emotion) == ("old", "meter")
    assert [one.info for one in tones.bundle.heard if isinstance(one, Expected)] == [Meter.info]


async def test_the_record_stays_in_order_and_ends_with_the_meeting() -> None:
    heard = (await reprocess(bundle((0, "counterpart")), Listeners(Writer, Meter))).bundle.heard
    times = [one.at for one in heard]
    assert times == sorted(times)
    assert isinstance(heard[-1], Finished)
    assert sum(isinstance(one, Finished) for one in heard) == 1
    at = next(one.at for one in heard if isinstance(one, Fed) and isinstance(one.event, Final))
    assert at == BEGAN + 2.0  # when what it is about was over


async def test_a_meter_hears_only_what_the_policy_let_one_hear() -> None:
    meter = Meter()
    whole = bundle((0, "off"), (2, "counterpart"), (4, "off"))
    assert allowed(whole, TAB) == ((samples(2), samples(4)),)
    await reprocess(whole, Listeners(None, lambda: meter))
    assert meter.audio == 2 * SAMPLE_RATE
    assert sum(gap.length for gap in meter.gaps) == 4 * SAMPLE_RATE


async def test_what_came_too_late_to_be_measured_is_told() -> None:
    class Busy(Meter):
        async def run(self, channel: Channel, audio: Cursor, emit: EmitEmotion) -> None:
            await self.read(audio)
            emit(Missed(Branch.EMOTION, channel, Span(samples(1), samples(3)), GapCause.LIVE_EDGE))
            emit(Missed(Branch.EMOTION, channel, Span(samples(3), samples(3.5)), GapCause.OUTAGE))
            emit(Missed(Branch.EMOTION, channel, Span(samples(4), samples(6)), GapCause.PAUSED))

    heard = await reprocess(bundle((0, "counterpart"), (4, "off")), Listeners(None, Busy))
    assert heard.unheard == {"meter": 2.5}, "a pause was somebody's wish"
    assert (await reprocess(bundle((0, "counterpart")), Listeners(None, Meter))).unheard == {}


@pytest.mark.parametrize("policy", ["off", "self", "text-only"])
async def test_whoever_did_not_agree_is_not_measured(policy: str) -> None:
    with pytest.raises(InputError, match="nobody agreed"):
        await reprocess(bundle((0, policy)), Listeners(None, Meter))


async def test_what_is_not_there_cannot_be_heard() -> None:
    with pytest.raises(InputError, match="holds no sound"):
        await reprocess(Bundle(story.MEETING, tuple(story.events())), Listeners(Writer))
    whole = bundle((0, "counterpart"))
    bare = Bundle(whole.meeting, whole.events, whole.audio)
    with pytest.raises(InputError, match="transcriber=NAME"):
        await reprocess(bare, Listeners(None, Meter))
    anew = (await reprocess(bare, Listeners(Writer, Meter))).bundle
    assert sorted(said(anew)) == ["anew", "calm"]
    assert sum(isinstance(one, Advanced) for one in anew.heard) == 60
    assert isinstance(anew.heard[-1], Finished)
    damaged = Bundle(whole.meeting, whole.events, {TAB: b"OggS and nothing"}, heard=whole.heard)
    with pytest.raises(ExceptionGroup) as broken:
        await reprocess(damaged, Listeners(Writer))
    assert broken.value.split(InputError)[1] is None


def test_utterances_are_found_by_id_or_by_their_time() -> None:
    events = [event for event in story.events() if isinstance(event.data, UtteranceCreated)]
    alike = UtteranceMatch.of(events)
    for event in events:
        assert event.media is not None
        assert alike.find(event.payload(UtteranceCreated).id, None) == event.payload(UtteranceCreated).id
        assert alike.find("new", event.media) == event.payload(UtteranceCreated).id
    assert alike.find("new", Media(TAB, 9e4, 9e4 + 1)) == "new"
    assert alike.find("new", None) == "new"
