"""Whisper on this machine: the local transcriber to work with. The `whisper` extra plus a model fetched once.

Nothing here downloads on start. `wingman models fetch whisper-base` does, and says where the files went.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence

from wingman.config.stt import SpeakerSettings, WhisperSettings
from wingman.core.cores import usable_cores
from wingman.core.errors import InputError
from wingman.core.time import samples
from wingman.local import models
from wingman.local.decoder.link import DecodeLink
from wingman.local.decoder.settings import DecoderSettings
from wingman.local.decoder.wire import Engine
from wingman.local.process import EmbeddedWorker
from wingman.local.utterances import Traits
from wingman.local.whisper.engine import NO_CARD
from wingman.stt.base import TranscriberInfo
from wingman.stt.bulk import BulkTranscriber
from wingman.stt.local import LocalEngine, LocalTranscriber
from wingman.stt.speakers import NOBODY_TOLD_APART, told_apart

INFO = TranscriberInfo(name="whisper", remote=False)
DETECTED = ("", "auto", "multi")
"""Settings of the language that leave it to the model."""
MEASURED_LANGUAGES = ("en", "es", "fr", "it", "pt")
"""Languages `base` was found to serve; the others need a larger model."""
SMALL_ONES = ("tiny", "base")
"""Models that serve the measured languages at most."""
MORE_LANGUAGES: tuple[str, ...] = (
    *("af", "ar", "az", "be", "bg", "bs", "ca", "cs", "cy", "da", "de", "el", "et", "fa", "fi", "gl", "he"),
    *("hi", "hr", "hu", "hy", "id", "is", "ja", "kk", "kn", "ko", "lt", "lv", "mi", "mk", "mr", "ms", "ne"),
    *("nl", "no", "pl", "ro", "ru", "sk", "sl", "sr", "sv", "sw", "ta", "th", "tl", "tr", "uk", "ur", "vi"),
    "zh",
)
"""What larger models are said to serve besides: less than half of the words wrong. Source: OpenAI, Speech to
text, Supported languages."""


def languages(settings: WhisperSettings) -> tuple[str, ...]:
    """ISO 639-1 codes of what the configured model serves."""
    if settings.model.endswith(".en"):
        return ("en",)
    return MEASURED_LANGUAGES if settings.model in SMALL_ONES else (*MEASURED_LANGUAGES, *MORE_LANGUAGES)


def installed() -> bool:
    """The extra is installed."""
    return all(importlib.util.find_spec(name) is not None for name in ("ctranslate2", "tokenizers"))


def model_present(settings: WhisperSettings) -> bool:
    """The extra is installed and the configured model is there, whole."""
    return installed() and models.present(settings.model, settings.model_dir)


def mend(settings: WhisperSettings) -> str:
    """One sentence: what is missing here, and how to get it."""
    if not installed():
        return "Whisper is not installed; run `pip install 'wingman-sidecar[whisper]'` once"
    if settings.model_dir:
        return f"no model lies in {settings.model_dir}; name its folder with `transcribe.whisper.model_dir`"
    return f"the Whisper model is not on this machine; run `wingman models fetch whisper-{settings.model}` once"


def device_problem(settings: WhisperSettings) -> str:
    """Why the model cannot compute where the settings say; empty when it can. Loads the library to ask it."""
    if settings.device != "cuda" or not installed():
        return ""
    import ctranslate2

    return "" if ctranslate2.get_cuda_device_count() else NO_CARD


def decoder_settings(settings: WhisperSettings) -> DecoderSettings:
    """What the decoder process needs to know."""
    return DecoderSettings(settings.device, settings.threads, settings.workers)


def bulk_settings(settings: WhisperSettings) -> DecoderSettings:
    """Of the process that decodes recordings: every core, after everybody else."""
    return DecoderSettings(settings.device, 1, usable_cores(), niceness=10)


def build(
    worker: EmbeddedWorker,
    link: DecodeLink,
    settings: WhisperSettings,
    language: str = "",
    keyterms: Sequence[str] = (),
    people: SpeakerSettings = NOBODY_TOLD_APART,
) -> LocalTranscriber:
    """One channel's transcriber. `language` and `keyterms` are the meeting's. Raises `InputError`."""
    return LocalTranscriber(worker, link, told_apart(_engine(settings, language, keyterms), people))


def build_bulk(
    link: DecodeLink,
    settings: WhisperSettings,
    language: str = "",
    keyterms: Sequence[str] = (),
    people: SpeakerSettings = NOBODY_TOLD_APART,
) -> BulkTranscriber:
    """One channel of a recording. Raises `InputError`."""
    engine = told_apart(_engine(settings, language, keyterms), people)
    return BulkTranscriber(link, engine, usable_cores())


def _engine(settings: WhisperSettings, language: str, keyterms: Sequence[str]) -> LocalEngine:
    if not model_present(settings):
        raise InputError(mend(settings), field="transcribe.whisper.model")
    spoken, among = _language(language or settings.language, settings)
    return LocalEngine(
        INFO,
        Engine("whisper", str(models.folder(settings.model, settings.model_dir).resolve())),
        Traits(interim_step=samples(settings.interim_s)),
        spoken,
        among,
        (*keyterms, *settings.keyterms),
    )


def _language(wanted: str, settings: WhisperSettings) -> tuple[str, tuple[str, ...]]:
    """ISO 639-1 of what is spoken, empty when the model is to find out; and what it may be then."""
    if settings.model.endswith(".en"):
        return "en", ()
    named = tuple(tag.strip().split("-")[0].lower() for tag in wanted.split(","))
    if len(named) > 1:
        return "", named
    return ("", (*MEASURED_LANGUAGES, *MORE_LANGUAGES)) if wanted in DETECTED else (named[0], ())
