"""`POST /api/self-test`: the whole path, stage by stage."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from wingman.core.errors import InputError
from wingman.meeting.self_test import Stage
from wingman.server.http import Json, body
from wingman.server.routing import ApiRoute


@dataclass(frozen=True, slots=True)
class SelfTestBody:
    """What is judged."""

    meeting: str = ""
    """A meeting that is over, into which the caller spoke the probe; empty to have it spoken here."""


@dataclass(frozen=True, slots=True)
class SelfTestRoutes:
    """One test at a time: two would hear each other's load."""

    run: Callable[[], Awaitable[Sequence[Stage]]]
    judge: Callable[[str], Awaitable[Sequence[Stage]]]
    busy: asyncio.Lock = field(default_factory=asyncio.Lock)

    def routes(self) -> list[BaseRoute]:
        """The address and who answers."""
        return [ApiRoute("/api/self-test", POST=self.test)]

    async def test(self, request: Request) -> Response:
        """Speak the probe and judge what came of it (takes some ten seconds), or judge what a client spoke."""
        wanted = await body(request, SelfTestBody)
        if wanted.meeting:
            return _told(await self.judge(wanted.meeting))
        if self.busy.locked():
            raise InputError("a self-test is running already; wait for it", field="self-test", status=409)
        async with self.busy:
            return _told(await self.run())


def _told(stages: Sequence[Stage]) -> Response:
    return Json({"stages": stages, "ok": all(stage.level != "problem" for stage in stages)})
