"""Which provider serves which branch, and why. Pure: `app` builds what this picks, `doctor` explains it."""

from __future__ import annotations

from dataclasses import dataclass

from wingman.config.settings import Settings
from wingman.core.emotion_policy import Policy
from wingman.core.errors import InputError


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What this machine offers beyond the settings."""

    moonshine_model: bool = False
    """A Moonshine model lies in the configured directory."""
    pocketsphinx: bool = True
    """The embedded recogniser can be imported."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A provider's name, or `off`, with the reason in words."""

    provider: str
    why: str


@dataclass(frozen=True, slots=True)
class Choices:
    transcriber: Choice
    emotion: Choice
    suggester: Choice


def choose(settings: Settings, capabilities: Capabilities, policy: Policy) -> Choices:
    """Resolve every `auto`. Raises `InputError` when a provider that was named cannot be used."""
    return Choices(
        choose_transcriber(settings, capabilities), choose_emotion(settings, policy), choose_suggester(settings)
    )


def choose_transcriber(settings: Settings, capabilities: Capabilities) -> Choice:
    section = settings.transcribe
    if section.provider == "off":
        return Choice("off", "switched off by `transcribe.provider`")
    if section.provider == "deepgram":
        _need(bool(section.deepgram.api_key), "transcribe.deepgram.api_key", "deepgram", "DEEPGRAM_API_KEY")
        return Choice("deepgram", "named by `transcribe.provider`")
    if section.provider == "moonshine":
        if not capabilities.moonshine_model:
            raise InputError(
                "`transcribe.provider: moonshine` needs its model; run `wingman models fetch` once",
                field="transcribe.moonshine.model_dir",
            )
        return Choice("moonshine", "named by `transcribe.provider`")
    if section.provider == "embedded":
        _need_pocketsphinx(capabilities)
        return Choice("embedded", "named by `transcribe.provider`")
    if section.deepgram.api_key:
        return Choice("deepgram", "a Deepgram key is set")
    if capabilities.moonshine_model:
        return Choice("moonshine", "no Deepgram key, and a Moonshine model is present")
    _need_pocketsphinx(capabilities)
    return Choice("embedded", "no Deepgram key and no Moonshine model: English, for trying out")


def choose_emotion(settings: Settings, policy: Policy) -> Choice:
    section = settings.emotion
    if section.provider == "off":
        return Choice("off", "switched off by `emotion.provider`")
    if section.provider == "hume":
        _need(bool(section.hume.api_key), "emotion.hume.api_key", "hume", "HUME_API_KEY")
    if section.provider == "hume-v0":
        _need(bool(section.hume_v0.url), "emotion.hume_v0.url", "hume-v0", "WINGMAN_EMOTION__HUME_V0__URL")
    if policy == "off":
        return Choice("off", "the emotion policy is off until the user switches it on and acknowledges")
    if policy == "text-only":
        if section.hume_v0.url and section.provider in ("auto", "hume-v0"):
            return Choice("hume-v0", "the policy is text-only and a v0 gateway is configured")
        return Choice("off", "the policy is text-only, which needs a v0 gateway (`emotion.hume_v0.url`)")
    if section.provider != "auto":
        return Choice(section.provider, "named by `emotion.provider`")
    if section.hume.api_key:
        return Choice("hume", "a Hume key is set and the policy allows it")
    return Choice("prosody", "no Hume key: relative vocal energy, measured on this machine")


def choose_suggester(settings: Settings) -> Choice:
    section = settings.suggest
    if section.provider in ("gemini", "generativeai"):
        _need(bool(section.gemini.api_key), "suggest.gemini.api_key", section.provider, "GEMINI_API_KEY")
    if section.provider == "openai":
        _need(bool(section.openai.url), "suggest.openai.url", "openai", "WINGMAN_SUGGEST__OPENAI__URL")
    if section.provider != "auto":
        return Choice(section.provider, "named by `suggest.provider`")
    if section.gemini.api_key:
        return Choice("gemini", "a Gemini key is set")
    if section.openai.url:
        return Choice("openai", "an OpenAI-compatible URL is set")
    return Choice("cues", "no model: instant cues from the playbook")


def _need(present: bool, field: str, provider: str, variable: str) -> None:
    if not present:
        raise InputError(
            f"provider `{provider}` is named but `{field}` is empty; set {variable} or choose `auto`",
            field=field,
        )


def _need_pocketsphinx(capabilities: Capabilities) -> None:
    if not capabilities.pocketsphinx:
        raise InputError(
            "no transcriber can run: pocketsphinx has no wheel for this Python; use Python 3.11 to 3.13, "
            "set DEEPGRAM_API_KEY, or install wingman-sidecar[moonshine]",
            field="transcribe.provider",
        )
