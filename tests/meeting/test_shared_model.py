"""One model for all meetings of a process: asked early, changed while they run, closed at the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

from wingman.archive.egress_ledger import Ledger
from wingman.config.suggest import CostSettings
from wingman.core.errors import Branch, FaultKind, Health, ProviderFault
from wingman.llm.base import Prompt
from wingman.meeting.accounting import Accounting
from wingman.meeting.cost import CostTracker
from wingman.meeting.shared_model import SharedModel


class Model:
    """Answers or refuses when it is asked whether it would."""

    def __init__(self, name: str, fault: str = "", kind: FaultKind = FaultKind.AUTH) -> None:
        self.name = name
        self._kind = kind
        self.closed = 0
        self._fault = fault

    async def probe(self) -> None:
        await asyncio.sleep(0)
        if self._fault:
            raise ProviderFault(self._fault, kind=self._kind, code="key")

    async def stream(self, prompt: Prompt) -> AsyncGenerator[str]:
        yield "words"

    async def aclose(self) -> None:
        self.closed += 1


def accounting() -> Accounting:
    def publish(*_: Any) -> None: ...

    return Accounting(CostTracker(CostSettings(), {}), Ledger(publish, lambda: 0.0), publish)


def held(model: Any) -> SharedModel:
    return SharedModel(model)


async def test_a_model_that_will_not_answer_is_given_to_nobody() -> None:
    one = held(Model("gemini", "the key was refused"))
    assert one.metered(accounting()) is not None  # nobody has asked it yet
    await one.probe()
    assert one.state == (Health.DOWN, "the key was refused")
    assert one.metered(accounting()) is None
    assert not one.ask_again()  # the key is no better than before
    told = one.told()
    assert told is not None
    assert (told.branch, told.provider, told.detail) == (Branch.SUGGEST, "gemini", "the key was refused")


async def test_a_model_that_could_not_be_reached_is_asked_again_once() -> None:
    one = held(Model("gemini", "no network", FaultKind.NETWORK))
    await one.probe()
    assert one.state == (Health.DOWN, "no network")
    assert one.metered(accounting()) is not None  # it may answer by the time something is to be said
    assert [one.ask_again(), one.ask_again()] == [True, False]
    assert one.state == (Health.CONNECTING, "")


async def test_another_one_begins_anew_and_both_are_closed_at_the_end() -> None:
    first, second = Model("gemini", "no"), Model("openai")
    one = held(first)
    await one.probe()
    one.change(second)  # type: ignore[arg-type]  # the part that is used
    assert one.state == (Health.CONNECTING, "")
    await one.probe()
    assert one.state == (Health.UP, "")
    assert first.closed == 0  # a meeting may still ask it
    await one.aclose()
    assert (first.closed, second.closed) == (1, 1)


async def test_what_the_one_before_says_too_late_counts_for_nothing() -> None:
    one = held(Model("gemini", "the key was refused"))
    asking = asyncio.ensure_future(one.probe())
    await asyncio.sleep(0)
    one.change(Model("openai"))  # type: ignore[arg-type]  # the part that is used
    await asking
    assert one.state == (Health.CONNECTING, "")
    assert one.metered(accounting()) is not None


async def test_without_a_model_there_is_nothing_to_ask_or_to_tell() -> None:
    one = held(None)
    await one.probe()
    assert (one.told(), one.metered(accounting())) == (None, None)
    await one.aclose()
