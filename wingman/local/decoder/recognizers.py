"""Recognisers as the decode process uses them: an utterance so far in, its words out. Blocking.

One per stream. PocketSphinx keeps what it was fed, so a look costs only what is new; the others hear the
utterance again each time.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from wingman.core.time import BYTES_PER_SAMPLE, SAMPLE_RATE
from wingman.local.decoder.settings import DecoderSettings
from wingman.local.decoder.voices import with_voices
from wingman.local.decoder.wire import Decode, Decoded, Engine, Kind
from wingman.local.whisper.engine import NO_CARD, NOTHING_BEFORE, Before, Options, WhisperModel, load
from wingman.local.whisper.words import clamped

FRAME_SAMPLES = SAMPLE_RATE // 100
"""PocketSphinx counts in 10 ms frames."""

CONTEXT = 10 * SAMPLE_RATE * BYTES_PER_SAMPLE
"""Bytes of two utterances together that are heard as one."""
CONTEXT_PAUSE = SAMPLE_RATE * BYTES_PER_SAMPLE
"""Bytes between them: who waits longer begins anew."""

Row = tuple[str, int, int, float]
"""Text, start and end in samples from the utterance's first, confidence (0 to 1)."""

_VARIANT = re.compile(r"\(\d+\)$")
_FIRST_PERSON = re.compile(r"^i('|$)")


class Recognizer(Protocol):
    """Turns a stretch of sound into words."""

    def decode(self, job: Decode, pcm: bytes) -> Decoded:
        """Decode the utterance `pcm` (16 kHz mono s16) so far; its last answer when `job.kind` is FINAL."""
        ...


