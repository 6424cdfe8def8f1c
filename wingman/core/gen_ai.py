"""Names of OpenTelemetry's conventions for generative AI that traces and metrics share. Pure.

Source: OpenTelemetry semantic conventions, generative AI (`gen_ai.*`), attributes registry.
"""

from __future__ import annotations

from typing import Final

OPERATION: Final = {"gen_ai.operation.name": "chat"}
"""What every request to a model is."""
PROVIDER: Final = "gen_ai.provider.name"
"""Who serves the model."""
_CALLED = {"gemini": "gcp.gemini", "generativeai": "gcp.gemini"}


def provider_name(provider: str) -> str:
    """A provider of ours as the conventions call it; one they do not know keeps its name."""
    return _CALLED.get(provider, provider)
