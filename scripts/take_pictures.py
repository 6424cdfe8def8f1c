"""Every picture in the documents, taken from the real pages: a call is played into them as events."""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from tests.browser.support.chromium import launch
from tests.browser.support.extension import chromium_with_extension
from tests.browser.support.people import person
from tests.browser.support.scene import call, said, started
from tests.browser.support.service import TOKEN, BrowserService
from tests.browser.support.sound import make_sounds
from tests.browser.support.whole_service import WholeService
from wingman.core.events import (
    CaptureState,
    Media,
    SuggestionCompleted,
    SuggestionCreated,
    SuggestionDelta,
)
from wingman.core.time import Channel
from wingman.core.utterance import EMOTION_OFF

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Playwright

IMAGES = Path(__file__).parents[1] / "docs" / "images"
WIDTH, HEIGHT = 1280, 800
PAST = (
    ("Renewal with Acme", "The purchase order comes in March."),
    ("Bolt: discovery", "They lose two hours a week on exports."),
    ("Support, open tickets", "The last release broke the calendar."),
)


def main() -> None:
    """Write them all."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        for part in ("sounds", "log", "data", "profile"):
            (folder / part).mkdir()
        sounds = make_sounds(folder / "sounds")
        browser = launch(playwright, sounds)
        service = BrowserService(folder / "log", sounds)
        service.start()
        try:
            around_a_call(browser, folder / "data")
            in_a_call(browser, service)
            timing(browser, service)
            extension(playwright, service, folder / "profile", sounds)
        finally:
            browser.close()
            service.stop()


def around_a_call(browser: Browser, data: Path) -> None:
    """The first page and the settings."""
    whole = WholeService(data)
    whole.start()
    try:
        for title, line in PAST:
            whole.past_meeting(title, [("them", line)])
        with person(browser, whole) as one:
            dark(one.page)
            one.page.wait_for_selector(".meeting")
            take(one.page, "home")
            one.page.click("nav a:has-text('Settings')")
            one.page.wait_for_selector(".setting")
            take(one.page, "settings")
    finally:
        whole.stop()


def in_a_call(browser: Browser, service: BrowserService) -> None:
    """The overlay, the capture page beside it, and the report."""
    meeting = service.meeting("Acme renewal").id
    service.publish(meeting, *call())
    page = browser.new_page()
    dark(page, width=1120, height=700)
    page.goto(service.overlay(meeting))
    page.wait_for_selector(".card >> nth=2")
    take(page, "overlay")
    service.run(service.meetings.live(meeting).end())
    dark(page)
    page.goto(f"{service.url}/meetings/{meeting}?token={TOKEN}")
    page.wait_for_selector("#edit")
    take(page, "report")
    page.close()
    context = browser.new_context(
        viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="dark", reduced_motion="reduce"
    )
    context.grant_permissions(["microphone"], origin=service.url)
    context.new_page().goto(f"{service.url}/static/test/player")
    page = context.new_page()
    page.goto(service.root)
    page.fill("#title", "Acme renewal")
    page.bring_to_front()
    page.click("#start")
    page.wait_for_selector(".channel[data-state=capturing]")
    service.publish(service.newest.id, *call())
    page.bring_to_front()
    page.wait_for_selector(".card >> nth=2")
    page.wait_for_timeout(1500)  # both levels have moved
    take(page, "capture")
    context.close()


def timing(browser: Browser, service: BrowserService) -> None:
    """One card of the overlay that tells what it was waited for."""
    meeting, began = service.meeting("Acme renewal").id, time.time() - 60
    for at, event in (
        (0.0, started()),
        (0.0, (CaptureState(Channel.TAB, "capturing"), Media(Channel.TAB, 0.0, 0.0))),
        (5.31, said(1, "tab:0", "And what does it cost a month?", 2.0, 5.0, EMOTION_OFF)),
        (5.33, SuggestionCreated("s-1", "price", "price_term", "u-1", "playbook", "Give one number.")),
        (5.95, SuggestionDelta("s-1", "Name one plan and what is in it.")),
        (6.16, SuggestionCompleted("s-1", "Name one plan and what is in it.", "gemini")),
    ):
        service.publish(meeting, event, at=began + at)
    page = browser.new_page()
    dark(page, width=1120, height=700)
    page.goto(service.overlay(meeting))
    page.wait_for_selector(".card-answer")
    page.locator(".card-timing summary").click()
    take(page, "timing", ".card")
    page.close()


def extension(playwright: Playwright, service: BrowserService, profile: Path, sounds: Path) -> None:
    """The overlay on a meeting's own page."""
    with chromium_with_extension(playwright, profile, sounds / "me.wav") as loaded:
        page = loaded.context.new_page()
        page.goto(f"{service.url}/static/test/player?title=A meeting")
        loaded.pair(service.root, service.url)
        page.bring_to_front()
        known = len(service.meetings.all)
        loaded.click(page)
        service.wait(lambda: len(service.meetings.all) > known, "the meeting")
        service.publish(service.newest.id, *call())
        page.wait_for_timeout(2500)  # its shadow root is closed: what it shows cannot be asked
        take(page, "extension")


def dark(page: Page, width: int = WIDTH, height: int = HEIGHT) -> None:
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": height})


def take(page: Page, name: str, part: str = "") -> None:
    page.wait_for_timeout(400)
    seen = page.locator(part) if part else page
    seen.screenshot(path=IMAGES / f"{name}.png")
    print(f"docs/images/{name}.png")


if __name__ == "__main__":
    main()
