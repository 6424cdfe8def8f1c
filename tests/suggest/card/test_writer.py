"""Asking the model: one request at a time, a word on how each ended, and rest for a provider that fails."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from tests.suggest.support import Published
from wingman.config.suggest import DeadlineSettings
from wingman.core.errors import FaultKind, Health, ProviderFault
from wingman.core.events import ProviderStateChanged
from wingman.llm.base import AnswerBlocked, AnswerEmpty, AnswerTruncated, Prompt, Usage
from wingman.suggest.card.writer import CardWriter, fault_name


class Model:
    """Says its script: text, a fault to raise, or an event to wait for."""

    name = "scripted"
    last_usage = Usage(7, 3)

    def __init__(self, *scripts: list[Any], remote: bool = True) -> None:
        self.scripts = list(scripts)
        self.remote = remote
        self.open = 0
        self.most_open = 0
        self.began = asyncio.Event()

    async def probe(self) -> None:
        """Always there."""

    async def aclose(self) -> None:
        """Holds nothing."""

    async def stream(self, prompt: Prompt) -> AsyncGenerator[str, None]:
        self.open += 1
        self.most_open = max(self.open, self.most_open)
        self.began.set()
        try:
            for step in self.scripts.pop(0):
                if isinstance(step, Exception):
                    raise step
                if isinstance(step, asyncio.Event):
                    await step.wait()
                else:
                    yield step
        finally:
            self.open -= 1


class Desk:
    """A writer and everything it told."""

    def __init__(self, model: Model) -> None:
        self.published = Published()
        self.now = 0.0
        self.text = ""
        self.ends: list[ProviderFault | None] = []
        self.used: list[tuple[str, Usage]] = []
        self.writer = CardWriter(
            model, DeadlineSettings(), self.published, lambda: self.now, lambda *used: self.used.append(used)
        )

    def write(self) -> None:
        self.writer.write(self._prompt, self._heard, self.ends.append)

    async def _prompt(self) -> Prompt:
        return Prompt("You help.", "how much is it")

    def _heard(self, text: str) -> None:
        self.text += text

    @property
    def states(self) -> list[Health]:
        return [e.health for e in self.published.events if isinstance(e, ProviderStateChanged)]


async def test_an_answer_is_handed_on_and_counted() -> None:
    desk = Desk(Model(["Name ", "one plan."]))
    async with asyncio.TaskGroup() as group:
        desk.writer.own(group)
        desk.write()
        assert desk.writer.busy
        await desk.writer.idle()
    assert (desk.text, desk.ends, desk.used) == ("Name one plan.", [None], [("scripted", Usage(7, 3))])
    assert not desk.writer.busy


async def test_a_new_request_closes_the_one_before_and_only_the_new_one_ends() -> None:
    model = Model([asyncio.Event()], ["The second."])
    desk = Desk(model)
    async with asyncio.TaskGroup() as group:
        desk.writer.own(group)
        desk.write()
        await model.began.wait()
        desk.write()
        await desk.writer.idle()
    assert (model.most_open, model.open) == (1, 0)
    assert (desk.text, desk.ends) == ("The second.", [None])


async def test_a_stopped_request_says_nothing_more() -> None:
    model = Model(["One ", asyncio.Event()])
    desk = Desk(model)
    desk.writer.stop()
    async with asyncio.TaskGroup() as group:
        desk.writer.own(group)
        desk.write()
        await model.began.wait()
        desk.writer.stop()
        await desk.writer.idle()
    assert (desk.ends, model.open) == ([], 0)


async def test_a_provider_that_asks_for_rest_gets_it_and_is_announced() -> None:
    desk = Desk(Model([ProviderFault("too many", kind=FaultKind.RATE_LIMITED, retry_after=20)], ["Back."]))
    async with asyncio.TaskGroup() as group:
        desk.writer.own(group)
        desk.write()
        await desk.writer.idle()
        assert not desk.writer.ready
        desk.now = 20.0
        assert desk.writer.ready
        desk.write()
        await desk.writer.idle()
    assert desk.states == [Health.RETRYING, Health.UP]
    assert desk.text == "Back."


async def test_an_unusable_answer_is_no_failure_of_the_provider() -> None:
    blocked = AnswerBlocked("it would not say")
    desk = Desk(Model(*([blocked] for _ in range(5))))
    async with asyncio.TaskGroup() as group:
        desk.writer.own(group)
        for _ in range(5):
            desk.write()
            await desk.writer.idle()
        assert desk.writer.ready
    assert (desk.ends, desk.states) == ([blocked] * 5, [])


async def test_it_is_ready_only_where_asking_is_allowed() -> None:
    for remote in (True, False):
        writer = Desk(Model(remote=remote)).writer
        assert not writer.ready, "nothing runs its requests yet"
        async with asyncio.TaskGroup() as group:
            writer.own(group)
            assert writer.ready
            writer.paused = True
            assert writer.ready is not remote
            writer.paused, writer.allowed = False, False
            assert not writer.ready


@pytest.mark.parametrize(
    ("fault", "name"),
    [
        (AnswerBlocked("x"), "blocked"),
        (AnswerEmpty("x"), "empty"),
        (AnswerTruncated("x"), "truncated"),
        (ProviderFault("x", kind=FaultKind.TIMEOUT), "timeout"),
    ],
)
def test_a_fault_has_a_word(fault: ProviderFault, name: str) -> None:
    assert fault_name(fault) == name
