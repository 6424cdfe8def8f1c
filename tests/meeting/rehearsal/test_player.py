"""Written conversations through the real join and coach."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from wingman.config.suggest import OpenAiSettings, SuggestSettings
from wingman.core.events import (
    SuggestionCompleted,
    SuggestionCreated,
    SuggestionSkipped,
    UtteranceCreated,
    UtteranceRevised,
)
from wingman.core.utterance import ReadingStatus
from wingman.llm.openai import OpenAiModel
from wingman.meeting.rehearsal import Cast, Rehearsed, ScriptedTurn, Variant, distort, rehearse
from wingman.meeting.rehearsal.player import JOINED
from wingman.suggest.card.novelty import bare
from wingman.suggest.knowledge.encoder import Purpose, Vectors
from wingman.suggest.playbook.playbook import load_playbook
from wingman.testing.gemini.server import INSTANT
from wingman.testing.openai.server import ChatEmulator

TALK = (
    ("U", "So that is what the scheduler does for teams of your size."),
    ("C", "How much does the enterprise plan cost per month?"),
    ("U", "It depends on the number of seats, I will send you the list."),
    ("C2", "Mm."),
    ("C", "Honestly, that sounds too expensive for us."),
)


def _turns(*said: tuple[str, str], tone: str = "", pause: float | None = None) -> tuple[ScriptedTurn, ...]:
    return tuple(ScriptedTurn(2 * n, who, text, pause, tone) for n, (who, text) in enumerate(said))


async def _play(turns: tuple[ScriptedTurn, ...], **cast: object) -> list[Rehearsed]:
    events: list[Rehearsed] = []
    await rehearse(turns, Cast(load_playbook("sales"), **cast), events.append)  # type: ignore[arg-type]  # by name
    return events


async def test_every_turn_is_heard_and_every_event_names_its_line() -> None:
    events = await _play(_turns(*TALK))
    heard = {
        event.turn: event.envelope.payload(UtteranceCreated)
        for event in events
        if event.envelope.type == "utterance.created"
    }
    assert {turn: said.text for turn, said in heard.items()} == {
        2 * n: text for n, (_, text) in enumerate(TALK)
    }
    assert [event.envelope.seq for event in events] == list(range(1, len(events) + 1))
    card = next(event for event in events if isinstance(event.envelope.data, SuggestionCreated))
    shown = card.envelope.payload(SuggestionCreated).id
    assert card.turn == 2
    ends = [
        e for e in events if isinstance(e.envelope.data, SuggestionCompleted) and e.envelope.data.id == shown
    ]
    assert [end.turn for end in ends] == [2]
    decided = {e.turn for e in events if isinstance(e.envelope.data, SuggestionCreated | SuggestionSkipped)}
    assert {2, 6, 8} <= decided


async def test_an_encoded_event_carries_the_line_in_its_data() -> None:
    events = await _play(_turns(*TALK))
    lines = [json.loads(event.encode()) for event in events]
    assert "turn" not in lines[0]["data"]
    said = next(line for line in lines if line["type"] == "utterance.created")
    assert said["data"]["turn"] == 0
    assert set(said) == {"v", "seq", "type", "meeting", "at", "media", "data"}


async def test_the_last_word_has_its_card_when_the_cooldown_is_over_as_in_a_meeting() -> None:
    """However the conversation goes on: a card that waits shows, or is too old."""
    for verbosity in ("quiet", "balanced", "lively"):
        alone = await _play(_turns(*TALK), suggest=SuggestSettings(verbosity=verbosity))
        longer = (*_turns(*TALK), ScriptedTurn(10, "C2", "Mm.", pause=40.0))
        followed = await _play(longer, suggest=SuggestSettings(verbosity=verbosity))
        cards = [
            [(e.turn, e.envelope.at) for e in events if isinstance(e.envelope.data, SuggestionCreated)]
            for events in (alone, followed)
        ]
        assert cards[0] == cards[1], verbosity
        assert len(cards[0]) == 2, verbosity


async def test_what_waits_when_the_conversation_is_over_shows_and_no_silence_comes_of_it() -> None:
    """It waits for longer than a silence after a question takes; with a model, it is the model's to decide."""
    asked = ("C", "How much is it per month?")
    dear, yours = ("C", "Honestly, it's too expensive.", 0.3), ("U", "What would work for you?", 0.2)
    shown = await _cards(asked, dear, yours)
    assert [(line, card.reason) for line, card in shown] == [(0, "question_to_you"), (1, "signal")]

    answers = iter(("SAY: Forty-nine dollars a month.", "SAY: Next comes the shared calendar."))
    async with ChatEmulator(pace=INSTANT, answer=lambda *_: next(answers)) as server:
        model = OpenAiModel(OpenAiSettings(url=server.url, model="local-model"))
        shown = await _cards(asked, ("C", "What is on the horizon for the tool?", 1.7), model=model)
        await model.aclose()
    assert [(line, card.reason) for line, card in shown] == [(0, "question_to_you"), (1, "question_to_you")]
    assert next(answers, None) is None
    assert shown[1][1].origin == "openai"


async def _cards(
    *talk: tuple[str, str] | tuple[str, str, float], **cast: object
) -> list[tuple[int | None, SuggestionCreated]]:
    """The cards by line; no silence is so much as weighed once the last line has had its decision."""
    events = await _play(tuple(ScriptedTurn(line, *said) for line, said in enumerate(talk)), **cast)
    skipped = [e.envelope.data.reason for e in events if isinstance(e.envelope.data, SuggestionSkipped)]
    assert not {"outranked", "replaced_by_newer"}.intersection(skipped)
    return [(e.turn, e.envelope.data) for e in events if isinstance(e.envelope.data, SuggestionCreated)]


