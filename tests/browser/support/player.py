"""The page that plays the part of the meeting: a tab with sound, as locked down as the big meeting sites."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from tests.browser.support.chromium import PLAYER_TITLE

STRICT = (
    "default-src 'self'; script-src 'nonce-player'; style-src 'self'; "
    "require-trusted-types-for 'script'; trusted-types 'none'; frame-ancestors 'none'"
)
PAGE = """<!doctype html><html lang="en"><title>{title}</title><h1>A meeting</h1>
<audio id="sound" src="/static/test/sounds/{sound}" loop {autoplay}></audio>
<script nonce="player">window.player = document.getElementById("sound");</script>"""


def player_routes(sounds: Path) -> list[Route | Mount]:
    return [Route("/static/test/player", _player), Mount("/static/test/sounds", StaticFiles(directory=sounds))]


async def _player(request: Request) -> Response:
    query = request.query_params
    page = PAGE.format(
        title=query.get("title", PLAYER_TITLE),
        sound=query.get("sound", "tone.wav"),
        autoplay="" if "paused" in query else "autoplay",
    )
    return HTMLResponse(page, headers={"Content-Security-Policy": STRICT})
