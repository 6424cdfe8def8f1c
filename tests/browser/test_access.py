"""The overlay without a mouse, for a screen reader, and as a floating window; and how fast it paints."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import av
import pytest
import zxingcpp
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.support.axe import violations, violations_of_both_schemes
from tests.browser.support.burst import FRAMES, burst, frames, tasks
from tests.browser.support.glance import glance
from tests.browser.support.scene import call
from tests.browser.support.service import BrowserService
from wingman.core.errors import Branch, Health
from wingman.core.events import (
    MeetingEnded,
    ProviderStateChanged,
    SuggestionCompleted,
    SuggestionCreated,
    SuggestionUpdated,
    SummaryReady,
)
from wingman.core.time import Channel

NewPage = Callable[[str], Page]

SUMMARY = SummaryReady("extractive", "They want two years.", ("Two years",), ("Send the offer",), ("Price?",))


def test_the_checker_finds_nothing_serious(
    service: BrowserService, new_page: NewPage, axe: str, shot: Callable[..., None]
) -> None:
    def check(page: Page, name: str) -> None:
        assert violations_of_both_schemes(page, axe, lambda theme: shot(page, f"{name}-{theme}")) == []

    meeting = service.meeting("Acme renewal").id
    service.publish(meeting, *call())
    page = new_page(service.overlay(meeting))
    expect(page.locator(".card")).to_have_count(3)
    check(page, "overlay")
    page.keyboard.press("?")
    check(page, "overlay-help")
    page.get_by_role("button", name="Settings", exact=True).click()
    check(page, "overlay-settings")
    service.publish(meeting, SUMMARY)
    page.set_viewport_size({"width": 1280, "height": 800})
    expect(page.locator(".summary")).to_be_visible()
    check(page, "overlay-wide")
    page.goto(service.root)
    page.click("[data-policy=counterpart]")
    check(page, "capture-setup")
    page.click("[data-policy=off]")
    page.click("#sample")
    expect(page.locator(".channel-state")).to_have_text(["Listening", "Listening"])
    page.click("#share")
    expect(page.locator(".qr path")).to_be_attached()
    service.publish(service.newest.id, *call())
    expect(page.locator(".card")).to_have_count(3)
    check(page, "capture-live")


def test_a_glance_finds_what_to_say(service: BrowserService, new_page: NewPage) -> None:
    meeting = service.meeting("Acme renewal").id
    service.publish(meeting, *call())
    page = new_page(service.overlay(meeting))
    expect(page.locator(".card")).to_have_count(3)
    for width, height in ((380, 600), (360, 740), (1280, 800)):
        page.set_viewport_size({"width": width, "height": height})
        for theme in ("dark", "light"):
            page.emulate_media(color_scheme=theme)
            seen = glance(page)
            assert seen.text >= 1.3 * seen.next, seen
            assert seen.smallest >= 13, seen
            assert seen.contrast >= 10, seen
            assert seen.quietest >= 4.5, seen
            assert seen.line <= 50, seen
            assert seen.top <= 0.2 * height, seen
    page.set_viewport_size({"width": 380, "height": 600})
    assert glance(page).controls <= 16
    page.emulate_media(color_scheme="dark", forced_colors="active")  # a contrast theme of the system
    ground = "e => [e, document.body].map(each => getComputedStyle(each).backgroundColor)"
    for each in (".card .icon", ".trail .mark[data-family=negative]", ".mood .bars i"):
        drawn, behind = page.locator(each).first.evaluate(ground)
        assert drawn != behind, each
    page.get_by_role("button", name="Settings", exact=True).click()
    chosen, other = (f"[aria-pressed={on}]" for on in ("true", "false"))
    look = "(e, which) => getComputedStyle(e.querySelector(which)).backgroundColor"
    panel = page.get_by_role("group", name="Look")
    assert panel.evaluate(look, chosen) != panel.evaluate(look, other)
    page.keyboard.press("Escape")
    page.emulate_media(forced_colors="none")
    page.locator(".card").nth(1).focus()  # an older card's tools are there when they are meant
    assert glance(page).controls > 16
    page.locator(".card-answer").first.evaluate("e => e.style.cssText = 'font-size: 15px; color: gray'")
    assert glance(page).text < 1.3 * seen.next  # a sentence like all others would be noticed
    assert glance(page).contrast < 10


def test_a_phone_can_read_the_link(service: BrowserService, new_page: NewPage) -> None:
    page = new_page(service.root)
    page.click("#sample")
    page.emulate_media(forced_colors="active", color_scheme="dark")  # a contrast theme inverts no code
    page.click("#share")
    expect(page.locator(".qr path")).to_be_attached()
    with av.open(io.BytesIO(page.locator(".qr").screenshot()), "r") as picture:
        pixels = next(picture.decode(video=0)).to_ndarray(format="gray")
    link = page.get_by_label("Link that may only watch").input_value()
    assert [found.text for found in zxingcpp.read_barcodes(pixels)] == [link]
    assert f"meeting={service.newest.id}&token=wm_" in link


def test_the_checker_does_find_what_is_wrong(browser_page: Page, axe: str) -> None:
    browser_page.evaluate(
        """() => {
          document.documentElement.lang = "en";
          document.body.innerHTML = '<main><button></button><p style="color:#aaa">pale</p></main>';
        }"""
    )
    found = violations(browser_page, axe)
    assert any(v.startswith("button-name") for v in found)
    assert any(v.startswith("color-contrast") for v in found)


def test_an_empty_picture_is_noticed(browser_page: Page, shot: Callable[..., None]) -> None:
    with pytest.raises(AssertionError, match="shows nothing"):
        shot(browser_page, "empty")


def test_everything_by_keyboard(service: BrowserService, new_page: NewPage, context: BrowserContext) -> None:
    meeting = service.meeting()
    service.publish(meeting.id, *call())
    page = new_page(service.overlay(meeting.id))
    cards = page.locator(".card-answer")
    expect(cards).to_have_count(3)
    for key in ("5", "z", "Control+1", "Alt+s"):  # no key, or the browser's
        page.keyboard.press(key)
    for key in "1234s":
        page.keyboard.press(key)
    page.keyboard.press("/")
    page.keyboard.type("1 or 2?")  # digits are text here
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    service.wait(lambda: len(meeting.requests) == 6, "six requests")
    asked = ["say", "clarify", "recap", "fact-check", "stop", "ask"]
    assert meeting.requests == [(a, "1 or 2?" if a == "ask" else "") for a in asked]
    expect(cards.first).to_contain_text("Answer to ask")
    page.keyboard.press("j")
    page.keyboard.press("j")
    second = cards.nth(1).inner_text()
    page.keyboard.press("c")
    expect(page.locator(".toast")).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()") == second
    page.keyboard.press("p")
    expect(page.locator(".card[data-pinned]")).to_contain_text(second)
    page.keyboard.press("u")
    expect(page.locator(".card[data-pinned] [data-what=used]")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("x")
    expect(page.locator(".card[data-pinned]")).to_have_count(0)
    assert page.evaluate("document.activeElement.closest('.overlay') !== null")  # the focus is not lost
    page.keyboard.press("v")
    service.wait(lambda: meeting.controls == [("verbosity", "lively")], "the dial")
    page.keyboard.press("t")
    expect(page.locator(".transcript")).to_be_hidden()
    page.keyboard.press("d")
    page.keyboard.press("+")
    page.get_by_role("button", name="Settings", exact=True).press("Enter")
    page.get_by_label("Opacity of the background").press("ArrowLeft")
    page.keyboard.press("Escape")
    page.reload()
    expect(page.locator(".transcript")).to_be_hidden()
    expect(page.locator(".overlay")).to_have_attribute("data-theme", "light")
    assert page.locator(".overlay").evaluate("e => getComputedStyle(e).fontSize") == "16px"
    assert page.locator(".overlay").evaluate("e => e.style.getPropertyValue('--panel-alpha')") == "95%"
    page.keyboard.press("?")
    expect(page.get_by_label("Keys and what they do")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_label("Keys and what they do")).to_be_hidden()
    expect(page.get_by_role("button", name="Keys (?)")).to_be_focused()


def test_the_capture_page_by_keyboard(service: BrowserService, new_page: NewPage) -> None:
    page = new_page(service.root)
    expect(page.locator("[name=policy], #policy").first).to_be_attached()  # the service tells which there are
    page.locator("#title").focus()
    reached = []
    for _ in range(11):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id || document.activeElement.name || ''"))
    wanted = ["playbook", "language", "policy", "tab", "mic", "start", "sample", "choose"]
    assert [name for name in reached if name in wanted] == wanted
    assert "copy-notice" not in reached  # what is folded away is not stepped through
    page.locator("#sample").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".live-title")).to_be_focused()  # what had the focus is gone with its page
    expect(page).to_have_title("Meeting · Wingman")
    told: list[str] = []
    page.on("request", lambda sent: told.append(sent.url.rpartition("/")[2]) if sent.method == "POST" else None)
    for pressed, follows in (("#pause", "#resume"), ("#resume", "#pause"), ("#stop", ".live-title")):
        page.locator(pressed).focus()
        page.keyboard.down("Enter")
        expect(page.locator(follows)).to_be_focused()
        page.keyboard.down("Enter")  # it repeats while it is held
        page.keyboard.up("Enter")
    assert told == ["pause", "resume", "end"]


def test_what_comes_and_goes_takes_no_focus_along(service: BrowserService, new_page: NewPage) -> None:
    meeting = service.meeting().id
    service.publish(meeting, *call())
    page = new_page(service.overlay(meeting))
    expect(page).to_have_title("Acme renewal: overlay · Wingman")

    def trouble(branch: Branch, detail: str) -> None:
        service.publish(meeting, ProviderStateChanged(branch, "p", Health.DOWN, Channel.TAB, detail))
        expect(page.locator(".notice .full", has_text=detail)).to_be_attached()

    trouble(Branch.TRANSCRIBE, "The first.")
    page.locator("details.notice").evaluate("e => { e.open = true; }")
    again = page.get_by_role("button", name="Try again").first
    again.focus()
    trouble(Branch.EMOTION, "The second.")
    expect(again).to_be_focused()
    expect(page.get_by_text("The first.")).to_be_visible()  # nor is it folded while it is read
    page.evaluate("() => { const real = setTimeout; setTimeout = (run, ms) => real(run, Math.min(ms, 20)); }")
    again.click()
    expect(again).to_be_enabled()  # whether the press was lost or changed nothing: it can be pressed again
    page.locator(".card .stop:visible").focus()
    service.publish(meeting, SuggestionCompleted("s-3", "Yes.", "gemini"))
    written = page.locator(".card[data-status=done]", has_text="Yes.")
    expect(written).to_be_focused()  # and not *used*, which one Enter more would say
    page.locator(".question").focus()
    page.keyboard.press("Escape")  # left on purpose
    service.publish(meeting, MeetingEnded("stopped", 1.0))
    expect(page.locator(".question")).to_be_hidden()
    assert page.evaluate("document.activeElement === document.body")


def test_rows_that_are_fetched_again_lend_no_key_to_their_neighbours(
    service: BrowserService, new_page: NewPage
) -> None:
    page = new_page(service.overlay(service.meeting().id))
    page.evaluate(
        """async () => {
          const { keepFocus } = await import("/static/extension/js/focus-keeper.js");
          const { MeetingsList } = await import("/static/pages/meetings-list.js");
          window.ends = [];
          window.rows = [];
          const json = async (method, path) => {
            if (method === "GET") return { meetings: window.rows };
            window.ends.push(path);
            window.rows = window.rows.filter(({ id }) => !path.includes(`/${id}/`));
          };
          const list = new MeetingsList({ json }, { say() {}, clear() {}, fail() {} });
          const root = document.querySelector(".wm");
          root.append(list.node);
          keepFocus(root);
          window.fetched = async (...names) => {
            window.rows = names.map((id) => ({ id, title: id, state: "live", started_at: 0, tags: [] }));
            await list.load();
          };
          await window.fetched("a", "b");
          window.node = document.querySelector('[aria-label="End it: a"]');
          window.node.focus();
        }"""
    )
    held = "document.activeElement.ariaLabel"
    page.evaluate("fetched('a', 'b')")
    assert page.evaluate("document.activeElement === node"), "the same element: nobody hears it again"
    page.evaluate("fetched('newer', 'a', 'b')")
    assert page.evaluate(held) == "End it: a"
    page.keyboard.down("Enter")
    expect(page.get_by_role("button", name="End it: a")).to_have_count(0)
    expect(page.get_by_label("Running meetings")).to_be_focused()
    page.keyboard.down("Enter")  # it repeats while it is held
    page.keyboard.up("Enter")
    assert page.evaluate("ends") == ["/api/meetings/a/end"]


def test_older_rows_stay_while_newer_ones_come_and_after_a_search(
    service: BrowserService, new_page: NewPage
) -> None:
    page = new_page(service.overlay(service.meeting().id))
    page.evaluate(
        """async () => {
          const { MeetingsList } = await import("/static/pages/meetings-list.js");
          const row = (n) => ({ id: `m-${n}`, state: n ? "ended" : "live", started_at: 0, tags: [] });
          const all = Array.from({ length: 101 }, (_, n) => row(n));
          window.older = (length) => all.push(...Array.from({ length }, (_, n) => row(all.length + n)));
          window.held = null;
          const json = async (_method, path) => {
            const query = new URL(path, "http://w").searchParams;
            if (query.has("q")) return { hits: [] };
            if (window.held && !query.has("before")) await window.held;
            const from = all.findIndex(({ id }) => id === query.get("before")) + 1;
            return { meetings: all.slice(from, from + Math.min(500, Number(query.get("limit")))) };
          };
          window.list = new MeetingsList({ json }, { say() {}, clear() {}, fail() {} });
          document.querySelector(".wm").append(list.node);
          await list.load();
        }"""
    )
    rows, more = page.locator(".library .meeting"), page.get_by_role("button", name="Show older")
    for shown in (50, 100):
        expect(rows).to_have_count(shown)
        page.get_by_label("Search in all meetings").fill("never")
        expect(page.get_by_text("Nothing was found")).to_be_visible()
        expect(more).to_be_hidden()
        page.get_by_label("Search in all meetings").fill("")
        expect(page.get_by_text("Nothing was found")).to_be_hidden()
        page.evaluate("list.load()")  # as while something runs
        expect(rows).to_have_count(shown)
        # a refresh that was begun before the press is answered after it
        page.evaluate("held = new Promise((go) => (window.go = go)); window.late = list.load(); undefined")
        more.click()
        expect(rows).to_have_count(min(shown + 50, 101))
        page.evaluate("go(); held = null; late")
    expect(rows).to_have_count(101)
    expect(more).to_be_hidden()
    page.evaluate("older(499); list.load()")  # more than the service tells at once
    expect(more).to_be_visible()
    page.evaluate("list.rows = Array.from({ length: 550 }); list.load()")
    expect(rows).to_have_count(550)
    more.click()
    expect(rows).to_have_count(600)
    expect(more).to_be_hidden()


def test_a_screen_reader_hears_whole_cards_and_no_history(service: BrowserService, new_page: NewPage) -> None:
    meeting = service.meeting().id
    service.publish(meeting, *call()[:14])
    page = new_page(service.overlay(meeting))
    heard = page.locator("[data-role=announcer]")
    expect(page.locator(".card")).to_have_count(1)
    page.evaluate(
        """() => {
          window.said = [];
          const live = document.querySelector("[data-role=announcer]");
          new MutationObserver(() => window.said.push(live.textContent)).observe(live, {childList: true});
        }"""
    )
    expect(heard).to_have_text("")
    service.publish(meeting, *call()[14:])
    expect(heard).to_contain_text("Ask what the other offer leaves out")
    assert page.evaluate("window.said.length") <= 2
    service.publish(meeting, *(SuggestionCreated(f"n-{n}", "price", "", None, "gemini") for n in (1, 2, 3)))
    written = [SuggestionCompleted(f"n-{n}", f"The {n}.", "gemini") for n in (3, 1, 2)]
    service.publish(meeting, written[0])
    expect(heard).to_have_text("Suggestion: The 3.")
    service.publish(meeting, *written[1:])  # begun before that one, and written after it
    expect(heard).to_contain_text("Suggestion: The 2.")
    service.publish(meeting, SuggestionUpdated("n-3", "dismissed"), SuggestionUpdated("n-2", "pinned"))
    expect(page.locator(".card[data-pinned]")).to_have_count(1)
    said = re.findall(r"The \d", " ".join(page.evaluate("window.said")))
    assert said == ["The 3", "The 1", "The 2"]  # and none again


def test_a_trouble_that_comes_and_goes_is_said_once(service: BrowserService, new_page: NewPage) -> None:
    meeting = service.meeting().id
    service.publish(meeting, *call())
    page = new_page(service.overlay(meeting))
    page.evaluate(
        """() => {
          window.said = [];
          const live = [...document.querySelectorAll(".hidden-text[role=status]")].at(-1);
          new MutationObserver(() => window.said.push(live.textContent)).observe(live, {childList: true});
        }"""
    )
    notices = page.locator(".notice")

    def goes(health: Health, shown: int) -> None:
        detail = "" if health is Health.UP else "No answer."
        service.publish(meeting, ProviderStateChanged(Branch.TRANSCRIBE, "p", health, Channel.TAB, detail))
        expect(notices).to_have_count(shown)

    for _ in range(2):
        goes(Health.RETRYING, 1)
        goes(Health.UP, 0)
    goes(Health.DOWN, 1)
    goes(Health.UP, 0)
    goes(Health.DOWN, 1)  # which somebody may have pressed *Try again* at
    said = [each.split()[-1] for each in page.evaluate("window.said") if each]
    assert said == ["minute.", "moment.", "moment."]
    goes(Health.UP, 0)
    goes(Health.RETRYING, 1)  # not again within a minute, and then because it lasts
    live = page.locator(".hidden-text[role=status]").last
    expect(live).to_have_text("")
    page.evaluate("() => { const now = performance.now(); performance.now = () => now + 61_000; }")
    expect(live).to_have_text(re.compile(r"minute\.$"))


def test_it_floats_and_comes_back(
    service: BrowserService, new_page: NewPage, context: BrowserContext, shot: Callable[..., None]
) -> None:
    page = new_page(service.root)
    page.click("#sample")
    page.wait_for_selector(".channel")
    with context.expect_page() as opened:
        page.click("#float")
    window = opened.value
    service.publish(service.newest.id, *call())
    expect(window.locator(".card")).to_have_count(3)
    expect(window.locator(".card").first).to_contain_text("Yes: two years")
    assert window.evaluate("getComputedStyle(document.querySelector('.card')).borderRadius") == "12px"
    shot(window, "floating")
    expect(page.locator(".card")).to_have_count(0)
    expect(page.locator(".elsewhere")).to_be_visible()
    window.keyboard.press("?")
    expect(window.get_by_label("Keys and what they do")).to_be_visible()
    window.close()
    expect(page.locator(".card")).to_have_count(3)
    expect(page.locator(".elsewhere")).to_be_hidden()


def test_it_does_not_float_by_itself(
    service: BrowserService, new_page: NewPage, context: BrowserContext
) -> None:
    page = new_page(service.root)
    ask = {
        "expression": "documentPictureInPicture.requestWindow().then(() => 'open', e => e.name)",
        "awaitPromise": True,
        "userGesture": False,
    }
    answer = context.new_cdp_session(page).send("Runtime.evaluate", ask)
    assert answer["result"]["value"] == "NotAllowedError"


def test_a_burst_does_not_stop_the_picture(service: BrowserService, new_page: NewPage) -> None:
    meeting = service.meeting().id
    service.publish(meeting, *call())
    page = new_page(service.overlay(meeting))
    expect(page.locator(".card")).to_have_count(3)
    with tasks(page) as took:
        sent = burst(service, meeting, seconds=2.0, rate=200)
        expect(page.locator(".said").last).to_have_text(f"Sentence {sent}.")
    with tasks(page) as counted:
        page.evaluate(COUNT)
    unit = max(counted)  # some 50 ms; right after the burst: a slow machine slows both
    assert sum(took) <= 24 * unit, "hardly more than half of each second"
    assert max(took) <= max(50.0, unit), "what takes longer is felt as a pause"


COUNT = "() => { let sum = 0; for (let n = 0; n < 5e7; n++) sum += n % 7; return sum; }"
NOTHING = (
    "c => new Promise(d => { let n = 0; const f = () => ++n < 12 ? requestAnimationFrame(f) : d(); f(); })"
)
WORK = """c => new Promise(done => requestAnimationFrame(() => {
  let sum = 0;
  for (let n = 0; n < 2e8; n++) sum += n % 7;
  requestAnimationFrame(() => requestAnimationFrame(() => { c.stop(); done(sum); }));
}))"""


def test_the_meters_see_a_busy_page_and_no_waiting(browser_page: Page) -> None:
    with tasks(browser_page) as waiting:
        counting = browser_page.evaluate_handle(FRAMES)
        counting.evaluate(NOTHING)
        idle, _ = frames(counting)
    with tasks(browser_page) as busy:
        counting = browser_page.evaluate_handle(FRAMES)
        counting.evaluate(WORK)
        rate, longest = frames(counting)
    assert max(busy) > 4 * max(waiting)
    assert rate < idle / 2
    assert longest > 2000 / idle
