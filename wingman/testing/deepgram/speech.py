"""What the emulated Deepgram hears and says: audio in, messages out. No socket, no clock but the audio's."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from wingman.core.json import JsonMapping, JsonObject
from wingman.testing.reconnect_memory import ChannelMemory, Locator
from wingman.testing.scenario import TimedWord, Track, between, timed_words
from wingman.testing.voice_activity import Onset, VoiceDetector

Said = tuple[str, JsonMapping]
"""A message's type and the message."""

WINDOW_S = 5.0
"""A window of speech without a pause is closed after this long; observed at the service: 3 to 9 s."""
SILENT_WINDOW_S = 10.0
"""A window without a word is closed (empty) after this long."""
INTERIM_S = 1.0


@dataclass(frozen=True, slots=True)
class StreamOptions:
    """The query parameters that change what is said."""

    rate: int = 16_000
    channels: int = 1
    interims: bool = False
    endpointing_s: float | None = 0.01
    utterance_end_s: float | None = None
    vad_events: bool = False
    punctuate: bool = False
    diarize: bool = False
    multilingual: bool = False
    channel_name: str = "tab"

    @staticmethod
    def of(query: Mapping[str, list[str]]) -> StreamOptions:
        """Raises `ValueError` with the sentence the 400 answer carries."""
        one = {name: values[-1] for name, values in query.items()}
        _refuse_impossible(query, one)
        ending = one.get("endpointing", "10")
        return StreamOptions(
            rate=int(one["sample_rate"]),
            channels=int(one.get("channels", "1")),
            interims=_is_on(one, "interim_results"),
            endpointing_s=None if ending == "false" else 0.01 if ending == "true" else int(ending) / 1000,
            utterance_end_s=int(one["utterance_end_ms"]) / 1000 if "utterance_end_ms" in one else None,
            vad_events=_is_on(one, "vad_events"),
            punctuate=_is_on(one, "smart_format") or _is_on(one, "punctuate"),
            diarize=_is_on(one, "diarize") or "diarize_model" in one,
            multilingual=one.get("language") == "multi",
            channel_name=channel_name(query),
        )


def channel_name(query: Mapping[str, list[str]]) -> str:
    """The meeting's channel, which Wingman sends along as an extra that the service only echoes."""
    extras = dict(value.partition(":")[::2] for value in query.get("extra", []))
    return extras.get("channel", "tab")


def _is_on(one: Mapping[str, str], name: str) -> bool:
    return one.get(name, "false") == "true"


def _refuse_impossible(query: Mapping[str, list[str]], one: Mapping[str, str]) -> None:
    model = one.get("model", "")
    checks = {
        "model is required": not model,
        "only linear16 is emulated": one.get("encoding") != "linear16",
        "sample_rate is required with encoding": not one.get("sample_rate", "").isdecimal()
        or not int(one["sample_rate"]),
        "keywords are not supported by nova-3, use keyterm": "keywords" in one and model.startswith("nova-3"),
        "keyterm needs nova-3": "keyterm" in one and not model.startswith("nova-3"),
        "diarize and diarize_model exclude each other": "diarize" in one and "diarize_model" in one,
        "diarize_model must be latest or v1": one.get("diarize_model", "v1") not in ("latest", "v1"),
        "language is not a BCP-47 tag": len(one.get("language", "en").split("-")[0]) > 3
        and one.get("language") != "multi",
        "language_hint needs language=multi": "language_hint" in one and one.get("language") != "multi",
        "utterance_end_ms must be between 1000 and 5000": not 1000
        <= int(one.get("utterance_end_ms", "1000"))
        <= 5000,
        "utterance_end_ms needs interim_results=true": "utterance_end_ms" in one
        and not _is_on(one, "interim_results"),
        "keyterms exceed 500 tokens": sum(len(term.split()) for term in query.get("keyterm", [])) > 500,
        "multichannel is not emulated": _is_on(one, "multichannel"),
    }
    for sentence, wrong in checks.items():
        if wrong:
            raise ValueError(sentence)


class Source(Protocol):
    """Where the words come from."""

    def feed(self, pcm: bytes) -> None:
        """More mono audio of the stream."""

    def words(self, after: int, upto: int) -> Sequence[TimedWord]:
        """Whole words that end in `(after, upto]`, by end."""

    def running(self, at: int) -> TimedWord | None:
        """The word that is being spoken at sample `at`: begun before, not yet ended."""

    def onsets(self) -> Sequence[int]:
        """Where voices began since the last call."""


