"""Settings of the emotion meters."""

from __future__ import annotations

from typing import Literal

from wingman.link.backoff import RetrySettings
from wingman.settings import Secret, Section

Policy = Literal["off", "counterpart", "self", "text-only"]


class HumeSettings(Section, frozen=True):
    api_key: Secret = Secret()
    """Key of the Hume account (also read from HUME_API_KEY)."""
    access_token: Secret = Secret()
    """Bearer token to use in place of the key; when both are set the key wins."""
    url: str = "wss://api.cloud.hume.ai"
    """WebSocket root of the realtime API, or a local emulator."""
    measurement_timer_ms: int = 3000
    """How often a running utterance is measured, 3000 to 10000."""
    frame_ms: int = 100
    """Length of one audio frame."""
    connect_timeout_s: float = 10.0
    """How long a connection may take until its session is created."""
    answer_timeout_s: float = 5.0
    """A peer that does not answer a ping for this long is taken for dead."""
    stall_timeout_s: float = 8.0
    """An open utterance must be measured within this time after the timer; else the session is replaced."""
    settle_ms: int = 1000
    """How long after it was read audio counts as silent when the server announced no voice in it."""
    max_lag_ms: int = 1500
    """Backlog that is still sent; what is older is skipped, because the API refuses to catch up."""
    idle_close_s: float = 5.0
    """Without audio for this long the session is closed (it is opened again when audio resumes)."""
    rotate_after_s: float = 1500.0
    """Age at which a session is replaced by a new one, at the next pause in speech; no limit is documented."""
    rotate_grace_s: float = 60.0
    """How long a due replacement may wait for a pause in speech."""
    floor: float = 0.2
    """Probability below which an expression is not taken for the dominant one."""
    moderate: float = 0.4
    """Probability from which an expression counts as moderate."""
    strong: float = 0.65
    """Probability from which an expression counts as strong."""
    retry: RetrySettings = RetrySettings()


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
