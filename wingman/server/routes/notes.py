"""Documents that cards may quote: put, shown as understood, tried, removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from wingman.core.errors import InputError
from wingman.server.http import Json, chunks
from wingman.server.routing import ApiRoute
from wingman.suggest.knowledge.library import Document, Quote

LARGEST = 32 * 1024 * 1024
"""Bytes of one document."""
LONGEST_QUESTION = 500


class NotesAdmin(Protocol):
    """What the service offers behind these routes."""

    async def documents(self) -> Sequence[Document]:
        """What is stored, as it was understood."""
        ...

    async def put(self, name: str, content: bytes) -> Document:
        """Store a document and read it. Raises `InputError`, and stores nothing, when it cannot be read."""
        ...

    async def remove(self, name: str) -> None:
        """Raises `InputError(status=404)`."""
        ...

    async def search(self, question: str) -> Sequence[Quote]:
        """The sections that a card would quote for this question, the best first; empty when none answers."""
        ...


@dataclass(frozen=True, slots=True)
class NotesRoutes:
    """The handlers; state lives in the admin."""

    admin: NotesAdmin

    def routes(self) -> list[BaseRoute]:
        return [
            ApiRoute("/api/notes", GET=self.list),
            ApiRoute("/api/notes/{name}", PUT=self.put, DELETE=self.remove),
            ApiRoute("/api/notes-search", GET=self.search),
        ]

    async def list(self, _: Request) -> Response:
        return Json({"documents": await self.admin.documents()})

    async def put(self, request: Request) -> Response:
        content = b"".join([chunk async for chunk in chunks(request, LARGEST)])
        return Json(await self.admin.put(request.path_params["name"], content), 201)

    async def remove(self, request: Request) -> Response:
        await self.admin.remove(request.path_params["name"])
        return Response(status_code=204)

    async def search(self, request: Request) -> Response:
        """`?q=`: what a card would quote for this question."""
        question = request.query_params.get("q", "").strip()[:LONGEST_QUESTION]
        if not question:
            raise InputError("`q` is empty; give the question to try", field="q")
        return Json({"found": await self.admin.search(question)})
