"""A Chromium with the extension loaded, its toolbar action, and a look into its closed shadow root."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, CDPSession, Page, Playwright, expect

from tests.browser.support.chromium import BASE_FLAGS, CHROMIUM

EXTENSION = Path(__file__).parents[3] / "wingman" / "web" / "extension"


@dataclass(frozen=True)
class Box:
    """A rectangle on the page, in CSS pixels."""

    left: float
    top: float
    width: float
    height: float


@dataclass
class Extension:
    """The loaded extension. `click` is the real action: it grants `activeTab` on that tab only."""

    context: BrowserContext
    cdp: CDPSession
    id: str

    def click(self, page: Page) -> None:
        title = page.title()
        tabs = self.cdp.send("Target.getTargets", {"filter": [{"type": "tab"}]})["targetInfos"]
        (target,) = [tab["targetId"] for tab in tabs if tab["title"] == title]
        self.cdp.send("Extensions.triggerAction", {"id": self.id, "targetId": target})

    def worker(self, script: str, argument: Any = None) -> Any:
        """Evaluate in the service worker."""
        workers = self.context.service_workers
        worker = workers[0] if workers else self.context.wait_for_event("serviceworker")
        return worker.evaluate(script, argument)

    def stop_workers(self) -> None:
        """Stop every service worker, as the browser does when it finds them idle."""
        page = self.context.new_page()
        session = self.context.new_cdp_session(page)
        session.send("ServiceWorker.enable")
        session.send("ServiceWorker.stopAllWorkers")
        page.close()

    def pair(self, root: str, url: str) -> None:
        """Pair as a user does: the code from the capture page into the extension's settings."""
        capture = self.context.new_page()
        capture.goto(root)
        capture.click("#pairing summary")
        capture.click("#pair")
        code = capture.locator("#pairing .code")
        expect(code).to_be_visible()
        options = self.options()
        options.fill("#url", url)
        options.fill("#code", code.inner_text())
        options.click("#pair")
        expect(options.locator("#paired")).to_contain_text("Paired. Click")
        options.click("#allow")
        expect(options.locator("#hearing")).to_have_text("Allowed.")
        options.close()
        capture.close()

    def options(self) -> Page:
        page = self.context.new_page()
        page.goto(f"chrome-extension://{self.id}/options.html")
        return page


def shadow_text(context: BrowserContext, page: Page) -> str:
    """All text inside the overlay's closed shadow root, as the browser itself knows it."""
    session = context.new_cdp_session(page)
    try:
        document = session.send("DOM.getDocument", {"depth": -1, "pierce": True})["root"]
    finally:
        session.detach()
    return " ".join(n["nodeValue"] for n in _nodes(document, False) if n["nodeType"] == 3)


def shadow_box(context: BrowserContext, page: Page, of: str) -> Box:
    """Where the element of class `of` inside the closed shadow root is on the page, in CSS pixels."""
    session = context.new_cdp_session(page)
    try:
        document = session.send("DOM.getDocument", {"depth": -1, "pierce": True})["root"]
        (node,) = [n for n in _nodes(document, False) if of in _attributes(n).get("class", "").split()]
        border = session.send("DOM.getBoxModel", {"nodeId": node["nodeId"]})["model"]["border"]
    finally:
        session.detach()
    return Box(border[0], border[1], border[4] - border[0], border[5] - border[1])


def _attributes(node: dict[str, Any]) -> dict[str, str]:
    flat = node.get("attributes", [])
    return dict(zip(flat[::2], flat[1::2], strict=True))


def _nodes(node: dict[str, Any], inside: bool) -> Iterator[dict[str, Any]]:
    if inside:
        yield node
    for root in node.get("shadowRoots", []):
        yield from _nodes(root, True)
    for child in node.get("children", []):
        yield from _nodes(child, inside)


def copied(into: Path, script: str) -> Path:
    """The extension as it is, with a script that runs first where its sound is sent from."""
    shutil.copytree(EXTENSION, into)
    (into / "first.js").write_text(script)
    page = into / "offscreen.html"
    page.write_text(page.read_text().replace("<script ", '<script src="first.js"></script><script ', 1))
    return into


@contextmanager
def chromium_with_extension(
    playwright: Playwright, profile: Path, microphone: Path | None = None, *, folder: Path = EXTENSION
) -> Iterator[Extension]:
    """`folder` is where the extension lies."""
    flags = [*BASE_FLAGS, "--autoplay-policy=no-user-gesture-required", "--enable-unsafe-extension-debugging"]
    if microphone is not None:
        flags += [
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-audio-capture={microphone}",
            "--auto-accept-camera-and-microphone-capture",
        ]
    context = playwright.chromium.launch_persistent_context(
        str(profile),
        executable_path=str(CHROMIUM),
        args=flags,
        ignore_default_args=["--mute-audio", "--disable-extensions"],
        viewport={"width": 1100, "height": 760},
        reduced_motion="reduce",
    )
    try:
        assert context.browser is not None
        cdp = context.browser.new_browser_cdp_session()
        loaded = cdp.send("Extensions.loadUnpacked", {"path": str(folder)})
        yield Extension(context, cdp, loaded["id"])
    finally:
        context.close()
