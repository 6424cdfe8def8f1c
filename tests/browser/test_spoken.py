"""From words spoken in a tab to a card on the overlay, through the real service and its embedded providers."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import msgspec
import pytest
from playwright.sync_api import Browser, Page, expect
from starlette.applications import Starlette

from tests.browser.support.player import player_routes
from wingman.app import open_service
from wingman.app.http import application
from wingman.config.paths import SAMPLE
from wingman.config.section import Secret
from wingman.config.settings import Settings
from wingman.server.serving import serve

TOKEN = "spoken-test"
FIRST_S, LAST_S = 10.4, 27.0
"""Of the sample: a problem is described, and somebody asks for a price."""
PLAYS = """([first, last]) => {
  player.ontimeupdate = () => { if (player.currentTime > last) player.pause(); };
  player.currentTime = first;
  player.play();
}"""


@dataclass
class Running:
    port: int = 0


@pytest.fixture(scope="module")
def wingman() -> Iterator[str]:
    """The whole service, in memory, without a key; answers the root's address."""
    started, stopping = threading.Event(), threading.Event()
    running = Running()

    async def main() -> None:
        defaults = Settings()
        settings = msgspec.structs.replace(
            defaults, server=msgspec.structs.replace(defaults.server, token=Secret(TOKEN))
        )
        async with open_service(settings, keep=False) as service:
            app: Starlette = application(service)
            app.router.routes[:0] = player_routes(SAMPLE.parent)
            ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()
            async with asyncio.TaskGroup() as tasks:
                serving = tasks.create_task(serve(app, "127.0.0.1", 0, ready.set_result))
                running.port = await ready
                started.set()
                await asyncio.to_thread(stopping.wait)
                serving.cancel()

    thread = threading.Thread(target=lambda: asyncio.run(main()), name="wingman")
    thread.start()
    assert started.wait(30)
    yield f"http://127.0.0.1:{running.port}"
    stopping.set()
    thread.join(60)
    assert not thread.is_alive()


def test_a_card_comes_from_the_words_spoken_in_the_tab(
    wingman: str, capturing_browser: Browser, shot: Callable[..., None]
) -> None:
    context = capturing_browser.new_context(
        viewport={"width": 1280, "height": 800}, color_scheme="dark", reduced_motion="reduce"
    )
    player = context.new_page()
    player.goto(f"{wingman}/static/test/player?sound=meeting.ogg&paused")
    page: Page = context.new_page()
    page.goto(f"{wingman}/new?token={TOKEN}")
    page.uncheck("#mic")
    page.bring_to_front()
    page.click("#start")
    page.wait_for_selector(".channel")
    page.bring_to_front()
    page.wait_for_timeout(2500)
    assert page.locator(".card, .said").count() == 0  # nobody has spoken yet
    player.evaluate(PLAYS, [FIRST_S, LAST_S])
    expect(page.locator(".line:not(.partial) .said").first).to_be_visible(timeout=40_000)
    expect(page.locator(".card").first).to_be_visible(timeout=60_000)
    page.wait_for_function(
        """words => {
          const lines = [...document.querySelectorAll(".said")].map((p) => p.textContent);
          const said = lines.join(" ").toLowerCase();
          return words.filter((word) => said.includes(word)).length >= 3;
        }""",
        arg=["problem", "reports", "long", "load", "usually"],
        timeout=40_000,
    )
    spoken = page.locator(".card-quote").first.inner_text()
    assert spoken.split("“")[1].rstrip("”") in page.locator(".said").all_inner_texts()
    expect(page.locator(".card-source").first).not_to_be_empty()
    shot(page, "spoken")
    page.click("#stop")
    expect(page.locator(".phase")).to_have_text("Ended", timeout=60_000)  # all that was said is read to the end
    context.close()
