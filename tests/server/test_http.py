"""Bodies, ranges and numbers out of requests: what is wrong is named."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from tests.support.each import each
from wingman.core.errors import InputError
from wingman.server import http
from wingman.server.http import JSON_BYTES, body, convert, part, whole_number


@dataclass(frozen=True)
class Wish:
    """Something a client may ask for."""

    name: str
    size: int = 3


def request(content: bytes = b"", query: str = "") -> Request:
    pieces = [content[at : at + 1000] for at in range(0, len(content), 1000)] or [b""]

    async def receive() -> dict[str, Any]:
        piece = pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    scope = {"type": "http", "method": "POST", "path": "/", "headers": [], "query_string": query.encode()}
    return Request(scope, receive)


async def test_a_body_becomes_what_was_asked_for() -> None:
    assert await body(request(b'{"name": "a"}'), Wish) == Wish("a")
    assert await body(request(json.dumps({"name": "x" * 5000, "size": 1}).encode()), Wish) == Wish(
        "x" * 5000, 1
    )


async def test_a_body_that_comes_drop_by_drop_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    async def receive() -> dict[str, Any]:
        await asyncio.sleep(0.001)
        return {"type": "http.request", "body": b" ", "more_body": True}

    monkeypatch.setattr(http, "BODY_SECONDS", 0.01)
    with pytest.raises(InputError) as refused:
        await body(Request({"type": "http", "method": "POST", "headers": []}, receive), Wish)
    assert (refused.value.field, refused.value.status) == ("body", 408)


@pytest.mark.parametrize(
    ("content", "field", "mend"),
    [
        (b"{", "body", "not valid JSON"),
        (b"\xff\xfe{", "body", "not valid JSON"),
        (b"[1]", "body", "must be a JSON object"),
        (b"", "name", "missing"),
        (b'{"nam": 1}', "nam", "unknown field `nam`; known are name, size"),
        (b'{"name": "a", "size": "3"}', "size", "is wrong"),
        (b"[" * 200_000, "body", "body"),
    ],
)
async def test_what_is_wrong_is_named(content: bytes, field: str, mend: str) -> None:
    with pytest.raises(InputError, match=mend) as refused:
        await body(request(content), Wish)
    assert refused.value.field == field


async def test_a_long_body_is_refused_before_it_is_whole() -> None:
    with pytest.raises(InputError, match="at most") as refused:
        await body(request(b"x" * (JSON_BYTES + 1)), Wish)
    assert refused.value.status == 413


@given(st.recursive(st.none() | st.integers() | st.text(), st.lists, max_leaves=20))
def test_any_value_is_converted_or_refused(value: Any) -> None:
    if isinstance(value, str):
        assert convert({"name": value}, Wish) == Wish(value)
        return
    with pytest.raises(InputError, match="`name` is wrong") as refused:
        convert({"name": value}, Wish)
    assert refused.value.field == "name"


@each(
    ("wanted", "status", "content"),
    [
        ("", 200, b"0123456789"),
        ("bytes=2-4", 206, b"234"),
        ("bytes=7-", 206, b"789"),
        ("bytes=-3", 206, b"789"),
        ("bytes=8-99", 206, b"89"),
        ("bytes=10-", 416, b""),
        ("bytes=4-2", 416, b""),
        (f"bytes=0-{'9' * 18}", 206, b"0123456789"),
        (f"bytes=0-{'9' * 5000}", 200, b"0123456789"),
        ("bytes=0-1,3-4", 200, b"0123456789"),
        ("lines=1-2", 200, b"0123456789"),
    ],
)
def test_a_range_of_a_file(wanted: str, status: int, content: bytes) -> None:
    answer = part(b"0123456789", wanted, "audio/ogg")
    assert (answer.status_code, answer.body) == (status, content)
    assert answer.headers["accept-ranges"] == "bytes"


def test_whole_numbers_of_a_query() -> None:
    assert whole_number(request(query="limit=7"), "limit", 50, most=100) == 7
    assert whole_number(request(), "limit", 50, most=100) == 50


@pytest.mark.parametrize("text", ["-1", "101", "1.5", "abc", "9" * 30, "\u0663"])
def test_other_numbers_are_refused_by_name(text: str) -> None:
    with pytest.raises(InputError, match="`limit` must be a whole number from 0 to 100"):
        whole_number(request(query=f"limit={text}"), "limit", 50, most=100)
