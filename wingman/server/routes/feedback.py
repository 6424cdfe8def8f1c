"""What the user's feedback has taught: shown, and forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from wingman.server.http import Json
from wingman.server.routing import ApiRoute


class FeedbackAdmin(Protocol):
    """What the service offers behind these routes."""

    def feedback(self) -> Mapping[str, float]:
        """Kind of card → how much more (or, below 0, less) evidence it needs than it was trained with."""
        ...

    def forget_feedback(self) -> None:
        """As trained again. Raises `InputError`."""
        ...


@dataclass(frozen=True, slots=True)
class FeedbackRoutes:
    """The handlers; state lives in the admin."""

    admin: FeedbackAdmin

    def routes(self) -> list[BaseRoute]:
        return [ApiRoute("/api/feedback", GET=self.show, DELETE=self.forget)]

    async def show(self, _: Request) -> Response:
        return Json({"kinds": dict(self.admin.feedback())})

    async def forget(self, _: Request) -> Response:
        self.admin.forget_feedback()
        return Response(status_code=204)
