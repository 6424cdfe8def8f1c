"""Recognisers answer for the stretch they were given, in samples from its first, whatever their engines say."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wingman.core.time import SAMPLE_RATE
from wingman.local.decoder.recognizers import WhisperRecognizer, build, mend, timed
from wingman.local.decoder.settings import DecoderSettings
from wingman.local.decoder.wire import Decode, Engine, Kind
from wingman.local.whisper.engine import NOTHING_BEFORE, Before, Hypothesis, Options
from wingman.local.whisper.words import TimedWord

PCM = bytes(2 * SAMPLE_RATE)
SPOKEN = st.tuples(st.sampled_from([" so", "", " ", "🙂"]), st.floats(0, 60), st.floats(-2, 3))


class Model:
    """Answers one hypothesis, and remembers how it was asked."""

    def __init__(self, answer: Hypothesis) -> None:
        self._answer = answer
        self.asked: list[Options] = []
        self.sounds: list[bytes] = []

    def decode(self, pcm: bytes, options: Options) -> Hypothesis:
        self.sounds.append(pcm)
        self.asked.append(options)
        return self._answer


def test_words_of_a_model_stay_inside_the_voice() -> None:
    heard = (TimedWord("so", -50, 100, 0.9), TimedWord("long", 15_000, 99_000, 0.5))
    model: Any = Model(Hypothesis(heard, (("de", 0.75), ("nl", 0.1)), ""))
    job = Decode(
        3, 7, Kind.FINAL, 0, b"", lead=400, language="", fallback="de", among=("de", "nl"), keyterms=("Ada",)
    )
    found = WhisperRecognizer(model).decode(job, PCM)
    assert found.words == (("so", 400, 400, 0.9), ("long", 15_000, SAMPLE_RATE, 0.5))
    assert (found.stream, found.number, found.kind, found.upto) == (3, 7, Kind.FINAL, SAMPLE_RATE)
    assert found.languages == (("de", 0.75), ("nl", 0.1))
    assert model.sounds == [PCM]
    assert model.asked == [Options("", "de", ("Ada",), final=True, among=("de", "nl"))]


@pytest.mark.parametrize(
    ("pause", "long", "sure", "again"),
    [
        (0.4, 2.0, True, True),
        (1.5, 2.0, True, False),
        (0.4, 9.0, True, False),
        (0.4, 2.0, False, False),
        (-0.4, 2.0, True, False),
    ],
    ids=["pause", "silence", "long", "unsure", "overlap"],
)
def test_the_utterance_before_is_heard_again(pause: float, long: float, sure: bool, again: bool) -> None:
    model: Any = Model(Hypothesis((), tokens=(5, 6) if sure else ()))
    recognizer = WhisperRecognizer(model)
    pcm, at = bytes(round(long * SAMPLE_RATE) * 2), round((long + pause) * SAMPLE_RATE)
    recognizer.decode(Decode(0, 0, Kind.FINAL, 0, b""), pcm)
    for _ in range(2):  # a final that was asked for too early is asked for again
        recognizer.decode(Decode(0, 1, Kind.FINAL, 0, b"", at=at), PCM)
    recognizer.decode(Decode(0, 1, Kind.INTERIM, 0, b"", at=at), PCM)
    quiet = bytes(round(pause * SAMPLE_RATE) * 2) if pause > 0 else b""
    wanted = Before(pcm + quiet, (5, 6)) if again else NOTHING_BEFORE
    assert [asked.before for asked in model.asked] == [NOTHING_BEFORE, wanted, wanted, NOTHING_BEFORE]


def test_a_look_is_no_final_and_a_doubt_is_passed_on() -> None:
    model: Any = Model(Hypothesis((), dropped="a loop"))
    found = WhisperRecognizer(model).decode(Decode(0, 0, Kind.INTERIM, 0, b""), PCM)
    assert (found.words, found.dropped) == ((), "a loop")
    assert not model.asked[0].final


def test_a_line_without_word_times_is_spread() -> None:
    line = SimpleNamespace(words=[], text=" one two ", start_time=1.0, duration=1.0)
    half = SAMPLE_RATE // 2
    assert timed(line) == [("one", 2 * half, 3 * half, 1.0), ("two", 3 * half, 4 * half, 1.0)]
    assert timed(SimpleNamespace(words=None, text="", start_time=0.0, duration=0.0)) == []


@given(st.lists(SPOKEN, min_size=1, max_size=5))
def test_words_with_times_keep_them(words: list[tuple[str, float, float]]) -> None:
    said = [SimpleNamespace(word=w, start=at, end=at + 0.5, confidence=sure) for w, at, sure in words]
    found = timed(SimpleNamespace(words=said, text="unused", start_time=0.0, duration=1.0))
    kept = [(w.strip(), round(at * SAMPLE_RATE)) for w, at, _ in words if w.strip()]
    assert [(text, start) for text, start, _, _ in found] == kept
    assert all(0 <= sure <= 1 for *_, sure in found)


@pytest.mark.parametrize(
    ("engine", "missing", "said"),
    [
        ("embedded", ImportError("gone", name="pocketsphinx"), "DEEPGRAM_API_KEY"),
        ("whisper", ImportError("gone", name="ctranslate2"), "wingman models fetch"),
        ("whisper", OSError("model.bin is missing"), "model.bin is missing"),
        ("moonshine", ImportError("gone", name="moonshine_voice"), "wingman doctor"),
    ],
)
def test_what_is_missing_comes_with_a_way_out(engine: str, missing: ImportError | OSError, said: str) -> None:
    assert said in mend(Engine(engine), missing)


def test_a_name_nobody_has_is_refused() -> None:
    with pytest.raises(OSError, match="no recogniser called vosk"):
        build(Engine("vosk"), DecoderSettings())
