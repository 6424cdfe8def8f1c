"""What a person does, in a real Chromium from a fresh profile: tasks, a long transcript, wrong turns,
contracts."""

from __future__ import annotations

import io
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import av
import httpx
import numpy as np
from playwright.sync_api import Browser, Playwright, sync_playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from scripts.proofs._people_linters import linted
from scripts.proofs._people_sentences import sentence_figures
from scripts.proofs.figures import Figure, progress
from tests.browser.support.axe import axe_source
from tests.browser.support.burst import FRAMES, frames
from tests.browser.support.chromium import launch
from tests.browser.support.people import (
    Person,
    drops_a_note,
    edits_a_playbook,
    enters_a_key,
    finds_exports_deletes,
    opens_a_call,
    person,
    plays_the_sample,
)
from tests.browser.support.scene import said
from tests.browser.support.service import BrowserService
from tests.browser.support.sound import THEIR_WORDS, Samples, make_sounds, sentence, speech_match, write
from tests.browser.support.ways import WAYS
from tests.browser.support.whole_service import TOKEN, WholeService, deepgram_emulator
from tests.support import sample
from wingman.core.time import SAMPLE_RATE, Channel
from wingman.core.utterance import EMOTION_OFF
from wingman.server.asyncapi import asyncapi
from wingman.server.openapi import openapi

LINES = 20_000
SPEECH_S = 40
KILLED_AFTER_S = 14
WRITTEN_S = 8
"""Sentences of the microphone that begin before this are written down when the service is killed."""
PAGES = ("Meetings", "New meeting", "Notes", "Playbooks", "Settings")
WRONG_TURNS = (
    "/meetings", "/help", "/docs", "/meetings/m-never", "/setings", "/index.html", "/report", "/login",
    "/notes/prices.md", "/playbooks/sales", "/new/", "/overlay/x",
)  # fmt: skip
SCROLL = """async () => {
  const scroll = document.querySelector(".transcript-scroll");
  const end = performance.now() + 5000;
  while (performance.now() < end) {
    scroll.scrollTop -= 60;
    if (scroll.scrollTop < 100) scroll.scrollTop = scroll.scrollHeight / 2;
    await new Promise((done) => requestAnimationFrame(done));
  }
}"""


def task_figures(browser: Browser, whole: WholeService, folder: Path) -> list[Figure]:
    """Each task from a fresh profile, with its clicks and seconds."""
    figures: list[Figure] = []
    done = 0
    tasks: tuple[tuple[str, str, Callable[[Person], object]], ...] = (
        ("key_entered_and_tested", "/", lambda one: enters_a_key(one, "not-the-key", "local-key")),
        ("note_dropped_and_quoted", "Notes", lambda one: drops_a_note(one, folder)),
        ("playbook_edited_and_rehearsed", "Playbooks", edits_a_playbook),
        ("found_exported_deleted", "/", lambda one: finds_exports_deletes(one, "purchase order")),
        ("sample_to_report", "/", plays_the_sample),
    )
    for name, path, task in tasks:
        progress(f"task: {name}")
        if name == "found_exported_deleted":
            whole.past_meeting("Renewal with Acme", [("them", "The purchase order comes in March.")])
        if name == "sample_to_report":
            with whole.client() as client:  # the local recogniser, as a newcomer has it
                client.delete("/api/providers/deepgram/key")
        with person(browser, whole, path) as one:
            task(one)
            done += 1
            figures.append(Figure(f"{name}_clicks", one.clicks, unit="clicks", note=f"{one.seconds:.1f} s"))
    return [Figure("tasks_done", done, len(tasks), "==", note="from a fresh profile"), *figures]


