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
from wingman.server.http import Json
from wingman.server.routing import ApiRoute


@dataclass(frozen=True, slots=True)
class SelfTestRoutes:
    """One test at a time: two would hear each other's load."""

    run: Callable[[], Awaitable[Sequence[Stage]]]
    busy: asyncio.Lock = field(default_factory=asyncio.Lock)

    def routes(self) -> list[BaseRoute]:
        """The address and who answers."""
        return [ApiRoute("/api/self-test", POST=self.test)]

    async def test(self, _: Request) -> Response:
        """Speak the probe and judge what came of it; takes some ten seconds."""
        if self.busy.locked():
            raise InputError("a self-test is running already; wait for it", field="self-test", status=409)
        async with self.busy:
            stages = await self.run()
        return Json({"stages": stages, "ok": all(stage.level != "problem" for stage in stages)})
