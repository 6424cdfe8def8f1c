"""The overlay in a real browser: what it shows, and that nothing is lost, doubled or executed."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Literal

from playwright.sync_api import Browser, Page, expect

from tests.browser.support.lines import all_lines, badges
from tests.browser.support.scene import call, reading, said, started
from tests.browser.support.service import BrowserService
from tests.browser.support.wire import Wire
from wingman.core.errors import Branch, Health
from wingman.core.events import (
    CaptureState,
    Media,
    NoteAdded,
    ProviderStateChanged,
    SpeakerRenamed,
    SuggestionCompleted,
    SuggestionCreated,
    SuggestionDelta,
    SuggestionExpired,
    SuggestionFailed,
    SuggestionSuperseded,
    SummaryReady,
    TranscriptGap,
    TranscriptPartial,
    UtteranceCreated,
)
from wingman.core.media import GapCause
from wingman.core.time import Channel
from wingman.core.utterance import EMOTION_OFF, Family

NewPage = Callable[[str], Page]


QUOTA = "429 RESOURCE_EXHAUSTED: you exceeded your current quota, please check your plan and billing. " * 3
"""What a provider may say at length."""

BAR_FROM = "bar => parseFloat(getComputedStyle(bar, '::before').marginInlineStart)"
"""Where a bar begins, in pixels."""

THEMES: tuple[Literal["dark", "light"], ...] = ("dark", "light")


def card(number: int, text: str = "", **fields: Any) -> SuggestionCreated:
    return SuggestionCreated(f"s-{number}", "question", "question_to_user", None, "gemini", text, **fields)


def test_shows_a_call_in_full_swing(
    service: BrowserService, new_page: NewPage, shot: Callable[..., None]
) -> None:
    meeting = service.meeting("Acme renewal").id
    service.publish(meeting, *call())
    page = new_page(service.overlay(meeting))
    expect(page.locator(".card")).to_have_count(3)
    expect(page.locator(".card").first).to_contain_text("Yes: two years brings it back to today’s price.")
    expect(page.locator(".card").first).to_have_attribute("aria-busy", "true")
    expect(page.locator(".mood")).to_contain_text("interest")
    expect(page.locator(".mood .trend")).to_have_text("cooling")
    expect(page.locator(".line").filter(has_text="weekly reports").locator(".badge")).to_have_text(
        "tone unclear"
    )
    expect(page.locator(".line.partial")).to_contain_text("because our budget round closes")
    expect(page.locator(".cost")).to_have_text("$0.04")
    moving = "e => getComputedStyle(e).animationName"
    assert page.locator(".card").first.evaluate(moving) == "none"  # these tests ask for reduced motion
    page.emulate_media(reduced_motion="no-preference")
    assert page.locator(".card").first.evaluate(moving) == "arrive"
    for theme in THEMES:
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        shot(page, f"overlay-narrow-{theme}")


def test_keeps_three_cards_and_lets_the_others_go(service: BrowserService, new_page: NewPage) -> None:
    meeting = service.meeting().id
    page = new_page(service.overlay(meeting))
    service.publish(meeting, *(event for n in range(1, 6) for event in (card(n), done(n, f"Answer {n}"))))
    cards = page.locator(".card-answer")
    expect(cards).to_have_text(["Answer 5", "Answer 4", "Answer 3"])
    service.publish(meeting, SuggestionSuperseded("s-4", "u-9"), SuggestionExpired("s-3", "ttl"))
    expect(cards).to_have_text(["Answer 5", "Answer 2", "Answer 1"])


def test_a_failed_model_leaves_the_playbook_text_and_says_so(
    service: BrowserService, new_page: NewPage, shot: Callable[..., None]
) -> None:
    meeting = service.meeting().id
    page = new_page(service.overlay(meeting))
    service.publish(
        meeting,
        card(1, "Name the range first."),
        SuggestionFailed("s-1", "timeout", QUOTA),
    )
    expect(page.locator(".card-answer")).to_have_text("Name the range first.")
    expect(page.locator(".card-source")).to_have_text("Playbook only. The model took too long.")
    expect(page.get_by_text(QUOTA)).to_be_hidden()
    page.get_by_text("Details").click()
    expect(page.get_by_text(QUOTA)).to_be_visible()
    shot(page, "overlay-failed")


def test_a_providers_fault_is_one_sentence_with_the_rest_on_demand(
    service: BrowserService, new_page: NewPage, shot: Callable[..., None]
) -> None:
    meeting = service.meeting().id
    page = new_page(service.overlay(meeting))
    page.set_viewport_size({"width": 380, "height": 600})
    service.publish(meeting, *call())
    answer = page.locator(".card-answer").first
    expect(answer).to_contain_text("Offer it against a signature")
    before = answer.bounding_box()
    for branch, channel in ((Branch.TRANSCRIBE, Channel.TAB), (Branch.SUGGEST, None)):
        service.publish(
            meeting, ProviderStateChanged(branch, "some", Health.DOWN, channel, f"{branch}: {QUOTA}")
        )
    expect(page.locator(".notice summary > span:not(.icon)")).to_have_text(
        ["No transcript at the moment.", "No suggestions by the model."]
    )
    expect(page.get_by_role("button", name="Try again")).to_have_count(
        1
    )  # a model is asked with the next question
    after = answer.bounding_box()
    assert before is not None
    assert after is not None
    assert after["y"] - before["y"] <= 80  # two lines, not two paragraphs
    assert after["y"] + after["height"] < 300
    full = page.get_by_text(f"transcribe: {QUOTA}")
    expect(full).to_be_hidden()
    page.locator(".notice summary").first.focus()
    page.keyboard.press("Enter")
    expect(full).to_be_visible()
    shot(page, "overlay-fault")


def test_a_card_tells_on_demand_what_it_was_waited_for(
    service: BrowserService, new_page: NewPage, shot: Callable[..., None]
) -> None:
    meeting, began = service.meeting().id, time.time() - 60
    for at, event in (
        (0.0, started()),
        (0.0, (CaptureState(Channel.TAB, "capturing"), Media(Channel.TAB, 0.0, 0.0))),
        (5.5, said(1, "tab:0", "And what does it cost?", 2.0, 5.0, EMOTION_OFF)),
        (5.52, SuggestionCreated("s-1", "price", "price_term", "u-1", "playbook", "Name the range first.")),
        (6.2, SuggestionDelta("s-1", "Ask them.")),
        (6.5, SuggestionCompleted("s-1", "Ask them.", "gemini")),
    ):
        service.publish(meeting, event, at=began + at)
    page = new_page(service.overlay(meeting))
    stages = page.locator(".waits li")
    expect(page.locator(".card-answer")).to_have_text("Ask them.")
    expect(stages).to_have_count(0)
    page.get_by_text("Timing").click()
    expect(stages).to_have_text(["Words500 ms", "Decision20 ms", "First word680 ms", "Answer300 ms"])
    left, right = (stages.nth(n).locator(".wait-bar").evaluate(BAR_FROM) for n in (0, 3))
    assert left == 0
    assert right > 100  # the last begins where the others have passed
    shot(page, "overlay-timing")


def test_feedback_goes_up_and_comes_back(service: BrowserService, new_page: NewPage) -> None:
    meeting = service.meeting().id
    page = new_page(service.overlay(meeting))
    service.publish(meeting, card(1), done(1, "First"), card(2), done(2, "Second"))
    first = page.locator(".card").filter(has_text="First")
    first.get_by_role("button", name="Pin").click()
    expect(first.get_by_role("button", name="Unpin")).to_have_attribute("aria-pressed", "true")
    service.publish(meeting, SuggestionSuperseded("s-1", "u-1"), SuggestionSuperseded("s-2", "u-1"))
    expect(page.locator(".card-answer")).to_have_text(["First"])  # the pinned one stays, the other went
    first.get_by_role("button", name="Copy").click()
    expect(page.locator(".toast")).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()") == "First"
    first.get_by_role("button", name="Dismiss").click()
    expect(page.locator(".card")).to_have_count(0)


def test_actions_and_questions_reach_the_meeting(service: BrowserService, new_page: NewPage) -> None:
    meeting = service.meeting()
    page = new_page(service.overlay(meeting.id))
    expect(page.locator(".phase")).to_have_text("Live")
    page.get_by_role("button", name="Recap").click()
    page.get_by_label("Ask about this meeting").fill("What did they pay last year?")
    page.keyboard.press("Enter")
    expect(page.locator(".card").first).to_contain_text("Answer to ask")
    assert meeting.requests == [("recap", ""), ("ask", "What did they pay last year?")]
    expect(page.get_by_label("Ask about this meeting")).to_have_value("")


def test_renaming_a_speaker_applies_backwards(service: BrowserService, new_page: NewPage) -> None:
    running = service.meeting()
    meeting = running.id
    page = new_page(service.overlay(meeting))
    other = new_page(service.overlay(meeting))
    interested = reading("interest", Family.ENGAGED)
    service.publish(
        meeting,
        started(),
        said(1, "tab:0", "Hello.", 0, 1, EMOTION_OFF),
        said(2, "tab:1", "Hi.", 1, 2, EMOTION_OFF),
        said(3, "tab:0", "So, what does it cost?", 30, 31, interested),
        SuggestionCreated("s-1", "price", "price_term", "u-3", "playbook", "Anchor high."),
    )
    names, theirs = page.locator(".line .speaker"), other.locator(".line .speaker")
    for each in (names, theirs):
        expect(each).to_have_text(["Speaker 1", "Speaker 2", "Speaker 1"])
    page.bring_to_front()
    names.last.click()
    page.keyboard.type("Anna")
    page.keyboard.press("Enter")
    # what was already said, the cards and the header follow, here and on every other screen
    for screen, each in ((page, names), (other, theirs)):
        screen.bring_to_front()
        expect(each).to_have_text(["Anna", "Speaker 2", "Anna"])
        expect(screen.locator(".card-quote")).to_have_text("Anna: “So, what does it cost?”")
        expect(screen.locator(".mood")).to_contain_text("Anna")
    service.publish(meeting, said(4, "tab:0", "Well.", 60, 61, EMOTION_OFF))
    expect(theirs.last).to_have_text("Anna")
    other.reload()
    expect(theirs).to_have_text(["Anna", "Speaker 2", "Anna", "Anna"])
    # an emptied field takes the name back; leaving it as it is says nothing
    page.bring_to_front()
    for keys in (["Enter"], ["Backspace", "Enter"]):
        names.last.click()
        page.keyboard.press("Control+A")
        for key in keys:
            page.keyboard.press(key)
    expect(names).to_have_text(["Speaker 1", "Speaker 2", "Speaker 1", "Speaker 1"])
    told = [(setting, value["speaker"], value["name"]) for setting, value in running.controls]
    assert told == [("speaker_name", "tab:0", "Anna"), ("speaker_name", "tab:0", "Speaker 1")]
    # what was said before others and is written down after them moves them on, and the name somebody types
    gap = TranscriptGap(Channel.TAB, Branch.TRANSCRIBE, GapCause.OUTAGE)
    service.publish(meeting, (gap, Media(Channel.TAB, 70, 75)))
    lines = page.locator(".line")
    expect(lines).to_have_count(5)
    names.last.click()
    page.keyboard.press("Control+A")
    page.keyboard.type("Bert")
    service.publish(meeting, said(5, "mic", "How much?", 45, 46, EMOTION_OFF))
    expect(lines).to_have_count(6)
    page.keyboard.press("Enter")
    expect(names).to_have_text(["Bert", "Speaker 2", "Bert", "You", "Bert"])
    expect(lines.nth(3)).to_have_attribute("data-channel", "mic")
    expect(lines.last).to_contain_text("the transcript was interrupted")


def test_a_name_that_cannot_be_sent_is_not_pretended(
    service: BrowserService, new_page: NewPage, complaints: list[str]
) -> None:
    meeting = service.meeting().id
    with Wire(service.port) as wire:
        page = new_page(service.overlay(meeting).replace(str(service.port), str(wire.port)))
        service.publish(meeting, started(), said(1, "tab:0", "Hello.", 0, 1, EMOTION_OFF))
        expect(page.locator(".line .speaker")).to_have_text("Speaker 1")
        wire.cut()
        expect(page.locator(".phase")).to_have_text("Away")
        page.locator(".line .speaker").click()
        page.keyboard.type("Anna")
        page.keyboard.press("Enter")
        expect(page.locator(".toast")).to_contain_text("Not renamed")
        expect(page.locator(".line .speaker")).to_have_text("Speaker 1")
        complaints.clear()  # the browser logs every refused connection
        page.close()


def test_a_long_call_opens_at_its_end_and_stays_there(service: BrowserService, new_page: NewPage) -> None:
    meeting = service.meeting().id
    lines = [said(n, ("tab", "mic")[n % 2], "Word. " * (n % 40), n, n + 0.9, EMOTION_OFF) for n in range(3000)]
    service.publish(meeting, *lines)
    page = new_page(service.overlay(meeting))
    expect(page.locator(".line[aria-posinset='3000']")).to_be_in_viewport()
    for n in range(3000, 3020):
        service.publish(meeting, said(n, "tab", "One more.", n, n + 0.9, EMOTION_OFF))
    expect(page.locator(".line[aria-posinset='3020']")).to_be_in_viewport()
    expect(page.get_by_role("button", name="Jump to the newest")).to_be_hidden()
    page.locator(".transcript-scroll").hover()
    page.mouse.wheel(0, -4000)
    expect(page.get_by_role("button", name="Jump to the newest")).to_be_visible()
    service.publish(meeting, said(3020, "tab", "And another.", 3020, 3021, EMOTION_OFF))
    expect(page.locator(".line").last).not_to_have_attribute("aria-posinset", "3021")
    page.get_by_role("button", name="Jump to the newest").click()
    expect(page.locator(".line[aria-posinset='3021']")).to_be_in_viewport()


def test_reload_in_the_middle_of_a_suggestion_loses_and_doubles_nothing(
    service: BrowserService, new_page: NewPage
) -> None:
    meeting = service.meeting().id
    page = new_page(service.overlay(meeting))
    service.publish(meeting, card(1), SuggestionDelta("s-1", "one "), SuggestionDelta("s-1", "two "))
    expect(page.locator(".card-answer")).to_have_text("one two")
    page.reload()
    service.publish(meeting, SuggestionDelta("s-1", "three"))
    expect(page.locator(".card-answer")).to_have_text("one two three")
    service.publish(meeting, SuggestionDelta("s-1", "three"))  # a delta that does come twice is seen twice
    expect(page.locator(".card-answer")).to_have_text("one two threethree")


def test_an_outage_is_said_and_made_up_for(
    service: BrowserService, new_page: NewPage, complaints: list[str], shot: Callable[..., None]
) -> None:
    meeting = service.meeting().id
    service.publish(meeting, *(said(n, "tab", f"Sentence {n}.", n, n + 0.9, EMOTION_OFF) for n in range(1, 6)))
    page = new_page(service.overlay(meeting))
    lines = page.locator(".line .said")
    expect(lines).to_have_count(5)
    expect(page.locator(".notice")).to_have_count(0)
    service.stop()
    expect(page.locator(".notice[data-level=bad]")).to_contain_text("out of reach")
    expect(page.locator(".phase")).to_have_text("Away")
    shot(page, "overlay-out-of-reach")
    page.keyboard.press("1")
    expect(page.locator(".ask-said")).to_have_text("Not sent: Wingman is out of reach. Try again in a moment.")
    service.start()
    service.publish(meeting, *(said(n, "tab", f"Sentence {n}.", n, n + 0.9, EMOTION_OFF) for n in range(6, 9)))
    expect(lines).to_have_text([f"Sentence {n}." for n in range(1, 9)], timeout=20_000)
    expect(page.locator(".notice")).to_have_count(0)
    complaints.clear()  # the browser itself logs every refused connection


OFFLINE_S = 75
"""Seconds of the meeting that pass without a network, told with their own times in a moment."""


def test_a_minute_offline_is_made_up_for_once_and_in_order(
    service: BrowserService, new_page: NewPage, complaints: list[str]
) -> None:
    meeting = service.meeting().id
    began = time.time() - OFFLINE_S - 5

    def second(n: int) -> None:
        """One second of a busy meeting: a sentence, its mood, and a card that goes on being written."""
        text = f"Sentence {n}."
        service.publish(
            meeting,
            TranscriptPartial(Channel.TAB, "tab", text[:5]),
            said(n, "tab", text, n, n + 0.9, EMOTION_OFF),
            said(n, "tab", text, n, n + 0.9, reading("interest", Family.ENGAGED), 1),
            SuggestionDelta("s-1", f"{n} "),
            at=began + n,
        )

    with Wire(service.port) as wire:
        page = new_page(service.overlay(meeting).replace(str(service.port), str(wire.port)))
        service.publish(meeting, started(), card(1), at=began)
        for n in range(5):
            second(n)
        lines, moods = page.locator(".line .said"), page.locator(".line .badge")
        expect(moods).to_have_count(5)
        wire.cut()
        for n in range(5, 5 + OFFLINE_S):
            second(n)
        service.publish(
            meeting, card(2), done(2, "Said offline."), SuggestionCompleted("s-1", "Whole.", "gemini")
        )
        service.publish(meeting, card(3), SuggestionDelta("s-3", "one "))
        expect(page.locator(".phase")).to_have_text("Away")
        page.wait_for_timeout(1500)
        expect(lines).to_have_count(5)  # the wire is really cut
        expect(page.locator(".card-answer")).to_have_text("0 1 2 3 4")
        wire.mend()
        expect(page.locator(".phase")).to_have_text("Live", timeout=15_000)
        service.publish(meeting, SuggestionDelta("s-3", "two"))
        expect(lines.last).to_have_text(f"Sentence {4 + OFFLINE_S}.", timeout=15_000)
        assert all_lines(page) == [f"Sentence {n}." for n in range(5 + OFFLINE_S)]
        assert badges(page) == 5 + OFFLINE_S
        expect(page.locator(".line.partial")).to_have_count(0)
        expect(page.locator(".card-answer")).to_have_text(["one two", "Said offline.", "Whole."])
        complaints.clear()  # the browser logs every refused connection
        page.close()


HOSTILE = (
    "<img src=x onerror=\"window.hit='img'\">",
    "<script>window.hit='script'</script>",
    "<svg onload=\"window.hit='svg'\"></svg>",
    '"><iframe srcdoc="<script>parent.hit=\'frame\'</script>"></iframe>',
)


def test_hostile_text_stays_text(service: BrowserService, new_page: NewPage) -> None:
    meeting = service.meeting(HOSTILE[0]).id
    page = new_page(service.overlay(meeting))
    for n, text in enumerate(HOSTILE, 1):
        service.publish(
            meeting,
            started(text),
            (UtteranceCreated(f"u-{n}", f"tab:{text}", text, 1.0, 0, EMOTION_OFF), None),
            TranscriptPartial(Channel.TAB, f"tab:{text}", text),
            SpeakerRenamed(f"tab:{text}", text),
            SuggestionCreated(f"s-{n}", text, text, f"u-{n}", text, text, text, text),
            SuggestionCompleted(f"s-{n}", text, text),
            SummaryReady("extractive", text, (text,), (text,), (text,)),
        )
    expect(page.locator(".said").first).to_have_text(HOSTILE[0])
    expect(page.locator(".card-answer").first).to_have_text(HOSTILE[3])
    page.wait_for_timeout(300)
    assert page.evaluate("window.hit") is None
    assert page.locator(".wm img, .wm script, .wm iframe, .wm svg").count() == 0


def test_the_hostile_text_is_really_hostile(browser_page: Page) -> None:
    browser_page.evaluate("html => { document.body.innerHTML = html }", HOSTILE[0])
    browser_page.wait_for_function("window.hit === 'img'")


def test_the_pages_refuse_inline_script(
    service: BrowserService, new_page: NewPage, complaints: list[str]
) -> None:
    page = new_page(service.overlay(service.meeting().id))
    expect(page.locator(".overlay")).to_be_visible()
    page.evaluate("html => { document.body.insertAdjacentHTML('beforeend', html) }", HOSTILE[0])
    page.wait_for_timeout(200)
    assert page.evaluate("window.hit") is None
    assert any("Content Security Policy" in text for text in complaints)
    complaints.clear()


def test_a_viewer_only_looks(
    service: BrowserService, browser: Browser, new_page: NewPage, shot: Callable[..., None]
) -> None:
    meeting = service.meeting()
    owner = new_page(service.root)
    url = owner.evaluate(
        "id => fetch(`api/meetings/${id}/viewers`, {method: 'POST'}).then(r => r.json()).then(r => r.url)",
        meeting.id,
    )
    phone = browser.new_context(viewport={"width": 360, "height": 740}, color_scheme="dark")
    page = phone.new_page()
    page.goto(url)
    service.publish(meeting.id, card(1), done(1, "Seen"))
    expect(page.locator(".card-answer")).to_have_text("Seen")
    expect(page.get_by_role("button", name="Recap")).to_have_count(0)
    expect(page.get_by_label("Ask about this meeting")).to_be_hidden()
    expect(page.locator(".card-tools")).to_be_hidden()
    shot(page, "overlay-viewer")
    page.keyboard.press("1")
    page.keyboard.press("x")
    page.wait_for_timeout(200)
    assert meeting.requests == []
    expect(page.locator(".card")).to_have_count(1)
    phone.close()
    mine = new_page(service.overlay(meeting.id))  # the link changed nothing for the owner
    expect(mine.get_by_role("button", name="Recap")).to_be_visible()
    mine.keyboard.press("1")
    service.wait(lambda: meeting.requests == [("say", "")], "the owner's request")


def test_where_there_is_no_sound_it_does_not_say_that_it_listens(
    service: BrowserService, new_page: NewPage
) -> None:
    meeting = service.meeting().id
    page = new_page(service.overlay(meeting))
    empty = page.locator(".empty")
    for state, words in (
        ("connecting", "Connecting…"),
        ("capturing", "Connected. No words yet."),
        ("gone", ""),  # the notice says it
        ("ended", "Nothing is listened to any more."),
    ):
        service.publish(meeting, CaptureState(Channel.TAB, state))
        expect(empty).to_have_text(words)


def test_after_the_end_the_summary_comes_first(service: BrowserService, new_page: NewPage) -> None:
    meeting = service.meeting()
    page = new_page(service.overlay(meeting.id))
    service.publish(meeting.id, *call(), SummaryReady("extractive", "They want two years.", ("Two years",)))
    service.run(meeting.end())
    expect(page.locator(".phase")).to_have_text("Ended")
    summary, newest = page.locator(".summary").bounding_box(), page.locator(".card").first.bounding_box()
    assert summary is not None
    assert newest is not None
    assert summary["y"] < newest["y"]
    expect(page.get_by_role("button", name="Recap")).to_have_count(0)


LONG = "Donaudampfschifffahrtsgesellschaftskapitänswitwenrente" * 3
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def test_long_texts_stay_within_a_small_phone(
    service: BrowserService, new_page: NewPage, shot: Callable[..., None]
) -> None:
    meeting = service.meeting(LONG).id
    page = new_page(service.overlay(meeting))
    page.set_viewport_size({"width": 360, "height": 740})
    sentence = f"And {LONG} costs more than {'we thought it would, ' * 12}so what now?"
    service.publish(
        meeting,
        started(LONG),
        said(1, "tab:0", sentence, 0, 9, reading(LONG, Family.NEGATIVE, "strong")),
        NoteAdded("n-1", LONG, 3.0, LONG[:60]),
        SpeakerRenamed("tab:0", f"Dr. {LONG}"[:60]),
        card(1, title=LONG, source=f"Playbook {LONG}"),
        done(1, f"{sentence} {sentence}"),
        card(2),
        SuggestionFailed("s-2", "timeout", f"The model took too long: {LONG}"),
        ProviderStateChanged(Branch.EMOTION, "hume", Health.DOWN, Channel.TAB, f"Mood is away: {LONG}"),
    )
    expect(page.locator(".card")).to_have_count(2)
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        shot(page, f"overlay-long-{theme}")
    assert page.evaluate(WIDER) <= 0
    # Whose line it is comes before how it was said
    assert page.locator(".line .speaker").evaluate("e => e.getBoundingClientRect().width") > 50
    inner = ".overlay, .cards, .card, .line, .line .time, .notice, .mood, .mood .badge, .line .badge, .bar"
    for inside in page.locator(inner).all():
        assert inside.evaluate("e => e.getBoundingClientRect().right") <= 360
    page.evaluate(
        """() => {
          const wide = document.createElement("pre");
          wide.textContent = "w".repeat(400);
          document.body.append(wide);
        }"""
    )
    assert page.evaluate(WIDER) > 0  # too wide a text would be seen


def test_a_meeting_that_is_not_there_is_said(
    service: BrowserService, new_page: NewPage, complaints: list[str]
) -> None:
    page = new_page(service.overlay("m-nowhere"))
    expect(page.locator(".notice")).to_contain_text("There is no such meeting here.")
    expect(page.get_by_label("Ask about this meeting")).to_be_hidden()
    expect(page.get_by_role("button", name="Transcript")).to_have_count(0)
    complaints.clear()


def done(number: int, text: str) -> SuggestionCompleted:
    return SuggestionCompleted(f"s-{number}", text, "gemini")
