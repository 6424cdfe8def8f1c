"""The extension, started by its real toolbar action, on a page with a strict policy and Trusted Types."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.browser.support.extension import Extension, chromium_with_extension, shadow_box, shadow_text
from tests.browser.support.scene import call
from tests.browser.support.service import TOKEN, BrowserService, ListeningMeeting
from tests.browser.support.sound import MIC_HZ, TAB_HZ, bad_windows, dominant, rms
from wingman.core.events import SuggestionCompleted, SuggestionCreated
from wingman.core.time import Channel
from wingman.meeting.api import MeetingStatus
from wingman.server.lookup import Lookup

LISTENING = "Wingman is listening to this tab. Click to stop."
HIDDEN = "Wingman is listening to this tab. Click to show the overlay."
IDLE = "Wingman: listen to this tab"
ELSEWHERE = "Wingman is listening to another tab. Click to end that and listen to this one."
STOPPED = """async () => {
  await navigator.locks.request("icon", () => undefined); // then the worker has asked for the end
  const port = chrome.runtime.connect({ name: "wingman-overlay" });
  await new Promise((answered) => {
    port.onMessage.addListener(answered);
    port.onDisconnect.addListener(answered);
    port.postMessage({ hello: true }); // heard after that
  });
  port.disconnect();
  return (await chrome.runtime.getContexts({ contextTypes: ["OFFSCREEN_DOCUMENT"] })).length;
}"""
"""How many offscreen documents there are once what was asked of it at the idle icon was heard there."""


@pytest.fixture(scope="module")
def used(playwright: Playwright, sounds: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Extension]:
    """The browser of all tests here, as the last one left it."""
    profile = tmp_path_factory.mktemp("profile")
    with chromium_with_extension(playwright, profile, sounds / "me.wav") as running:
        yield running


@pytest.fixture(scope="module")
def paired(used: Extension, service: BrowserService) -> Any:
    """What the extension keeps once it is paired, and nothing else was chosen."""
    used.worker("chrome.storage.local.clear()")
    used.pair(service.root, service.url)
    return used.worker("chrome.storage.local.get(null)")


@pytest.fixture
def unpaired(used: Extension, service: BrowserService) -> Iterator[Extension]:
    used.worker("chrome.storage.local.clear()")
    yield used
    for meeting in service.meetings.all:
        service.run(meeting.end())
    service.wait(lambda: state(used) == IDLE, "the idle icon")


@pytest.fixture
def extension(paired: Any, unpaired: Extension) -> Extension:
    """Paired, and with nothing chosen yet."""
    unpaired.worker("kept => chrome.storage.local.set(kept)", paired)
    return unpaired


@pytest.fixture
def meeting_page(used: Extension, service: BrowserService) -> Iterator[Page]:
    page = used.context.new_page()
    page.goto(f"{service.url}/static/test/player?title=A meeting")
    yield page
    page.close()


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """The address of a page on a site the extension has no standing access to."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>NodeRouting</title><h1>Another site</h1>")

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.2", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever, name="elsewhere")
        thread.start()
        yield f"http://127.0.0.2:{server.server_port}/"
        server.shutdown()
        thread.join()


def listen(extension: Extension, service: BrowserService, page: Page) -> ListeningMeeting:
    """Click the icon on `page`."""
    page.bring_to_front()
    extension.click(page)
    service.wait(lambda: state(extension) == LISTENING, "the start")
    return service.newest


def end(extension: Extension, service: BrowserService, page: Page) -> None:
    meeting = service.newest
    extension.click(page)
    service.wait(lambda: meeting.state == "ended", "the end")
    service.wait(lambda: state(extension) == IDLE, "the idle icon")


def state(extension: Extension) -> str:
    """What the toolbar icon says."""
    return str(
        extension.worker(
            """async () => {
              const { running: { tabId } = {} } = await chrome.storage.session.get("running");
              return chrome.action.getTitle(tabId === undefined ? {} : { tabId }).catch(() => "");
            }"""
        )
    )


