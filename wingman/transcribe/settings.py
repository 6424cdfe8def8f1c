"""Settings of the transcribers."""

from __future__ import annotations

from typing import Literal

from wingman.settings import Secret, Section


class DeepgramSettings(Section, frozen=True):
    api_key: Secret = Secret()
    """Key of the Deepgram project (also read from DEEPGRAM_API_KEY)."""
    url: str = "wss://api.deepgram.com"
    """WebSocket root; a regional host or a local emulator."""
    model: str = "nova-3"
    language: str = "en"
    """BCP-47 tag, or `multi`."""


class MoonshineSettings(Section, frozen=True):
    model_dir: str = ""
    """Directory of a fetched Moonshine model; empty means the library's cache."""


class EmbeddedSettings(Section, frozen=True):
    max_utterance_s: float = 15.0
    """Longer speech is cut here: the decoder's final pass grows with it."""
    end_silence_ms: int = 416
    """Silence that ends an utterance."""


class TranscribeSettings(Section, frozen=True):
    provider: Literal["auto", "deepgram", "moonshine", "embedded", "off"] = "auto"
    """`auto`: Deepgram with a key, else Moonshine with a fetched model, else embedded."""
    deepgram: DeepgramSettings = DeepgramSettings()
    moonshine: MoonshineSettings = MoonshineSettings()
    embedded: EmbeddedSettings = EmbeddedSettings()
