"""One Whisper model in memory, and the decode of one window of audio.

Runs where blocking is allowed: CTranslate2 releases the GIL while it computes. Source: OpenNMT/CTranslate2,
`ctranslate2.models.Whisper`; the order of steps is openai/whisper's `transcribe` without its 30 s padding, its
temperature fallback and its memory of earlier text, each of which invents or costs more than it mends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from wingman.core.time import BYTES_PER_SAMPLE, SAMPLE_RATE
from wingman.local.decoder.wire import NOT_UNDERSTOOD
from wingman.local.languages import LONG_ENOUGH
from wingman.local.whisper import hallucinations
from wingman.local.whisper.mel import HOP, Floats, log_mel, window_samples
from wingman.local.whisper.vocabulary import Vocabulary
from wingman.local.whisper.words import TimedWord, shifted, spread, timed

if TYPE_CHECKING:
    from ctranslate2 import StorageView
    from ctranslate2.models import Whisper

Device = Literal["auto", "cpu", "cuda"]

FINAL_BEAMS = 5
"""Halves the errors of one beam on hard audio, for a third more time."""
TOKENS_BASE, TOKENS_PER_SECOND = 10, 12
"""A cap on the answer: a loop then costs a tenth of a second, not 448 tokens."""
SPOKEN_PER_SECOND = 8
"""Nobody says more tokens for long: an answer that does tells what came before once more."""
SURE_OF_LANGUAGE = 0.8
"""An utterance of any length is decoded in a language this likely."""
SURE_ENOUGH = -0.5
"""Mean log-probability from which an answer may be heard once more with the next utterance."""
EARLY = 4
"""One word in so many may seem to lie in the utterance before."""
LIKELY, TIMES = 0.5, 3.0
"""A long one also in a language that is likelier than all others together and so much than the fallback."""
GUESSES = 8
"""Languages that are told."""
SECOND = bytes(SAMPLE_RATE * BYTES_PER_SAMPLE)
NO_CARD = (
    "`transcribe.whisper.device` is cuda, and this machine has no NVIDIA card that CTranslate2 can use; set it "
    "to auto or cpu"
)


@dataclass(frozen=True, slots=True)
class Before:
    """The utterance just before, heard once more with the one to decode: a sentence says what its pieces are.

    The text is never given without its sound: earlier text alone makes the model go on inventing.
    """

    pcm: bytes
    """16 kHz mono s16, with the pause after it."""
    tokens: tuple[int, ...]
    """What was understood in it."""


NOTHING_BEFORE = Before(b"", ())


@dataclass(frozen=True, slots=True)
class Options:
    """How to decode one utterance."""

    language: str = "en"
    """ISO 639-1, or empty to detect it."""
    fallback: str = "en"
    """Taken when the detection is not sure; short utterances sound like many languages."""
    keyterms: tuple[str, ...] = ()
    final: bool = True
    """Several beams and aligned word times; otherwise one beam and words spread over the utterance."""
    among: tuple[str, ...] = ()
    """The languages it may be in; empty: any the model knows."""
    before: Before = NOTHING_BEFORE


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What was understood. No words: nothing, or nothing that can be believed."""

    words: tuple[TimedWord, ...] = ()
    languages: tuple[tuple[str, float], ...] = ()
    """What it sounds like, with probabilities, where that was asked; it was decoded in the fallback where the
    first is not likely enough."""
    dropped: str = ""
    """Why an answer was not believed; empty when it was, or when there was none."""
    tokens: tuple[int, ...] = ()
    """Of an answer that is sure enough to be told with what comes next."""


@dataclass(slots=True)
class _Window:
    """One utterance prepared for the encoder."""

    encoded: StorageView
    frames: int
    seconds: float
    """Of this utterance and the one before."""
    before: Before
    language: str = ""
    """It is decoded in this one."""
    heard: tuple[tuple[str, float], ...] = ()
    """It sounds like these."""


@dataclass(frozen=True, slots=True)
class _Said:
    """What the model answered, believed or not."""

    text: str
    tokens: list[int]
    score: float
    """Mean logarithm of the tokens' probabilities."""
    dropped: str


