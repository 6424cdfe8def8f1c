"""Faces from the capture page: off until chosen and acknowledged, small single pictures, none in a pause."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.support.service import BrowserService
from tests.browser.test_capture import begin, listening
from wingman.core.events import MeetingPaused, MeetingResumed
from wingman.core.time import Channel
from wingman.emotion.faces.pictures import check_picture, picture_size

NewPage = Callable[[str], Page]
pytestmark = pytest.mark.captures


def test_the_camera_is_looked_at_only_when_that_was_acknowledged_and_a_refusal_ends_it(
    service: BrowserService, new_page: NewPage, complaints: list[str]
) -> None:
    page = new_page(service.root)
    page.context.grant_permissions(["camera", "microphone"], origin=service.url)
    begin(page, "mic")
    listening(page, "mic")
    (meeting,) = service.meetings.all[-1:]
    page.locator("#faces summary").click()
    page.locator("#faces input[value=camera]").check()
    expect(page.locator("#faces .consent")).to_contain_text("my camera")
    assert not meeting.pictures, "a choice alone lets nothing out"
    page.locator("#acknowledge-faces").check()
    service.wait(lambda: len(meeting.pictures) >= 2, "two pictures")
    ((setting, value),) = meeting.controls
    assert (setting, value["policy"], value["consent"]) == ("faces", "camera", "faces-camera@1")
    for channel, picture in meeting.pictures:
        assert channel is Channel.MIC
        check_picture(picture)
        assert max(picture_size(picture)) <= 640
    meeting.publish(MeetingPaused())
    page.wait_for_timeout(500)
    before = len(meeting.pictures)
    page.wait_for_timeout(4500)
    assert len(meeting.pictures) <= before + 1, "what was on its way when the pause began"
    meeting.publish(MeetingResumed())
    service.wait(lambda: len(meeting.pictures) > before + 1, "a picture after the pause")
    page.locator("#faces input[value=off]").check()
    service.wait(lambda: meeting.controls[-1] == ("faces", "off"), "the end of it")
    refusal = {"error": {"code": "conflict", "field": "faces", "detail": "faces are not measured here"}}
    page.route("**/faces/mic", lambda route: route.fulfill(status=409, json=refusal))
    known = len(meeting.controls)
    page.locator("#faces input[value=camera]").check()
    page.locator("#acknowledge-faces").check()
    expect(page.locator(".problem:not([hidden])")).to_contain_text("faces are not measured here")
    expect(page.locator("#acknowledge-faces")).not_to_be_checked()
    service.wait(lambda: meeting.controls[known + 1 :] == [("faces", "off")], "the end of it")
    complaints.clear()  # the browser logs every refusal


def test_the_shared_tab_shows_its_own_faces_without_being_picked_again(
    service: BrowserService, new_page: NewPage, player: Page, shot: Callable[..., None]
) -> None:
    page = new_page(service.root)
    page.evaluate(
        """() => {
          const picker = navigator.mediaDevices.getDisplayMedia.bind(navigator.mediaDevices);
          navigator.mediaDevices.getDisplayMedia = async (asked) => {
            window.picks = (window.picks || 0) + 1;
            const stream = await picker(asked);
            window.pictured = stream.getVideoTracks()[0];
            return stream;
          };
        }"""
    )
    begin(page, "tab")
    listening(page, "tab")
    meeting = service.newest
    assert page.evaluate("() => window.pictured.enabled") is False, "nobody looks before it is wanted"
    page.locator("#faces summary").click()
    page.locator("#faces input[value=tab]").check()
    expect(page.locator("#faces .consent")).to_contain_text("whose face is seen in this call")
    shot(page, "faces-consent-dark")
    assert not meeting.pictures
    page.locator("#acknowledge-faces").check()
    service.wait(lambda: len(meeting.pictures) >= 2, "two pictures")
    for channel, picture in meeting.pictures:
        assert channel is Channel.TAB
        check_picture(picture)
        assert max(picture_size(picture)) <= 640
    assert page.evaluate("() => window.picks") == 1
    page.locator("#faces input[value=off]").check()
    service.wait(lambda: meeting.controls[-1] == ("faces", "off"), "the end of it")
    assert page.evaluate("() => [window.pictured.enabled, window.pictured.readyState]") == [False, "live"]
    page.click("#stop")
    page.wait_for_function("() => window.pictured.readyState === 'ended'")
