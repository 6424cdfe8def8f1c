"""Which model is asked: the configured one, then its fallbacks, once for everybody."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest

from wingman.config.section import Secret
from wingman.config.suggest import GeminiSettings
from wingman.core.errors import FaultKind, ProviderFault
from wingman.llm.base import AnswerTruncated
from wingman.llm.gemini.models import ModelChoice, greet, require_key


def test_each_fallback_is_tried_once() -> None:
    choice = ModelChoice(GeminiSettings(model="a", fallbacks=("b", "c")))
    assert (choice.current, choice.spare) == ("a", "b")
    assert choice.fall_back("a")
    assert choice.fall_back("a"), "somebody else had moved on already"
    assert choice.current == "b"
    assert choice.fall_back("b")
    assert (choice.current, choice.spare) == ("c", None)
    assert not choice.fall_back("c")


def test_without_a_key_the_mend_is_named() -> None:
    with pytest.raises(ProviderFault, match="GEMINI_API_KEY") as refused:
        require_key(GeminiSettings())
    assert refused.value.kind is FaultKind.AUTH
    require_key(GeminiSettings(api_key=Secret("k")))


async def says(*parts: str, then: Exception | None = None) -> AsyncGenerator[str, None]:
    for part in parts:
        yield part
    if then is not None:
        raise then


async def test_a_greeting_that_is_cut_short_is_one() -> None:
    await greet(says("rea", then=AnswerTruncated("cut")), "a")
    await greet(says("ready"), "a")
    with pytest.raises(ProviderFault, match="no"):
        await greet(says(then=ProviderFault("no", kind=FaultKind.AUTH)), "a")
