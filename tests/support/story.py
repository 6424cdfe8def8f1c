"""One short sales call as events: what the report, the exports and the replays are tested with."""

from __future__ import annotations

from typing import Any

from wingman.core import codec
from wingman.core.emotion import Score
from wingman.core.errors import Branch
from wingman.core.events import (
    CostUpdated,
    Envelope,
    Media,
    MeetingEnded,
    MeetingStarted,
    SuggestionCompleted,
    SuggestionCreated,
    SuggestionDelta,
    SuggestionExpired,
    SuggestionFailed,
    SuggestionUpdated,
    TranscriptGap,
    TranscriptPartial,
    UtteranceCreated,
    UtteranceRevised,
)
from wingman.core.media import GapCause
from wingman.core.time import Channel
from wingman.core.utterance import EMOTION_PENDING, EmotionReading, Family, ReadingStatus

MEETING = "m-story"
BEGAN = 1_790_000_000.0
TAB, MIC = Channel.TAB, Channel.MIC

LINES = (
    ("mic", 1.0, 5.2, "", "Thanks for making the time today. I'd like to understand your rollout."),
    ("tab:0", 5.8, 13.4, "moderate neutral calmness",
     "Sure. We have forty people in support and the rollout has to be done by March."),
    ("tab:1", 13.9, 19.0, "moderate doubtful doubt",
     "The rollout last year was painful, our support team lost two weeks."),
    ("mic", 18.2, 25.5, "", "That is a fair worry, and the migration tool takes most of that work away."),
    ("tab:0", 26.0, 30.1, "strong engaged interest", "How much does the enterprise plan cost?"),
    ("mic", 31.0, 36.8, "", "It is forty euros per seat, and I will send you the full price list tonight."),
    ("tab:1", 37.5, 43.2, "strong negative disappointment",
     "That is too expensive, a competitor offers half of that."),
    ("mic", 44.0, 52.5, "",
     "I understand. With the migration tool and the support team training included, the plan pays back in a "
     "quarter."),
    ("tab:1", 70.2, 74.6, "weak doubtful confusion", "Does it work with our single sign-on?"),
    ("mic", 75.5, 79.0, "", "I'm not sure, let me check and get back to you."),
    ("tab:0", 80.1, 86.0, "moderate neutral calmness", "Fine. Can you send us the security paper as well?"),
    ("tab:0", 87.0, 93.5, "strong positive contentment",
     "Okay, let's go with a pilot for the support team in January."),
    ("mic", 94.2, 97.0, "", "Great, we have a deal."),
)  # fmt: skip
"""Speaker, start, end, tone (strength, family, label), text."""


def events() -> list[Envelope]:
    """The whole call, in order."""
    told: list[Envelope] = []

    def tell(payload: Any, media: Media | None = None, at: float = 0.0) -> None:
        told.append(codec.envelope(len(told) + 1, MEETING, BEGAN + at, payload, media))

    title = "Pilot call with <Ada & Co>"
    tell(MeetingStarted(title, (TAB, MIC), "sales", "deepgram", "hume", "gemini", "counterpart"))
    for number, (speaker, start, end, tone, text) in enumerate(LINES):
        channel = Channel(speaker.partition(":")[0])
        media = Media(channel, start, end)
        key = f"{channel}-{round(start * 16000)}"
        words = text.split()
        tell(TranscriptPartial(channel, speaker, " ".join(words[: len(words) // 2])), media, end)
        tell(UtteranceCreated(key, speaker, text, 0.94, 0, EMOTION_PENDING), media, end)
        if tone:
            strength, family, label = tone.split()
            known, top = ReadingStatus.KNOWN, (Score(label, 0.62),)
            reading = EmotionReading(
                known, label, Family(family), 0.62, strength, top, coverage=0.9, source="hume"
            )
            tell(UtteranceRevised(key, speaker, text, 0.94, 1, reading), media, end)
        for payload in _suggestions(number, key):
            tell(payload, None, end)
    tell(TranscriptGap(TAB, Branch.TRANSCRIBE, GapCause.PAUSED), Media(TAB, 53.0, 69.5), 69.5)
    tell(CostUpdated(0.041, 1.52, {"deepgram": 0.03, "gemini": 0.011}), None, 97.0)
    tell(MeetingEnded("stopped", 98.0), None, 98.0)
    return told


def _suggestions(number: int, asked: str) -> list[Any]:
    if number == 4:
        answer = "Forty euros per seat, training included. Ask what a lost week costs them."
        cue = "Anchor on value first."
        return [
            SuggestionCreated(
                "s-1", "price", "price_question", asked, "playbook", cue, "Price", latency_ms=18.0
            ),
            SuggestionDelta("s-1", "Forty euros per seat, "),
            SuggestionCompleted("s-1", answer, "gemini", 412.0, 890.0),
            SuggestionUpdated("s-1", "used"),
        ]
    if number == 6:
        cue = "Ask what the competitor leaves out."
        return [
            SuggestionCreated("s-2", "objection", "too_expensive", asked, "playbook", cue, latency_ms=22.0),
            SuggestionExpired("s-2", "ttl"),
        ]
    if number == 8:
        return [
            SuggestionCreated("s-3", "question", "asked_user", asked, "gemini", latency_ms=25.0),
            SuggestionFailed("s-3", "timeout", "The model did not answer in time."),
        ]
    return []
