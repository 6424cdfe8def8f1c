"""One question to a model: deadlines, one quick retry, and a sentence for every way it can end."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from contextlib import aclosing

from wingman.config.suggest import DeadlineSettings
from wingman.core.errors import FaultKind, ProviderFault
from wingman.llm.base import AnswerEmpty, Prompt, SuggestionModel

RETRY_PAUSE_S = 0.2
RETRIED = frozenset({FaultKind.UNAVAILABLE, FaultKind.NETWORK})
_HALF_LETTER = re.compile("[\ud800-\udfff]")
"""Half of a pair, which JSON can spell and no text can hold."""


async def ask(
    model: SuggestionModel, prompt: Prompt, deadlines: DeadlineSettings, on_text: Callable[[str], None]
) -> None:
    """Stream one answer into `on_text` (synchronous: nothing may hold the reader up).

    Tries once more after 200 ms when the service was unavailable before any text came. Raises
    `ProviderFault`; `AnswerEmpty` when the answer had no text. Cancelling closes the request.
    """
    spoke = False

    def hand_over(text: str) -> None:
        nonlocal spoke
        spoke = True
        on_text(_HALF_LETTER.sub("\N{REPLACEMENT CHARACTER}", text))

    try:
        async with asyncio.timeout(deadlines.total_s):
            try:
                await _once(model, prompt, deadlines, hand_over)
            except ProviderFault as fault:
                if spoke or fault.kind not in RETRIED:
                    raise
                await asyncio.sleep(RETRY_PAUSE_S)
                await _once(model, prompt, deadlines, hand_over)
    except TimeoutError:
        raise ProviderFault(
            f"{model.name} did not finish its answer within {deadlines.total_s:g} s", kind=FaultKind.TIMEOUT
        ) from None
    if not spoke:
        raise AnswerEmpty(f"{model.name} answered without a word")


async def _once(
    model: SuggestionModel, prompt: Prompt, deadlines: DeadlineSettings, on_text: Callable[[str], None]
) -> None:
    patience, what = deadlines.first_token_s, "begin its answer"
    async with aclosing(model.stream(prompt)) as answer:
        while True:
            try:
                async with asyncio.timeout(patience) as limit:
                    text = await anext(answer)
            except StopAsyncIteration:
                return
            except TimeoutError:
                if not limit.expired():
                    raise
                raise ProviderFault(
                    f"{model.name} did not {what} within {patience:g} s", kind=FaultKind.TIMEOUT
                ) from None
            on_text(text)
            patience, what = deadlines.gap_s, "go on with its answer"
