"""What the emulated Deepgram says: every word once, in windows without gaps, as the options ask for it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.each import each
from wingman.testing.deepgram.speech import PlaceholderSource, Recogniser, ScriptedSource, StreamOptions
from wingman.testing.scenario import Track, say

RATE = 16_000
TRACK = Track((say("Hello there, big world.", 0.5), say("And goodbye!", 4.0, speaker=1)))
ASKED = {"model": ["nova-3"], "encoding": ["linear16"], "sample_rate": ["16000"]}


def recogniser(track: Track = TRACK, **options: Any) -> Recogniser:
    return Recogniser(StreamOptions(**options), ScriptedSource(track, RATE), "r-1")


def results(said: list[Any]) -> list[dict[str, Any]]:
    return [message for kind, message in said if kind == "Results"]


def words(said: list[Any]) -> list[str]:
    return [
        word["word"]
        for message in results(said)
        if message["is_final"]
        for word in message["channel"]["alternatives"][0]["words"]
    ]


@settings(max_examples=40)
@given(st.lists(st.integers(1, 40_000), max_size=40))
def test_however_the_sound_is_cut_every_word_is_settled_once(sizes: list[int]) -> None:
    heard, said, left = recogniser(interims=True), [], 6 * RATE * 2
    for size in (*sizes, left):
        said += heard.hear(bytes(min(size, left)))
        left -= min(size, left)
    said += heard.finish()
    assert words(said) == ["hello", "there", "big", "world", "and", "goodbye"]
    windows = [(each["start"], each["duration"]) for each in results(said) if each["is_final"]]
    end = 0.0
    for start, duration in windows:
        assert start == pytest.approx(end)
        end = start + duration
    assert end == pytest.approx(6.0) == heard.summary()["duration"]


def test_the_pause_after_a_turn_ends_it() -> None:
    heard = recogniser(utterance_end_s=1.0, vad_events=True)
    told = [
        (kind, round(n / 10, 1))
        for n in range(1, 38)
        for kind, message in heard.hear(bytes(3200))
        if kind != "Results" or message["speech_final"]
    ]
    assert told == [("SpeechStarted", 0.6), ("Results", 1.8), ("UtteranceEnd", 2.7)]


def test_words_are_written_as_the_options_ask() -> None:
    plain, rich = recogniser(), recogniser(punctuate=True, diarize=True, multilingual=True)
    first, second = results(plain.hear(bytes(64_000))), results(rich.hear(bytes(64_000)))
    assert first[-1]["channel"]["alternatives"][0]["transcript"] == "hello there big world"
    best = second[-1]["channel"]["alternatives"][0]
    assert best["transcript"] == "Hello there, big world."
    assert best["languages"] == ["en"]
    assert (best["words"][3]["word"], best["words"][3]["punctuated_word"]) == ("world", "world.")
    assert best["words"][0]["speaker"] == 0
    assert "speaker" not in first[-1]["channel"]["alternatives"][0]["words"][0]


def test_what_is_asked_for_to_be_settled_keeps_the_running_word_whole() -> None:
    heard = recogniser()
    heard.hear(bytes(2 * RATE))  # in the middle of `there`
    [settled] = results(heard.finalize())
    assert settled["from_finalize"]
    assert words([("Results", settled)]) == ["hello"]
    assert words(heard.hear(bytes(2 * RATE))) == ["there", "big", "world"]
    assert words(heard.finalize()) == []


@each(
    ("change", "sentence"),
    [
        ({"model": []}, "model is required"),
        ({"encoding": ["opus"]}, "only linear16"),
        ({"sample_rate": ["many"]}, "sample_rate is required"),
        ({"sample_rate": ["0"]}, "sample_rate is required"),
        ({"keywords": ["x"]}, "use keyterm"),
        ({"model": ["nova-2"], "keyterm": ["x"]}, "needs nova-3"),
        ({"utterance_end_ms": ["999"], "interim_results": ["true"]}, "between 1000 and 5000"),
        ({"utterance_end_ms": ["1000"]}, "needs interim_results"),
        ({"language": ["english"]}, "BCP-47"),
        ({"language_hint": ["de"]}, "needs language=multi"),
        ({"keyterm": ["a b c"] * 167}, "exceed 500"),
        ({"multichannel": ["true"]}, "not emulated"),
    ],
)
def test_what_the_service_would_refuse_is_refused(change: dict[str, list[str]], sentence: str) -> None:
    query = {name: values for name, values in (ASKED | change).items() if values}
    with pytest.raises(ValueError, match=sentence):
        StreamOptions.of(query)


def test_options_are_read_from_the_query() -> None:
    more = {"endpointing": ["300"], "smart_format": ["true"], "extra": ["a:b", "channel:mic"]}
    options = StreamOptions.of(ASKED | more)
    assert (options.rate, options.endpointing_s, options.punctuate) == (16_000, 0.3, True)
    assert options.channel_name == "mic"
    assert StreamOptions.of(ASKED | {"endpointing": ["false"]}).endpointing_s is None


def test_without_a_script_a_voice_says_placeholder_words_and_silence_none() -> None:
    voice = (8000 * np.sin(np.arange(RATE) / 5)).astype("<i2").tobytes()
    heard = Recogniser(StreamOptions(channels=2), PlaceholderSource(RATE), "r-2")
    both = np.repeat(np.frombuffer(voice, "<i2"), 2).tobytes()
    said = (
        heard.hear(bytes(3)) + heard.hear(bytes(4 * 8000 - 3)) + heard.hear(both) + heard.hear(bytes(4 * RATE))
    )
    assert words(said) == ["someone", "says", "something"]
    [settled] = results(said)
    assert settled["channel"]["alternatives"][0]["words"][0]["start"] == 0.5
