"""A short sales call as events, for screenshots and tests of the overlay."""

from __future__ import annotations

from typing import Any

from wingman.core.emotion import Score
from wingman.core.errors import Branch, Health
from wingman.core.events import (
    CaptureState,
    CostUpdated,
    EmotionShifted,
    Media,
    MeetingStarted,
    PolicyApplied,
    ProviderStateChanged,
    SuggestionCompleted,
    SuggestionCreated,
    SuggestionDelta,
    TranscriptPartial,
    UtteranceCreated,
    UtteranceRevised,
)
from wingman.core.time import Channel
from wingman.core.utterance import EMOTION_OFF, EMOTION_PENDING, EmotionReading, Family, ReadingStatus

UNCLEAR = EmotionReading(ReadingStatus.UNKNOWN, source="hume")


def reading(label: str, family: Family, strength: str = "moderate", score: float = 0.4) -> EmotionReading:
    return EmotionReading(
        ReadingStatus.KNOWN,
        label,
        family,
        score,
        strength,
        (Score(label, score),),
        coverage=0.9,
        source="hume",
    )


def started(title: str = "Acme renewal") -> MeetingStarted:
    return MeetingStarted(
        title, (Channel.TAB, Channel.MIC), "sales", "deepgram", "hume", "gemini", "counterpart"
    )


def said(
    number: int, speaker: str, text: str, start: float, end: float, emotion: EmotionReading, revision: int = 0
) -> tuple[Any, Media]:
    kind = UtteranceRevised if revision else UtteranceCreated
    channel = Channel(speaker.split(":")[0])
    return kind(f"u-{number}", speaker, text, 0.94, revision, emotion), Media(channel, start, end)


def call() -> list[Any]:
    """A call in full swing: a mood that turned, two finished cards and one that is being written."""
    return [
        started(),
        PolicyApplied("counterpart", "chosen and acknowledged"),
        CaptureState(Channel.TAB, "capturing"),
        CaptureState(Channel.MIC, "capturing"),
        ProviderStateChanged(Branch.TRANSCRIBE, "deepgram", Health.UP, Channel.TAB),
        said(
            1,
            "tab:0",
            "Thanks for making the time. I have half an hour, then I need to run.",
            2.0,
            6.1,
            reading("interest", Family.ENGAGED),
        ),
        said(
            2,
            "mic",
            "Of course. You wanted to talk about the renewal and the new plan.",
            6.8,
            10.4,
            EMOTION_OFF,
        ),
        said(
            3,
            "tab:0",
            "Exactly. We like the product, the team uses it every day.",
            11.0,
            14.9,
            reading("satisfaction", Family.POSITIVE, "strong", 0.7),
        ),
        said(4, "tab:1", "Mostly for the weekly reports.", 15.1, 17.0, UNCLEAR),
        said(
            5, "mic", "Good to hear. The new plan adds single sign-on and audit logs.", 17.6, 22.0, EMOTION_OFF
        ),
        said(
            6,
            "tab:0",
            "Hm. And what does it cost compared with what we pay today?",
            23.0,
            27.2,
            reading("doubt", Family.DOUBTFUL),
        ),
        SuggestionCreated(
            "s-1",
            "price",
            "price_term",
            "u-6",
            "playbook",
            "Anchor on the value of one avoided incident before you name the number.",
            "Price",
            "Playbook sales · Price",
            2,
        ),
        SuggestionDelta("s-1", "Twelve percent more"),
        SuggestionCompleted(
            "s-1",
            "Twelve percent more than today, and audit logs replace the export tool you pay for now. "
            "Net, most teams your size save money.",
            "gemini",
            310.0,
            900.0,
        ),
        said(
            7, "mic", "It is about twelve percent more, but audit logs are included.", 29.0, 33.0, EMOTION_OFF
        ),
        said(
            8,
            "tab:0",
            "Your competitor offered us the same thing for less, to be honest.",
            34.0,
            38.4,
            EMOTION_PENDING,
        ),
        said(
            8,
            "tab:0",
            "Your competitor offered us the same thing for less, to be honest.",
            34.0,
            38.4,
            reading("annoyance", Family.NEGATIVE, "moderate", 0.46),
            1,
        ),
        (EmotionShifted("tab:0", Family.POSITIVE, Family.NEGATIVE, "u-8"), Media(Channel.TAB, 34.0, 38.4)),
        SuggestionCreated(
            "s-2", "competitor", "competitor_term", "u-8", "gemini", "", "", "Playbook sales · Competitors", 3
        ),
        SuggestionCompleted(
            "s-2",
            "Ask what the other offer leaves out: “Does theirs include migration and the audit trail?” "
            "Then stop and listen.",
            "gemini",
            280.0,
            800.0,
        ),
        said(
            9,
            "tab:0",
            "Can you do anything about the price if we sign for two years?",
            40.0,
            44.3,
            reading("interest", Family.ENGAGED, "weak", 0.3),
        ),
        SuggestionCreated("s-3", "question", "question_to_user", "u-9", "gemini", "", "", "", 3),
        SuggestionDelta("s-3", "Yes: two years brings it back to today’s price. "),
        SuggestionDelta("s-3", "Offer it against a signature "),
        TranscriptPartial(Channel.TAB, "tab:0", "because our budget round closes at the end of"),
        CostUpdated(0.043, 0.62, {"deepgram": 0.02, "gemini": 0.003, "hume": 0.02}),
    ]
