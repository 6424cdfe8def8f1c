"""What counts as a decision, a promise, a request, a delay."""

from __future__ import annotations

import pytest

from wingman.report.phrases import DECISION, DEFERRED, PROMISE, REQUEST


@pytest.mark.parametrize("text", ["we've decided to wait", "Let's go with the pilot", "Okay, that's a deal."])
def test_decisions(text: str) -> None:
    assert DECISION.search(text)


@pytest.mark.parametrize(
    "text", ["I'll send it tonight", "we are going to check", "I need to ask my boss", "I will go through it"]
)
def test_promises(text: str) -> None:
    assert PROMISE.search(text)


@pytest.mark.parametrize(
    "text", ["I'll be there", "I will see", "she will send it", "then I need to run", "I have to go now"]
)
def test_what_promises_nothing(text: str) -> None:
    assert not PROMISE.search(text)


@pytest.mark.parametrize("text", ["Could you please send the deck", "please confirm the date"])
def test_requests(text: str) -> None:
    assert REQUEST.search(text)


@pytest.mark.parametrize("text", ["let me check", "I don't know", "we'll get back to you on that"])
def test_delays(text: str) -> None:
    assert DEFERRED.search(text)
