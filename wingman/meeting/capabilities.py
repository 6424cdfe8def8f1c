"""What this machine offers, looked up once."""

from __future__ import annotations

import importlib.util

from wingman.config.settings import Settings
from wingman.meeting.provider_choice import Capabilities
from wingman.stt import moonshine


def capabilities(settings: Settings) -> Capabilities:
    """Look at this machine once."""
    return Capabilities(
        moonshine_model=moonshine.model_present(settings.transcribe.moonshine),
        pocketsphinx=importlib.util.find_spec("pocketsphinx") is not None,
    )
