"""What is connected, and the keys: stored sealed, tried on request, never handed out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from wingman.core.errors import InputError
from wingman.meeting.connections import Connection
from wingman.server.http import Json, body
from wingman.server.routing import ApiRoute

LONGEST_KEY = 400


class ProviderAdmin(Protocol):
    """What the service offers behind these routes. Everything raises `InputError` for a provider without a
    key."""

    def connections(self) -> Sequence[Connection]:
        """Each branch's provider with its true state in plain words; no key is among them."""
        ...

    async def try_key(self, provider: str, key: str) -> str:
        """Connect to `provider` with this key (empty: the one in force); empty when it answered, else what it
        said."""
        ...

    async def store_key(self, provider: str, key: str) -> None:
        """Store it sealed and use it from the next meeting on; an empty one is removed."""
        ...


@dataclass(frozen=True, slots=True)
class ProviderKey:
    """A credential as a page sends it."""

    key: str = ""


@dataclass(frozen=True, slots=True)
class ProviderRoutes:
    """The handlers; state lives in the admin."""

    admin: ProviderAdmin

    def routes(self) -> list[BaseRoute]:
        one = "/api/providers/{provider}"
        return [
            ApiRoute("/api/providers", GET=self.list),
            ApiRoute(f"{one}/test", POST=self.test),
            ApiRoute(f"{one}/key", PUT=self.store, DELETE=self.remove),
        ]

    async def list(self, _: Request) -> Response:
        return Json({"branches": self.admin.connections()})

    async def test(self, request: Request) -> Response:
        provider = request.path_params["provider"]
        key = _clean((await body(request, ProviderKey)).key)
        said = await self.admin.try_key(provider, key)
        words = said or f"It works: {provider.capitalize()} took the {'key' if key else 'stored key'}."
        return Json({"ok": not said, "words": words})

    async def store(self, request: Request) -> Response:
        key = _clean((await body(request, ProviderKey)).key)
        if not key:
            raise InputError("the field `key` is empty; paste the key", field="key")
        await self.admin.store_key(request.path_params["provider"], key)
        return Response(status_code=204)

    async def remove(self, request: Request) -> Response:
        await self.admin.store_key(request.path_params["provider"], "")
        return Response(status_code=204)


def _clean(key: str) -> str:
    """A pasted key without the blanks around it. Raises `InputError` for what cannot be one."""
    key = key.strip()
    if len(key) > LONGEST_KEY or not key.isascii() or any(c.isspace() or not c.isprintable() for c in key):
        raise InputError(
            f"this is no key: keys are at most {LONGEST_KEY} letters, digits and signs without blanks",
            field="key",
        )
    return key
