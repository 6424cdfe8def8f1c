"""Settings of the emotion meters."""

from __future__ import annotations

from typing import Literal

from wingman.settings import Secret, Section

Policy = Literal["off", "counterpart", "self", "text-only"]


class HumeSettings(Section, frozen=True):
    api_key: Secret = Secret()
    """Key of the Hume account (also read from HUME_API_KEY)."""
    url: str = "wss://api.cloud.hume.ai"
    """WebSocket root of the realtime API, or a local emulator."""
    measurement_timer_ms: int = 3000
    """How often a running utterance is measured, 3000 to 10000."""


class HumeV0Settings(Section, frozen=True):
    api_key: Secret = Secret()
    url: str = ""
    """WebSocket root of a v0-compatible gateway; the vendor's own was switched off in June 2026."""


class EmotionSettings(Section, frozen=True):
    provider: Literal["auto", "hume", "hume-v0", "prosody", "off"] = "auto"
    """`auto`: Hume with a key and a policy that allows it, else local prosody when the policy allows."""
    policy: Policy = "off"
    """Whose voice may be measured. `off` until the user switches it on and acknowledges."""
    hume: HumeSettings = HumeSettings()
    hume_v0: HumeV0Settings = HumeV0Settings()
