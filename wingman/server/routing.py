"""One route per address, whatever its methods: then a wrong method is told all the right ones."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

Handler: TypeAlias = Callable[[Request], Awaitable[Response]]


class ApiRoute(Route):
    """`ApiRoute("/a", GET=show, POST=make)`."""

    def __init__(self, path: str, **handlers: Handler) -> None:
        self.handlers: Mapping[str, Handler] = handlers

        async def dispatch(request: Request) -> Response:
            return await handlers["GET" if request.method == "HEAD" else request.method](request)

        super().__init__(path, dispatch, methods=list(handlers))
