"""What this machine offers, looked up once."""

from __future__ import annotations

import importlib.util

from wingman.config.settings import Settings
from wingman.meeting.provider_choice import Facts
from wingman.stt import moonshine


def facts(settings: Settings) -> Facts:
    """Look at this machine once."""
    return Facts(
        moonshine_model=moonshine.model_present(settings.transcribe.moonshine),
        pocketsphinx=importlib.util.find_spec("pocketsphinx") is not None,
    )
