"""A recording's exit status says whether all of it, some of it or none of it became words, and why."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support import story
from tests.support.each import each
from wingman.core.codec import envelope
from wingman.core.errors import Branch, Health
from wingman.core.events import (
    CaptureLoss,
    CaptureState,
    Envelope,
    Media,
    MeetingEnded,
    ProviderStateChanged,
    TranscriptGap,
    UtteranceCreated,
)
from wingman.core.losses import LossCause, LossUnit
from wingman.core.media import SOUNDLESS, GapCause
from wingman.core.time import Channel
from wingman.core.utterance import EMOTION_OFF
from wingman.report.outcome import Status, outcome

TAB = Channel.TAB
SAID = UtteranceCreated("u-1", "tab", "hello", 1.0, 0, EMOTION_OFF)
DOWN = ProviderStateChanged(Branch.TRANSCRIBE, "deepgram", Health.DOWN, TAB, "The key was refused.")


def gap(cause: GapCause, seconds: float, branch: Branch = Branch.TRANSCRIBE) -> Envelope:
    return envelope(1, "m-1", 0.0, TranscriptGap(TAB, branch, cause), Media(TAB, 1.0, 1.0 + seconds))


def events(*payloads: Any) -> list[Envelope]:
    return [each if isinstance(each, Envelope) else envelope(1, "m-1", 0.0, each, None) for each in payloads]


def test_a_whole_call_needs_no_words() -> None:
    found = outcome("call.wav", story.events())
    assert (found.status, found.sentence, found.utterances) == (Status.WHOLE, "", len(story.LINES))


@each("cause", list(GapCause))
def test_only_sound_that_was_not_heard_is_missed(cause: GapCause) -> None:
    found = outcome("call.wav", events(SAID, gap(cause, 2.0)))
    if cause in SOUNDLESS | {GapCause.UNCLEAR}:
        assert (found.status, found.sentence) == (Status.WHOLE, "")
    else:
        assert found.status is Status.INCOMPLETE
        assert found.sentence.startswith("2.0 s of call.wav were not transcribed (")


@each(
    ("cause", "amount", "whole"),
    [
        (LossCause.CUT_OFF, 0.0, False),
        (LossCause.CUT_OFF, 4.0, False),
        (LossCause.UNDECODABLE, 3.0, True),
        (LossCause.UNDECODABLE, 200.0, False),
        (LossCause.NOT_TAKEN, 1.0, True),
        (LossCause.SILENT, 1.0, True),
        (LossCause.HOLE, 9.0, True),
        (LossCause.OVERLAP, 9.0, True),
        (LossCause.ODD_FIELD, 99.0, True),
    ],
)
def test_a_file_that_is_not_whole_makes_no_whole_transcript(
    cause: LossCause, amount: float, whole: bool
) -> None:
    found = outcome("a.wav", events(SAID, CaptureLoss(TAB, cause, LossUnit.SECONDS, amount, "It is so.")))
    assert found.status is (Status.WHOLE if whole else Status.INCOMPLETE)
    assert bool(found.sentence) is not whole


def test_small_gaps_add_up_and_other_branches_do_not_count() -> None:
    short = gap(GapCause.OUTAGE, 0.25)
    assert outcome("a", events(SAID, short)).status is Status.WHOLE
    assert outcome("a", events(SAID, gap(GapCause.OUTAGE, 9.0, Branch.EMOTION))).status is Status.WHOLE
    found = outcome("a", events(SAID, short, gap(GapCause.PROVIDER, 0.25), DOWN))
    assert found.status is Status.INCOMPLETE
    assert found.sentence == "0.5 s of a were not transcribed (outage, provider): The key was refused."


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ([], "nobody was heard to speak in it"),
        ([DOWN], "The key was refused."),
        ([CaptureLoss(TAB, LossCause.SILENT, LossUnit.SECONDS, 9.0, "It is silent.")], "It is silent."),
        ([CaptureState(TAB, "gone")], "the recording could not be read"),
        ([MeetingEnded("failed", 1.0)], "the meeting failed; see the log"),
    ],
)
def test_no_words_is_a_failure_with_a_reason(told: list[Any], why: str) -> None:
    found = outcome("a", events(*told))
    assert (found.status, found.sentence) == (Status.FAILED, f"no words came out of a: {why}")


def test_words_of_a_recording_that_broke_off_are_no_success() -> None:
    found = outcome("a", events(SAID, CaptureState(TAB, "gone", "The disk was pulled out.")))
    assert (found.status, found.utterances) == (Status.FAILED, 1)
    assert found.sentence == "a was not finished: The disk was pulled out."


def test_what_was_not_understood_is_no_silence_and_no_reason_to_try_again() -> None:
    lost = gap(GapCause.UNCLEAR, 4.0)
    assert outcome("call.wav", events(lost)).sentence.endswith(
        "could not be understood; is it in another language?"
    )
    assert outcome("call.wav", events(SAID, lost)).status is Status.WHOLE
