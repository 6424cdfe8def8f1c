from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace

import pytest

from tests.support import story
from tests.support.each import each
from wingman.core.errors import FaultKind, ProviderFault
from wingman.core.time import Channel, clock
from wingman.core.utterance import EMOTION_OFF
from wingman.llm.base import Prompt, Usage
from wingman.report.extractive import split
from wingman.report.extractive import summarize as extract
from wingman.report.record import Record, Said, record
from wingman.report.statistics import figures, interruptions
from wingman.report.summary import TRANSCRIPT_CHARACTERS, parse, summarize, transcript
from wingman.suggest.playbook.signals import is_question

RECORD = record(story.MEETING, story.events())


class Model:
    """A `SuggestionModel` that answers what it is told to, in pieces."""

    name = "gemini"
    remote = True
    last_usage = Usage()

    def __init__(self, answer: str, fault: ProviderFault | None = None) -> None:
        self._answer = answer
        self._fault = fault
        self.prompts: list[Prompt] = []

    async def probe(self) -> None: ...

    async def stream(self, prompt: Prompt) -> AsyncGenerator[str, None]:
        self.prompts.append(prompt)
        for at in range(0, len(self._answer), 7):
            yield self._answer[at : at + 7]
        if self._fault:
            raise self._fault

    async def aclose(self) -> None: ...


def test_extraction_finds_what_was_settled_promised_and_left_open() -> None:
    found = extract(RECORD)
    assert found.origin == "extractive"
    assert [item.text for item in found.items if item.kind == "decision"] == [
        "Okay, let's go with a pilot for the support team in January.",
        "Great, we have a deal.",
    ]
    actions = [(item.owner, item.at) for item in found.items if item.kind == "action"]
    assert actions == [("you", 31.0), ("you", 75.5), ("you", 80.1)]
    assert [item.text for item in found.items if item.kind == "question"] == [
        "Does it work with our single sign-on?"
    ]


def test_extraction_never_says_what_was_not_said() -> None:
    spoken = {sentence.text.rstrip(".!?").lower() for sentence in split(RECORD.said)}
    found = extract(RECORD)
    for item in found.items:
        assert item.text.rstrip(".!?").lower() in spoken
        moment = RECORD.utterance(item.utterance)
        assert moment is not None
        assert moment.start == item.at


async def test_a_models_items_need_a_line_that_proves_them() -> None:
    answer = (
        "GIST: They want a pilot.\nIt starts in January.\nDECISION [12] A pilot in January\n"
        "ACTION [6] (you) Send the price list\n- ACTION [11] (you): send the white paper\n"
        "ACTION [99] (them) Buy a hundred seats\nQUESTION [9] Single sign-on?\nRANDOM noise\n"
    )
    model = Model(answer)
    told = (replace(RECORD.said[0], text="my card is 4111 1111"), replace(RECORD.said[1], text="1111 1111"))
    found = await summarize(replace(RECORD, said=(*told, *RECORD.said[2:])), model)
    assert found.origin == "gemini"
    assert found.text == "They want a pilot. It starts in January."
    assert [(i.kind, i.owner, i.text) for i in found.items] == [
        ("decision", "", "A pilot in January"),
        ("action", "you", "Send the price list"),
        ("action", "you", "send the white paper"),
        ("question", "", "Single sign-on?"),
    ]
    assert found.items[0].utterance == RECORD.said[11].id
    assert "1111" not in model.prompts[0].user  # a number read out over two turns is one number


@pytest.mark.parametrize("answer", ["", "I cannot help with that.", "ACTION [1] nothing else"])
async def test_a_useless_answer_is_replaced_by_extraction(answer: str) -> None:
    assert (await summarize(RECORD, Model(answer))).origin == "extractive"


async def test_a_failing_model_is_replaced_by_extraction() -> None:
    fault = ProviderFault("Gemini is away", kind=FaultKind.UNAVAILABLE)
    assert (await summarize(RECORD, Model("GIST: half a", fault))).origin == "extractive"
    assert (await summarize(RECORD, None)).origin == "extractive"


async def test_nothing_said_asks_no_model() -> None:
    model = Model("GIST: x")
    assert (await summarize(Record("m-1"), model)).text == ""
    assert model.prompts == []


def test_a_long_transcript_loses_its_middle_and_says_so() -> None:
    said = [Said(f"u-{n}", Channel.TAB, "tab", n, n + 1, "word " * 40, EMOTION_OFF) for n in range(1000)]
    text = transcript(said)
    assert len(text) < TRANSCRIPT_CHARACTERS * 1.1
    assert text.startswith("[1] 00:00")
    assert "[1000]" in text
    assert "lines left out" in text


def test_parsing_survives_anything() -> None:
    assert parse("GIST\n\n\nACTION [] x\nACTION [0] y\nDECISION [999999999999] z", RECORD.said) == ("", [])


def test_figures_of_the_story() -> None:
    found = figures(RECORD)
    assert [t.speaker for t in found.talk] == ["mic", "tab:0", "tab:1"]
    assert sum(t.share for t in found.talk) == pytest.approx(1.0)
    assert found.user_share == pytest.approx(found.talk[0].share)
    assert [said.start for said in interruptions(RECORD.said)] == [18.2]
    assert [point.level for point in found.arc] == [0, -1, 1, -2, -1, 0, 2]
    assert (found.shown, found.used, found.latency_ms) == (2, 1, 22.0)
    mine = found.talk[0]
    assert mine.words_per_minute == pytest.approx(mine.words / mine.seconds * 60)


def test_a_backchannel_is_no_interruption() -> None:
    long_turn = Said("a", Channel.TAB, "tab", 0.0, 10.0, "I was saying something quite long here", EMOTION_OFF)
    yes = Said("b", Channel.MIC, "mic", 5.0, 10.5, "uh huh", EMOTION_OFF)
    within = Said("c", Channel.MIC, "mic", 5.0, 6.0, "I see what you mean there", EMOTION_OFF)
    cuts_in = Said("d", Channel.MIC, "mic", 7.0, 12.0, "But wait a moment please", EMOTION_OFF)
    assert interruptions((long_turn, yes, within, cuts_in)) == [cuts_in]


@each(
    ("text", "asks"),
    [
        ("How much is it?", True),
        ("so how much is it", True),
        ("and what does that mean for us", True),
        ("You said what?", True),
        ("What a day.", False),
        ("we know how it works", False),
        ("", False),
        ("is it", False),
    ],
)
def test_questions(text: str, asks: bool) -> None:
    assert is_question(text) is asks


def test_clock() -> None:
    assert [clock(s) for s in (0, 59.9, 60, 3599, 3600, 7325)] == [
        "00:00", "00:59", "01:00", "59:59", "1:00:00", "2:02:05",
    ]  # fmt: skip
