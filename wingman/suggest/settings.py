"""Settings of the gate and the models."""

from __future__ import annotations

from typing import Literal

from wingman.settings import Secret, Section


class GeminiSettings(Section, frozen=True):
    api_key: Secret = Secret()
    """Key of the Gemini project (also read from GEMINI_API_KEY or GOOGLE_API_KEY)."""
    url: str = ""
    """REST root; empty means Google's, a local emulator otherwise."""
    model: str = "gemini-3.5-flash-lite"
    fallbacks: tuple[str, ...] = ("gemini-3.1-flash-lite", "gemini-2.5-flash-lite")
    """Tried in order when the model is not served to this key (404)."""
    thinking: str = "minimal"
    """Thinking level; empty sends none."""
    api_version: str = "v1"


class OpenAiSettings(Section, frozen=True):
    api_key: Secret = Secret()
    url: str = ""
    """Root of an OpenAI-compatible server, such as http://127.0.0.1:11434/v1 (Ollama)."""
    model: str = ""


class SuggestSettings(Section, frozen=True):
    provider: Literal["auto", "gemini", "generativeai", "openai", "cues", "off"] = "auto"
    """`auto`: Gemini with a key, else an OpenAI-compatible URL, else playbook cues alone."""
    playbook: str = "sales"
    """Name of a file in `configs/playbooks`, or a path to one."""
    verbosity: Literal["quiet", "balanced", "lively"] = "balanced"
    mode: Literal["auto", "questions-only", "manual"] = "auto"
    gemini: GeminiSettings = GeminiSettings()
    openai: OpenAiSettings = OpenAiSettings()
