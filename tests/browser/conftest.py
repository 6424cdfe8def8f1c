"""Two browsers at most and one service for all browser tests; every test gets pages of its own.

Everything here is synchronous: Playwright's own event loop would get in the way of other loops, so it is
stopped when the last test of this package is done.
"""

from __future__ import annotations

import importlib.util
import io
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest

from tests.browser.support.chromium import CHROMIUM, launch, launch_shell
from tests.browser.support.service import BrowserService
from tests.browser.support.sound import make_sounds

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright

collect_ignore_glob = [] if importlib.util.find_spec("playwright") else ["test_*.py"]
"""Without Playwright (dependency group `test`) there is nothing to collect here."""

ARTIFACTS = Path(__file__).parents[2] / "artifacts" / "browser"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if not CHROMIUM.exists():
                item.add_marker(pytest.mark.skip(reason=f"{CHROMIUM} is not installed"))


@pytest.fixture(scope="package")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `tone.wav` (440 Hz) and `me.wav` (1000 Hz), and `spoken` with speech in their place."""
    return make_sounds(tmp_path_factory.mktemp("sounds"))


@pytest.fixture(autouse=True)
def no_leaked_threads_or_processes() -> None:
    """Takes the place of the check after every test: the service and the browser outlive single tests, so
    `service` looks for what is left when the last one is done."""


@pytest.fixture(scope="package")
def service(tmp_path_factory: pytest.TempPathFactory, sounds: Path) -> Iterator[BrowserService]:
    before = set(threading.enumerate())
    running = BrowserService(tmp_path_factory.mktemp("service"), sounds)
    running.start()
    yield running
    running.stop()
    started = [t for t in set(threading.enumerate()) - before if not t.name.startswith("asyncio_")]
    for thread in started:
        thread.join(2)  # a worker that was told to end may need a moment
    left = [t.name for t in started if t.is_alive()]
    assert not left, f"threads left behind: {left}"


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=30_000)  # of whatever is awaited; ten seconds are few on a busy machine
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """For whatever is about pages alone."""
    running = launch_shell(playwright)
    yield running
    running.close()


@pytest.fixture(scope="package")
def capturing_browser(playwright: Playwright, sounds: Path) -> Iterator[Browser]:
    """For what shares a tab or hears a microphone; tests that use `context` are marked `captures`."""
    running = launch(playwright, sounds)
    yield running
    running.close()


def _is_complaint(message: ConsoleMessage) -> bool:
    """An error of ours; that a connection failed while the service was away is the browser's own remark."""
    return message.type in ("error", "warning") and "net::ERR_" not in message.text


class Complaints(list[str]):
    """Console errors and uncaught exceptions of a page; a test fails when any is left."""


def _new_context(browser: Browser) -> BrowserContext:
    return browser.new_context(
        viewport={"width": 420, "height": 820}, color_scheme="dark", reduced_motion="reduce"
    )


@dataclass(frozen=True)
class Profile:
    """One that tests use in turn, and a page that keeps the process of its pages alive.

    A profile and a process for each of them would cost as much as what is tried.
    """

    context: BrowserContext
    keeper: Page

    def forget(self, origin: str) -> None:
        """Close all pages, and know nothing."""
        for page in self.context.pages:
            if page is not self.keeper:
                page.close()
        self.context.clear_permissions()
        self.context.clear_cookies()
        session = self.context.new_cdp_session(self.keeper)
        session.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "all"})
        session.detach()


@contextmanager
def _profile(browser: Browser, service: BrowserService) -> Iterator[Profile]:
    context = _new_context(browser)
    keeper = context.new_page()
    keeper.goto(f"{service.url}/static/extension/icons/wingman.svg")
    yield Profile(context, keeper)
    context.close()


@pytest.fixture(scope="package")
def profile(browser: Browser, service: BrowserService) -> Iterator[Profile]:
    with _profile(browser, service) as made:
        yield made


@pytest.fixture(scope="package")
def capturing_profile(capturing_browser: Browser, service: BrowserService) -> Iterator[Profile]:
    with _profile(capturing_browser, service) as made:
        yield made


@pytest.fixture
def context(request: pytest.FixtureRequest, service: BrowserService) -> Iterator[BrowserContext]:
    """A profile that knows nothing. `captures(alone=True)`: that nobody has had before."""
    allowed = ["microphone", "clipboard-read", "clipboard-write"]
    captures = request.node.get_closest_marker("captures")
    if captures is not None and captures.kwargs.get("alone"):
        made = _new_context(request.getfixturevalue("capturing_browser"))
        made.grant_permissions(allowed, origin=service.url)
        yield made
        made.close()
        return
    kept: Profile = request.getfixturevalue("capturing_profile" if captures else "profile")
    kept.context.grant_permissions(allowed, origin=service.url)
    yield kept.context
    kept.forget(service.url)


@pytest.fixture
def complaints() -> Complaints:
    return Complaints()


@pytest.fixture
def new_page(context: BrowserContext, complaints: Complaints) -> Iterator[Callable[[str], Page]]:
    def open_page(url: str) -> Page:
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: complaints.append(f"uncaught: {error}"))
        page.on("console", lambda m: complaints.append(m.text) if _is_complaint(m) else None)
        page.goto(url)
        return page

    yield open_page
    assert not complaints, f"the page complained: {complaints}"


@pytest.fixture
def browser_page(context: BrowserContext) -> Page:
    """An empty page without any protection, for negative controls."""
    page: Page = context.new_page()
    page.goto("about:blank")
    return page


@pytest.fixture
def shot(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Keep a picture of a page under `artifacts/browser` (outside git)."""
    ARTIFACTS.mkdir(parents=True, exist_ok=True)

    def take(page: Page, name: str) -> None:
        picture = page.screenshot(path=ARTIFACTS / f"{name}.png")
        with av.open(io.BytesIO(picture), "r") as decoded:
            shades = np.unique(next(decoded.decode(video=0)).to_ndarray(format="gray"))
        assert shades.size > 20, f"the picture {name} shows nothing"

    return take


@pytest.fixture(scope="package")
def axe() -> str:
    """The accessibility checker's script."""
    from tests.browser.support.axe import axe_source

    try:
        return axe_source()
    except (OSError, subprocess.SubprocessError) as failed:
        pytest.skip(f"axe-core could not be fetched: {failed}")


@pytest.fixture
def player(context: BrowserContext, service: BrowserService) -> Iterator[Page]:
    """The meeting's tab, playing a 440 Hz tone."""
    page = context.new_page()
    page.goto(f"{service.url}/static/test/player")
    yield page
    page.close()
