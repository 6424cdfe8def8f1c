"""What is optional says how to get it, and the page about suggestions keeps up with the code."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.support.each import each
from wingman.config.suggest import GeminiSettings
from wingman.core.errors import FaultKind, InputError
from wingman.llm.gemini.errors import fault_of_status
from wingman.llm.gemini.legacy_client import GenerativeAiModel
from wingman.suggest.gate.decisions import Reason

PAGE = Path(__file__).parents[2] / "docs" / "suggestions.md"


def test_the_older_package_is_asked_for_by_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "google.ai", None)
    with pytest.raises(InputError, match=r"install wingman-sidecar\[generativeai\], or use `gemini`"):
        GenerativeAiModel(GeminiSettings())


@each("reason", list(Reason))
def test_every_reason_code_is_explained(reason: Reason) -> None:
    assert f"`{reason}`" in PAGE.read_text("utf-8")


@each(
    ("status", "kind", "words"),
    [
        (400, FaultKind.BAD_REQUEST, "refused the request: bad field"),
        (401, FaultKind.AUTH, "does not accept this kind of key"),
        (403, FaultKind.FORBIDDEN, "refused access"),
        (404, FaultKind.BAD_REQUEST, "model m is not served to this key"),
        (429, FaultKind.RATE_LIMITED, "pause for 10 s"),
        (500, FaultKind.UNAVAILABLE, "status 500"),
        (503, FaultKind.UNAVAILABLE, "overloaded"),
        (504, FaultKind.TIMEOUT, "in time"),
        (418, FaultKind.PROTOCOL, "status 418"),
    ],
)
def test_each_status_has_its_kind_and_sentence(status: int, kind: FaultKind, words: str) -> None:
    fault = fault_of_status(status, "bad field", {}, "m")
    assert fault.kind is kind
    assert words in str(fault)


def test_a_key_in_the_vendors_words_is_masked() -> None:
    fault = fault_of_status(400, "API key AIzaSyExample123 and AQ.Ab8-x are odd", {}, "m")
    assert "AIzaSy" not in str(fault)
    assert "Ab8" not in str(fault)


@pytest.mark.parametrize(
    "body", [{}, {"error": None}, {"error": {"details": "x"}}, {"error": {"details": [1, {}]}}]
)
def test_an_odd_error_body_is_survived(body: dict[str, object]) -> None:
    assert fault_of_status(429, "", body, "m").retry_after == 10
