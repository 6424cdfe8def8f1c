"""The capture page with a real tab, a real (file-fed) microphone and the real WHIP endpoint."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Dialog, Page, Playwright, expect

from tests.browser.support.networks import Network, by_relay, newest_way
from tests.browser.support.scene import call
from tests.browser.support.service import BrowserService, ListeningMeeting
from tests.browser.support.sound import (
    LEVEL,
    MIC_HZ,
    TAB_HZ,
    bad_windows,
    dominant,
    leak,
    rms,
    sentence,
    speech_match,
)
from tests.browser.support.spoken import spoken_call
from tests.browser.support.wire import Wire
from wingman.core.time import Channel
from wingman.transports.webrtc import WebRtcSource

NewPage = Callable[[str], Page]
TONE_RMS = LEVEL / 2**0.5


def begin(page: Page, *sources: str) -> None:
    """Choose what to listen to and press the button."""
    for source in ("tab", "mic"):
        page.locator(f"#{source}").set_checked(source in sources)
    page.bring_to_front()
    page.click("#start")


def listening(page: Page, channel: str) -> None:
    page.wait_for_selector(".channel")
    page.bring_to_front()  # sharing a tab shows that tab, and a page behind it hardly paints
    expect(page.locator(f".channel[data-channel={channel}]")).to_have_attribute("data-state", "capturing")


async def told(done: Callable[[], None]) -> None:
    """Something is done on another screen."""
    done()


def hear(service: BrowserService, meeting: ListeningMeeting, channel: Channel, seconds: float) -> None:
    """Wait until `seconds` more have arrived."""
    sound = meeting.inputs[channel]
    goal = sound.position + int(seconds * 16_000)
    service.wait(lambda: sound.position >= goal, f"{seconds} s of {channel}")


def test_the_page_says_whether_the_sound_is_stored(service: BrowserService, new_page: NewPage) -> None:
    page = new_page(service.root)
    expect(page.locator(".lead")).to_contain_text("The sound is not stored.")
    expect(page.locator("#notice-text")).to_contain_text("It does not store the sound.")
    page.route("**/api/config", lambda route: route.fulfill(json={"report": {"store_audio": True}}))
    page.reload()
    expect(page.locator(".lead")).to_contain_text("The sound is stored: tell everybody in the call.")
    expect(page.locator("#notice-text")).to_contain_text("It stores the sound of the call.")


@pytest.mark.captures
def test_tab_and_microphone_arrive_apart_and_send_nothing_when_told(
    service: BrowserService, new_page: NewPage, player: Page, shot: Callable[..., None]
) -> None:
    page = new_page(service.root)
    page.set_viewport_size({"width": 1280, "height": 640})
    expect(page.locator("#start")).to_be_in_viewport(ratio=1)  # however small the window
    page.set_viewport_size({"width": 1280, "height": 800})
    page.fill("#title", "Renewal with Acme")
    begin(page, "tab", "mic")
    listening(page, "tab")
    listening(page, "mic")
    meeting = service.newest
    assert meeting.spec.title == "Renewal with Acme"
    hear(service, meeting, Channel.TAB, 3.0)
    tab, mic = meeting.heard(Channel.TAB, 2.5), meeting.heard(Channel.MIC, 2.5)
    assert abs(dominant(tab) - TAB_HZ) < 1
    assert abs(rms(tab) - TONE_RMS) < 0.1 * TONE_RMS
    assert bad_windows(tab) <= 0.05
    assert abs(dominant(mic) - MIC_HZ) < 1
    assert leak(tab, mic) < -60
    service.publish(meeting.id, *call())
    expect(page.locator(".card")).to_have_count(3)
    shot(page, "capture-live-dark")
    page.locator(".channel[data-channel=mic]").get_by_role("button", name="Mute").click()
    expect(page.locator(".channel[data-channel=mic]")).to_have_attribute("data-state", "muted")
    hear(service, meeting, Channel.MIC, 1.0)
    assert rms(meeting.heard(Channel.MIC, 0.5)) < 1e-4
    assert rms(meeting.heard(Channel.TAB, 0.5)) > 0.3  # the other channel goes on
    page.click("#pause")
    expect(page.locator(".phase")).to_have_text("Paused")
    hear(service, meeting, Channel.TAB, 1.0)
    assert rms(meeting.heard(Channel.TAB, 0.5)) == 0.0
    page.click("#resume")
    listening(page, "tab")
    hear(service, meeting, Channel.TAB, 1.0)
    assert rms(meeting.heard(Channel.TAB, 0.5)) > 0.3


def test_speech_arrives_exactly_and_in_its_own_channel_only(
    service: BrowserService, playwright: Playwright, sounds: Path
) -> None:
    call = spoken_call(service, playwright, sounds)
    for heard, spoken in ((call.tab, call.theirs), (call.mic, call.mine)):
        found = speech_match(heard, spoken)
        assert found.share > 0.8, found
        assert found.correlation > 0.8, found
        assert abs(found.gain - 1) < 0.1, found
    # silence, the other channel and another sentence of the same voice are not taken for it
    another = sentence(Channel.TAB, "Our main problem")
    for heard, spoken in (
        (call.before, call.theirs),
        (call.mic, call.theirs),
        (call.tab, call.mine),
        (call.tab, another),
    ):
        assert speech_match(heard, spoken).share < 0.2


@pytest.mark.captures
def test_a_silent_tab_is_not_mistaken_for_sound(
    service: BrowserService, new_page: NewPage, player: Page, shot: Callable[..., None]
) -> None:
    player.evaluate("player.pause()")
    page = new_page(service.root)
    begin(page, "tab")
    page.wait_for_selector(".channel")
    page.bring_to_front()
    meeting = service.newest
    service.wait(lambda: Channel.TAB in meeting.inputs, "the tab")
    hear(service, meeting, Channel.TAB, 1.0)
    assert rms(meeting.heard(Channel.TAB, 0.8)) < 1e-4
    expect(page.locator(".channel-state")).to_have_text("Silent", timeout=15_000)
    expect(page.locator(".channel-detail")).to_contain_text("silen")
    shot(page, "capture-no-signal")
    player.evaluate("player.play()")
    listening(page, "tab")


@pytest.mark.captures
def test_a_reload_goes_on_in_the_same_meeting_and_leaving_lets_go_at_once(
    service: BrowserService, new_page: NewPage, player: Page, shot: Callable[..., None]
) -> None:
    page = new_page(service.root)
    begin(page, "mic")
    listening(page, "mic")
    ended = service.newest
    mic = page.locator(".channel[data-channel=mic]")
    mic.get_by_role("button", name="Mute").click()
    expect(mic).to_have_attribute("data-state", "muted")
    kept = "sessionStorage.getItem('wingman.capture')"
    copied = page.evaluate(kept)
    copy = page.context.new_page()  # as a tab that is duplicated has it
    copy.goto(page.url)
    copy.evaluate("copied => sessionStorage.setItem('wingman.capture', copied)", copied)
    copy.reload()
    service.wait(lambda: copy.evaluate(kept) is None, "what a copy of a listening tab forgets")
    expect(copy.locator("#go-on")).to_have_count(0)
    copy.close()
    page.reload()
    expect(page.locator("#go-on")).to_be_visible()
    page.goto(f"{page.url}?watch={ended.id}")  # from the list: this very tab was listening
    page.click("#go-on")
    expect(mic).to_have_attribute("data-state", "muted")
    assert "watch" not in page.url
    mic.get_by_role("button", name="Unmute").click()
    listening(page, "mic")
    assert service.newest is ended
    assert ended.sessions == 2
    service.run(told(ended.pause))
    expect(page.locator("#resume")).to_be_visible()
    expect(mic).to_have_attribute("data-state", "paused")
    service.run(told(ended.resume))
    listening(page, "mic")
    page.click("#stop")
    service.wait(lambda: ended.state == "ended" and not ended.plays, "the end")
    expect(page.locator(".live-status")).to_contain_text("The meeting was ended.")
    expect(page.get_by_role("button", name="Open it again")).to_be_hidden()
    expect(page.locator(".level")).to_have_attribute("aria-valuenow", "0")
    shot(page, "capture-ended")
    page.click("#again")
    begin(page, "mic")
    listening(page, "mic")
    owed = service.newest
    assert owed is not ended
    page.evaluate(  # nothing but what outlives its page gets through
        """() => {
          const real = fetch;
          fetch = async (url, init) => {
            if (String(url).endsWith("/end") && !init.keepalive) throw new TypeError("away");
            return real(url, init);
          };
        }"""
    )
    page.click("#stop")
    page.click("#again")
    begin(page, "mic")
    listening(page, "mic")
    left = service.newest
    assert left is not owed
    assert owed.state == "live"
    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.once("dialog", leave)
    page.goto("about:blank")
    assert asked == ["beforeunload"]
    service.wait(lambda: not left.plays, "the DELETE of a page that goes away", limit=3)
    service.wait(lambda: owed.state == "ended", "the end that page still owed", limit=3)


@pytest.mark.captures
def test_a_lost_connection_comes_back_under_the_same_meeting(
    service: BrowserService, new_page: NewPage, player: Page
) -> None:
    page = new_page(service.root)
    begin(page, "tab")
    listening(page, "tab")
    meeting = service.newest
    (source,) = meeting.plays
    assert isinstance(source, WebRtcSource)
    service.run(source.close())  # the peer connection closes under the page
    service.wait(lambda: meeting.sessions == 2, "a second session")
    listening(page, "tab")
    hear(service, meeting, Channel.TAB, 1.0)
    assert abs(dominant(meeting.heard(Channel.TAB, 0.8)) - TAB_HZ) < 2
    expect(page.locator(".live-status")).to_be_hidden()
    # what was said while it was away was kept in the page: a hole of that length would be all bad
    assert bad_windows(meeting.heard(Channel.TAB, 60.0)[16_000:]) <= 0.05


@pytest.mark.captures(alone=True)
def test_a_network_that_goes_without_a_word_costs_no_sound(
    service: BrowserService, new_page: NewPage, context: BrowserContext
) -> None:
    with Network(lambda: newest_way(service.newest.plays)) as network, Wire(service.port) as wire:
        context.add_init_script(by_relay(network))
        context.grant_permissions(["microphone"], origin=f"http://127.0.0.1:{wire.port}")
        page = new_page(service.root.replace(str(service.port), str(wire.port)))
        begin(page, "mic")
        listening(page, "mic")
        meeting = service.newest
        for _ in range(2):  # first the way of the sound, then the one that took its place
            hear(service, meeting, Channel.MIC, 1.0)
            known = meeting.sessions
            network.cut()
            wire.forget()
            service.wait(partial(_has_more_sessions, meeting, known), "another session")
            hear(service, meeting, Channel.MIC, 1.0)
        assert abs(dominant(meeting.heard(Channel.MIC, 0.8)) - MIC_HZ) < 2
        assert bad_windows(meeting.heard(Channel.MIC, 60.0)[16_000:]) <= 0.05
        page.close()


@pytest.mark.captures(alone=True)
def test_a_way_that_comes_back_in_time_keeps_its_session(
    service: BrowserService, new_page: NewPage, context: BrowserContext
) -> None:
    with Network(lambda: newest_way(service.newest.plays)) as network:
        context.add_init_script(by_relay(network))
        page = new_page(service.root)
        begin(page, "mic")
        listening(page, "mic")
        meeting = service.newest
        before = _webrtc(meeting)
        network.cut()
        page.wait_for_timeout(700)
        network.mend()
        hear(service, meeting, Channel.MIC, 2.0)
        assert _webrtc(meeting) is before
        page.click("#stop")
        service.wait(lambda: meeting.state == "ended" and not meeting.plays, "the end")


def _has_more_sessions(meeting: ListeningMeeting, than: int) -> bool:
    return meeting.sessions > than


def _webrtc(meeting: ListeningMeeting) -> WebRtcSource:
    return next(source for source in meeting.plays if isinstance(source, WebRtcSource))


@pytest.mark.captures
def test_a_restarted_service_is_explained(
    service: BrowserService,
    new_page: NewPage,
    player: Page,
    complaints: list[str],
    shot: Callable[..., None],
) -> None:
    page = new_page(service.root)
    begin(page, "tab")
    listening(page, "tab")
    before = service.newest
    expect(page.locator(".live-status")).to_be_hidden()
    service.stop()
    expect(page.locator(".live-status")).to_contain_text("out of reach")
    shot(page, "capture-out-of-reach")
    service.start()
    expect(page.locator(".live-status")).to_contain_text("has ended there", timeout=20_000)
    expect(page.locator(".phase")).to_have_text("Ended")  # and not a "Live" that is none
    expect(page.get_by_label("Ask about this meeting")).to_be_hidden()
    shot(page, "capture-lost")
    page.click("#restart")
    listening(page, "tab")
    meeting = service.newest
    assert meeting.id != before.id
    hear(service, meeting, Channel.TAB, 1.0)
    assert abs(dominant(meeting.heard(Channel.TAB, 0.8)) - TAB_HZ) < 2
    complaints.clear()  # the browser logs every refused connection


@pytest.mark.captures
def test_a_wrong_pick_is_explained(
    service: BrowserService, new_page: NewPage, player: Page, shot: Callable[..., None]
) -> None:
    page = new_page(service.root)
    made = len(service.meetings.all)
    page.evaluate("() => { window.picker = navigator.mediaDevices.getDisplayMedia }")
    for surface, words in (("browser", "Also share tab audio"), ("window", "windows have no sound")):
        page.evaluate(
            """surface => {
              navigator.mediaDevices.getDisplayMedia = async () => {
                const stream = document.createElement("canvas").captureStream(1);
                const [track] = stream.getVideoTracks();
                track.getSettings = () => ({displaySurface: surface});
                return stream;
              };
            }""",
            surface,
        )
        begin(page, "tab")
        expect(page.locator(".problem")).to_contain_text(words)
        shot(page, f"capture-wrong-pick-{surface}")
    page.evaluate(
        """() => {
          const refused = new DOMException("", "NotAllowedError");
          navigator.mediaDevices.getDisplayMedia = () => Promise.reject(refused);
        }"""
    )
    begin(page, "tab")
    expect(page.locator(".problem")).to_contain_text("You closed the dialog")
    assert len(service.meetings.all) == made
    page.evaluate("() => { navigator.mediaDevices.getDisplayMedia = window.picker }")
    begin(page, "tab")  # the right pick needs no explanation
    listening(page, "tab")
    assert len(service.meetings.all) == made + 1


@pytest.mark.captures
def test_a_denied_microphone_is_explained(
    service: BrowserService, new_page: NewPage, context: BrowserContext
) -> None:
    context.clear_permissions()
    page = new_page(service.root)
    made = len(service.meetings.all)
    begin(page, "mic")
    expect(page.locator(".problem")).to_contain_text("The microphone is blocked")
    assert len(service.meetings.all) == made
    expect(page.locator("#start")).to_be_enabled()
    context.grant_permissions(["microphone"], origin=service.url)
    begin(page, "mic")
    listening(page, "mic")


@pytest.mark.captures
def test_a_policy_on_voices_needs_its_acknowledgement(service: BrowserService, new_page: NewPage) -> None:
    page = new_page(service.root)
    page.click("[data-policy=counterpart]")
    made = len(service.meetings.all)
    begin(page, "mic")
    expect(page.locator(".problem")).to_contain_text("Confirm")
    assert len(service.meetings.all) == made
    words = page.locator(".consent span").inner_text()
    page.click("#copy-notice")
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("#notice-text").inner_text()
    page.click("#sample")
    assert len(service.meetings.all) == made  # the sample is no way around it
    page.check("#acknowledge")
    page.click("#start")
    listening(page, "mic")
    assert service.newest.spec.emotion_policy == "counterpart"
    assert service.newest.spec.consent == words


def test_an_interview_refuses_voices(service: BrowserService, new_page: NewPage) -> None:
    page = new_page(service.root)
    page.click("[data-policy=self]")
    expect(page.locator("[data-policy=self] input")).to_be_enabled()
    page.select_option("#playbook", "interview")
    expect(page.locator("[data-policy=self] input")).to_be_disabled()
    expect(page.locator("[data-policy=off] input")).to_be_checked()


def test_a_dropped_recording_is_played(service: BrowserService, new_page: NewPage, sounds: Path) -> None:
    page = new_page(service.root)
    drop = """([name, type]) => {
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array(1000)], name, {type}));
      document.body.dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true}));
    }"""
    page.evaluate(drop, ["notes.txt", "text/plain"])
    expect(page.locator(".problem")).to_contain_text("not an audio or video file")
    page.evaluate(drop, ["call.wav", "audio/wav"])
    page.wait_for_selector(".channel")
    assert service.newest.spec.title == "call.wav"
    assert len(service.newest.plays) == 1


def test_the_sample_plays_without_sharing_anything(service: BrowserService, new_page: NewPage) -> None:
    page = new_page(service.root)
    page.click("#sample")
    expect(page.locator(".channel-state")).to_have_text(["Listening", "Listening"])
    assert page.locator(".level:visible").count() == 0
    page.reload()  # nothing is lost by it, so it is not asked about
    expect(page.locator(".channel-state")).to_have_text(["Listening", "Listening"])
    page.click("#stop")
    expect(page.locator(".live-status")).to_contain_text("ended")


def test_the_key_alone_leaves_the_address_bar(
    service: BrowserService, new_page: NewPage, complaints: list[str]
) -> None:
    page = new_page(f"{service.root}&watch=m-nowhere")
    assert "token" not in page.url
    expect(page.locator(".notice")).to_have_text("There is no such meeting here.")
    expect(page.locator("#stop")).to_be_hidden()
    complaints.clear()
    page.click("#again")
    page.reload()  # the cookie takes its place
    expect(page.locator("#start")).to_be_enabled()
