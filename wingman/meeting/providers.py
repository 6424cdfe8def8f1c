"""Makes the adapters that were chosen. Each is imported when it is first needed: some weigh half a second."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from wingman.config.settings import Settings, changed
from wingman.emotion.base import TextAnalyzer, VoiceAnalyzer
from wingman.llm.base import SuggestionModel
from wingman.meeting.api import MeetingSpec
from wingman.stt import moonshine
from wingman.stt.base import Transcriber

if TYPE_CHECKING:
    from wingman.emotion.hume_v0.tokens import Access
    from wingman.local.process import EmbeddedWorker


def build_model(settings: Settings, provider: str) -> SuggestionModel | None:
    """The language model of the process; None when playbook cues work alone."""
    section = settings.suggest
    match provider:
        case "gemini":
            from wingman.llm.gemini.client import Gemini

            return Gemini(section.gemini)
        case "generativeai":
            from wingman.llm.gemini.legacy_client import GenerativeAiModel

            return GenerativeAiModel(section.gemini)
        case "openai":
            from wingman.llm.openai import OpenAiModel

            return OpenAiModel(section.openai)
        case _:
            return None


class LocalWorker:
    """The embedded worker of one meeting; it costs nothing until somebody opens a lane."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings.transcribe.embedded
        self._worker: EmbeddedWorker | None = None
        self._wanted = asyncio.Event()

    def get(self) -> EmbeddedWorker:
        from wingman.local.process import EmbeddedWorker, WorkerRules

        if self._worker is None:
            rules = WorkerRules(self._settings.end_silence_ms, self._settings.max_utterance_s)
            self._worker = EmbeddedWorker(rules)
            self._wanted.set()
        return self._worker

    async def run(self) -> None:
        """Own the worker process for as long as the meeting lives."""
        await self._wanted.wait()
        await self.get().run()


class Adapters:
    """The providers of one process. What they share (a token cache, a handshake limit) lives here."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._gateway: Access | None = None

    @property
    def gateway(self) -> Access:
        """Credentials and limits of the v0 gateway, shared by everything that talks to it."""
        if self._gateway is None:
            from wingman.emotion.hume_v0.tokens import Access

            self._gateway = Access(self._settings.emotion.hume_v0)
        return self._gateway

    def transcriber(self, provider: str, spec: MeetingSpec, local: LocalWorker) -> Transcriber | None:
        section = self._settings.transcribe
        match provider:
            case "deepgram":
                from wingman.stt.deepgram.transcriber import DeepgramTranscriber

                settings = section.deepgram
                if spec.language:
                    settings = changed(settings, "language", spec.language)
                if spec.keyterms:
                    settings = changed(settings, "keyterms", (*settings.keyterms, *spec.keyterms))
                return DeepgramTranscriber(settings)
            case "moonshine":
                return moonshine.build(local.get(), section.moonshine)
            case "embedded":
                from wingman.stt.embedded import EmbeddedTranscriber

                return EmbeddedTranscriber(local.get())
            case _:
                return None

    def meter(self, local: LocalWorker) -> VoiceAnalyzer | None:
        """A meter for a voice that may be measured now; the policy may have changed since the start."""
        section = self._settings.emotion
        provider = section.provider
        if provider == "auto":
            provider = "hume" if section.hume.api_key else "prosody"
        match provider:
            case "hume":
                from wingman.emotion.hume.analyzer import HumeAnalyzer

                return HumeAnalyzer(section.hume)
            case "hume-v0":
                from wingman.emotion.hume_v0.analyzer import HumeV0Analyzer

                return HumeV0Analyzer(section.hume_v0, self.gateway)
            case "prosody":
                from wingman.emotion.prosody import ProsodyAnalyzer

                return ProsodyAnalyzer(local.get())
            case _:
                return None

    def text_meter(self) -> TextAnalyzer | None:
        section = self._settings.emotion
        if section.provider not in ("auto", "hume-v0") or not section.hume_v0.url:
            return None
        from wingman.emotion.hume_v0.analyzer import HumeV0TextAnalyzer

        return HumeV0TextAnalyzer(section.hume_v0, self.gateway)