def test_without_a_pairing_it_asks_for_one(
    unpaired: Extension, service: BrowserService, meeting_page: Page
) -> None:
    made = len(service.meetings.all)
    with unpaired.context.expect_page() as opened:
        unpaired.click(meeting_page)
    expect(opened.value.locator("#code")).to_be_visible()
    opened.value.fill("#url", service.url)
    opened.value.fill("#code", "000 000")
    opened.value.click("#pair")
    expect(opened.value.locator("#paired")).not_to_contain_text("Paired.")
    opened.value.close()
    assert len(service.meetings.all) == made


def test_a_click_listens_and_shows_the_overlay(
    extension: Extension, service: BrowserService, meeting_page: Page, shot: Callable[..., None]
) -> None:
    meeting = listen(extension, service, meeting_page)  # paired, and nothing chosen yet
    assert meeting.spec.title == "A meeting"
    assert (meeting.spec.playbook, meeting.spec.emotion_policy, meeting.spec.consent) == ("", "", "")
    sound = meeting.inputs[Channel.TAB]
    service.wait(lambda: sound.position > 3 * 16_000, "three seconds")
    tab, mic = meeting.heard(Channel.TAB, 2.0), meeting.heard(Channel.MIC, 2.0)
    assert abs(dominant(tab) - TAB_HZ) < 1
    assert abs(dominant(mic) - MIC_HZ) < 1
    assert bad_windows(tab) <= 0.05
    service.publish(meeting.id, *call())
    service.wait(
        lambda: "Offer it against a signature" in shadow_text(extension.context, meeting_page), "the card"
    )
    shot(meeting_page, "extension")

    # the page can neither read the overlay nor find the key
    assert meeting_page.evaluate("document.querySelector('[data-wingman-overlay]').shadowRoot") is None
    assert TOKEN not in meeting_page.content()
    assert "signature" not in meeting_page.evaluate("document.documentElement.textContent")

    # a stopped service worker changes nothing
    extension.stop_workers()
    before = sound.position
    service.wait(lambda: sound.position > before + 16_000, "a further second")
    service.wait(lambda: rms(meeting.heard(Channel.TAB, 0.5)) > 0.3, "its sound")
    service.publish(
        meeting.id,
        SuggestionCreated("late", "question", "question_to_user", None, "gemini"),
        SuggestionCompleted("late", "Still here.", "gemini"),
    )
    service.wait(lambda: "Still here." in shadow_text(extension.context, meeting_page), "a card after that")

    # a reload keeps listening and brings the overlay back with what it had
    meeting_page.reload()
    service.wait(lambda: "Still here." in shadow_text(extension.context, meeting_page), "the overlay again")

    # ended by nobody's wish, as by a restart, it goes on in a new meeting, and only here
    service.run(meeting.end("shutdown"))
    service.wait(lambda: service.newest is not meeting and state(extension) == LISTENING, "the next meeting")
    assert service.newest.spec.title == "A meeting (continued)"
    service.wait(lambda: "Still here." not in shadow_text(extension.context, meeting_page), "its overlay")
    assert extension.worker("chrome.action.getTitle({})") == ELSEWHERE

    # the second click ends the meeting
    end(extension, service, meeting_page)


def test_a_meeting_begins_as_the_settings_say(
    extension: Extension, service: BrowserService, meeting_page: Page, shot: Callable[..., None]
) -> None:
    options = extension.options()
    expect(options.get_by_role("heading", level=1)).to_have_text("Settings of the extension")
    options.select_option("#playbook", "interview")
    expect(options.locator("[data-policy=counterpart] input")).to_be_disabled()
    options.select_option("#playbook", "sales")
    options.click("[data-policy=counterpart]")
    expect(options.locator("#saved")).to_contain_text("Not measured until you confirm")
    unconfirmed = listen(extension, service, meeting_page)
    assert (unconfirmed.spec.playbook, unconfirmed.spec.emotion_policy) == ("sales", "off")
    assert unconfirmed.spec.consent == ""
    end(extension, service, meeting_page)

    options.bring_to_front()
    options.check("#acknowledge")
    expect(options.locator("#saved")).to_contain_text("Saved.")
    words = options.locator(".consent span").inner_text()
    options.reload()
    expect(options.locator("[data-policy=counterpart] input")).to_be_checked()
    expect(options.locator("#acknowledge")).to_be_checked()
    shot(options, "extension-settings")
    confirmed = listen(extension, service, meeting_page)
    assert (confirmed.spec.playbook, confirmed.spec.emotion_policy) == ("sales", "counterpart")
    assert confirmed.spec.consent == words
    assert "tone of their voices is analysed" in words
    end(extension, service, meeting_page)
    options.bring_to_front()
    options.click("[data-policy=off]")
    expect(options.locator("#saved")).to_contain_text("Saved.")
    options.close()


