"""What is to be known before a call, kept per account for every device of the owner's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from wingman.server.http import Json, body
from wingman.server.routing import ApiRoute


class BriefAdmin(Protocol):
    """What the service offers behind these routes."""

    async def briefs(self) -> Mapping[str, str]:
        """Account → brief, the newest first."""
        ...

    async def keep_brief(self, account: str, text: str) -> Mapping[str, str]:
        """Keep one, or forget it where the text is empty. Raises `InputError`."""
        ...


@dataclass(frozen=True, slots=True)
class AccountBrief:
    """What is to be known before a call with an account."""

    account: str
    text: str = ""
    """Empty to forget it."""


@dataclass(frozen=True, slots=True)
class BriefRoutes:
    """The handlers; state lives in the admin."""

    admin: BriefAdmin

    def routes(self) -> list[BaseRoute]:
        """The address and who answers."""
        return [ApiRoute("/api/briefs", GET=self.list, PUT=self.put)]

    async def list(self, _: Request) -> Response:
        """`GET /api/briefs`."""
        return _listed(await self.admin.briefs())

    async def put(self, request: Request) -> Response:
        """`PUT /api/briefs`: keep one; all that is kept comes back."""
        wanted = await body(request, AccountBrief)
        return _listed(await self.admin.keep_brief(wanted.account, wanted.text))


def _listed(kept: Mapping[str, str]) -> Response:
    return Json({"briefs": [AccountBrief(account, text) for account, text in kept.items()]})