def cited_card(browser: Browser, whole: WholeService) -> list[Figure]:
    """The dropped note answers a question asked in a call."""
    with whole.client() as client:
        meeting = client.post("/api/meetings", json={"title": "Notes"}).json()["id"]
    with person(browser, whole) as one:
        one.page.goto(f"{whole.url}/overlay?meeting={meeting}&token={TOKEN}")
        one.page.fill(".question", "how much does the enterprise plan cost per month")
        one.page.keyboard.press("Enter")
        card = one.page.locator(".card").first
        card.wait_for(timeout=10_000)
        cited = "900 euros" in card.inner_text() and "prices.md" in card.inner_text()
    with whole.client() as client:
        client.post(f"/api/meetings/{meeting}/end")
    return [Figure("card_cites_the_note", float(cited), 1, "==")]


def long_figures(browser: Browser, folder: Path) -> list[Figure]:
    """A transcript of 20,000 lines: first paint, frames while it is scrolled, memory."""
    service = BrowserService(folder, make_sounds(folder))
    service.start()
    try:
        meeting = service.meeting("Long").id
        for start in range(0, LINES, 2000):
            lines = [
                said(
                    n,
                    "tab" if n % 2 else "mic",
                    f"Sentence {n} of a long call, and more.",
                    n,
                    n + 0.9,
                    EMOTION_OFF,
                )
                for n in range(start, start + 2000)
            ]
            service.publish(meeting, *lines)
        service.run(service.meetings.log.flush())
        page = browser.new_page(viewport={"width": 1280, "height": 850})
        address = service.overlay(meeting)
        began = time.monotonic()
        page.goto(address)
        try:
            page.wait_for_selector(f".line .said:text('Sentence {LINES - 1} of')", timeout=30_000)
            first = time.monotonic() - began
            page.wait_for_selector(f".line[aria-posinset='{LINES}']", timeout=30_000)
        except PlaywrightTimeout:
            # said as a missed figure: what the page shows instead is worth reading
            progress(page.inner_text("body")[:300])
            first = time.monotonic() - began
        whole = time.monotonic() - began
        counting = page.evaluate_handle(FRAMES)
        page.evaluate(SCROLL)
        rate, longest = frames(counting)
        page.evaluate("() => globalThis.gc?.()")
        session = page.context.new_cdp_session(page)
        session.send("HeapProfiler.collectGarbage")
        heap = page.evaluate("performance.memory.usedJSHeapSize") / 1e6
        nodes = page.evaluate("document.querySelectorAll('.line').length")
        page.close()
    finally:
        service.stop()
    return [
        Figure(
            "long_first_paint_s",
            first,
            1.5,
            unit="s",
            note=f"{LINES} lines, from the address to the last one in sight",
        ),
        Figure("long_whole_s", whole, unit="s", note="until the first one is there, too"),
        Figure("long_scroll_fps", rate, 55, ">=", note=f"longest frame {longest:.0f} ms"),
        Figure("long_heap_mb", heap, 60, unit="MB", note=f"{nodes} lines in the page"),
    ]


def self_test_figures(playwright: Playwright, whole: WholeService, folder: Path) -> list[Figure]:
    """The spoken probe through this browser: the tab plays the sentence, the microphone hears it said."""
    folder.mkdir()
    said = np.concatenate([sentence(Channel.TAB, THEIR_WORDS), np.zeros(2 * SAMPLE_RATE)])
    write(folder / "me.wav", said, SAMPLE_RATE)
    browser = launch(playwright, folder)
    try:
        with person(browser, whole, "Settings") as one:
            page = one.page
            page.context.grant_permissions(["microphone"])
            opens_a_call(one)
            for box in ("#test-tab", "#test-tone"):
                page.check(box)
            one.click("#run-self-test")
            page.wait_for_selector(".documents li:has-text('Microphone: tone')", timeout=90_000)
            stages = page.locator("[aria-label=Stages] li")
            levels = [stages.nth(at).get_attribute("data-level") for at in range(stages.count())]
            progress(page.locator("[aria-label=Stages]").inner_text())
    finally:
        browser.close()
    note = f"of {len(levels)}; without a model that one is named"
    return [Figure("self_test_stages_not_green", sum(each != "ok" for each in levels), 1, note=note)]


