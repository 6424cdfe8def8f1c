"""What a person does, by real clicks from a fresh profile, with the clicks and seconds each task takes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tests.browser.support.chromium import PLAYER_TITLE
from tests.browser.support.whole_service import WholeService

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

NOTES = "# Prices\n\nThe enterprise plan costs 900 euros per month for 200 users.\n"
CONVERSATION = (
    "Them: Can you tell me how much the enterprise plan costs per month?\n"
    "You: One moment please.\n"
    "Them: We already use Zendesk for that.\n"
)


@dataclass
class Person:
    """A page, and what was pressed on it."""

    page: Page
    clicks: int = 0
    began: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began

    def click(self, selector: str) -> None:
        self.page.click(selector)
        self.clicks += 1

    def type(self, selector: str, text: str) -> None:
        self.page.fill(selector, text)
        self.clicks += 1  # into the field

    def sees(self, selector: str, seconds: float = 30) -> None:
        self.page.wait_for_selector(selector, timeout=seconds * 1000)


@contextmanager
def person(browser: Browser, service: WholeService, path: str = "/") -> Iterator[Person]:
    """Somebody with a fresh profile on a page of the service."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 850}, accept_downloads=True, reduced_motion="reduce"
    )
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.goto(service.root)
    page.wait_for_selector(".connections li")
    if path != "/":
        page.click(f'nav a:has-text("{path}")')
    try:
        yield Person(page)
    finally:
        context.close()


def kept(page: Page, routes: list[Route]) -> Route:
    """The first request that a route's handler keeps: it is told of it a moment after the page has asked."""
    while not routes:
        page.wait_for_timeout(10)
    return routes[0]


ASKS = """(title) => {
  document.title = title;
  const home = location.pathname.match(/^\\/~[\\w-]+/)[0];
  const audio = new Audio(`${home}/api/sample`);
  const ask = () => { audio.currentTime = 21.5; void audio.play(); };
  audio.addEventListener("timeupdate", () => {
    if (audio.currentTime < 26.2 || audio.paused) return;
    audio.pause();
    setTimeout(ask, 2500);
  });
  audio.addEventListener("canplay", ask, { once: true });
}"""


def opens_a_call(one: Person) -> Page:
    """Another tab of the same browser, in which the sample's price question is asked again and again."""
    call = one.page.context.new_page()
    call.goto(one.page.url)
    call.evaluate(ASKS, PLAYER_TITLE)
    one.page.bring_to_front()
    return call


def enters_a_key(one: Person, wrong: str, right: str) -> None:
    """From the first page: a wrong key is refused in words, the right one stored."""
    page = one.page
    one.click(".key[data-provider=deepgram] summary")
    one.type("#key-deepgram", wrong)
    one.click(".key[data-provider=deepgram] button:has-text('Test')")
    page.wait_for_selector(".key-said[data-ok=false]")
    one.type("#key-deepgram", right)
    one.click(".key[data-provider=deepgram] button:has-text('Test')")
    page.wait_for_selector(".key-said[data-ok=true]")
    one.click(".key[data-provider=deepgram] button:has-text('Store')")
    page.wait_for_selector(".connection[data-branch=transcribe][data-state=ready]")


def drops_a_note(one: Person, folder: Path) -> None:
    """A document goes in, is shown as understood, and a question finds it."""
    note = folder / "prices.md"
    note.write_text(NOTES)
    one.page.set_input_files("#note-file", str(note))
    one.clicks += 1
    one.sees('.document[data-name="prices.md"]')
    one.type("#try", "how much does the enterprise plan cost per month")
    one.click("#try-it")
    one.sees("[aria-label='What would be quoted'] li:has-text('900 euros')")


def edits_a_playbook(one: Person) -> None:
    """A shipped playbook is copied, given a phrase of its own, rehearsed and saved."""
    page = one.page
    one.click('.playbook[data-name=sales] button:has-text("Copy")')
    one.type(".ask-dialog input", "My sales")
    one.click(".ask-dialog [type=submit]")
    one.sees("#add-trigger")
    one.click("#add-trigger")
    trigger = ".trigger:last-of-type"
    page.fill(f"{trigger} textarea >> nth=0", "zendesk")
    page.fill(f"{trigger} input[type=text] >> nth=2", "Their desk")
    page.fill(f"{trigger} textarea >> nth=1", "Ask what they would keep from it.")
    page.fill(f"{trigger} input[type=number]", "95")
    one.clicks += 4
    one.type("#rehearse-text", CONVERSATION)
    one.click("#rehearse")
    one.sees(".rehearsed li[data-change=added]:has-text('Ask what they would keep'), "
             ".rehearsed li[data-change=changed]:has-text('Ask what they would keep')")  # fmt: skip
    one.click("#save-playbook")
    one.sees(".page-notice[data-level=good]:has-text('Saved')")


def finds_exports_deletes(one: Person, word: str) -> Path:
    """A past meeting is found by a word, named, exported and deleted; returns the exported file."""
    page = one.page
    one.type("#search", word)
    one.sees(".meeting.found")
    one.type("#search", "")
    one.sees(".meeting:not(.found)")
    one.click(".meeting .icon-button >> nth=0")
    one.type(".ask-dialog input >> nth=1", "Acme, renewal")
    one.click(".ask-dialog [type=submit]")
    one.sees(".meeting .tag:has-text('Acme')")
    one.click(".meeting .menu > summary")
    with page.expect_download() as download:
        one.click('.menu a:has-text("Markdown")')
    path = Path(download.value.path())
    page.keyboard.press("Escape")
    page.wait_for_selector(".meeting .menu:not([open]) > summary:focus")
    one.click(".meeting .icon-button >> nth=1")
    one.click(".ask-dialog .danger")
    one.sees(".page-notice[data-level=good]:has-text('deleted')")
    return path


def plays_the_sample(one: Person) -> None:
    """From the first page to the report of the sample."""
    one.click("#sample")
    one.sees(".live")
    one.page.wait_for_selector(".live a:has-text('Report'):visible", timeout=150_000)
    one.click(".live a:has-text('Report')")
    one.sees("#summary")
