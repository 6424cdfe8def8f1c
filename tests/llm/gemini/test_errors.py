"""Google's error bodies as faults: the kind, the wait, a sentence, and never a key."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.each import each
from wingman.core.errors import FaultKind
from wingman.llm.gemini.errors import RETRY_AFTER_S, fault_of_status, unreachable

KEY = "AIzaSyA-0123456789abcdefghijklmnopqrstu"


def with_details(*details: Any) -> dict[str, Any]:
    return {"error": {"code": 429, "message": "m", "details": list(details)}}


@each(
    ("status", "kind", "final"),
    [
        (400, FaultKind.BAD_REQUEST, True),
        (401, FaultKind.AUTH, True),
        (403, FaultKind.FORBIDDEN, True),
        (404, FaultKind.BAD_REQUEST, True),
        (429, FaultKind.RATE_LIMITED, False),
        (500, FaultKind.UNAVAILABLE, False),
        (503, FaultKind.UNAVAILABLE, False),
        (504, FaultKind.TIMEOUT, False),
        (302, FaultKind.PROTOCOL, False),
    ],
)
def test_each_status_has_its_kind(status: int, kind: FaultKind, final: bool) -> None:
    fault = fault_of_status(status, "m", {}, "gemini-x")
    assert (fault.kind, fault.final, fault.code) == (kind, final, str(status))
    assert str(fault)


def test_a_wrong_key_is_told_apart_from_a_wrong_request() -> None:
    body = {"error": {"details": [{"reason": "API_KEY_INVALID"}]}}
    assert fault_of_status(400, "", body, "g").kind is FaultKind.AUTH
    assert fault_of_status(400, "API key not valid. Please pass", {}, "g").kind is FaultKind.AUTH


@pytest.mark.parametrize(
    ("delay", "wait"),
    [
        ("17s", 17.0),
        ("2.5s", 2.5),
        ("soon", RETRY_AFTER_S),
        (None, RETRY_AFTER_S),
        ("9" * 400 + "s", RETRY_AFTER_S),
    ],
    ids=["whole", "part", "a word", "none", "endless"],
)
def test_the_vendors_own_delay_is_kept(delay: Any, wait: float) -> None:
    assert fault_of_status(429, "", with_details({"retryDelay": delay}), "g").retry_after == wait


def test_a_proxys_delay_counts_where_the_vendor_names_none() -> None:
    headers = {"retry-after": "0.5"}
    assert fault_of_status(429, "", {}, "g", headers).retry_after == 0.5
    assert "for 1 s" in str(fault_of_status(429, "", {}, "g", headers))
    assert fault_of_status(429, "", with_details({"retryDelay": "17s"}), "g", headers).retry_after == 17


def test_a_key_in_the_vendors_words_is_not_repeated() -> None:
    assert KEY not in str(fault_of_status(400, f"bad key {KEY} given", {}, "g"))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["error", "details", "reason"]), inner),
    max_leaves=20,
)


@given(st.integers(100, 599), st.text(), st.dictionaries(st.sampled_from(["error", "details"]), JSON))
def test_no_body_is_too_odd(status: int, message: str, body: dict[str, Any]) -> None:
    assert str(fault_of_status(status, message, body, "g"))


def test_nobody_answered() -> None:
    assert unreachable().kind is FaultKind.NETWORK
