"""What really reaches the coach: the scripted lines as recognisers, meters and microphones deliver them. Pure.

Every variant is deterministic: its random choices are seeded by the meeting's name.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from tests.eval.script import Line, Script
from wingman.core.time import Channel

ENDPOINT_S = 0.5
"""After the last word, until the transcriber settles the utterance."""
EMOTION_S = 1.2
"""After the utterance, until its emotion is known."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One utterance as delivered."""

    line: Line
    """What it comes from, with its label."""
    id: str
    channel: Channel
    start: float
    end: float
    text: str
    delivered: float
    emotion_at: float | None = None


Variant = Callable[[Script], list[Heard]]


def clean(script: Script) -> list[Heard]:
    """Punctuated text, in time."""
    return [_heard(line) for line in script.lines]


def bare(script: Script) -> list[Heard]:
    """No case and no punctuation, as plain recognisers give it."""
    return [replace(heard, text=_bare(heard.text)) for heard in clean(script)]


def misheard(script: Script) -> list[Heard]:
    """About one word in ten wrong or missing, no punctuation."""
    rng = random.Random(f"misheard {script.name}")
    return [replace(heard, text=_misheard(_bare(heard.text), rng)) for heard in clean(script)]


def late_emotion(script: Script) -> list[Heard]:
    """The emotion comes four seconds later than usual."""
    return [
        replace(heard, emotion_at=None if heard.emotion_at is None else heard.emotion_at + 4.0)
        for heard in clean(script)
    ]


def split(script: Script) -> list[Heard]:
    """A breath in the middle of every longer sentence makes two utterances of it."""
    return [part for heard in bare(script) for part in _split(heard)]


def echo(script: Script) -> list[Heard]:
    """The microphone hears the loudspeaker: the tab's words again on the user's channel, misheard."""
    rng = random.Random(f"echo {script.name}")
    both = bare(script)
    for heard in bare(script):
        if heard.channel is Channel.TAB:
            text = _misheard(heard.text, rng, rate=0.06)
            label = replace(heard.line, label="must-not", types=(), tone="")
            both.append(
                replace(
                    heard,
                    line=label,
                    id=f"{heard.id}-echo",
                    channel=Channel.MIC,
                    text=text,
                    start=heard.start + 0.2,
                    end=heard.end + 0.2,
                    delivered=heard.delivered + 0.35,
                    emotion_at=None,
                )
            )
    return sorted(both, key=lambda heard: heard.delivered)


def silence(script: Script) -> list[Heard]:
    """Everything after the middle comes half a minute later: a long silence in between."""
    middle = len(script.lines) // 2
    return [
        heard
        if index < middle
        else replace(
            heard,
            start=heard.start + 30,
            end=heard.end + 30,
            delivered=heard.delivered + 30,
            emotion_at=None if heard.emotion_at is None else heard.emotion_at + 30,
        )
        for index, heard in enumerate(bare(script))
    ]


VARIANTS: dict[str, Variant] = {
    "clean": clean,
    "bare": bare,
    "misheard": misheard,
    "late emotion": late_emotion,
    "split": split,
    "echo": echo,
    "silence": silence,
}


def _heard(line: Line) -> Heard:
    delivered = line.end + ENDPOINT_S
    felt = delivered + EMOTION_S if line.tone else None
    name = f"{line.channel}-{line.number}"
    return Heard(line, name, line.channel, line.start, line.end, line.text, delivered, felt)


def _bare(text: str) -> str:
    return " ".join(re.sub(r"[^\w' ]", " ", text.lower()).split())


def _misheard(text: str, rng: random.Random, rate: float = 0.1) -> str:
    words = []
    for word in text.split():
        luck = rng.random()
        if luck < rate * 0.4:
            continue
        words.append(_garble(word, rng) if luck < rate else word)
    return " ".join(words) or text


def _garble(word: str, rng: random.Random) -> str:
    """A word that sounds a little like it."""
    if len(word) < 3:
        return rng.choice(("the", "a", "it", "uh"))
    at = rng.randrange(1, len(word))
    return word[:at] + rng.choice("aeioulrst") + word[at + 1 :]


def _split(heard: Heard) -> Iterator[Heard]:
    words = heard.text.split()
    if len(words) < 10:
        yield heard
        return
    half = len(words) // 2
    middle = heard.start + (heard.end - heard.start) * half / len(words)
    first = replace(
        heard,
        id=f"{heard.id}-a",
        end=middle,
        text=" ".join(words[:half]),
        emotion_at=None,
        delivered=middle + 0.4,
    )
    yield first
    yield replace(
        heard,
        id=f"{heard.id}-b",
        start=middle + 0.6,
        end=max(heard.end, middle + 0.9),
        text=" ".join(words[half:]),
        delivered=max(heard.delivered, middle + 1.3),
    )
