"""Gemini's forms, read back by the rules of HTTP and JSON."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wingman.testing.gemini import wire

SERVED = frozenset(wire.MODELS)


def test_paths_of_models() -> None:
    assert wire.parse_path("/v1beta/models/gemini-x:streamGenerateContent") == wire.Call(
        "v1beta", "gemini-x", "streamGenerateContent"
    )
    assert wire.parse_path("/v1/models").method == "get"
    for odd in ("/", "/v2/models/x:y", "/v1/models/x:y/z", "/v1/models/x:y?z"):
        with pytest.raises(wire.Refused) as refused:
            wire.parse_path(odd)
        assert refused.value.code == 404


@pytest.mark.parametrize(
    ("headers", "query", "code"),
    [
        ({}, {}, 403),
        ({"x-goog-api-key": "k"}, {"key": "k"}, 400),
        ({"x-goog-api-key": "other"}, {}, 400),
    ],
)
def test_keys(headers: dict[str, str], query: dict[str, str], code: int) -> None:
    wire.check_key({"x-goog-api-key": "k"}, {}, "k")
    with pytest.raises(wire.Refused) as refused:
        wire.check_key(headers, query, "k")
    assert refused.value.code == code
    assert json.loads(refused.value.body)["error"]["status"] == wire.STATUS_NAMES[code]


def test_an_alias_is_served_on_the_beta_version_only() -> None:
    assert wire.resolve_model(wire.Call("v1beta", "gemini-flash-latest", ""), SERVED) == "gemini-3.8-flash"
    with pytest.raises(wire.Refused):
        wire.resolve_model(wire.Call("v1", "gemini-flash-latest", ""), SERVED)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"content": []},
        {"contents": [{"role": "model"}]},
        {"contents": [{"role": "user"}], "generationConfig": {"thinkingConfig": {"thinkingLevel": "huge"}}},
    ],
)
def test_a_clients_mistakes_are_refused(body: dict[str, object]) -> None:
    with pytest.raises(wire.Refused) as refused:
        wire.check_body("gemini-3.5-flash-lite", body, {})
    assert refused.value.code == 400


@given(st.text(max_size=300), st.integers(1, 40))
def test_pieces_are_the_whole(text: str, size: int) -> None:
    assert "".join(wire.pieces(text, size)) == text


@given(st.text(max_size=100))
def test_an_event_is_one_data_line(text: str) -> None:
    event = wire.Stream("m", "r", 9).event(text, len(text), "STOP")
    framed = wire.sse(event)
    assert framed.endswith(b"\r\n\r\n")
    assert json.loads(framed.removeprefix(b"data: ")) == event