def access_figures(browser: Browser, whole: WholeService) -> list[Figure]:
    """What the checker calls serious, and what runs off the edge, on every page in every way."""
    source = axe_source()
    found: list[str] = []
    report = whole.past_meeting("Renewal with Acme", [("them", "The purchase order comes in March.")])
    for way in WAYS:
        stranger = browser.new_page()
        stranger.goto(whole.url)
        found += [f"Log in, {way}: {each}" for each in way.findings(stranger, source)]
        stranger.close()
        with person(browser, whole) as one:
            home = one.page.url
            for name in (*PAGES, f"meetings/{report}", f"overlay?meeting={report}"):
                one.page.goto(home)
                if name in PAGES:
                    with one.page.expect_navigation():
                        one.page.click(f'nav a:has-text("{name}")')
                else:
                    one.page.goto(f"{home.rstrip('/')}/{name}")
                found += [f"{name}, {way}: {each}" for each in way.findings(one.page, source)]
    for each in found:
        progress(each[:300])
    note = f"{len(PAGES) + 3} pages, {len(WAYS)} ways, with what runs off the edge"
    return [Figure("serious_accessibility_findings", len(found), 0, "==", note=note)]


def wrong_turns(whole: WholeService) -> list[Figure]:
    """JSON shown to a person who is logged in, or is not."""
    shown = 0
    for headers in ({}, {"Authorization": f"Bearer {TOKEN}"}):
        for path in WRONG_TURNS:
            answer = httpx.get(
                f"{whole.url}{path}",
                headers={**headers, "Accept": "text/html"},
                trust_env=False,
                follow_redirects=True,
            )
            shown += not answer.headers.get("content-type", "").startswith("text/html")
    return [Figure("json_shown_to_a_person", shown, 0, "==", note=f"{2 * len(WRONG_TURNS)} wrong turns")]


def restart_figures(browser: Browser, whole: WholeService) -> list[Figure]:
    """The service dies in the middle of a sentence and is started again with the same command.

    The microphone speaks the user's side of the sample, and the service stores what it hears. Of the sentences
    that were not written down by then, a half second that is in no recording takes its share of words along.
    """
    with whole.client() as client:
        client.delete("/api/providers/deepgram/key")
        before = {each["id"] for each in client.get("/api/meetings?limit=100").json()["meetings"]}
    back = _killed_in_the_middle(browser, whole)
    with whole.client() as client:
        made = [each["id"] for each in client.get("/api/meetings?limit=100").json()["meetings"]]
        recordings = [_recorded(client, each) for each in made if each not in before]
    lost = spoken = 0
    for turn in sample.truth():
        if turn.channel is Channel.MIC and turn.start > WRITTEN_S and turn.end < SPEECH_S:
            first, last = round(turn.start * SAMPLE_RATE), round(turn.end * SAMPLE_RATE)
            sentence = sample.audio()[Channel.MIC][first:last] / 32768
            share = max(speech_match(each, sentence).share for each in recordings if each.size)
            progress(f"{share:.2f} of: {turn.text}")
            words = len(turn.text.split())
            lost, spoken = lost + round(words * (1 - share)), spoken + words
    note = f"of {spoken}, by the sound that is stored; listening again {back:.1f} s after the kill"
    return [
        Figure("restart_clicks_to_go_on", 0, 0),
        Figure("restart_words_lost", lost, 0, unit="words", note=note),
    ]


def _killed_in_the_middle(browser: Browser, whole: WholeService) -> float:
    """A call that the page goes on with by itself; seconds from the kill until it listened again."""
    context = browser.new_context(viewport={"width": 1280, "height": 850})
    context.grant_permissions(["microphone"], origin=whole.url)
    page = context.new_page()
    page.goto(whole.root)
    page.click("#new")
    page.wait_for_selector("#start")
    page.uncheck("#tab")
    page.click("#start")
    page.wait_for_selector(".channel[data-state=capturing]", timeout=15_000)
    page.wait_for_timeout(KILLED_AFTER_S * 1000)
    whole.kill()
    killed = time.monotonic()
    page.wait_for_selector(".live-status:not([hidden])", timeout=20_000)
    whole.start()
    page.wait_for_selector(".phase:has-text('Live')", timeout=30_000)
    page.wait_for_selector(".channel[data-state=capturing]", timeout=20_000)
    back = time.monotonic() - killed
    page.wait_for_timeout(max(0.0, SPEECH_S - KILLED_AFTER_S - back + 3) * 1000)
    page.click("#stop")
    page.wait_for_selector(".live a:has-text('Report'):visible", timeout=20_000)
    context.close()
    return back


