"""Every error leaves as the same small JSON object, or as a page for a person."""

from __future__ import annotations

import errno
import json
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from tests.support.each import each
from wingman.core.errors import FaultKind, InputError, ProviderFault
from wingman.server.errors import CODES, HANDLERS, error
from wingman.server.http import SECURITY_HEADERS

FAULTS: dict[str, Exception] = {
    "input": InputError("`rate` is odd; send a number", field="rate", status=422),
    "busy": ProviderFault("the provider is busy", kind=FaultKind.RATE_LIMITED),
    "away": ProviderFault("the provider is away", kind=FaultKind.NETWORK),
    "full": OSError(errno.ENOSPC, "No space left on device"),
    "file-size limit": OSError(errno.EFBIG, "File too large"),
    "left": ClientDisconnect(),
    "gone": OSError(errno.ENOENT, "secret-token-in-a-name"),
    "bug": RuntimeError("secret-token-in-a-traceback"),
}


async def fail(request: Request) -> Response:
    raise FAULTS[request.path_params["name"]]


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = Starlette(routes=[Route("/api/{name}", fail)], exception_handlers=HANDLERS)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://wingman") as client:
        yield client


@pytest.mark.parametrize(
    ("name", "status", "code", "field"),
    [
        ("input", 422, "bad_input", "rate"),
        ("busy", 429, "too_many_requests", ""),
        ("away", 503, "unavailable", ""),
        ("full", 503, "unavailable", ""),
        ("file-size limit", 503, "unavailable", ""),
        ("left", 400, "bad_input", ""),
        ("gone", 500, "internal", ""),
        ("bug", 500, "internal", ""),
    ],
)
async def test_whatever_was_raised(
    client: httpx.AsyncClient, name: str, status: int, code: str, field: str
) -> None:
    answer = await client.get(f"/api/{name}")
    assert answer.status_code == status
    told = answer.json()["error"]
    assert (told["code"], told["field"]) == (code, field)
    assert "secret-token" not in answer.text
    if status == 500:  # the others get theirs from the guard
        assert (
            answer.headers.items() >= {name.lower(): value for name, value in SECURITY_HEADERS.items()}.items()
        )


async def test_an_address_or_method_nobody_knows(client: httpx.AsyncClient) -> None:
    nowhere, wrong = await client.get("/api/a/b"), await client.put("/api/input")
    assert [one.json()["error"]["code"] for one in (nowhere, wrong)] == ["not_found", "method_not_allowed"]
    assert wrong.headers["allow"]


def test_only_a_defect_is_called_internal() -> None:
    """A client that is told so looks for no mistake of its own."""
    for status in (*range(400, 419), 428, 429, 431, *range(501, 505)):
        code = json.loads(bytes(error(status, "why").body))["error"]["code"]
        assert code != "internal"
        assert code == code.lower() != ""


@each("status", CODES)
def test_every_status_has_a_code(status: int) -> None:
    answer = error(status, "why")
    assert answer.status_code == status
