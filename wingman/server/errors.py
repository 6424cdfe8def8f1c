"""Every error leaves as the same small JSON object, whatever raised it."""

from __future__ import annotations

import errno
from http import HTTPStatus
from typing import cast

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ExceptionHandler

from wingman.core.errors import FaultKind, InputError, ProviderFault
from wingman.core.json import JsonObject
from wingman.server.error_page import error_page, wants_page
from wingman.server.http import SECURITY_HEADERS, Json

log = structlog.get_logger(__name__)

CODES = {
    400: "bad_input",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    408: "timeout",
    409: "conflict",
    411: "length_required",
    413: "too_large",
    415: "unsupported_media_type",
    422: "bad_input",
    429: "too_many_requests",
    431: "too_large",
    500: "internal",
    503: "unavailable",
}
"""Of other statuses it is the name that HTTP gives them."""

SENTENCES = {
    404: "there is nothing at this address; the list is at /api/openapi.json",
    405: "this address does not know that method; the list is at /api/openapi.json",
    413: "the body is too large for this address",
}


def error(status: int, detail: str, *, field: str = "", headers: dict[str, str] | None = None) -> Response:
    """`{"error": {"code", "field", "detail"}}` with its status."""
    return Json(error_body(status, detail, field), status, headers)


def error_body(status: int, detail: str, field: str = "") -> JsonObject:
    """What an answer that refuses says, also one that is written without an application."""
    code = CODES.get(status) or HTTPStatus(status).name.lower()
    return {"error": {"code": code, "field": field, "detail": detail}}


async def _input_error(request: Request, failed: InputError) -> Response:
    if wants_page(request.headers.get("accept", ""), request.url.path):
        return error_page(failed.status, str(failed))
    return error(failed.status, str(failed), field=failed.field)


async def _provider_fault(_: Request, failed: ProviderFault) -> Response:
    status = 429 if failed.kind is FaultKind.RATE_LIMITED else 503
    return error(status, str(failed))


async def _http_exception(request: Request, failed: HTTPException) -> Response:
    if failed.status_code == 404 and wants_page(request.headers.get("accept", ""), request.url.path):
        return error_page(404, "There is no such page.")
    detail = SENTENCES.get(failed.status_code) or failed.detail or HTTPStatus(failed.status_code).phrase
    return error(failed.status_code, detail, headers=dict(failed.headers or {}))


async def _disk(request: Request, failed: OSError) -> Response:
    """What a request wanted to keep, or read, and the disk refuses. Anything else is a bug, and stays one."""
    if failed.errno not in REFUSED_BY_DISK or request.scope["type"] != "http":
        raise failed
    log.warning("the system refuses", path=str(failed.filename or ""), reason=failed.strerror)
    if failed.errno in (errno.EMFILE, errno.ENFILE):
        return error(503, "too many files and connections are open here; try again in a moment")
    return error(
        503, f"the disk refuses ({failed.strerror}); free some space, or mend its rights, and try again"
    )


async def _left(_: Request, __: Exception) -> Response:
    """Nobody reads this: a client that leaves in its body is the network's matter and no error of ours."""
    return error(400, "the connection ended before the whole body had come")


async def _crash(_: Request, __: Exception) -> Response:
    # it answers outside of the guard, which gives all others their headers
    return error(500, "something went wrong inside Wingman; its log says what", headers=SECURITY_HEADERS)


REFUSED_BY_DISK = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO, errno.ESTALE}
) | {errno.EMFILE, errno.ENFILE}
"""No room, no right, no descriptor: the machine's matter, which whoever runs it can mend."""

HANDLERS: dict[type[Exception] | int, ExceptionHandler] = {
    InputError: cast("ExceptionHandler", _input_error),
    ProviderFault: cast("ExceptionHandler", _provider_fault),
    OSError: cast("ExceptionHandler", _disk),
    HTTPException: cast("ExceptionHandler", _http_exception),
    ClientDisconnect: _left,
    Exception: _crash,
}
