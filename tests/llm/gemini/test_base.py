"""What both Gemini clients are."""

from __future__ import annotations

import pytest

from wingman.config.suggest import GeminiSettings
from wingman.core.errors import FaultKind, ProviderFault
from wingman.llm.base import Usage
from wingman.llm.gemini.base import GeminiModel


class Named(GeminiModel):
    """A client with a name."""

    NAME = "named"


def test_it_is_remote_and_has_cost_nothing_yet() -> None:
    model = Named(GeminiSettings(model="a"))
    assert (model.name, model.remote, model.model, model.last_usage) == ("named", True, "a", Usage())


def test_a_spent_quota_is_remembered_for_its_model() -> None:
    model = Named(GeminiSettings(model="a"))
    model._noted("a", ProviderFault("spent", kind=FaultKind.RATE_LIMITED, retry_after=60.0))
    with pytest.raises(ProviderFault):
        model._check_quota("a")
    model._check_quota("b")
