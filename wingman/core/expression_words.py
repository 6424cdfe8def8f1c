"""How something was said, in words: one wording for prompts, exports, pages and the terminal. Pure.

The voice, the words and the face are three readings; they stand beside each other and are never mixed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, Protocol

from wingman.core.utterance import EmotionReading, Family, ReadingStatus


class Worded(Protocol):
    """A sound with its word."""

    @property
    def word(self) -> str:
        """What a transcript says for it."""
        ...


LOOKS: Final[Mapping[str, str]] = {
    "admiration": "admiring",
    "adoration": "adoring",
    "aesthetic appreciation": "appreciative",
    "amusement": "amused",
    "anger": "angry",
    "annoyance": "annoyed",
    "anxiety": "anxious",
    "awe": "awed",
    "awkwardness": "awkward",
    "boredom": "bored",
    "calmness": "calm",
    "concentration": "concentrated",
    "confusion": "confused",
    "contemplation": "thoughtful",
    "contempt": "contemptuous",
    "contentment": "content",
    "determination": "determined",
    "disappointment": "disappointed",
    "disapproval": "disapproving",
    "disgust": "disgusted",
    "distress": "distressed",
    "doubt": "doubtful",
    "ecstasy": "ecstatic",
    "embarrassment": "embarrassed",
    "empathic pain": "pained",
    "entrancement": "entranced",
    "enthusiasm": "enthusiastic",
    "envy": "envious",
    "excitement": "excited",
    "fear": "afraid",
    "frustration": "frustrated",
    "gratitude": "grateful",
    "guilt": "guilty",
    "horror": "horrified",
    "interest": "interested",
    "joy": "joyful",
    "nostalgia": "nostalgic",
    "pain": "pained",
    "pride": "proud",
    "relief": "relieved",
    "sadness": "sad",
    "satisfaction": "satisfied",
    "shame": "ashamed",
    "surprise (negative)": "unpleasantly surprised",
    "surprise (positive)": "pleasantly surprised",
    "sympathy": "sympathetic",
    "tiredness": "tired",
    "triumph": "triumphant",
}
"""How a face looks that shows an emotion."""


ENERGY_METER = "prosody"
"""The meter that says how much energy a voice has against its own usual, and nothing of how somebody feels."""

_ENERGY = {Family.ENGAGED: "louder than usual", Family.LOW_ENERGY: "calmer than usual"}


def is_energy(reading: EmotionReading) -> bool:
    """Does this tell of a voice's energy, not of an expression?"""
    return reading.source == ENERGY_METER


def energy(reading: EmotionReading) -> str:
    """`louder than usual`, `much calmer than usual`, `as usual`: neither good nor bad."""
    word = _ENERGY.get(reading.family, "as usual")
    return f"much {word}" if reading.strength == "strong" and word != "as usual" else word


def tone(reading: EmotionReading) -> str:
    """`doubt, strongly perceived` in a provider's own words, else `strong doubt`; empty when not known.

    A meter of energy says `louder than usual`; a neutral tone has no strength.
    """
    if reading.status is not ReadingStatus.KNOWN:
        return ""
    if is_energy(reading):
        return energy(reading)
    if reading.family is Family.NEUTRAL:
        return reading.label
    if reading.band:
        return f"{reading.label}, {reading.band}"
    return f"{reading.strength} {reading.label}".strip()


def look(reading: EmotionReading | None) -> str:
    """`looks doubtful`; `face 2 of 3 looks doubtful` where several were seen; empty when not known."""
    if reading is None or reading.status is not ReadingStatus.KNOWN:
        return ""
    who = f"face {reading.subject} " if reading.subject else ""
    word = LOOKS.get(reading.label)
    return f"{who}looks {word}" if word else f"{who}shows {reading.label}"


def wording(reading: EmotionReading | None) -> str:
    """`words express annoyance`; empty when not known."""
    known = reading is not None and reading.status is ReadingStatus.KNOWN
    return f"words express {reading.label}" if known and reading is not None else ""


def voice(reading: EmotionReading) -> str:
    """`voice fast, husky`; empty when the provider does not say."""
    names = ", ".join(score.label for score in reading.attributes)
    return f"voice {names}" if names else ""


def manner(
    emotion: EmotionReading, language: EmotionReading | None = None, face: EmotionReading | None = None
) -> Iterator[str]:
    """Everything that is known of how something was said, one phrase each."""
    yield from filter(None, (tone(emotion), voice(emotion), wording(language), look(face)))


def with_sounds(text: str, sounds: tuple[Worded, ...]) -> str:
    """A line with its bursts: `That is fine. [laughs]`."""
    return " ".join(filter(None, (text, *(f"[{sound.word}]" for sound in sounds))))
