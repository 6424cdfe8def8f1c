"""A call of two sentences: one spoken in the shared tab, one at the microphone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.browser.support.chromium import launch
from tests.browser.support.service import BrowserService
from tests.browser.support.sound import MY_WORDS, SPOKEN, THEIR_WORDS, Samples, sentence
from wingman.core.time import SAMPLE_RATE, Channel

if TYPE_CHECKING:
    from playwright.sync_api import Playwright

KEPT_S = 60.0


@dataclass(frozen=True)
class SpokenCall:
    """What was said, and what the service heard of it."""

    theirs: Samples
    mine: Samples
    before: Samples
    """The tab before anybody spoke there."""
    tab: Samples
    mic: Samples


def spoken_call(service: BrowserService, playwright: Playwright, sounds: Path) -> SpokenCall:
    """Speak and listen, in a browser of its own whose microphone speaks (the other one's hums a tone)."""
    theirs, mine = sentence(Channel.TAB, THEIR_WORDS), sentence(Channel.MIC, MY_WORDS)
    browser = launch(playwright, sounds / SPOKEN)
    try:
        context = browser.new_context()
        context.grant_permissions(["microphone"], origin=service.url)
        player = context.new_page()
        player.goto(f"{service.url}/static/test/player?sound={SPOKEN}/them.wav&paused")
        page = context.new_page()
        page.goto(service.root)
        page.bring_to_front()
        page.click("#start")
        page.wait_for_selector(".channel")
        meeting = service.newest

        def position() -> int:
            sound = meeting.inputs.get(Channel.TAB)
            return sound.position if sound else 0

        service.wait(lambda: position() > SAMPLE_RATE // 2, "the tab")
        before = meeting.heard(Channel.TAB, KEPT_S)
        goal = position() + theirs.size + int(1.5 * SAMPLE_RATE)
        player.evaluate("player.play()")
        service.wait(lambda: position() > goal, "the sentence")
        return SpokenCall(
            theirs, mine, before, meeting.heard(Channel.TAB, KEPT_S), meeting.heard(Channel.MIC, KEPT_S)
        )
    finally:
        browser.close()
