from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest

from tests.support import story
from wingman.archive.bundle import Bundle, pack
from wingman.core.errors import InputError
from wingman.core.events import SuggestionCompleted, SuggestionCreated
from wingman.llm.base import Prompt, Usage
from wingman.replay.recorded_model import recorded_model
from wingman.replay.replay import Changes, Difference, compare, digest, replay

BUNDLE = Bundle(story.MEETING, tuple(story.events()))


class Another:
    """A model that always says the same."""

    name = "another"
    remote = False
    last_usage = Usage()

    async def probe(self) -> None: ...

    async def stream(self, prompt: Prompt) -> AsyncGenerator[str, None]:
        yield "Offer the annual plan with two free months."

    async def aclose(self) -> None: ...


async def test_two_replays_give_the_same_bytes() -> None:
    first, second = await replay(BUNDLE), await replay(BUNDLE)
    assert pack(first) == pack(second)
    assert any(isinstance(e.data, SuggestionCreated) for e in first.events)


async def test_speed_does_not_change_a_byte() -> None:
    short = Bundle(story.MEETING, BUNDLE.events[:20])
    assert digest((await replay(short)).events) == digest((await replay(short, speed=400.0)).events)


async def test_a_replay_of_a_replay_is_itself() -> None:
    once = await replay(BUNDLE)
    twice = await replay(once)
    assert digest(once.events) == digest(twice.events)
    assert compare(once.events, twice.events) == []


async def test_what_was_heard_is_taken_as_it_was() -> None:
    again = await replay(BUNDLE)

    def heard(bundle: Bundle) -> list[object]:
        return [(e.type, e.data, e.media) for e in bundle.events if not e.type.startswith("suggestion.")]

    assert heard(again) == heard(BUNDLE)
    assert [e.seq for e in again.events] == list(range(1, len(again.events) + 1))


async def test_the_model_answers_what_it_answered_then() -> None:
    model = recorded_model(BUNDLE.events)
    assert model is not None
    assert model.name == "gemini"
    again = await replay(BUNDLE)
    said = {e.data.text for e in again.events if isinstance(e.data, SuggestionCompleted)}
    assert "Forty euros per seat, training included. Ask what a lost week costs them." in said


async def test_another_model_changes_the_advice_and_the_difference_is_shown() -> None:
    before = await replay(BUNDLE)
    after = await replay(BUNDLE, changes=Changes(model=Another()))
    found = compare(before.events, after.events)
    assert found
    assert all(isinstance(item, Difference) for item in found)
    assert any(item.said == "How much does the enterprise plan cost?" for item in found)
    assert any("Offer the annual plan" in text for item in found for text in item.after)


async def test_a_changed_setting_changes_the_advice() -> None:
    before = await replay(BUNDLE)
    silent = await replay(BUNDLE, changes=Changes(settings={"mode": "manual"}))
    assert not [e for e in silent.events if isinstance(e.data, SuggestionCreated)]
    found = compare(before.events, silent.events)
    assert found
    assert all(item.after == () for item in found)


@pytest.mark.parametrize(
    "changes",
    [Changes(playbook="no-such-playbook"), Changes(settings={"mode": "loud"}), Changes(settings={"volume": 1})],
)
async def test_a_change_that_makes_no_sense_is_refused(changes: Changes) -> None:
    with pytest.raises(InputError):
        await replay(BUNDLE, changes=changes)


async def test_an_empty_meeting_can_be_replayed() -> None:
    assert (await replay(Bundle("m-1", ()))).events == ()
