"""The extension, started by its real toolbar action, on a page with a strict policy and Trusted Types."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.browser.support.extension import Extension, chromium_with_extension, shadow_text
from tests.browser.support.scene import call
from tests.browser.support.service import TOKEN, BrowserService
from tests.browser.support.sound import MIC_HZ, TAB_HZ, bad_windows, dominant, rms
from wingman.model.events import SuggestionCompleted, SuggestionCreated
from wingman.model.time import Channel


@pytest.fixture(scope="module")
def extension(
    playwright: Playwright, service: BrowserService, sounds: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Extension]:
    profile = tmp_path_factory.mktemp("profile")
    with chromium_with_extension(playwright, profile, sounds / "me.wav") as running:
        yield running


@pytest.fixture
def meeting_page(extension: Extension, service: BrowserService) -> Iterator[Page]:
    page = extension.context.new_page()
    page.goto(f"{service.url}/static/test/player?title=A meeting")
    yield page
    page.close()


def state(extension: Extension) -> str:
    """What the toolbar icon says."""
    return str(extension.worker("chrome.action.getTitle({})"))


def test_without_a_pairing_it_asks_for_one(
    extension: Extension, service: BrowserService, meeting_page: Page
) -> None:
    made = len(service.meetings.all)
    with extension.context.expect_page() as opened:
        extension.click(meeting_page)
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
    extension.pair(service.root, service.url)
    meeting_page.bring_to_front()
    extension.click(meeting_page)
    service.wait(lambda: state(extension).startswith("Wingman is listening"), "the start")
    meeting = service.newest
    assert meeting.spec.title == "A meeting"
    strip = meeting.strips[Channel.TAB]
    service.wait(lambda: strip.position > 3 * 16_000, "three seconds")
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
    before = strip.position
    service.wait(lambda: strip.position > before + 16_000, "a further second")
    assert rms(meeting.heard(Channel.TAB, 0.5)) > 0.3
    service.publish(
        meeting.id,
        SuggestionCreated("late", "question", "question_to_user", None, "gemini"),
        SuggestionCompleted("late", "Still here.", "gemini"),
    )
    service.wait(lambda: "Still here." in shadow_text(extension.context, meeting_page), "a card after that")

    # a reload keeps listening and brings the overlay back with what it had
    meeting_page.reload()
    service.wait(lambda: "Still here." in shadow_text(extension.context, meeting_page), "the overlay again")

    # the second click ends the meeting
    extension.click(meeting_page)
    service.wait(lambda: meeting.state == "ended", "the end")
    service.wait(lambda: state(extension) == "Wingman: listen to this tab", "the idle icon")


def test_a_closed_tab_ends_the_meeting(
    extension: Extension, service: BrowserService, meeting_page: Page
) -> None:
    other = extension.context.new_page()
    other.goto(f"{service.url}/static/test/player?title=Another meeting")
    extension.click(other)
    service.wait(lambda: state(extension).startswith("Wingman is listening"), "the start")
    meeting = service.newest
    other.close()
    service.wait(lambda: meeting.state == "ended", "the end", limit=5)


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
    stored = extension.worker("chrome.storage.local.get('token').then(s => s.token.split('.')[0])")
    assert stored == "x"  # an extension's own derived key, not the service's
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
