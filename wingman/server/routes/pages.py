"""The pages and their assets, with headers that allow no script but our own files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from wingman.core.errors import InputError
from wingman.server.routing import ApiRoute, Handler

WEB = Path(__file__).resolve().parents[2] / "web"

CSP = (
    "default-src 'self'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'self'; object-src 'none'; frame-ancestors 'self'"
)
PAGE_HEADERS = {
    "Content-Security-Policy": CSP,
    "Permissions-Policy": "display-capture=(self), microphone=(self)",
    "Cross-Origin-Opener-Policy": "same-origin-allow-popups",
}


PAGES = {
    "/": "home.html",
    "/new": "capture.html",
    "/overlay": "overlay.html",
    "/notes": "notes.html",
    "/playbooks": "playbooks.html",
    "/settings": "settings.html",
}
"""Address → the file it shows."""


class Assets(StaticFiles):
    """Files under `/static`: revalidated on every use, so that an upgrade shows at once."""

    def file_response(
        self, full_path: object, stat_result: object, scope: Scope, status_code: int = 200
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)  # type: ignore[arg-type]  # as they came
        response.headers["Cache-Control"] = "no-cache"
        response.headers["Content-Security-Policy"] = CSP
        return response


def _shows(pages: Pages, name: str) -> Handler:
    async def show(_: Request) -> Response:
        return pages.page(name)

    return show


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages and what they load."""

    root: Path = WEB
    sound: Path | None = None
    """The bundled sample recording."""

    def routes(self) -> list[BaseRoute]:
        """The addresses and who answers."""
        return [
            *(Route(path, _shows(self, name)) for path, name in PAGES.items()),
            ApiRoute("/api/sample", GET=self.sample),
            Route("/favicon.ico", self.icon),
            Mount("/static", Assets(directory=self.root, check_dir=False)),
        ]

    async def sample(self, _: Request) -> Response:
        """The sound of the sample meeting, for whoever watches it being played."""
        if self.sound is None or not self.sound.is_file():
            raise InputError("this server has no bundled sample", field="sample", status=404)
        return FileResponse(self.sound, media_type="audio/ogg", headers={"Cache-Control": "no-cache"})

    async def icon(self, _: Request) -> Response:
        """The icon."""
        for name in ("favicon.ico", "icons/favicon.svg", "extension/icons/wingman.svg"):
            if (path := self.root / name).is_file():
                return FileResponse(path, headers={"Cache-Control": "max-age=86400"})
        return Response(status_code=204)

    def page(self, name: str) -> Response:
        path = self.root / name
        if not path.is_file():
            raise HTTPException(404)
        return FileResponse(path, media_type="text/html", headers=PAGE_HEADERS)
