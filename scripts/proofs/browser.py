"""What people see, measured in a real Chromium: sound, resume, frames. `scripts/prove browser [--json]`."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from scripts.proofs.figures import Figure, progress
from tests.browser.support.axe import axe_source, violations
from tests.browser.support.burst import FRAMES, burst, frames
from tests.browser.support.chromium import launch
from tests.browser.support.extension import Extension, chromium_with_extension, shadow_text
from tests.browser.support.glance import glance
from tests.browser.support.scene import call, said
from tests.browser.support.service import BrowserService
from tests.browser.support.sound import (
    MIC_HZ,
    TAB_HZ,
    bad_windows,
    dominant,
    leak,
    make_sounds,
    speech_match,
)
from tests.browser.support.spoken import spoken_call
from tests.browser.support.wire import Wire
from wingman.core.events import SuggestionCompleted, SuggestionCreated
from wingman.core.time import Channel
from wingman.core.utterance import EMOTION_OFF

ROOT = Path(__file__).resolve().parents[2]

OFFLINE_S = 60.0
SPOKEN_S = 6.0
"""Seconds of sound that are compared."""


def sound_figures(service: BrowserService, context: BrowserContext) -> list[Figure]:
    """A tab and a microphone through getDisplayMedia, getUserMedia and WHIP, as the service hears them."""
    player = context.new_page()
    player.goto(f"{service.url}/static/test/player")
    page = context.new_page()
    page.goto(service.root)
    page.bring_to_front()
    began = time.monotonic()
    page.click("#start")
    page.wait_for_selector(".channel")
    meeting = service.newest
    service.wait(lambda: Channel.TAB in meeting.inputs and meeting.inputs[Channel.TAB].position > 0, "sound")
    first = time.monotonic() - began
    service.wait(lambda: meeting.inputs[Channel.TAB].position > (SPOKEN_S + 2) * 16_000, "sound", 60)
    tab, mic = meeting.heard(Channel.TAB, SPOKEN_S), meeting.heard(Channel.MIC, SPOKEN_S)
    page.bring_to_front()
    page.click("#stop")
    service.wait(lambda: meeting.state == "ended", "the end")
    player.close()
    page.close()
    return [
        Figure("click_to_first_sound_s", first, note="with the browser's own dialog answered at once"),
        Figure("tab_tone_error_hz", abs(dominant(tab) - TAB_HZ), 1.0, unit="Hz"),
        Figure("mic_tone_error_hz", abs(dominant(mic) - MIC_HZ), 1.0, unit="Hz"),
        Figure("tab_bad_windows_share", bad_windows(tab), 0.05, note="20 ms windows off level"),
        Figure("leak_between_channels_db", leak(tab, mic), -60.0, unit="dB"),
    ]


def speech_figures(service: BrowserService, playwright: Playwright, sounds: Path) -> list[Figure]:
    """A sentence in the tab and another at the microphone: each found in its own channel, and not beside it."""
    call = spoken_call(service, playwright, sounds)
    tab, mic = speech_match(call.tab, call.theirs), speech_match(call.mic, call.mine)
    wrong = max(
        speech_match(call.tab, call.mine).share,
        speech_match(call.mic, call.theirs).share,
        speech_match(call.before, call.theirs).share,
    )
    return [
        Figure("tab_speech_found_share", tab.share, 0.8, ">=", note=f"correlation {tab.correlation:.2f}"),
        Figure("mic_speech_found_share", mic.share, 0.8, ">=", note=f"correlation {mic.correlation:.2f}"),
        Figure("speech_level_error", max(abs(tab.gain - 1), abs(mic.gain - 1)), 0.1, note="of the level"),
        Figure("speech_found_where_it_is_not_share", wrong, 0.2, note="other channel, silence"),
    ]


def offline_figures(service: BrowserService, context: BrowserContext) -> list[Figure]:
    """A reload in the middle and a minute without a network: what was lost or doubled."""
    meeting = service.meeting("Offline").id
    published = 0

    def publish(count: int) -> None:
        nonlocal published
        for n in range(published, published + count):
            service.publish(meeting, said(n, "tab", f"Sentence {n}.", n, n + 0.9, EMOTION_OFF))
        published += count

    with Wire(service.port) as wire:
        page = context.new_page()
        page.goto(service.overlay(meeting).replace(str(service.port), str(wire.port)))
        publish(50)
        page.reload()
        publish(50)
        _lines(page, 100)
        wire.cut()
        end = time.monotonic() + OFFLINE_S
        while time.monotonic() < end:
            publish(2)
            time.sleep(1)
        unseen = published - len(_texts(page))
        wire.mend()
        back = time.monotonic()
        _lines(page, published)
        seconds = time.monotonic() - back
        texts = _texts(page)
        page.close()
    wanted = [f"Sentence {n}." for n in range(published)]
    return [
        Figure("offline_s", OFFLINE_S, 60.0, ">=", "s", f"{unseen} lines were said meanwhile"),
        Figure("lines_lost", len(set(wanted) - set(texts)), 0, "=="),
        Figure("lines_doubled", len(texts) - len(set(texts)), 0, "=="),
        Figure("lines_out_of_order", sum(a != b for a, b in zip(wanted, texts, strict=False)), 0, "=="),
        Figure("network_back_to_caught_up_s", seconds, 15.0, "<=", "s"),
    ]


def _texts(page: Page) -> list[str]:
    return page.locator(".line .said").all_inner_texts()


def _lines(page: Page, count: int) -> None:
    page.wait_for_function(
        "n => document.querySelectorAll('.line .said').length >= n", arg=count, timeout=60_000
    )


def paint_figures(service: BrowserService, context: BrowserContext) -> list[Figure]:
    """Frames under 200 events a second, and how long one event takes to be seen."""
    meeting = service.meeting("Burst").id
    service.publish(meeting, *call())
    page = context.new_page()
    page.goto(service.overlay(meeting))
    page.wait_for_selector(".card")
    counting = page.evaluate_handle(FRAMES)
    burst(service, meeting, seconds=10.0, rate=200)
    rate, longest = frames(counting)
    delays = []
    page.evaluate(
        """() => {
          window.seen = new Map();
          new MutationObserver(() => {
            const text = document.querySelector(".card-answer")?.textContent;
            if (text && !window.seen.has(text)) window.seen.set(text, Date.now());
          }).observe(document.querySelector(".cards"), {childList: true, subtree: true, characterData: true});
        }"""
    )
    for n in range(30):
        sent = time.time()
        text = f"Answer number {n}"
        service.publish(
            meeting,
            SuggestionCreated(f"d-{n}", "question", "question_to_user", None, "gemini"),
            SuggestionCompleted(f"d-{n}", text, "gemini"),
        )
        page.wait_for_function("text => window.seen.has(text)", arg=text)
        delays.append(page.evaluate("text => window.seen.get(text)", text) - sent * 1000)
    page.close()
    return [
        Figure("frames_per_second_at_200_events", rate, 30.0, ">=", "fps"),
        Figure("longest_frame_ms", longest, unit="ms"),
        Figure("event_to_screen_p50_ms", statistics.median(delays), unit="ms"),
        Figure("event_to_screen_p95_ms", sorted(delays)[int(len(delays) * 0.95)], 250.0, "<=", "ms"),
    ]


def access_figures(service: BrowserService, browser: Browser) -> list[Figure]:
    """Serious findings of the accessibility checker on both pages, and what a glance finds, in both themes."""
    source = axe_source()
    found: list[str] = []
    glances = []
    for theme in ("dark", "light"):
        context = browser.new_context(
            viewport={"width": 380, "height": 600}, color_scheme=theme, reduced_motion="reduce"
        )
        meeting = service.meeting("Access").id
        service.publish(meeting, *call())
        page = context.new_page()
        page.goto(service.overlay(meeting))
        page.wait_for_selector(".card")
        glances.append(glance(page))
        found += violations(page, source)
        page.keyboard.press("?")
        found += violations(page, source)
        page.goto(service.root)
        page.click("[data-policy=counterpart]")
        found += violations(page, source)
        context.close()
    for finding in found:
        progress(f"  {finding}")
    return [
        Figure("serious_accessibility_findings", len(found), 0, "=="),
        Figure("what_to_say_to_next_largest_text", min(g.text / g.next for g in glances), 1.3, ">="),
        Figure("what_to_say_contrast", min(g.contrast for g in glances), 10.0, ">="),
        Figure("smallest_text_px", min(g.smallest for g in glances), 13.0, ">=", "px"),
    ]


def extension_figures(service: BrowserService, playwright: Playwright, sounds: Path) -> list[Figure]:
    """The toolbar action on a locked-down page: sound, overlay, and what a stopped worker costs."""
    with (
        tempfile.TemporaryDirectory() as profile,
        chromium_with_extension(playwright, Path(profile), sounds / "me.wav") as extension,
    ):
        page = extension.context.new_page()
        page.goto(f"{service.url}/static/test/player?title=A meeting")
        extension.pair(service.root, service.url)
        page.bring_to_front()
        meetings = len(service.meetings.all)
        began = time.monotonic()
        extension.click(page)
        service.wait(lambda: len(service.meetings.all) > meetings, "the meeting")
        meeting = service.newest
        service.wait(
            lambda: Channel.TAB in meeting.inputs and meeting.inputs[Channel.TAB].position > 0, "sound"
        )
        first = time.monotonic() - began
        sound = meeting.inputs[Channel.TAB]
        service.wait(lambda: sound.position > 4 * 16_000, "sound", 30)
        error = abs(dominant(meeting.heard(Channel.TAB, 2.0)) - TAB_HZ)
        extension.stop_workers()
        before, at = sound.position, time.monotonic()
        time.sleep(2)
        flowing = (sound.position - before) / 16_000 / (time.monotonic() - at)
        service.publish(meeting.id, *call())
        seen = _within(lambda: "Offer it against" in shadow_text(extension.context, page), 5)
        _end(extension, service, page)
    return [
        Figure("extension_click_to_first_sound_s", first, unit="s"),
        Figure("extension_tone_error_hz", error, 1.0, unit="Hz"),
        Figure("sound_after_stopped_worker_share", flowing, 0.95, ">="),
        Figure("overlay_on_strict_page", float(seen), 1, "=="),
    ]


def _end(extension: Extension, service: BrowserService, page: Page) -> None:
    meeting = service.newest
    extension.click(page)
    service.wait(lambda: meeting.state == "ended", "the end")


def _within(condition: Callable[[], Any], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


def suite_figures() -> list[Figure]:
    """The browser tests themselves: they pass, and they are quick enough to be run always."""
    began = time.monotonic()
    command = [sys.executable, "-m", "pytest", "tests/browser", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)
    seconds = time.monotonic() - began
    if done.returncode:
        progress(done.stdout[-3000:])
    return [
        Figure("browser_tests_failed", float(done.returncode != 0), 0, "=="),
        Figure("browser_tests_s", seconds, 180.0, "<=", "s"),
    ]


def measure() -> list[Figure]:
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        sounds = make_sounds(Path(folder))
        service = BrowserService(Path(folder), sounds)
        service.start()
        browser = launch(playwright, sounds)
        context = browser.new_context(viewport={"width": 420, "height": 820})
        context.grant_permissions(["microphone"], origin=service.url)
        try:
            progress("sound: a tab and a microphone through WHIP")
            figures += sound_figures(service, context)
            progress("speech: a sentence in each")
            figures += speech_figures(service, playwright, sounds)
            progress("frames: 200 events a second")
            figures += paint_figures(service, context)
            progress("accessibility")
            figures += access_figures(service, browser)
            progress("extension")
            figures += extension_figures(service, playwright, sounds)
            progress(f"{OFFLINE_S:.0f} s without a network")
            figures += offline_figures(service, context)
        finally:
            browser.close()
            service.stop()
    progress("the browser tests")
    return figures + suite_figures()
