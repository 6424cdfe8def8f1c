"""A meeting's plan and parts follow the spec where it says something, and the settings elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from wingman.config.settings import build
from wingman.core.emotion_policy import Consent
from wingman.core.errors import Branch, InputError
from wingman.events.memory import MemoryLog
from wingman.meeting.api import MeetingSpec
from wingman.meeting.builder import MeetingBuilder, replaced
from wingman.meeting.providers import ProviderFactory
from wingman.meeting.shared_model import SharedModel
from wingman.meeting.user_library import UserLibrary
from wingman.suggest.knowledge.index import Knowledge
from wingman.suggest.knowledge.library import NotesLibrary
from wingman.suggest.playbook.user_playbooks import UserPlaybooks

CONSENT = "I am allowed to measure the voices in this recording."
TREE: dict[str, Any] = {
    "transcribe": {"provider": "off"},
    "suggest": {"provider": "cues", "meaning": "off", "playbook": "support"},
}


@pytest.fixture
def builder() -> Iterator[MeetingBuilder]:
    library = UserLibrary(NotesLibrary(None, None, Knowledge), UserPlaybooks(None))
    with library.notes.knowledge:
        yield MeetingBuilder(ProviderFactory(build(TREE)), MemoryLog(), SharedModel(None), library)


async def test_the_spec_goes_before_the_settings(builder: MeetingBuilder) -> None:
    plain = await builder.plan(MeetingSpec())
    assert (plain.playbook.name, plain.policy, plain.live) == ("support", "off", True)
    asked = await builder.plan(
        MeetingSpec(playbook="sales", emotion_policy="counterpart", consent=CONSENT), live=False
    )
    assert (asked.playbook.name, asked.policy, asked.live) == ("sales", "counterpart", False)
    assert isinstance(asked.consent, Consent)


@pytest.mark.parametrize(
    "spec",
    [
        MeetingSpec(playbook="no-such"),
        MeetingSpec(emotion_policy="counterpart"),
        MeetingSpec(faces="tab"),
        MeetingSpec(brief="a" * 20_001),
    ],
    ids=["playbook", "consent", "faces", "brief"],
)
async def test_what_may_not_be_is_refused(builder: MeetingBuilder, spec: MeetingSpec) -> None:
    with pytest.raises(InputError):
        await builder.plan(spec)


async def test_a_title_that_some_page_chose_is_cut(builder: MeetingBuilder) -> None:
    plan = await builder.plan(MeetingSpec(title=" Call \n with " + "a" * 5000))
    assert plan.spec.title == ("Call with " + "a" * 5000)[:120]


async def test_parts_are_made_with_the_settings_of_the_moment(builder: MeetingBuilder) -> None:
    def publish(*_: Any) -> None: ...

    plan = await builder.plan(MeetingSpec(brief="a renewal"))
    stages = builder.parts("m-1", plan, publish, time.time).stages
    assert stages.coach.brief == "a renewal"
    assert stages.choices.suggester.provider == "cues"
    assert stages.providers.transcriber() is None
    builder.use(build(TREE | {"suggest": {"provider": "cues", "meaning": "off", "playbook": "sales"}}))
    assert (await builder.plan(MeetingSpec())).playbook.name == "sales"
    builder.close()


@pytest.mark.parametrize("mode", ["", "auto"])
async def test_where_suggestions_are_switched_off_nothing_is_suggested_by_itself(
    builder: MeetingBuilder, mode: str
) -> None:
    def publish(*_: Any) -> None: ...

    builder.use(build(TREE | {"suggest": {"provider": "off", "meaning": "off"}}))
    plan = await builder.plan(MeetingSpec(mode=mode))
    stages = builder.parts("m-1", plan, publish, time.time).stages
    assert stages.coach.dials.mode == "manual"
    told = plan.started(dict.fromkeys(Branch, "off"), stages.coach.dials)
    assert (told.suggester, told.mode, told.verbosity) == ("off", "manual", "balanced")
    builder.close()


async def test_a_meter_can_be_replaced_and_a_transcriber_wrapped(builder: MeetingBuilder) -> None:
    def publish(*_: Any) -> None: ...

    marked: Any = object()
    parts = builder.parts("m-1", await builder.plan(MeetingSpec()), publish, time.time)
    found = replaced(parts, lambda: marked, lambda inner: inner).stages.providers
    assert found.voice() is marked
    assert found.transcriber() is None  # there is none to wrap
    builder.close()
