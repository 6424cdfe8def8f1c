"""A recording given to the home page: it asks who speaks where, shows how far it is, and opens the report."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.support.people import person
from tests.browser.support.whole_service import FORKED, WholeService, deepgram_emulator
from tests.support.media_files import Sound, sides, tone, write
from wingman.config.paths import SAMPLE


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeService]:
    with deepgram_emulator(begin=FORKED) as deepgram:
        variables = {
            "WINGMAN_TRANSCRIBE__DEEPGRAM__URL": deepgram,
            "WINGMAN_TRANSCRIBE__DEEPGRAM__API_KEY": "local-key",
        }
        running = WholeService(tmp_path_factory.mktemp("data"), variables, FORKED)
        running.start()
        yield running
        running.stop()


def call(path: Path) -> Path:
    """Four seconds, a voice on each side."""
    left, right = (
        tone(4, [(0.3, "alpha"), (1.0, "bravo")], 16_000),
        tone(4, [(2.2, "delta"), (3.0, "alpha")], 16_000),
    )
    return write(path, (sides(left, right), Sound("pcm_s16le", 16_000, "stereo")))


def test_a_call_of_two_sides_is_asked_about(browser: Browser, whole: WholeService, tmp_path: Path) -> None:
    with person(browser, whole) as one:
        one.page.set_input_files("#recording", SAMPLE)
        dialog = one.page.locator(".import-dialog")
        expect(dialog.locator("meter")).to_have_count(2)
        expect(dialog).to_contain_text("a call that was recorded in two channels")
        expect(dialog.locator("input[name=channels]").first).to_be_checked()
        one.click(".import-dialog button:has-text('Cancel')")
        expect(one.page.locator(".import")).to_be_hidden()
        one.page.set_input_files("#recording", call(tmp_path / "Anruf.wav"))
        dialog.locator("input[value='left=tab,right=mic']").check()
        one.click(".import-dialog [type=submit]")
        one.page.wait_for_url("**/meetings/m-*", timeout=30_000)
        expect(one.page.locator("body")).to_contain_text("Anruf")
        with whole.client() as client:
            meeting = one.page.url.rpartition("/")[2]
            events = client.get(f"/api/meetings/{meeting}/events").json()["events"]
    heard = {e["media"]["channel"]: e["media"]["start"] for e in events if e["type"] == "utterance.created"}
    assert set(heard) == {"tab", "mic"}
    assert heard["tab"] < heard["mic"]


def test_mono_is_not_asked_about_its_sides_and_failure_is_a_sentence(
    browser: Browser, whole: WholeService, tmp_path: Path
) -> None:
    silent = write(tmp_path / "silence.wav", (tone(2, [], 16_000), Sound("pcm_s16le", 16_000)))
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"no sound" * 99)
    with person(browser, whole) as one:
        one.page.set_input_files("#recording", silent)
        expect(one.page.locator(".import-dialog")).to_be_visible()
        assert one.page.locator(".import-sides").count() == 0
        one.click(".import-dialog [type=submit]")
        expect(one.page.locator(".page-notice")).to_contain_text("silent from beginning to end", timeout=30_000)
        one.page.set_input_files("#recording", broken)
        expect(one.page.locator(".page-notice")).to_contain_text("broken.wav is not a media file")
        expect(one.page.locator(".import")).to_be_hidden()