def _recorded(client: httpx.Client, meeting: str) -> Samples:
    """What the service stored of the microphone."""
    answer = client.get(f"/api/meetings/{meeting}/audio/mic")
    if answer.status_code != 200:
        return np.zeros(0)
    with av.open(io.BytesIO(answer.content), "r") as file:
        resampler = av.AudioResampler("s16", "mono", SAMPLE_RATE)
        frames = [each for frame in file.decode(audio=0) for each in resampler.resample(frame)]
    return np.concatenate([frame.to_ndarray()[0] for frame in frames]) / 32768


def contract_figures(whole: WholeService) -> list[Figure]:
    """Both documents by validators and linters of others, and readable without a token."""
    from openapi_spec_validator import OpenAPIV31SpecValidator

    errors = list(OpenAPIV31SpecValidator(json.loads(json.dumps(openapi()))).iter_errors())
    for error in errors[:5]:
        progress(f"openapi: {error.message[:200]}")
    lint = linted()
    missing = [name for name in ("pcm", "socket", "stream") if name not in asyncapi()["channels"]]
    open_documents = [
        httpx.get(f"{whole.url}/api/{name}.json", trust_env=False).status_code
        for name in ("openapi", "asyncapi")
    ]
    return [
        Figure("openapi_validator_errors", len(errors), 0, "=="),
        Figure("linter_errors", sum(map(len, lint.values())), 0, "==", note=", ".join(lint)),
        Figure("asyncapi_channels_missing", len(missing), 0, "=="),
        Figure("documents_that_need_a_token", sum(status != 200 for status in open_documents), 0, "=="),
    ]


def measure() -> list[Figure]:
    """Everything a person does, and what it costs them."""
    figures: list[Figure] = []
    with (
        tempfile.TemporaryDirectory() as name,
        deepgram_emulator() as deepgram,
        sync_playwright() as playwright,
    ):
        folder = Path(name)
        settings = {"WINGMAN_TRANSCRIBE__DEEPGRAM__URL": deepgram, "WINGMAN_REPORT__STORE_AUDIO": "true"}
        whole = WholeService(folder / "data", settings)
        whole.start()
        sounds_folder = folder / "sounds"
        sounds_folder.mkdir()
        (folder / "long").mkdir()
        sounds = make_sounds(sounds_folder)
        progress(f"{LINES} lines")
        alone = launch(playwright, sounds)
        try:
            figures += long_figures(alone, folder / "long")
        finally:
            alone.close()
        browser = launch(playwright, sounds)
        try:
            figures += task_figures(browser, whole, folder)
            progress("a card that cites the note")
            figures += cited_card(browser, whole)
            progress("accessibility")
            figures += access_figures(browser, whole)
            figures += wrong_turns(whole)
            progress("contracts")
            figures += contract_figures(whole)
        finally:
            browser.close()
        progress("sentences of README and docs")
        figures += sentence_figures(whole, folder / "newcomer")
        progress("the self-test through tab and microphone")
        figures += self_test_figures(playwright, whole, folder / "probe")
        progress("a restart in the middle of a call")
        speech = folder / "speech" / "me.wav"
        speech.parent.mkdir()
        spoken = sample.audio()[Channel.MIC][: SPEECH_S * SAMPLE_RATE] / 32768
        write(speech, np.concatenate([spoken, np.zeros(60 * SAMPLE_RATE)]), SAMPLE_RATE)
        speaking = launch(playwright, speech.parent)
        try:
            figures += restart_figures(speaking, whole)
        finally:
            speaking.close()
            whole.stop()
    return figures
