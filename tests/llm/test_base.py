"""Ways in which an answer is none."""

from __future__ import annotations

import pytest

from wingman.core.errors import FaultKind, ProviderFault
from wingman.llm.base import AnswerBlocked, AnswerEmpty, AnswerTruncated, Prompt, Usage


@pytest.mark.parametrize("kind", [AnswerBlocked, AnswerEmpty, AnswerTruncated])
def test_they_are_faults_that_may_pass(kind: type[AnswerBlocked | AnswerEmpty | AnswerTruncated]) -> None:
    fault = kind("no words came", code="STOP")
    assert isinstance(fault, ProviderFault)
    assert (fault.kind, fault.code, fault.final) == (FaultKind.PROTOCOL, "STOP", False)


def test_nothing_is_counted_that_was_not_told() -> None:
    assert Usage() == Usage(0, 0)
    assert Prompt("s", "u").max_output_tokens > 0