class WhisperRecognizer:
    """All streams share one model; each keeps its last utterance, to be heard once more with the next."""

    def __init__(self, model: WhisperModel) -> None:
        self._model = model
        self._last = _Last(-1, 0, b"", ())
        self._before = self._last

    def decode(self, job: Decode, pcm: bytes) -> Decoded:
        final = job.kind is Kind.FINAL
        before = self._context(job, pcm) if final else NOTHING_BEFORE
        languages = (job.language, job.fallback)
        options = Options(*languages, job.keyterms, final=final, among=job.among, before=before)
        heard = self._model.decode(pcm, options)
        if final:
            self._last = _Last(job.number, job.at, pcm, heard.tokens)
        words = clamped(heard.words, job.lead, len(pcm) // BYTES_PER_SAMPLE)
        rows = tuple((w.text, w.start, w.end, w.confidence) for w in words)
        return _answer(job, pcm, rows, heard.languages, heard.dropped)

    def _context(self, job: Decode, pcm: bytes) -> Before:
        """What was said just before, where it is sure and short, and only a pause lies between."""
        if job.number != self._last.number:
            self._before = self._last
        last = self._before
        pause = (job.at - last.at) * BYTES_PER_SAMPLE - len(last.pcm)
        whole = len(last.pcm) + pause + len(pcm)
        if not last.tokens or not 0 <= pause <= CONTEXT_PAUSE or whole > CONTEXT:
            return NOTHING_BEFORE
        return Before(last.pcm + bytes(pause), last.tokens)


class _Last(NamedTuple):
    """A final's utterance, where it begins on the channel, and what was surely understood."""

    number: int
    at: int
    pcm: bytes
    tokens: tuple[int, ...]


class PocketSphinx:
    """English. Loading takes about half a second and 110 MB. Raises `ImportError` where no wheel exists."""

    def __init__(self) -> None:
        import pocketsphinx  # heavy, and missing where no wheel exists

        # maxhmmpf halves the cost of the widest frames and changes no word on our test speech. Without the
        # second pass (fwdflat) an utterance's last answer comes a tenth of a second sooner, and all of it costs
        # a sixth less; of 389 words, read and made, 60 are wrong (61 with it).
        options = {"samprate": SAMPLE_RATE, "loglevel": "FATAL", "maxhmmpf": 5000, "fwdflat": False}
        self._decoder = pocketsphinx.Decoder(**options)
        self._running = -1  # the utterance it is in
        self._fed = 0  # bytes of it

    def decode(self, job: Decode, pcm: bytes) -> Decoded:
        if self._running != job.number:
            self._finish()
            self._decoder.start_utt()
            self._running, self._fed = job.number, 0
        if len(pcm) > self._fed:  # the decoder raises on an empty block
            self._decoder.process_raw(pcm[self._fed :])
            self._fed = len(pcm)
        if job.kind is Kind.FINAL:
            self._finish()
        return _answer(job, pcm, self._words() if self._decoder.hyp() else ())

    def _finish(self) -> None:
        if self._running >= 0:
            self._decoder.end_utt()
            self._running = -1

    def _words(self) -> tuple[Row, ...]:
        rows: list[Row] = []
        for segment in self._decoder.seg():
            if segment.word[0] in "<[+":  # sentence marks, silence and noise
                continue
            text = _VARIANT.sub("", segment.word)
            text = _FIRST_PERSON.sub(lambda m: "I" + m.group(1), text)
            if not rows:
                text = text[:1].upper() + text[1:]
            start, end = segment.start_frame * FRAME_SAMPLES, (segment.end_frame + 1) * FRAME_SAMPLES
            rows.append((text, start, end, round(min(1.0, max(0.0, segment.prob)), 3)))
        return tuple(rows)


class Moonshine:
    """The `moonshine` extra with a fetched model. Raises `ImportError` or `OSError` when it cannot load."""

    def __init__(self, folder: str, architecture: int) -> None:
        from moonshine_voice.errors import MoonshineError
        from moonshine_voice.moonshine_api import ModelArch
        from moonshine_voice.transcriber import Transcriber

        try:
            self._transcriber: Any = Transcriber(
                folder, ModelArch(architecture), options={"word_timestamps": "true"}
            )
        except (MoonshineError, ValueError) as failed:
            raise OSError(str(failed)) from failed

    def decode(self, job: Decode, pcm: bytes) -> Decoded:
        import numpy as np

        audio = np.frombuffer(pcm, np.int16).astype(np.float32) / np.float32(32768)
        lines = self._transcriber.transcribe_without_streaming(audio.tolist(), SAMPLE_RATE).lines
        return _answer(job, pcm, tuple(row for line in lines for row in timed(line)))


def timed(line: Any) -> list[Row]:
    """A Moonshine line's words; spread evenly over the line when the model gave no word times."""
    if line.words:
        return [
            (
                w.word.strip(),
                round(w.start * SAMPLE_RATE),
                round(w.end * SAMPLE_RATE),
                round(min(1.0, max(0.0, w.confidence)), 3),
            )
            for w in line.words
            if w.word.strip()
        ]
    texts = line.text.split()
    start = round(line.start_time * SAMPLE_RATE)
    step = round(line.duration * SAMPLE_RATE / max(1, len(texts)))
    return [(text, start + n * step, start + (n + 1) * step, 1.0) for n, text in enumerate(texts)]


def build(engine: Engine, settings: DecoderSettings) -> Recognizer:
    """The recogniser a stream asked for. Raises `ImportError` or `OSError` when it cannot run here."""
    return with_voices(_words(engine, settings), engine)


def _words(engine: Engine, settings: DecoderSettings) -> Recognizer:
    match engine.name:
        case "whisper":
            model = load(Path(engine.folder), settings.device, settings.threads, settings.workers)
            return WhisperRecognizer(model)
        case "moonshine":
            return Moonshine(engine.folder, engine.architecture)
        case "embedded":
            return PocketSphinx()
        case name:
            raise OSError(f"there is no recogniser called {name}")


def mend(engine: Engine, missing: ImportError | OSError) -> str:
    """One sentence: what cannot run here, and the ways out."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    if isinstance(missing, ImportError) and missing.name == "pocketsphinx":
        return (
            f"the embedded transcriber needs pocketsphinx, which has no wheel for Python {version}; use Python "
            "3.11 to 3.13, set DEEPGRAM_API_KEY, or install wingman-sidecar[whisper]"
        )
    if isinstance(missing, ImportError) and missing.name == "sherpa_onnx":
        return (
            "telling speakers apart needs its extra; run `pip install 'wingman-sidecar[speakers]'`, or leave "
            "`transcribe.speakers` empty"
        )
    if isinstance(missing, ImportError) and engine.name == "whisper":
        return (
            f"the whisper transcriber needs its extra ({missing}); run `pip install wingman-sidecar[whisper]` "
            "and then `wingman models fetch whisper-base`"
        )
    if str(missing) == NO_CARD:
        return NO_CARD
    return f"the local transcriber cannot start ({missing}); run `wingman doctor` to see what is missing"


def _answer(
    job: Decode,
    pcm: bytes,
    rows: Sequence[Row],
    languages: tuple[tuple[str, float], ...] = (),
    dropped: str = "",
) -> Decoded:
    upto = len(pcm) // BYTES_PER_SAMPLE
    return Decoded(
        stream=job.stream,
        number=job.number,
        kind=job.kind,
        upto=upto,
        words=tuple(rows),
        languages=languages,
        dropped=dropped,
    )
