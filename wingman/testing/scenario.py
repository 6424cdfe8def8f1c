"""What was spoken, when and how: timed words and emotions, so that emulators say what the audio says."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from wingman.core.errors import InputError


class SpokenWord(msgspec.Struct, frozen=True):
    """One word; times in seconds of media time."""

    text: str
    start: float
    end: float


class Turn(msgspec.Struct, frozen=True):
    """One stretch of one speaker."""

    start: float
    end: float
    text: str = ""
    emotion: str = ""
    """The provider's own label; empty means nothing above the floor."""
    words: tuple[SpokenWord, ...] = ()
    speaker: int = 0


class Track(msgspec.Struct, frozen=True):
    """What one channel says."""

    turns: tuple[Turn, ...] = ()

    @property
    def words(self) -> tuple[SpokenWord, ...]:
        """Everything that is said, in order."""
        return tuple(word for turn in self.turns for word in turn.words)

    def turn_at(self, at: float) -> Turn | None:
        """The turn that is spoken at `at` seconds."""
        return next((turn for turn in self.turns if turn.start <= at < turn.end), None)

    def turns_between(self, start: float, end: float) -> tuple[Turn, ...]:
        """The turns that overlap `[start, end)`, in order."""
        return tuple(turn for turn in self.turns if turn.start < end and start < turn.end)


class Scenario(msgspec.Struct, frozen=True):
    """A meeting's ground truth, by channel name."""

    channels: Mapping[str, Track] = {}

    def track(self, channel: str) -> Track:
        """That channel's track; the only one there is when the name is unknown; else an empty one."""
        if channel in self.channels:
            return self.channels[channel]
        return next(iter(self.channels.values())) if len(self.channels) == 1 else Track()


@dataclass(frozen=True, slots=True)
class TimedWord:
    """A word in samples of a stream, as an emulator is about to say it."""

    text: str
    start: int
    end: int
    speaker: int = 0


def timed_words(track: Track, rate: int) -> tuple[TimedWord, ...]:
    """The track's words on a sample grid, in order of their ends."""
    words = (
        TimedWord(word.text, round(word.start * rate), round(word.end * rate), turn.speaker)
        for turn in track.turns
        for word in turn.words
    )
    return tuple(sorted(words, key=lambda word: (word.end, word.start)))


def between(words: tuple[TimedWord, ...], after: int, upto: int) -> tuple[TimedWord, ...]:
    """Those that end in `(after, upto]`; `words` is sorted by end."""
    first = bisect_left(words, after + 1, key=lambda word: word.end)
    last = bisect_left(words, upto + 1, key=lambda word: word.end)
    return words[first:last]


def parse(tree: Any) -> Scenario:
    """A plain tree as a scenario. Raises `InputError` that names the place."""
    try:
        return msgspec.convert(tree, Scenario)
    except msgspec.ValidationError as broken:
        raise InputError(f"the scenario is wrong: {broken}", field="scenario") from None


def load(path: Path) -> Scenario:
    """Read a scenario from JSON. Raises `InputError`."""
    try:
        return parse(json.loads(path.read_text(encoding="utf-8")))
    except OSError as failed:
        raise InputError(f"cannot read the scenario {path}: {failed.strerror}", field="scenario") from None
    except ValueError as broken:
        raise InputError(f"{path} is not valid JSON: {broken}", field="scenario") from None


def single(*turns: Turn, channel: str = "tab") -> Scenario:
    """A scenario with one channel, for tests and small scripts."""
    return Scenario({channel: Track(turns)})


def say(text: str, start: float, *, per_word: float = 0.3, emotion: str = "", speaker: int = 0) -> Turn:
    """A turn whose words follow each other at an even pace from `start` on."""
    words = tuple(
        SpokenWord(word, start + n * per_word, start + (n + 1) * per_word)
        for n, word in enumerate(text.split())
    )
    return Turn(start, start + len(words) * per_word, text, emotion, words, speaker)