def test_the_overlay_stays_where_it_was_put(
    extension: Extension, service: BrowserService, meeting_page: Page
) -> None:
    listen(extension, service, meeting_page)

    def frame() -> tuple[int, ...]:
        box = shadow_box(extension.context, meeting_page, "frame")
        return tuple(round(value) for value in (box.left, box.top, box.width, box.height))

    def drag(x: float, y: float, by_x: float, by_y: float) -> None:
        meeting_page.mouse.move(x, y)
        meeting_page.mouse.down()
        meeting_page.mouse.move(x + by_x, y + by_y, steps=4)
        meeting_page.mouse.up()

    service.wait(lambda: "Live" in shadow_text(extension.context, meeting_page), "the overlay")
    usual = frame()
    assert usual == (1100 - 380 - 16, 760 - 600 - 16, 380, 600)  # the lower right corner
    grip = shadow_box(extension.context, meeting_page, "grip")
    drag(grip.left + grip.width / 2, grip.top + grip.height / 2, -500, -100)
    service.wait(lambda: frame() == (usual[0] - 500, usual[1] - 100, 380, 600), "the move")
    left, top, width, height = frame()
    drag(left + width - 4, top + height - 4, 60, -150)
    service.wait(lambda: frame() == (left, top, 440, 450), "the resize")
    kept = "chrome.storage.local.get('place').then(s => JSON.stringify(s.place || {}))"
    service.wait(lambda: '"width":440' in extension.worker(kept), "the place to be kept")

    meeting_page.reload()
    service.wait(lambda: "Live" in shadow_text(extension.context, meeting_page), "the overlay again")
    assert frame() == (left, top, 440, 450)
    end(extension, service, meeting_page)
    meeting_page.reload()
    listen(extension, service, meeting_page)
    service.wait(lambda: "Live" in shadow_text(extension.context, meeting_page), "a new meeting's overlay")
    assert frame() == (left, top, 440, 450)
    meeting_page.set_viewport_size({"width": 500, "height": 400})  # a smaller window keeps it in sight
    service.wait(lambda: frame() == (60, 32, 440, 368), "the frame within the window")
    end(extension, service, meeting_page)


def test_the_overlay_follows_the_tab(
    extension: Extension, service: BrowserService, meeting_page: Page, elsewhere: str
) -> None:
    other = extension.context.new_page()
    other.goto(f"{service.url}/static/test/player?title=Not the meeting&paused")
    meeting = listen(extension, service, meeting_page)
    sound = meeting.inputs[Channel.TAB]
    service.publish(meeting.id, *call())

    def shown(page: Page) -> bool:
        return "Offer it against a signature" in shadow_text(extension.context, page)

    service.wait(lambda: shown(meeting_page), "the overlay")
    meeting_page.goto(f"{service.url}/static/test/player?title=A meeting&room=2")
    service.wait(lambda: shown(meeting_page), "the overlay on the next page")
    other.reload()
    other.wait_for_timeout(300)
    assert not shown(other)  # it goes where the click allowed it, and nowhere else

    # on another site the browser wants another click; until then the sound goes on and the icon says so
    meeting_page.goto(elsewhere)
    service.wait(lambda: state(extension) == HIDDEN, "the icon to ask for a click")
    assert not shown(meeting_page)
    before = sound.position
    service.wait(lambda: sound.position > before + 8_000, "the sound to go on")
    extension.click(meeting_page)
    service.wait(lambda: shown(meeting_page), "the overlay on the other site")
    assert meeting.state == "live"
    assert service.newest is meeting

    # hidden by its own button, it comes back with a click as well
    box = shadow_box(extension.context, meeting_page, "frame-handle")
    meeting_page.mouse.click(box.left + box.width - 22, box.top + box.height / 2)
    service.wait(lambda: state(extension) == HIDDEN and not shown(meeting_page), "the overlay to hide")
    extension.click(meeting_page)
    service.wait(lambda: shown(meeting_page) and state(extension) == LISTENING, "the overlay again")
    end(extension, service, meeting_page)
    other.close()


