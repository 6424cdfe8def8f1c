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

WEB = Path(__file__).resolve().parents[2] / "web"

CSP = (
    "default-src 'self'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'self'; object-src 'none'; frame-ancestors 'self'"
)
PAGE_HEADERS = {
    "Content-Security-Policy": CSP,
    "Cache-Control": "no-store",
    "Permissions-Policy": "display-capture=(self), microphone=(self)",
    "Cross-Origin-Opener-Policy": "same-origin-allow-popups",
}


class Assets(StaticFiles):
    """Files under `/static`: revalidated on every use, so that an upgrade shows at once."""

    def file_response(
        self, full_path: object, stat_result: object, scope: Scope, status_code: int = 200
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)  # type: ignore[arg-type]
        response.headers["Cache-Control"] = "no-cache"
        response.headers["Content-Security-Policy"] = CSP
        return response


@dataclass(frozen=True, slots=True)
class Pages:
    """The capture page, the overlay and what they load."""

    root: Path = WEB

    def routes(self) -> list[BaseRoute]:
        """The addresses and who answers."""
        return [
            Route("/", self.capture),
            Route("/overlay", self.overlay),
            Route("/favicon.ico", self.icon),
            Mount("/static", Assets(directory=self.root, check_dir=False)),
        ]

    async def capture(self, _: Request) -> Response:
        """The capture page."""
        return self._page("index.html")

    async def overlay(self, _: Request) -> Response:
        """The overlay's page."""
        return self._page("overlay.html")

    async def icon(self, _: Request) -> Response:
        """The icon."""
        for name in ("favicon.ico", "icons/favicon.svg", "extension/icons/wingman.svg"):
            if (path := self.root / name).is_file():
                return FileResponse(path, headers={"Cache-Control": "max-age=86400"})
        return Response(status_code=204)

    def _page(self, name: str) -> Response:
        path = self.root / name
        if not path.is_file():
            raise HTTPException(404)
        return FileResponse(path, media_type="text/html", headers=PAGE_HEADERS)
