"""The model's side of a card: one request at a time, closed for real, and a clear word on how it ended."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import structlog

from wingman.config.suggest import DeadlineSettings
from wingman.core.errors import Branch, ProviderFault
from wingman.core.events import ProviderStateChanged, Publish
from wingman.llm.base import AnswerBlocked, AnswerEmpty, AnswerTruncated, Prompt, SuggestionModel, Usage
from wingman.llm.circuit_breaker import Breaker
from wingman.llm.request import ask
from wingman.suggest.card.lifecycle import Clock

log = structlog.get_logger(__name__)

Done: TypeAlias = Callable[[ProviderFault | None], None]
"""Told once when the answer ended: None when it is whole."""
Counted: TypeAlias = Callable[[str, Usage], None]
"""Told after each answer what it used: (provider, tokens)."""


def ignore_usage(_provider: str, _usage: Usage) -> None:
    """For those who do not count."""


class CardWriter:
    """Asks the model for one meeting. Its requests run in the TaskGroup it is given."""

    def __init__(
        self,
        model: SuggestionModel,
        deadlines: DeadlineSettings,
        publish: Publish,
        clock: Clock,
        on_usage: Counted = ignore_usage,
    ) -> None:
        self._model = model
        self._deadlines = deadlines
        self._publish = publish
        self._clock = clock
        self._on_usage = on_usage
        self._breaker = Breaker()
        self._group: asyncio.TaskGroup | None = None
        self._task: asyncio.Task[None] | None = None
        self.allowed = True
        """False once the budget has taken the model away."""
        self.paused = False
        """True while nothing may leave this machine; a model on it is asked all the same."""

    @property
    def name(self) -> str:
        """The model's name."""
        return self._model.name

    @property
    def ready(self) -> bool:
        """True when asking now has a chance: running, allowed, and the provider is not resting."""
        if not self.allowed or self._group is None or (self.paused and self._model.remote):
            return False
        return self._breaker.allows(self._clock())

    def own(self, group: asyncio.TaskGroup | None) -> None:
        """From now on requests run in `group`; None takes no more of them."""
        self._group = group

    def write(self, build: Callable[[], Awaitable[Prompt]], on_text: Callable[[str], None], done: Done) -> None:
        """Ask; the request before is closed first. `done` is not called for one that was stopped."""
        if self._group is None:
            raise RuntimeError("only a ready writer can write")
        self.stop()
        before = self._task
        self._task = self._group.create_task(self._write(build, on_text, done, before))

    def stop(self) -> None:
        """Close the running request, if there is one."""
        if self._task is not None:
            self._task.cancel()

    @property
    def busy(self) -> bool:
        """True while a request is running."""
        return self._task is not None and not self._task.done()

    async def idle(self) -> None:
        """Return when no request is running; one that a finished one led to is waited for as well."""
        while self._task is not None and not self._task.done():
            await asyncio.wait((self._task,))

    async def _write(
        self,
        build: Callable[[], Awaitable[Prompt]],
        on_text: Callable[[str], None],
        done: Done,
        before: asyncio.Task[None] | None,
    ) -> None:
        if before is not None:
            await asyncio.wait((before,))  # its connection is closed before ours is opened
        fault: ProviderFault | None = None
        try:
            await ask(self._model, await build(), self._deadlines, on_text)
        except (AnswerBlocked, AnswerEmpty, AnswerTruncated) as unusable:
            fault = unusable
        except ProviderFault as failed:
            fault = failed
            self._failed(failed)
        else:
            self._succeeded()
        finally:
            self._on_usage(self._model.name, self._model.last_usage)
        done(fault)

    def _succeeded(self) -> None:
        if self._breaker.succeeded():
            self._announce("")

    def _failed(self, fault: ProviderFault) -> None:
        log.warning("suggest.failed", kind=str(fault.kind), code=fault.code, detail=str(fault))
        if self._breaker.failed(fault, self._clock()):
            self._announce(str(fault))

    def _announce(self, detail: str) -> None:
        state = ProviderStateChanged(Branch.SUGGEST, self._model.name, self._breaker.health, detail=detail)
        self._publish(state, None)


def fault_name(fault: ProviderFault) -> str:
    """The word `suggestion.failed` uses: `blocked`, `empty`, `truncated`, or the kind of fault."""
    match fault:
        case AnswerBlocked():
            return "blocked"
        case AnswerEmpty():
            return "empty"
        case AnswerTruncated():
            return "truncated"
        case _:
            return str(fault.kind)
