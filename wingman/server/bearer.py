"""An application of somebody else's behind one token."""

from __future__ import annotations

import hmac

from starlette.types import ASGIApp, Receive, Scope, Send

from wingman.server.errors import error


class Bearer:
    """An ASGI application for those who present the token."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._wanted = f"Bearer {token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse with 401, or pass on."""
        if scope["type"] == "http":
            shown = dict(scope["headers"]).get(b"authorization", b"")
            if not hmac.compare_digest(shown, self._wanted):
                refusal = error(401, "present the grant as `Authorization: Bearer TOKEN`")
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)