def test_a_closed_tab_ends_the_meeting_however_slow_the_service_is(
    extension: Extension, service: BrowserService, meeting_page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = extension.context.new_page()
    other.goto(f"{service.url}/static/test/player?title=Another meeting")
    meeting = listen(extension, service, other)
    seen, known = asyncio.Event(), Lookup.status

    async def slow(lookup: Lookup, of: str) -> MeetingStatus:
        await seen.wait()
        return await known(lookup, of)

    async def see() -> None:
        seen.set()

    monkeypatch.setattr(Lookup, "status", slow)
    other.close()
    service.wait(lambda: state(extension) == IDLE, "the idle icon")
    assert extension.worker(STOPPED) == 1, "it is closed once Wingman has heard of the end"
    service.run(see())
    service.wait(lambda: meeting.state == "ended", "the end", limit=15)


def test_without_the_click_nothing_can_be_captured(extension: Extension, meeting_page: Page) -> None:
    tried = extension.worker(
        """async () => {
          const [tab] = await chrome.tabs.query({active: true});
          try {
            await chrome.tabCapture.getMediaStreamId({targetTabId: tab.id});
            return "captured";
          } catch (refused) { return refused.message; }
        }"""
    )
    assert "has not been invoked" in tried


def test_the_key_is_out_of_reach_for_content_scripts(extension: Extension, meeting_page: Page) -> None:
    stored = extension.worker("chrome.storage.local.get('token').then(s => s.token.split('_')[0])")
    assert stored == "wm"  # an extension's own grant, not the service's token
    level = extension.worker(
        """async () => {
          const [tab] = await chrome.tabs.query({title: "A meeting"});
          try {
            const [answer] = await chrome.scripting.executeScript({
              target: {tabId: tab.id},
              func: () => chrome.storage.local.get('token').then(() => 'read', (e) => e.message),
            });
            return answer.result;
          } catch (refused) { return refused.message; }
        }"""
    )
    assert "not allowed" in level


def test_why_nothing_is_listened_to_stands_on_the_page(
    extension: Extension, service: BrowserService, meeting_page: Page
) -> None:
    def told(sentence: str) -> None:
        service.wait(lambda: sentence in shadow_text(extension.context, meeting_page), "the page to say it")
        service.wait(lambda: sentence in state(extension), "the icon to say it")
        assert extension.worker("chrome.action.getBadgeText({})") == "!"

    extension.worker("chrome.storage.local.set({ url: 'http://127.0.0.1:9' })")
    meeting_page.bring_to_front()
    extension.click(meeting_page)
    told("Wingman is out of reach.")
    options = extension.options()
    expect(options.locator("#paired")).to_contain_text("Wingman is out of reach.")
    expect(options.locator("#playbook")).to_be_hidden()  # which would be empty, as if none had been chosen
    options.close()
    meeting_page.bring_to_front()
    extension.worker("url => chrome.storage.local.set({ url })", service.url)
    meeting = listen(extension, service, meeting_page)
    service.unpair()
    told("Wingman does not know this extension any more.")
    assert "Ended" in shadow_text(extension.context, meeting_page)
    service.wait(lambda: not meeting.plays, "the sound to end")
    # nobody takes what the overlay says any more, and it can be hidden all the same
    box = shadow_box(extension.context, meeting_page, "frame-handle")
    meeting_page.mouse.click(box.left + box.width - 22, box.top + box.height / 2)
    service.wait(lambda: meeting_page.locator("[data-wingman-overlay]").count() == 0, "the overlay to hide")
    extension.worker("title => chrome.action.setTitle({ title })", IDLE)
