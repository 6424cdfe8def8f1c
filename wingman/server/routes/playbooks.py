"""Playbooks: shipped ones to look at and copy, one's own to change, and a check in words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol, TypeAlias

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from wingman.core.errors import InputError
from wingman.core.json import JsonObject
from wingman.core.threads import in_thread
from wingman.meeting.rehearse_cards import RehearsedCard, RehearsedTurn
from wingman.server.http import Json, body
from wingman.server.routing import ApiRoute
from wingman.suggest.playbook.playbook import Playbook
from wingman.suggest.playbook.user_playbooks import PlaybookPage, PlaybookRow

MOST_TURNS = 5_000
LONGEST_TURN = 4_000


class PlaybookAdmin(Protocol):
    """What the service offers behind these routes. Blocking: files are read, in another process."""

    def rows(self) -> Sequence[PlaybookRow]:
        """All there are, shipped ones and one's own."""
        ...

    def page(self, name: str) -> PlaybookPage:
        """Raises `InputError(status=404)`."""
        ...

    def check(self, playbook: JsonObject, text: str) -> Playbook:
        """Raises `InputError` that names field and mend."""
        ...

    def put(self, name: str, playbook: JsonObject, text: str) -> None:
        """Store one's own playbook. Raises `InputError`."""
        ...

    def remove(self, name: str) -> None:
        """Remove one's own playbook and its versions. Raises `InputError(status=404)`."""
        ...

    def restore(self, name: str, version: str) -> None:
        """Make an earlier version the current one. Raises `InputError(status=404)`."""
        ...


@dataclass(frozen=True, slots=True)
class PlaybookBody:
    """A playbook as plain values or as YAML; one of them is given."""

    playbook: JsonObject = field(default_factory=dict)
    text: str = ""


@dataclass(frozen=True, slots=True)
class RestoreBody:
    """Which earlier version becomes the current one."""

    version: str


@dataclass(frozen=True, slots=True)
class RehearseBody:
    """What to rehearse, and on what."""

    playbook: JsonObject
    meeting: str = ""
    turns: tuple[RehearsedTurn, ...] = ()


Rehearse: TypeAlias = Callable[[Playbook, str, Sequence[RehearsedTurn]], Awaitable[Sequence[RehearsedCard]]]
"""(playbook, stored meeting or empty, turns) → the cards it would have shown. Raises `InputError`."""


@dataclass(frozen=True, slots=True)
class PlaybookRoutes:
    """The handlers; state lives in the admin."""

    admin: PlaybookAdmin
    play: Rehearse | None = None
    """Plays a playbook on a stored meeting or on turns; None answers 501."""
    in_use: Callable[[], str] = lambda: ""
    """The one that meetings get which name none."""

    def routes(self) -> list[BaseRoute]:
        one = "/api/playbooks/{name}"
        return [
            ApiRoute("/api/playbooks", GET=self.list),
            ApiRoute("/api/playbooks/check", POST=self.check),
            ApiRoute(one, GET=self.show, PUT=self.put, DELETE=self.remove),
            ApiRoute(f"{one}/restore", POST=self.restore),
            ApiRoute("/api/rehearse", POST=self.rehearse),
        ]

    async def list(self, _: Request) -> Response:
        return Json({"playbooks": await in_thread(self.admin.rows)})

    async def show(self, request: Request) -> Response:
        return Json(await in_thread(partial(self.admin.page, request.path_params["name"])))

    async def check(self, request: Request) -> Response:
        """Always 200: what is wrong with a draft is an answer, not an error."""
        given = await body(request, PlaybookBody)
        try:
            await in_thread(partial(self.admin.check, given.playbook, given.text))
        except InputError as wrong:
            return Json({"ok": False, "detail": str(wrong), "field": wrong.field})
        return Json({"ok": True, "detail": "", "field": ""})

    async def put(self, request: Request) -> Response:
        given = await body(request, PlaybookBody)
        name = request.path_params["name"]
        await in_thread(partial(self.admin.put, name, given.playbook, given.text))
        return Json(await in_thread(partial(self.admin.page, name)))

    async def remove(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name == self.in_use():
            raise InputError(
                f"`{name}` is the playbook of every new meeting; choose another one in the settings first",
                field="name",
                status=409,
            )
        await in_thread(partial(self.admin.remove, name))
        return Response(status_code=204)

    async def restore(self, request: Request) -> Response:
        name = request.path_params["name"]
        await in_thread(partial(self.admin.restore, name, (await body(request, RestoreBody)).version))
        return Json(await in_thread(partial(self.admin.page, name)))

    async def rehearse(self, request: Request) -> Response:
        wanted = await body(request, RehearseBody)
        if not wanted.meeting and not wanted.turns:
            raise InputError("give a `meeting` or `turns` to rehearse on", field="turns")
        if len(wanted.turns) > MOST_TURNS:
            raise InputError(f"`turns` may hold at most {MOST_TURNS}", field="turns", status=413)
        for number, turn in enumerate(wanted.turns):
            if turn.speaker not in ("tab", "mic") or not turn.text.strip():
                raise InputError(
                    f"turn {number + 1} needs a `speaker` (`tab` or `mic`) and a `text`",
                    field=f"turns[{number}]",
                )
            if len(turn.text) > LONGEST_TURN:
                raise InputError(
                    f"turn {number + 1} has {len(turn.text)} characters; at most {LONGEST_TURN} are one turn, "
                    "split it",
                    field=f"turns[{number}]",
                )
        if self.play is None:
            raise InputError("this service cannot rehearse", field="playbook", status=501)
        playbook = await in_thread(partial(self.admin.check, wanted.playbook, ""))
        return Json({"cards": await self.play(playbook, wanted.meeting, wanted.turns)})
