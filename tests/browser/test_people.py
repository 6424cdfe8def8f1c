"""The pages around a call, by real clicks on the whole service."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Route, expect

from tests.browser.support.axe import violations_of_both_schemes
from tests.browser.support.people import (
    drops_a_note,
    edits_a_playbook,
    enters_a_key,
    finds_exports_deletes,
    kept,
    opens_a_call,
    person,
)
from tests.browser.support.whole_service import FORKED, WholeService, deepgram_emulator
from wingman.egress.http import trusted

PAGES = ("Meetings", "New meeting", "Notes", "Playbooks", "Settings")
WRONG_TURNS = (
    "/meetings", "/help", "/docs", "/meetings/m-never", "/setings", "/index.html", "/report", "/login",
    "/notes/prices.md", "/playbooks/sales", "/new/", "/overlay/x",
)  # fmt: skip


@contextmanager
def a_service(folder: Path) -> Iterator[WholeService]:
    with deepgram_emulator(begin=FORKED) as deepgram:
        running = WholeService(folder, {"WINGMAN_TRANSCRIBE__DEEPGRAM__URL": deepgram}, FORKED)
        running.start()
        try:
            yield running
        finally:
            running.stop()


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeService]:
    """The service of all tests here, as the last one left it."""
    with a_service(tmp_path_factory.mktemp("data")) as running:
        yield running


@pytest.fixture
def whole(used: WholeService) -> WholeService:
    used.clear()
    return used


def test_the_first_page_explains_itself_and_says_what_is_connected(browser: Browser, tmp_path: Path) -> None:
    with a_service(tmp_path) as nobodys, person(browser, nobodys) as one:
        page = one.page
        expect(page.locator(".first-run")).to_be_visible()
        expect(page.locator(".connection")).to_have_count(3)
        expect(page.locator(".connection[data-branch=transcribe]")).to_contain_text("English only")
        expect(page.locator(".connection[data-branch=transcribe] .state")).to_have_text("For trying out")
        assert "token" not in page.url


def test_a_key_is_tested_stored_and_never_shown_again(browser: Browser, whole: WholeService) -> None:
    with person(browser, whole) as one:
        enters_a_key(one, "not-the-key", "local-key")
        one.page.reload()
        expect(one.page.locator(".key[data-provider=deepgram] summary")).to_contain_text("stored")
        assert "local-key" not in one.page.content()
        with whole.client() as client:
            assert "local-key" not in client.get("/api/providers").text + client.get("/api/config").text
        assert all(b"local-key" not in path.read_bytes() for path in whole.folder.iterdir() if path.is_file())
        one.click(".key[data-provider=deepgram] summary")
        one.click(".key[data-provider=deepgram] button:has-text('Remove')")
        one.sees(".connection[data-branch=transcribe][data-state=trial]")


def test_a_language_nobody_reads_is_refused_before_it_starts(whole: WholeService) -> None:
    with whole.client() as client:
        before = client.get("/api/meetings").json()
        refused = client.post("/api/meetings", json={"language": "de"})
        assert refused.status_code in (400, 422)
        assert "reads English only" in refused.json()["error"]["detail"]
        assert client.get("/api/meetings").json() == before


def test_a_note_is_understood_tried_and_removed(browser: Browser, whole: WholeService, tmp_path: Path) -> None:
    with person(browser, whole, "Notes") as one:
        drops_a_note(one, tmp_path)
        one.click('.document[data-name="prices.md"] .icon-button')
        one.click(".ask-dialog .danger")
        expect(one.page.locator(".document")).to_have_count(0)
        one.page.set_input_files("#note-file", {"name": "x.docx", "mimeType": "x/y", "buffer": b"PK"})
        expect(one.page.locator(".page-notice")).to_contain_text("not a readable Word document")


def test_a_playbook_is_copied_changed_rehearsed_and_kept(browser: Browser, whole: WholeService) -> None:
    with person(browser, whole, "Playbooks") as one:
        edits_a_playbook(one)
        one.page.fill("#rehearse-text", "all of it " * 5_100)
        assert len(one.page.input_value("#rehearse-text")) == 51_000, "nothing pasted is cut without a word"
        one.page.fill("#rehearse-text", '{"who": "X"}')
        one.page.click("#rehearse")
        expect(one.page.locator(".page-notice")).to_contain_text("Line 1 is no turn")
        expect(one.page.locator(".rehearsed li")).to_have_count(0)  # nothing of the words before
        one.page.click(".trigger:last-of-type > summary")
        one.page.fill(".trigger:last-of-type textarea >> nth=1", "")
        one.page.fill(".trigger:last-of-type input[type=text] >> nth=2", "x")
        expect(one.page.locator("#verdict")).to_contain_text("write the words to show")
        expect(one.page.locator("#save-playbook")).to_be_disabled()
        own = one.page.locator(".playbook").first
        expect(own).to_contain_text("yours")
        editor, told = one.page.locator("section[aria-label=Edit]"), one.page.locator(".page-notice")
        one.page.route("**/api/playbooks/*", lambda route: route.abort())  # it is listed by another address
        own.get_by_role("button", name="Delete").click()
        one.page.click(".ask-dialog .danger")
        expect(told).to_contain_text("out of reach")
        expect(editor).to_be_visible()  # with what was typed
        one.page.unroute("**/api/playbooks/*")
        own.get_by_role("button", name="Delete").click()
        one.page.click(".ask-dialog .danger")
        expect(editor).to_be_hidden()
        expect(one.page.locator(".playbook:has-text('yours')")).to_have_count(0)
        expect(told).to_contain_text("is deleted")


def test_a_past_meeting_is_found_tagged_exported_and_deleted(browser: Browser, whole: WholeService) -> None:
    whole.past_meeting("Renewal with Acme", [("them", "The purchase order comes in March.")])
    with person(browser, whole) as one:
        exported = finds_exports_deletes(one, "purchase order")
        assert "The purchase order comes in March." in exported.read_text()
        expect(one.page.locator(".meeting")).to_have_count(0)


def test_settings_are_kept_and_say_when_they_hold(browser: Browser, whole: WholeService) -> None:
    with person(browser, whole, "Settings") as one:
        page = one.page
        page.select_option("#set-suggest-verbosity", "lively")
        expect(page.locator('.setting[data-name="suggest.verbosity"] [role=status]')).to_contain_text(
            "next meeting"
        )
        page.fill("#set-deliver-retention_days", "30")
        page.keyboard.press("Tab")
        expect(page.locator('.setting[data-name="deliver.retention_days"] [role=status]')).to_contain_text(
            "next start"
        )
        page.reload()
        expect(page.locator("#set-suggest-verbosity")).to_have_value("lively")
        page.route("**/api/settings", lambda route: route.abort())
        page.select_option("#set-suggest-verbosity", "quiet")
        expect(page.locator('.setting[data-name="suggest.verbosity"] [role=status]')).to_contain_text(
            "Not stored. Wingman is out of reach."
        )


def test_what_feedback_has_taught_is_forgotten_by_a_button(browser: Browser, whole: WholeService) -> None:
    (whole.folder / "feedback.json").write_text('{"price": 0.2}')
    with person(browser, whole, "Settings") as one, whole.client() as client:
        taught = one.page.locator('.setting[data-name="feedback"]')
        expect(taught).to_contain_text("price rarer")
        taught.get_by_role("button").click()
        one.page.get_by_role("button", name="Cancel").click()
        assert client.get("/api/feedback").json() == {"kinds": {"price": 0.2}}
        taught.get_by_role("button").click()
        one.click(".ask-dialog .danger")
        expect(taught).to_contain_text("nothing yet")
        assert client.get("/api/feedback").json() == {"kinds": {}}


def test_the_checker_finds_nothing_serious_on_any_page(browser: Browser, whole: WholeService, axe: str) -> None:
    meeting = whole.past_meeting(
        "A very long name " * 5,
        [(who, f"שלום, {text}") for who in ("them", "card") for text in ("a line.", "w" * 400)],
    )
    with person(browser, whole) as one:
        for name in PAGES:
            one.page.goto(f"{one.page.url.split('/~')[0]}/~{one.page.url.split('/~')[1].split('/')[0]}/")
            one.page.click(f'nav a:has-text("{name}")')
            one.page.wait_for_timeout(400)
            one.page.wait_for_selector("h1", state="attached")  # a page makes its parts itself
            assert violations_of_both_schemes(one.page, axe) == [], name
        one.page.goto(f"{one.page.url.rsplit('/', 1)[0]}/meetings/{meeting}")
        one.page.wait_for_selector("#edit")
        assert violations_of_both_schemes(one.page, axe) == []
        one.page.set_viewport_size({"width": 360, "height": 740})
        assert one.page.evaluate("document.scrollingElement.scrollWidth - innerWidth") <= 0
        # not an hour somewhere else
        expect(one.page.locator(".meta time")).to_have_text(re.compile("^(Today|Yesterday), "))
        one.page.emulate_media(media="print")  # on paper it is another day, and nothing can be pressed
        one.page.evaluate("dispatchEvent(new Event('beforeprint'))")
        expect(one.page.locator(".meta time")).to_have_text(re.compile(r"\b20\d\d\b"))
        expect(one.page.locator("button:visible, input:visible, .top:visible")).to_have_count(0)


def test_what_was_typed_is_there_again_where_it_could_not_be_saved(
    browser: Browser, whole: WholeService
) -> None:
    meeting = whole.past_meeting("Renewal", [("them", "They wait for March.")])
    with whole.client() as client:
        item = {"kind": "decision", "text": "They wait.", "owner": "", "due": "", "done": False}
        client.put(f"/api/meetings/{meeting}/items/decision-1", json=item).raise_for_status()
        client.post("/api/meetings", json={"title": "On air"}).raise_for_status()
    with person(browser, whole) as one:
        page = one.page
        home = page.url.rsplit("/", 1)[0]
        dialog, why = page.locator(".ask-dialog"), page.locator(".ask-dialog [role=alert]")
        report = f"/meetings/{meeting}"
        cases = (
            ("/", ".meeting .icon-button >> nth=0", "Tags", "Acme, March"),
            ("/notes", "#write-note", "Text", "# Prices\n\n900 euros."),
            (report, "#follow-up", "Text", "Dear all,"),
            (report, "#add-note", "Note", "Ask again in March."),
        )
        for path, opens, field, typed in cases:
            page.goto(home + path)
            page.evaluate("() => { Clipboard.prototype.writeText = () => Promise.reject(new Error('no')); }")
            page.locator(opens).press("Enter")
            if path == "/notes":
                dialog.get_by_label("Name").fill("prices")
            if path == "/notes" or opens == "#add-note":
                dialog.get_by_label(field).fill(" \n ")  # which a browser takes for an answer
                page.locator(".ask-dialog [type=submit]").click()
                expect(dialog.get_by_label(field)).to_be_focused()
            dialog.get_by_label(field).fill(typed)
            page.route("**/api/**", lambda route: route.abort())
            page.locator(".ask-dialog [type=submit]").click()
            expect(why).to_have_text(re.compile("out of reach|did not allow copying"))
            expect(dialog.get_by_label(field)).to_have_value(typed)
            page.unroute("**/api/**")
            page.evaluate("() => { Clipboard.prototype.writeText = () => Promise.resolve(); }")
            page.locator(".ask-dialog [type=submit]").click()
            expect(dialog).to_have_count(0)
        expect(page.get_by_text("Ask again in March.")).to_be_visible()
        page.route("**/api/**", lambda route: route.abort())
        page.goto(home + "/")
        expect(page.locator(".page-notice")).to_contain_text("out of reach")
        page.unroute("**/api/**")
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        expect(page.locator(".page-notice")).to_be_hidden()
        running = page.locator(".meeting:has-text('On air') p")
        expect(running).to_contain_text("running")
        page.route("**/api/**", lambda route: route.abort())  # what ran may have ended by now
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        expect(running).to_contain_text("not known")
        expect(page.locator(".page-notice")).to_contain_text("out of reach")
        page.unroute("**/api/**")
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        expect(running).to_contain_text("running")
        expect(page.locator(".page-notice")).to_be_hidden()
        page.goto(home + report)
        page.locator("#add-note").click()
        dialog.get_by_label("Note").fill("Later.")
        dialog.get_by_label("Moment").fill("1.35")  # which the end of the meeting was taken for
        page.locator(".ask-dialog [type=submit]").click()
        expect(dialog.get_by_label("Moment")).to_be_focused()
        dialog.get_by_role("button", name="Cancel").click()
        page.locator("#edit").click()
        page.locator("li[data-item] .text").press("Space")
        expect(dialog).to_be_visible()


@pytest.mark.parametrize("path", WRONG_TURNS)
def test_a_wrong_turn_is_a_page_for_a_person(used: WholeService, path: str) -> None:
    with used.client() as client:
        answer = client.get(path, headers={"Accept": "text/html"}, follow_redirects=True)
        assert answer.headers["content-type"].startswith("text/html")
        assert '{"error"' not in answer.text
        asked = client.get(path, follow_redirects=True)
        assert asked.status_code >= 400 or asked.headers["content-type"].startswith("text/html")
    bare = httpx.get(f"{used.url}{path}", headers={"Accept": "text/html"}, trust_env=False, verify=trusted())
    assert '{"error"' not in bare.text


def test_a_brief_is_kept_for_an_account_and_used_again(browser: Browser, whole: WholeService) -> None:
    with person(browser, whole, "New meeting") as one:
        page = one.page
        page.click("details.more summary")
        page.fill("#brief", "Ada decides; the budget is 50,000.")
        page.click("#keep-brief")
        expect(page.locator(".brief-templates [role=status]")).to_have_text("Name the account first.")
        page.fill("#brief-account", "Acme")
        page.click("#keep-brief")
        expect(page.locator(".brief-templates [role=status]")).to_have_text("Kept for Acme.")
    with person(browser, whole, "New meeting") as one:  # on another device
        page = one.page
        page.click("details.more summary")
        page.select_option("#brief-template", "Acme")
        expect(page.locator("#brief")).to_have_value("Ada decides; the budget is 50,000.")
        expect(page.locator("#title")).to_have_value("Acme")
        page.click("#forget-brief")
        expect(page.locator("#brief-template")).to_be_hidden()


def test_a_colleague_follows_and_shows_a_card_that_is_marked(browser: Browser, whole: WholeService) -> None:
    with whole.client() as client:
        meeting = client.post("/api/meetings", json={"title": "Renewal"}).json()["id"]
    stranger = browser.new_context(viewport={"width": 380, "height": 700})
    try:
        with person(browser, whole) as one:
            page = one.page
            asked: list[Route] = []
            page.route("**/viewers", lambda route: asked.append(route))
            page.goto(f"{page.url.rstrip('/')}/new?watch={meeting}")
            page.click("button:has-text('Phone or second screen')")
            one.click("#coach")
            expect(page.get_by_text("Type the colleague’s name first")).to_be_visible()
            kept(page, asked).continue_()
            expect(page.get_by_text("This link works on this computer")).to_be_visible()
            expect(page.get_by_text("Type the colleague’s name first")).to_be_visible()  # that came later
            one.type("#coach-name", "Grace")
            one.click("#coach")
            page.wait_for_selector("#coach-link:not([hidden])")
            colleague = stranger.new_page()
            colleague.goto(page.input_value("#coach-link"))
            colleague.fill("#coach-text", "Ask who signs.")
            colleague.click(".coach-box [type=submit]")
            card = page.locator(".card").first
            expect(card).to_contain_text("Ask who signs.")
            expect(card).to_contain_text("Grace")
            assert colleague.locator(".actions button:visible").count() == 0  # whoever advises asks for nothing
            colleague.fill("#coach-text", "They hesitated.")
            colleague.click("text=As a note")
            expect(page.locator(".line.note")).to_contain_text("Note from Grace")
    finally:
        stranger.close()


def test_a_key_of_ones_own_is_kept_and_takes_no_other(browser: Browser, whole: WholeService) -> None:
    with person(browser, whole, "Settings") as one:
        page = one.page
        said = page.locator("#keys [role=status]")
        expect(page.locator("#keys")).to_contain_text("Clarify")  # the titles have come
        one.click(".own-key[data-name=say]")
        page.keyboard.press("2")
        expect(said).to_have_text("2 is taken: Clarify.")
        one.click(".own-key[data-name=say]")
        page.keyboard.press("q")
        expect(said).to_have_text("What to say: q from now on.")
        page.reload()
        expect(page.locator(".own-key[data-name=say] kbd")).to_have_text("q")
        one.click("#usual-keys")
        expect(page.locator(".own-key[data-name=say] kbd")).to_have_text("1")


def test_a_key_that_waits_goes_on_waiting_when_the_titles_come(browser: Browser, whole: WholeService) -> None:
    with person(browser, whole) as one:
        page, held = one.page, list[Route]()
        page.route("**/vocabulary.json", lambda route: held.append(route))
        one.click("nav a:has-text('Settings')")
        said = page.locator("#keys [role=status]")
        one.click(".own-key[data-name=say]")
        expect(said).to_have_text("say: press its new key. Esc leaves it as it is.")
        kept(page, held).continue_()
        expect(said).to_have_text("What to say: press its new key. Esc leaves it as it is.")
        page.keyboard.press("q")
        expect(said).to_have_text("What to say: q from now on.")
        page.keyboard.press("x")
        expect(page.locator(".own-key[data-name=say] kbd")).to_have_text("q")


def test_the_whole_path_is_tried_through_the_chosen_tab_and_microphone(
    capturing_browser: Browser, whole: WholeService
) -> None:
    with person(capturing_browser, whole, "Settings") as one:
        page = one.page
        page.context.grant_permissions(["microphone"])
        opens_a_call(one)
        page.check("#test-tab")
        page.check("#test-tone")
        one.click("#run-self-test")
        stages = page.locator("[aria-label=Stages] li b")
        works = ["Sound", "Words", "Tone", "Card"]
        through_tab = ["Tab", *(f"Tab: {name.lower()}" for name in works)]
        expect(stages).to_have_text(
            [
                *(f"✓ {name}" for name in works),
                re.compile("Model"),
                *(f"✓ {name}" for name in through_tab),
                "✓ Microphone",  # a tone, which nobody can take for the sentence
                "✓ Microphone: sound",
                re.compile("[✗·] Microphone: words"),
                re.compile("Microphone: tone"),
            ],
            timeout=90_000,
        )
        with whole.client() as client:
            titles = [each["title"] for each in client.get("/api/meetings?limit=100").json()["meetings"]]
        assert "Self-test" not in titles
        page.context.clear_permissions()
