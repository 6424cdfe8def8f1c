"""Providers under the names OpenTelemetry has for them."""

from __future__ import annotations

import pytest

from wingman.core import gen_ai


@pytest.mark.parametrize(
    ("provider", "name"), [("gemini", "gcp.gemini"), ("generativeai", "gcp.gemini"), ("openai", "openai")]
)
def test_a_provider_has_the_name_of_the_conventions_where_they_know_it(provider: str, name: str) -> None:
    assert gen_ai.provider_name(provider) == name