class ScriptedSource:
    """Says a track's words at their times, once it knows where in the track its audio begins."""

    def __init__(
        self,
        track: Track,
        rate: int,
        memory: ChannelMemory | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`memory`: what earlier connections heard; without it the track begins with the audio."""
        self._words = timed_words(track, rate)
        self._starts = tuple(round(turn.start * rate) for turn in track.turns)
        self._locator = Locator(track, memory or ChannelMemory(rate))
        self._clock = clock
        self._heard = 0
        self._fresh = (0, 0)

    def feed(self, pcm: bytes) -> None:
        """Take sound."""
        before = self._locator.origin
        self._locator.feed(pcm, self._clock())
        told = self._heard if before is not None else 0
        self._heard += len(pcm) // 2
        self._fresh = (told, self._heard)

    def words(self, after: int, upto: int) -> Sequence[TimedWord]:
        """Words that end after `after` and up to `upto`, in samples."""
        origin = self._locator.origin
        if origin is None:
            return ()
        found = between(self._words, after + origin, upto + origin)
        return [self._here(word, origin) for word in found if word.start >= origin]

    def running(self, at: int) -> TimedWord | None:
        """The word being said at `at`; None in silence."""
        origin = self._locator.origin
        if origin is None:
            return None
        word = next((word for word in self._words if word.start < at + origin < word.end), None)
        return None if word is None or word.start < origin else self._here(word, origin)

    def onsets(self) -> Sequence[int]:
        """Where speech began, in samples."""
        origin = self._locator.origin
        if origin is None:
            return ()
        first, last = self._fresh
        return [start - origin for start in self._starts if first <= start - origin < last]

    def _here(self, word: TimedWord, origin: int) -> TimedWord:
        """The word on the connection's clock."""
        return TimedWord(word.text, word.start - origin, word.end - origin, word.speaker)


class PlaceholderSource:
    """Says a placeholder word for every 0.35 s of voice it detects."""

    WORDS = ("someone", "says", "something", "here", "and", "then", "goes", "on")

    def __init__(self, rate: int) -> None:
        self._detector = VoiceDetector(rate)
        self._step = round(0.35 * rate)
        self._done: list[TimedWord] = []
        self._begun: int | None = None
        self._onsets: list[int] = []

    def feed(self, pcm: bytes) -> None:
        """Take sound."""
        for change in self._detector.feed(pcm):
            if isinstance(change, Onset):
                self._begun = change.at
                self._onsets.append(change.at)
            else:
                self._grow(change.at, last=True)
                self._begun = None
        if self._begun is not None:
            self._grow(self._detector.last_voiced, last=False)

    def _grow(self, upto: int, *, last: bool) -> None:
        while self._begun is not None and upto - self._begun >= self._step:
            self._add(self._begun, self._begun + self._step)
            self._begun += self._step
        if last and self._begun is not None and upto > self._begun:
            self._add(self._begun, upto)

    def _add(self, start: int, end: int) -> None:
        self._done.append(TimedWord(self.WORDS[len(self._done) % len(self.WORDS)], start, end))

    def words(self, after: int, upto: int) -> Sequence[TimedWord]:
        """Words that end after `after` and up to `upto`, in samples."""
        return between(tuple(self._done), after, upto)

    def running(self, at: int) -> TimedWord | None:
        """The word being said at `at`; None in silence."""
        if self._begun is None or at <= self._begun:
            return None
        return TimedWord(self.WORDS[len(self._done) % len(self.WORDS)], self._begun, at + self._step)

    def onsets(self) -> Sequence[int]:
        """Where speech began, in samples."""
        fresh, self._onsets = self._onsets, []
        return fresh


class Recogniser:
    """One stream: windows, interims, finals, ends of utterances."""

    def __init__(self, options: StreamOptions, source: Source, request_id: str) -> None:
        self._options = options
        self._source = source
        self._request_id = request_id
        self._rest = b""
        self._heard = 0
        self._window = 0
        self._tick = options.rate
        self._ended: int | None = None
        self._duration_limit = round(WINDOW_S * options.rate)

    @property
    def heard_s(self) -> float:
        """Seconds of audio taken in."""
        return self._heard / self._options.rate

    def hear(self, frame: bytes) -> list[Said]:
        """Take in audio; what there is to say about it."""
        mono = self._mono(frame)
        if not mono:
            return []
        self._source.feed(mono)
        self._heard += len(mono) // 2
        said = self._voices()
        words = self._source.words(self._window, self._heard)
        if self._paused(words):
            said += self._results(self._heard, final=True, speech_final=True)
        elif words and self._heard - self._window >= self._duration_limit:
            said += self._results(words[-1].end, final=True)
        elif not words and self._heard - self._window >= SILENT_WINDOW_S * self._options.rate:
            said += self._results(self._quiet_until(), final=True)
        elif self._options.interims and self._heard >= self._tick:
            self._tick += round(INTERIM_S * self._options.rate)
            said += self._results(self._heard, final=False)
        return said + self._utterance_end()

    def finalize(self) -> list[Said]:
        """Answer `Finalize`: everything heard is settled, but for a word that is still being spoken."""
        upto = self._quiet_until()
        return self._results(upto, final=True, from_finalize=True) if upto > self._window else []

    def finish(self) -> list[Said]:
        """Answer `CloseStream`: the last results."""
        return self._results(self._heard, final=True, cut=True) if self._heard > self._window else []

    def summary(self) -> JsonMapping:
        """The closing `Metadata`."""
        spoke = {"models": ["emulated"], "model_info": {"emulated": MODEL}} if self._heard else {}
        return {
            "type": "Metadata",
            "transaction_key": "deprecated",
            "request_id": self._request_id,
            "sha256": "incomplete",
            "created": "2026-01-01T00:00:00.000Z",
            "duration": self.heard_s,
            "channels": 1 if self._heard else 0,
            **spoke,
        }

    def configure(self, message: JsonMapping) -> Said:
        """Answer `Configure`."""
        terms = message.get("keyterms")
        if isinstance(terms, list) and sum(len(str(term).split()) for term in terms) > 500:
            return "ConfigureFailure", {
                "type": "ConfigureFailure",
                "request_id": self._request_id,
                "code": "CONFIGURE_KEYTERM_LIMIT_EXCEEDED",
                "description": "Too many keyterms",
            }
        echoed = {"keyterms": terms} if terms is not None else {}
        return "ConfigureSuccess", {"type": "ConfigureSuccess", "request_id": self._request_id, **echoed}

    def _mono(self, frame: bytes) -> bytes:
        data = self._rest + frame
        whole = len(data) // (2 * self._options.channels) * 2 * self._options.channels
        self._rest = data[whole:]
        if self._options.channels == 1:
            return data[:whole]
        mixed = np.frombuffer(data[:whole], dtype="<i2").reshape(-1, self._options.channels).mean(axis=1)
        return bytes(mixed.astype("<i2").tobytes())

    def _voices(self) -> list[Said]:
        onsets = self._source.onsets()
        if not self._options.vad_events:
            return []
        return [
            ("SpeechStarted", {"type": "SpeechStarted", "channel": [0, 1], "timestamp": self._s(onset)})
            for onset in onsets
        ]

    def _paused(self, words: Sequence[TimedWord]) -> bool:
        ending = self._options.endpointing_s
        if not words or ending is None or self._source.running(self._heard):
            return False
        return self._heard - words[-1].end >= ending * self._options.rate

    def _quiet_until(self) -> int:
        """The present moment, or the start of the word that is being spoken in it."""
        running = self._source.running(self._heard)
        return self._heard if running is None else max(self._window, running.start)

    def _results(
        self,
        upto: int,
        *,
        final: bool,
        speech_final: bool = False,
        from_finalize: bool = False,
        cut: bool = False,
    ) -> list[Said]:
        words = list(self._source.words(self._window, upto))
        running = self._source.running(upto)
        if running is not None and (cut or not final) and running.start >= self._window:
            words.append(_part(running, upto))
        message = {
            "type": "Results",
            "channel_index": [0, 1],
            "start": self._s(self._window),
            "duration": self._s(upto - self._window),
            "is_final": final,
            "speech_final": speech_final,
            "from_finalize": from_finalize,
            "channel": {"alternatives": [alternative(self._options, words)]},
            "metadata": {"request_id": self._request_id, "model_uuid": "emulated", "model_info": MODEL},
        }
        if final:
            self._window = upto
            self._tick = upto + round(INTERIM_S * self._options.rate)
            self._ended = words[-1].end if words else self._ended
        return [("Results", message)]

    def _utterance_end(self) -> list[Said]:
        gap = self._options.utterance_end_s
        if gap is None or self._ended is None or self._heard - self._ended < gap * self._options.rate:
            return []
        if self._source.running(self._heard) or self._source.words(self._window, self._heard):
            return []
        ended, self._ended = self._ended, None
        return [("UtteranceEnd", {"type": "UtteranceEnd", "channel": [0, 1], "last_word_end": self._s(ended)})]

    def _s(self, count: int) -> float:
        return count / self._options.rate


MODEL: Mapping[str, str] = {"name": "general-nova-3", "version": "emulated", "arch": "nova-3"}


def alternative(options: StreamOptions, words: Sequence[TimedWord]) -> JsonMapping:
    """One reading of a stretch, with the words' times in seconds."""
    languages = {"languages": ["en"], "languages_hinted": []} if options.multilingual else {}
    return {
        "transcript": " ".join(word.text if options.punctuate else _raw(word.text) for word in words),
        "confidence": 0.99 if words else 0.0,
        "words": [_word(options, word) for word in words],
        **languages,
    }


def _word(options: StreamOptions, word: TimedWord) -> JsonMapping:
    said: JsonObject = {
        "word": _raw(word.text),
        "start": word.start / options.rate,
        "end": word.end / options.rate,
        "confidence": 0.99,
    }
    if options.punctuate:
        said["punctuated_word"] = word.text
    if options.diarize:
        said["speaker"] = word.speaker
    if options.multilingual:
        said["language"] = "en"
    return said


def _raw(text: str) -> str:
    return text.lower().strip(".,!?;:\"'()")


def _part(word: TimedWord, upto: int) -> TimedWord:
    """As much of `word` as was spoken before `upto`: what an interim guesses."""
    share = (upto - word.start) / (word.end - word.start)
    return TimedWord(word.text[: max(1, round(len(word.text) * share))], word.start, upto, word.speaker)
