"""Requests are held to the published document: a query name that it does not know is refused by that name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from starlette.requests import Request
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from wingman.server.http import only_known
from wingman.server.operation import Operation

Operations = Mapping[str, Mapping[str, Operation]]
"""Path → method → what is told of it."""


def hold(routes: Iterable[BaseRoute], operations: Operations) -> None:
    """Let every route that is told of answer only to what is told."""
    for route in routes:
        if isinstance(route, Route) and route.path in operations:
            route.app = _Held(route.app, operations[route.path])


class _Held:
    """One route behind its part of the document. Raises `InputError`, which the application answers."""

    def __init__(self, app: ASGIApp, methods: Mapping[str, Operation]) -> None:
        self._app = app
        self._names = {method.upper(): frozenset(told.query) for method, told in methods.items()}
        self._names["HEAD"] = self._names.get("GET", frozenset())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["query_string"] and (names := self._names.get(scope["method"])) is not None:
            only_known(Request(scope), names)
        await self._app(scope, receive, send)
