"""The real model on prepared sound, and what goes into its prompt."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import av
import numpy as np
import pytest

from tests.support import sample
from tests.support import whisper as model
from tests.support.local import TURN, turn_pcm
from tests.support.sample import plain_words
from wingman.core.time import SAMPLE_RATE
from wingman.local.decoder.wire import NOT_UNDERSTOOD
from wingman.local.whisper.engine import Before, Options, WhisperModel, _Said, _Window, doubt, load
from wingman.local.whisper.mel import HOP, log_mel, window_samples
from wingman.local.whisper.vocabulary import PROMPT_TOKENS, Vocabulary

OTHER = next(t for t in sample.truth() if t.text.startswith("Who is going"))
SPOKEN = {
    "es": "Nos gustaría empezar en marzo si la junta aprueba el presupuesto.",
    "de": "Wir möchten im März anfangen, wenn der Vorstand dem Budget zustimmt.",
    "en": "We would like to start in March if the board agrees to the budget.",
}


def said(language: str) -> bytes:
    """A sentence by a synthetic voice."""
    if shutil.which("espeak-ng") is None:
        pytest.skip("espeak-ng is not installed")
    command = ["espeak-ng", "-v", language, "-s", "150", "--stdout", SPOKEN[language]]
    wave = subprocess.run(command, check=True, capture_output=True).stdout
    resampler = av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
    with av.open(io.BytesIO(wave), "r") as container:
        frames = [f for frame in container.decode(audio=0) for f in resampler.resample(frame)]
    return np.concatenate([frame.to_ndarray()[0] for frame in frames]).astype(np.int16).tobytes()


@pytest.mark.parametrize("language", SPOKEN)
def test_the_language_is_found_out(language: str) -> None:
    heard = load(model.folder()).decode(said(language), Options("", final=False))
    (first, share), *_ = heard.languages
    assert (first, share > 0.8) == (language, True)


def test_a_doubtful_language_is_decoded_in_the_one_before(monkeypatch: pytest.MonkeyPatch) -> None:
    whisper, asked = load(model.folder()), list[str]()
    prompt = whisper.vocabulary.prompt

    def spy(language: str, keyterms: Sequence[str] = ()) -> list[int]:
        asked.append(language)
        return prompt(language, keyterms)

    monkeypatch.setattr(whisper.vocabulary, "prompt", spy)
    murmur = np.random.default_rng(3).normal(0, 300, SAMPLE_RATE).astype(np.int16).tobytes()
    heard = whisper.decode(murmur, Options("", fallback="fr"))
    assert heard.words == ()
    assert asked == ["fr"]
    (first, share), *_ = heard.languages
    assert share < 0.8
    assert first != "fr", "what it sounds like is told, not what it was taken for"


def test_a_look_spreads_its_words_and_a_final_aligns_them() -> None:
    whisper = load(model.folder())
    look = whisper.decode(turn_pcm(), Options(final=False))
    final = whisper.decode(turn_pcm(), Options())
    for heard in (look, final):
        assert plain_words(" ".join(word.text for word in heard.words)) == plain_words(TURN.text)
        ends = [word.end for word in heard.words]
        assert ends == sorted(ends)
        assert ends[-1] <= len(turn_pcm()) // 2
    assert {word.confidence for word in look.words} == {1.0}
    assert all(0 < word.confidence <= 1 for word in final.words)


def test_the_prompt_holds_whole_names_and_not_too_many() -> None:
    words = Vocabulary(model.folder())
    plain = words.prompt("en")
    assert [words._tokenizer.id_to_token(t) for t in plain] == [
        "<|startoftranscript|>",
        "<|en|>",
        "<|transcribe|>",
        "<|notimestamps|>",
    ]
    named = words.prompt("en", ["ComfyUI", " ", "Ada Lovelace", *[f"Name{n} Surname{n}" for n in range(40)]])
    assert named[-len(plain) :] == plain
    told = words.text(named[1 : -len(plain)])
    assert told.startswith(" ComfyUI, Ada Lovelace, Name0 Surname0")
    assert told.split(", ")[-1].split()[-1].startswith("Surname")
    assert len(named) <= PROMPT_TOKENS + len(plain) + 1


def test_an_english_only_model_is_asked_for_no_language() -> None:
    words = Vocabulary(model.folder("tiny.en"))
    tokens = [words._tokenizer.id_to_token(t) for t in words.prompt("")]
    assert tokens == ["<|startoftranscript|>", "<|notimestamps|>"]
    heard = load(model.folder("tiny.en")).decode(turn_pcm(), Options("de"))
    assert heard.languages == ()
    assert len(heard.words) > 8


def test_marks_belong_to_their_words() -> None:
    words = Vocabulary(model.folder())
    for text in ("Well, 20% of it — or $300 (at most) — is cold-hearted.", "“Yes,” he said. I'm fine…"):
        tokens = words._encode(" " + text)
        grouped = words.words(tokens, "en")
        assert sum(count for _, count in grouped) == len(tokens)
        assert all(any(c.isalnum() for c in word) for word, _ in grouped)
        assert " ".join(word for word, _ in grouped).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize(
    ("seconds", "language", "window"),
    [
        (0.5, "en", 10),
        (7.9, "en", 10),
        (9, "en", 11),
        (3, "es", 15),
        (15, "en", 17),
        (28, "en", 30),
        (40, "", 30),
    ],
)
def test_windows_are_never_short(seconds: float, language: str, window: float) -> None:
    assert window_samples(round(seconds * SAMPLE_RATE), language) == window * SAMPLE_RATE


def test_the_spectrogram_is_whispers() -> None:
    """A tone stands out in its mel band; everything lies within 2 of the loudest (8 bels, quartered)."""
    tone = np.sin(2 * np.pi * 1000 * np.arange(SAMPLE_RATE) / SAMPLE_RATE).astype(np.float32)
    mel = log_mel(tone)
    assert mel.shape == (80, SAMPLE_RATE // HOP)
    assert mel.max() - mel.min() <= 2.0 + 1e-5
    assert 24 <= int(mel[:, 50].argmax()) <= 28  # 1000 Hz is mel 15 of 45.2, and there are 80 bands


def test_what_was_said_before_is_heard_once_more_and_not_told_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    whisper = load(model.folder())
    first, second = turn_pcm(), turn_pcm(turn=OTHER)
    alone = [whisper.decode(pcm, Options()) for pcm in (first, second)]
    before = Before(first, alone[0].tokens)
    after = whisper.decode(second, Options(before=before))
    assert alone[0].tokens
    assert plain_words(" ".join(w.text for w in after.words)) == plain_words(OTHER.text)
    shifts = [abs(a.start - b.start) for a, b in zip(alone[1].words, after.words, strict=True)]
    assert max(shifts) < SAMPLE_RATE // 4, "times count from the utterance, not from the one before"
    silence = whisper.decode(bytes(2 * SAMPLE_RATE), Options(before=before))
    assert silence.words == (), "what was said before is not said again"
    heard = whisper._said

    def turn_and_turn_about(self: WhisperModel, window: _Window, *rest: Any) -> _Said:
        said = heard(window, *rest)
        both = [*said.tokens, *before.tokens] * 2
        return replace(said, text=whisper.vocabulary.text(both), tokens=both) if window.before.tokens else said

    monkeypatch.setattr(WhisperModel, "_said", turn_and_turn_about)
    look = whisper.decode(second, Options(before=before, final=False))
    assert plain_words(" ".join(w.text for w in look.words)) == plain_words(OTHER.text), "more than fits"


def test_speech_played_backwards_says_nothing() -> None:
    for turn in (TURN, OTHER):
        sound = np.frombuffer(turn_pcm(turn=turn), np.int16)[::-1].copy()
        heard = load(model.folder()).decode(sound.tobytes(), Options())
        assert heard.words == (), [word.text for word in heard.words]


def test_names_it_was_given_do_not_fill_a_sound() -> None:
    """A siren and a howl with a list of names before them used to be answered with one of the names."""
    at = np.arange(3 * SAMPLE_RATE) / SAMPLE_RATE
    siren = np.sin(2 * np.pi * np.cumsum(900 + 400 * np.sin(np.pi * at)) / SAMPLE_RATE) * 6000
    busy = (np.sin(2 * np.pi * 480 * at) + np.sin(2 * np.pi * 620 * at)) * 4000 * (at % 1 < 0.5)
    names = ("Kubernetes", "Zuccotti Park", "Acme Corporation", "Siobhan O'Neill", "ComfyUI")
    for sound in (siren, busy):
        for final in (True, False):
            options = Options("en", keyterms=names, final=final)
            heard = load(model.folder()).decode(sound.astype(np.int16).tobytes(), options)
            assert heard.words == (), [word.text for word in heard.words]


@pytest.mark.parametrize(
    ("no_speech", "why"), [(0.4, NOT_UNDERSTOOD), (0.9, "nobody spoke")], ids=["a voice", "a chime"]
)
def test_what_is_not_believed_is_said_to_be_speech_where_it_sounds_like_it(no_speech: float, why: str) -> None:
    assert doubt("We must infest our combs with more", no_speech, -1.02, ()) == why
