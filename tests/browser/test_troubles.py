"""What an overlay says when a provider gives up, and when the service dies under it."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.browser.support.whole_service import FORKED, TOKEN, WholeService, deepgram_emulator

REFUSED = """
faults:
  - {provider: deepgram, on: "1-2", kind: refuse, status: 401}
"""
"""Both channels' first connections."""
SETTLED = ".line:not(.partial) .said"


def test_a_given_up_transcript_is_tried_again_and_a_killed_service_is_no_live_meeting(
    browser: Browser, tmp_path: Path
) -> None:
    script = tmp_path / "faults.yaml"
    script.write_text(REFUSED)
    with deepgram_emulator("--script", str(script), begin=FORKED) as deepgram:
        variables = {"DEEPGRAM_API_KEY": "local-key", "WINGMAN_TRANSCRIBE__DEEPGRAM__URL": deepgram}
        service = WholeService(
            tmp_path / "data", {**variables, "WINGMAN_TRANSCRIBE__PROVIDER": "deepgram"}, FORKED
        )
        service.start()
        context = browser.new_context(viewport={"width": 420, "height": 820})
        try:
            with service.client() as client:
                meeting = client.post("/api/meetings", json={"source": "sample"}).json()["id"]
            page = context.new_page()
            page.goto(f"{service.url}/overlay?meeting={meeting}&token={TOKEN}")
            given_up = page.locator(".notice[data-level=bad]")
            expect(given_up).to_contain_text("No transcript at the moment.")
            expect(page.locator(".phase")).to_have_text("Live")
            given_up.get_by_role("button", name="Try again").click()
            expect(given_up).to_have_count(0)
            expect(page.locator(SETTLED).first).to_be_visible(timeout=30_000)
            service.kill()
            expect(page.locator(".phase")).to_have_text("Away")
            expect(given_up).to_contain_text("Wingman is out of reach.")
            expect(page.get_by_role("button", name="Try again")).to_have_count(0)
            service.start()
            expect(page.locator(".phase")).to_have_text("Ended", timeout=15_000)
            expect(page.locator(".notice")).to_contain_text("Wingman stopped while it ran.")
            expect(page.locator(SETTLED).first).to_be_visible()  # what was said before stays
        finally:
            context.close()
            service.stop()