@dataclass(slots=True)
class WhisperModel:
    """A loaded model. `folder` has the layout of Systran's conversions. Raises `ImportError` or `OSError`."""

    folder: Path
    device: Device = "cpu"
    threads: int = 1
    workers: int = 1
    """Decodes that may run at once: a second worker is worth more than a second thread."""
    vocabulary: Vocabulary = field(init=False)
    _model: Whisper = field(init=False)

    def __post_init__(self) -> None:
        import ctranslate2

        _check(self.folder)
        if self.device == "cuda" and not ctranslate2.get_cuda_device_count():
            raise OSError(NO_CARD)
        try:
            self._model = ctranslate2.models.Whisper(
                str(self.folder),
                device=self.device,
                compute_type="default" if self.device == "cuda" else "int8",
                intra_threads=self.threads,
                inter_threads=self.workers,
            )
            self.vocabulary = Vocabulary(self.folder)
            self.decode(SECOND, Options())  # the first decode is slow: not on a user
        except (RuntimeError, ValueError) as failed:
            raise OSError(f"the model in {self.folder} cannot be loaded: {failed}") from failed

    @property
    def multilingual(self) -> bool:
        """True for a model that knows more than English."""
        return bool(self._model.is_multilingual)

    def decode(self, pcm: bytes, options: Options) -> Hypothesis:
        """Decode one utterance (16 kHz mono s16, at most 28 s). Word times count from its first sample."""
        window = self._encode(pcm, options)
        said = self._said(window, options, options.keyterms)
        if hallucinations.names_alone(said.text, options.keyterms):
            plain = self._said(window, options, ())
            said = said if hallucinations.alike(said.text, plain.text) else plain
        if not _follows(said, window):
            return self._by_itself(pcm, options)
        if said.dropped or not said.text:
            return Hypothesis((), window.heard, said.dropped)
        words = self._words(window, said.tokens, final=options.final)
        if options.before.tokens and EARLY * sum(word.end == 0 for word in words) > len(words):
            return self._by_itself(pcm, options)
        kept = [words[i] for i in hallucinations.without_loops([word.text for word in words])]
        if hallucinations.repetitive(" ".join(word.text for word in kept)):
            return Hypothesis((), window.heard, "repeats itself")
        sure = said.score >= SURE_ENOUGH and len(kept) == len(words)
        return Hypothesis(tuple(kept), window.heard, "", tuple(said.tokens) if sure else ())

    def _by_itself(self, pcm: bytes, options: Options) -> Hypothesis:
        return self.decode(pcm, replace(options, before=NOTHING_BEFORE))

    def _said(self, window: _Window, options: Options, keyterms: Sequence[str]) -> _Said:
        prompt = self.vocabulary.prompt(self._tag(window.language), keyterms)
        before = list(window.before.tokens)
        most = TOKENS_BASE + round(TOKENS_PER_SECOND * window.seconds)
        answer = self._generate(window, [*prompt, *before], most, FINAL_BEAMS if options.final else 1)
        tokens = [token for token in answer.sequences_ids[0] if token < self.vocabulary.end][len(before) :]
        score = answer.scores[0] * len(answer.sequences_ids[0]) / (len(answer.sequences_ids[0]) + 1)
        text = self.vocabulary.text(tokens).strip()
        no_speech = answer.no_speech_prob
        if keyterms and text:  # names before it make any sound look like speech
            no_speech = self._generate(
                window, self.vocabulary.prompt(self._tag(window.language)), 1
            ).no_speech_prob
        return _Said(text, tokens, score, doubt(text, no_speech, score, keyterms))

    def _generate(self, window: _Window, prompt: list[int], most: int, beams: int = 1) -> Any:
        return self._model.generate(
            window.encoded,
            [prompt],
            beam_size=beams,
            max_length=len(prompt) + most,
            return_scores=True,
            return_no_speech_prob=True,
        )[0]

    def _encode(self, pcm: bytes, options: Options) -> _Window:
        import ctranslate2

        before = options.before
        audio = samples(before.pcm + pcm)
        room = np.zeros(window_samples(len(audio), options.language), np.float32)
        room[: len(audio)] = audio[: len(room)]
        features = log_mel(room, self._model.n_mels)
        encoded = self._model.encode(ctranslate2.StorageView.from_array(features[None]))
        window = _Window(encoded, -(-len(audio) // HOP), len(audio) / SAMPLE_RATE, before, options.language)
        if not self.multilingual:
            window.language = "en"
        elif not options.language:
            window.heard = self._sounds_like(encoded, options.among)
            window.language = _taken(window.heard, options.fallback, len(audio))
        return window

    def _sounds_like(self, encoded: StorageView, among: Sequence[str]) -> tuple[tuple[str, float], ...]:
        """The likeliest languages of those it may be."""
        told = [(tag.strip("<|>"), share) for tag, share in self._model.detect_language(encoded)[0]]
        known = [(language, share) for language, share in told if language in among] or told
        whole = sum(share for _, share in known) or 1.0
        return tuple((language, round(share / whole, 4)) for language, share in known[:GUESSES])

    def _tag(self, language: str) -> str:
        """The language token's name; none for an English-only model."""
        if not self.multilingual:
            return ""
        return language if self.vocabulary.has_language(language) else "en"

    def _words(self, window: _Window, tokens: Sequence[int], *, final: bool) -> list[TimedWord]:
        words = self.vocabulary.words(tokens, window.language)
        if not final:
            return spread(words, window.seconds)
        whole = [*window.before.tokens, *tokens]
        alignment: Any = self._model.align(
            window.encoded, self.vocabulary.opening(self._tag(window.language)), [whole], window.frames
        )[0]
        said = [("", len(window.before.tokens)), *words]
        found = timed(said, alignment.alignments, alignment.text_token_probs, window.seconds)
        return shifted(found, -len(window.before.pcm) // BYTES_PER_SAMPLE)


def samples(pcm: bytes) -> Floats:
    """16-bit mono sound as floats from -1 to 1."""
    return np.frombuffer(pcm, np.int16).astype(np.float32) / np.float32(32768)


def _taken(heard: Sequence[tuple[str, float]], fallback: str, samples_heard: int) -> str:
    """The language to decode in: the likeliest where it is likely enough. Short utterances sound like many."""
    (first, share), told = heard[0], dict(heard)
    clear = samples_heard >= LONG_ENOUGH and share >= LIKELY and share >= TIMES * told.get(fallback, 0.0)
    return first if share >= SURE_OF_LANGUAGE or clear else fallback


def _follows(said: _Said, window: _Window) -> bool:
    """Whether an answer that was given what came before is sure, more than a few words, no more than fits into
    the sound, and no echo of what came before."""
    before = window.before
    if not before.tokens:
        return True
    seconds = window.seconds - len(before.pcm) / BYTES_PER_SAMPLE / SAMPLE_RATE
    if len(said.tokens) > TOKENS_BASE + SPOKEN_PER_SECOND * seconds:
        return False
    many = len(said.text.split()) > hallucinations.FEW_WORDS
    return many and said.score >= SURE_ENOUGH and said.tokens != list(before.tokens)


def doubt(text: str, no_speech: float, score: float, keyterms: Sequence[str]) -> str:
    """Why this answer is not believed; empty when it is."""
    if not any(c.isalnum() for c in hallucinations.told(text)):
        return "describes a sound"
    if hallucinations.invented(text, no_speech, score):
        return NOT_UNDERSTOOD if no_speech <= hallucinations.NO_SPEECH else "nobody spoke"
    if hallucinations.echoes_prompt(text, keyterms):
        return "repeats the names it was given"
    return ""


FILES = ("config.json", "model.bin", "tokenizer.json")


def _check(folder: Path) -> None:
    for name in FILES:
        if not (folder / name).is_file():
            raise FileNotFoundError(f"{folder / name} is missing: the model is not complete")


@cache
def load(folder: Path, device: Device = "cpu", threads: int = 1, workers: int = 1) -> WhisperModel:
    """The model in `folder`, loaded once per process whoever asks."""
    return WhisperModel(folder, device, threads, workers)
