"""Reading requests and writing JSON answers, typed at the edge."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import fields
from typing import Any, TypeVar

import msgspec
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from wingman.audio.source import SourceKind, SourceOrigin
from wingman.core.errors import InputError

T = TypeVar("T")

JSON_BYTES = 256 * 1024
"""Longest JSON body."""
BODY_SECONDS, BODY_RATE = 30.0, 1024
"""A body may take so many seconds, and one more for each so many bytes: its connection costs a place."""

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""Of every answer that says nothing else."""

_encoder = msgspec.json.Encoder()


class Json(Response):
    """Any dataclass, struct or plain value as JSON."""

    media_type = "application/json"

    def __init__(self, content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(_encoder.encode(content), status, headers)


def grant_of(connection: HTTPConnection) -> str:
    """The id of the grant a request or socket came with; empty where none is asked for."""
    return grant.id if (grant := getattr(connection.state, "grant", None)) is not None else ""


def origin_of(connection: HTTPConnection, kind: SourceKind) -> SourceOrigin:
    """Whose sound it is that comes by this request or socket."""
    grant = getattr(connection.state, "grant", None)
    return SourceOrigin(kind, grant.id, grant.name) if grant is not None else SourceOrigin(kind)


def part(content: bytes, wanted: str, media_type: str) -> Response:
    """`content`, or the one range of it that a `Range` header asks for (a player that seeks does)."""
    headers = {"Accept-Ranges": "bytes"}
    found = re.fullmatch(r"bytes=(\d{0,18})-(\d{0,18})", wanted.strip())
    if found is None or not any(found.groups()):
        return Response(content, headers=headers, media_type=media_type)  # RFC 9110: others may be ignored
    size = len(content)
    first, last = (int(number) if number else None for number in found.groups())
    start = first if first is not None else max(0, size - (last or 0))
    end = min(size, last + 1) if first is not None and last is not None else size
    if start >= end:
        headers["Content-Range"] = f"bytes */{size}"
        return Response(status_code=416, headers=headers)
    headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return Response(content[start:end], 206, headers, media_type)


async def chunks(request: Request, limit: int) -> AsyncIterator[bytes]:
    """The body piece by piece.

    Raises `InputError`: 413 as soon as it is longer than `limit` bytes, 408 when it comes slower than any line.
    """
    loop, pieces, size = asyncio.get_running_loop(), request.stream(), 0
    began = loop.time()
    while True:
        try:
            async with asyncio.timeout_at(began + BODY_SECONDS + size / BODY_RATE):
                chunk = await anext(pieces)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise InputError("the body comes too slowly; send it again", field="body", status=408) from None
        size += len(chunk)
        if size > limit:
            raise InputError(f"the body may have at most {limit} bytes", field="body", status=413)
        yield chunk


async def body(request: Request, kind: type[T]) -> T:
    """The JSON body as the dataclass `kind`. An empty body means its defaults. Raises `InputError`."""
    raw = b"".join([chunk async for chunk in chunks(request, JSON_BYTES)])
    try:
        tree = msgspec.json.decode(raw) if raw.strip() else {}
    except (msgspec.DecodeError, UnicodeDecodeError) as broken:
        raise InputError(f"the body is not valid JSON: {broken}", field="body") from None
    except RecursionError:
        raise InputError("the body is nested too deeply", field="body") from None
    return convert(tree, kind)


def convert(tree: Any, kind: type[T]) -> T:
    """Plain values as the dataclass `kind`; unknown and misspelt fields are named. Raises `InputError`."""
    if not isinstance(tree, dict):
        raise InputError("the body must be a JSON object", field="body")
    known = [field.name for field in fields(kind)]  # type: ignore[arg-type]  # callers pass dataclasses
    for name in tree:
        if name not in known:
            raise InputError(f"unknown field `{name}`; known are {', '.join(known)}", field=str(name))
    try:
        return msgspec.convert(tree, kind)
    except msgspec.ValidationError as broken:
        raise _explain(broken) from None


def _explain(broken: msgspec.ValidationError) -> InputError:
    reason, _, where = str(broken).partition(" - at `$")
    field = where.rstrip("`").lstrip(".")
    if reason.startswith("Object missing required field"):
        field = reason.split("`")[1]
        return InputError(f"the field `{field}` is missing", field=field)
    return InputError(f"the field `{field}` is wrong: {reason}", field=field)


CREDENTIALS = frozenset({"token", "proof"})
"""Query parameters that the access check reads on every address."""


def only_known(request: HTTPConnection, known: Collection[str]) -> None:
    """Refuse a query parameter nobody reads, by its name: a typing error must not pass for a wish."""
    for name in request.query_params:
        if name not in known and name not in CREDENTIALS:
            mend = f"use {', '.join(sorted(known))}" if known else "this address takes none"
            raise InputError(f"unknown parameter `{name[:40]}`; {mend}", field=name[:40])


def whole_number(request: HTTPConnection, name: str, default: int, *, least: int = 0, most: int) -> int:
    """A whole number from the query. Raises `InputError`."""
    text = request.query_params.get(name)
    if text is None or text == "":
        return default
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else -1
    if not least <= number <= most:
        raise InputError(f"`{name}` must be a whole number from {least} to {most}", field=name)
    return number