async def test_the_same_conversation_gives_the_same_bytes() -> None:
    one, other = [await _play(_turns(*TALK)) for _ in range(2)]
    assert [event.encode() for event in one] == [event.encode() for event in other]


class _Late:
    """An encoder that takes long for what was written down; it notes what is known when something is said."""

    name, remote = "late", False

    def __init__(self) -> None:
        self.known: set[str] = set()
        self.when_said: dict[str, frozenset[str]] = {}

    async def encode(self, texts: Sequence[str], purpose: Purpose) -> Vectors:
        if purpose == "query":
            self.when_said |= {text: frozenset(self.known) for text in texts}
        else:
            for _ in range(20):
                await asyncio.sleep(0)
            self.known.update(texts)
        return np.eye(1, 512, dtype=np.float32).repeat(len(texts), 0)

    async def aclose(self) -> None:
        """Nothing to close."""


async def test_a_slow_machine_rehearses_the_same_cards() -> None:
    """What cards and brief mean is known when the first word is said."""
    encoder = _Late()
    brief = " ".join(f"Plan {number} costs {number}0 dollars a month." for number in range(1, 30))
    events = await _play(_turns(*TALK), encoder=encoder, brief=brief)
    first = encoder.when_said[TALK[0][1]]
    assert any("Plan 29 costs" in sentence for sentence in first)
    shown = {bare(e.envelope.data.text) for e in events if isinstance(e.envelope.data, SuggestionCreated)}
    assert shown <= encoder.when_said[TALK[-1][1]]


async def test_a_tone_reaches_the_utterance() -> None:
    events = await _play(_turns(("C", "We have been waiting for three weeks now."), tone="annoyance"))
    revised = [e.envelope.payload(UtteranceRevised) for e in events if e.envelope.type == "utterance.revised"]
    assert [r.emotion.label for r in revised] == ["annoyance"]
    assert revised[0].emotion.status is ReadingStatus.KNOWN


async def test_turns_without_a_word_or_a_pause_are_survived() -> None:
    turns = _turns(("C", ""), ("C", "?!"), ("U", "Yes."), ("C2", "And what does it cost per seat?"), pause=0.0)
    events = await _play(turns)
    assert {e.turn for e in events if isinstance(e.envelope.data, UtteranceCreated)} == {2, 4, 6}


async def test_meetings_of_one_file_are_played_one_after_the_other() -> None:
    turns = tuple(ScriptedTurn(n, "C", "How much is it per month?", meeting=f"m{n // 2}") for n in range(4))
    events = await _play(turns)
    assert [e.envelope.meeting for e in events if e.envelope.type == "meeting.started"] == ["m0", "m1"]
    assert {e.turn for e in events if isinstance(e.envelope.data, UtteranceCreated)} == {0, 1, 2, 3}


async def test_a_models_answer_comes_before_time_goes_on() -> None:
    async with ChatEmulator(pace=INSTANT) as server:
        model = OpenAiModel(OpenAiSettings(url=server.url, model="local-model"))
        events = await _play(_turns(*TALK), model=model)
        await model.aclose()
    done = [e.envelope.data for e in events if isinstance(e.envelope.data, SuggestionCompleted)]
    assert any(answer.origin == "openai" for answer in done)


async def test_a_model_reads_and_writes_every_word_that_is_said() -> None:
    """None of them is the token that fences what was said."""
    asked: list[str] = []

    def answer(_: str, prompt: str) -> str:
        asked.append(prompt)
        return "SAY: The rehearsal dinner and its replay cost as much as the wedding itself."

    async with ChatEmulator(answer=answer, pace=INSTANT) as server:
        model = OpenAiModel(OpenAiSettings(url=server.url, model="local-model"))
        events = await _play(
            _turns(("C", "How much does the rehearsal dinner cost with its replay?")), model=model
        )
        await model.aclose()
    assert "rehearsal dinner cost with its replay" in asked[0]
    done = [e.envelope.data for e in events if isinstance(e.envelope.data, SuggestionCompleted)]
    assert any(answer.origin == "openai" and "rehearsal" in answer.text for answer in done)


SAID = st.lists(
    st.sampled_from(
        ("how much", "?", "we lost it.", "too expensive", "honestly", "?!", "no", "mm", "5 €", "—")
    ),
    max_size=5,
)
LINES = st.tuples(st.sampled_from(["U", "C", "C2"]), SAID.map(" ".join), st.sampled_from([None, 0.0, 0.3, 9.0]))


@settings(max_examples=25)
@given(st.lists(LINES, min_size=1, max_size=8), st.sampled_from(["clean", "bare", "asr15"]))
def test_every_line_comes_to_a_card_or_a_reason_for_none(
    lines: list[tuple[str, str, float | None]], variant: Variant
) -> None:
    """Also those without a word, and those whose words are heard as one turn with the line before."""
    turns = tuple(ScriptedTurn(n, who, text, pause) for n, (who, text, pause) in enumerate(lines))
    events = asyncio.run(_play(distort(turns, variant, 7)))
    told = {e.turn for e in events if isinstance(e.envelope.data, SuggestionCreated | SuggestionSkipped)}
    assert told == {turn.line for turn in turns}


async def test_half_a_sentence_goes_on_in_the_next_line() -> None:
    events = await _play(_turns(("C", "we"), ("C", "how"), pause=0.0))
    (joined,) = [e for e in events if e.turn == 2 and isinstance(e.envelope.data, SuggestionSkipped)]
    assert joined.envelope.payload(SuggestionSkipped).reason == JOINED
