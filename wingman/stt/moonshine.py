"""Moonshine, a local transcriber that was never measured here: the `moonshine` extra plus a model fetched once.

Nothing here downloads on start. `wingman models fetch` does, and says where the files went.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path

from wingman.config.folders import cache, expanded
from wingman.config.stt import MoonshineSettings, SpeakerSettings
from wingman.core.errors import InputError
from wingman.core.json import JsonObject
from wingman.local.decoder.link import DecodeLink
from wingman.local.decoder.wire import Engine
from wingman.local.models import NOTE
from wingman.local.process import EmbeddedWorker
from wingman.local.utterances import Traits
from wingman.stt.base import TranscriberInfo
from wingman.stt.local import LocalEngine, LocalTranscriber
from wingman.stt.speakers import NOBODY_TOLD_APART, told_apart

INFO = TranscriberInfo(name="moonshine", remote=False)
"""Written beside a model once it is complete: where it lies and which architecture it has."""


def folder(settings: MoonshineSettings) -> Path:
    """Where the model lies."""
    if settings.model_dir:
        return expanded(settings.model_dir)
    return cache() / "moonshine"


def installed() -> bool:
    """The extra is installed."""
    return importlib.util.find_spec("moonshine_voice") is not None


def model_present(settings: MoonshineSettings) -> bool:
    """The extra is installed and its model was fetched completely."""
    return installed() and _note(settings) is not None


def build(
    worker: EmbeddedWorker,
    link: DecodeLink,
    settings: MoonshineSettings,
    people: SpeakerSettings = NOBODY_TOLD_APART,
) -> LocalTranscriber:
    """One channel's transcriber. Raises `InputError` when the model is not there."""
    note = _note(settings)
    if note is None:
        raise InputError(
            "the Moonshine model is not on this machine; run `wingman models fetch` once",
            field="transcribe.moonshine.model",
        )
    model = Engine("moonshine", note["model_path"], note["architecture"])
    engine = LocalEngine(INFO, model, Traits(speculates=False))
    return LocalTranscriber(worker, link, told_apart(engine, people))


def fetch(settings: MoonshineSettings, on_progress: Callable[[float, str], None]) -> Path:
    """Download the configured model (`on_progress`: share done, file name). Raises `InputError`."""
    if not installed():
        raise InputError(
            "Moonshine is not installed; run `pip install wingman-sidecar[moonshine]` first", field="moonshine"
        )
    from moonshine_voice.download import get_model_for_language
    from moonshine_voice.errors import MoonshineError
    from moonshine_voice.moonshine_api import string_to_model_arch

    root = folder(settings)
    root.mkdir(parents=True, exist_ok=True)
    try:
        path, architecture = get_model_for_language(
            "en",
            string_to_model_arch(settings.model),
            cache_root=root,
            on_progress=on_progress,
            include_word_timestamps=True,
        )
    except (OSError, MoonshineError) as failed:  # the library's network errors are OSErrors
        raise InputError(
            f"the model {settings.model} could not be downloaded ({type(failed).__name__}); "
            "check the network and try again",
            field="transcribe.moonshine.model",
        ) from None
    note = {"model_path": str(path), "architecture": int(architecture)}
    _note_path(settings).write_text(json.dumps(note), encoding="utf-8")
    return Path(path)


def _note_path(settings: MoonshineSettings) -> Path:
    return folder(settings) / f"{settings.model}.{NOTE}"


def _note(settings: MoonshineSettings) -> JsonObject | None:
    try:
        note: JsonObject = json.loads(_note_path(settings).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return note if Path(note.get("model_path", "")).is_dir() else None
