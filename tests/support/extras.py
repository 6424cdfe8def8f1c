"""Heavy packages of extras, loaded by the test that needs them and not as its module is collected."""

from __future__ import annotations

import warnings
from typing import Any

import pytest


def gemini_messages() -> Any:
    """The messages of `google-generativeai`, which is imported with a warning. Skips where it is missing."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        return pytest.importorskip(
            "google.ai.generativelanguage_v1beta", reason="needs the `generativeai` extra"
        )
