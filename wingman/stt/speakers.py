"""Telling speakers apart on this machine: the `speakers` extra, and two model files of the user's.

Words come from whichever local transcriber serves; who said them comes from here. Deepgram labels its own.
"""

from __future__ import annotations

import importlib.util
from dataclasses import replace

import msgspec

from wingman.config.folders import expanded
from wingman.config.stt import SpeakerSettings
from wingman.core.errors import InputError
from wingman.local.speaker_book import SpeakerBook
from wingman.stt.local import LocalEngine

NOBODY_TOLD_APART = SpeakerSettings()


def installed() -> bool:
    """The extra is installed."""
    return importlib.util.find_spec("sherpa_onnx") is not None


def configured(settings: SpeakerSettings) -> bool:
    """Somebody wants speakers told apart here."""
    return bool(settings.segmentation or settings.embedding)


def check(settings: SpeakerSettings) -> None:
    """Raises `InputError` that names what is missing."""
    for name in ("segmentation", "embedding"):
        field, told = f"transcribe.speakers.{name}", getattr(settings, name)
        if not told:
            raise InputError(
                f"speakers are told apart by two models; name the other one with `{field}`", field=field
            )
        if not expanded(told).is_file():
            raise InputError(f"there is no file {told}; `{field}` names an ONNX model", field=field)
    if not installed():
        sentence = "telling speakers apart needs its extra; run `pip install 'wingman-sidecar[speakers]'` once"
        raise InputError(sentence, field="transcribe.speakers")


def told_apart(engine: LocalEngine, settings: SpeakerSettings) -> LocalEngine:
    """The engine, asked for voices as well where the settings want it. Raises `InputError`."""
    if not configured(settings):
        return engine
    check(settings)
    files = {name: str(expanded(getattr(settings, name)).resolve()) for name in ("segmentation", "embedding")}
    return replace(
        engine,
        engine=msgspec.structs.replace(engine.engine, **files),
        people=lambda: SpeakerBook(settings.alike, settings.most),
    )
