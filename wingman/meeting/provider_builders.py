"""How each provider is made. Adapters are imported when first needed, because some weigh half a second."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wingman.config.settings import Settings, changed
from wingman.core.errors import Branch
from wingman.emotion.base import FaceAnalyzer, TextAnalyzer, VoiceAnalyzer
from wingman.emotion.slotted import SlottedAnalyzer
from wingman.link.account_limits import SharedSlots
from wingman.link.slots import SlotsOf
from wingman.llm.base import SuggestionModel
from wingman.meeting.api import MeetingSpec
from wingman.stt import moonshine as moonshine_stt
from wingman.stt import whisper as whisper_stt
from wingman.stt.base import Transcriber

if TYPE_CHECKING:
    from wingman.emotion.hume_v0.tokens import GatewayAccess
    from wingman.local.decoder.link import DecodeLink
    from wingman.local.process import EmbeddedWorker


class LocalWorker:
    """What one meeting uses on this machine: its own worker process and a link to the machine's decode process.

    It costs nothing until somebody opens a stream.
    """

    def __init__(self, settings: Settings, *, live: bool = True) -> None:
        self._settings = settings.transcribe
        self.live = live
        """False for a recording that is read as fast as its readers can."""
        self._worker: EmbeddedWorker | None = None
        self._link: DecodeLink | None = None
        self._bulk: DecodeLink | None = None
        self._wanted = asyncio.Event()

    def get(self) -> EmbeddedWorker:
        """The worker: voice detection and prosody."""
        from wingman.local.process import EmbeddedWorker, WorkerRules

        if self._worker is None:
            embedded = self._settings.embedded
            rules = WorkerRules(embedded.end_silence_ms, embedded.max_utterance_s)
            self._worker = EmbeddedWorker(rules)
            self._wanted.set()
        return self._worker

    def decoder(self) -> DecodeLink:
        """The link to the decode process: words."""
        from wingman.local.decoder.link import DecodeLink

        if self._link is None:
            self._link = DecodeLink(whisper_stt.decoder_settings(self._settings.whisper))
            self._wanted.set()
        return self._link

    def bulk_decoder(self) -> DecodeLink:
        """The link to the process that decodes recordings and makes way for live meetings."""
        from wingman.local.decoder.link import DecodeLink

        if self._bulk is None:
            self._bulk = DecodeLink(whisper_stt.bulk_settings(self._settings.whisper))
            self._wanted.set()
        return self._bulk

    async def run(self) -> None:
        """Own them for as long as the meeting lives."""
        await self._wanted.wait()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.get().run())
            tasks.create_task(self.decoder().run())
            tasks.create_task(self.bulk_decoder().run())


@dataclass(frozen=True, slots=True)
class BuildContext:
    """What a builder may draw on: the settings, the meeting's wishes, and what providers share."""

    settings: Settings
    local: LocalWorker
    gateway: Callable[[], GatewayAccess]
    """Credentials and limits of the v0 gateway, shared by everything in the process that talks to it."""
    spec: MeetingSpec = field(default_factory=MeetingSpec)
    slots: SlotsOf = SharedSlots
    """Counts the connections a vendor's plan allows."""


def deepgram(context: BuildContext) -> Transcriber:
    """Deepgram with the meeting's language and key terms."""
    from wingman.stt.deepgram.transcriber import DeepgramTranscriber

    settings, spec = context.settings.transcribe.deepgram, context.spec
    if spec.language:
        settings = changed(settings, "language", spec.language)
    if spec.keyterms:
        settings = changed(settings, "keyterms", (*settings.keyterms, *spec.keyterms))
    if not context.local.live:
        from wingman.stt.deepgram.recording import DeepgramRecordingTranscriber

        return DeepgramRecordingTranscriber(settings)
    return DeepgramTranscriber(settings)


def whisper(context: BuildContext) -> Transcriber:
    """Whisper on the machine's decoder."""
    local, section = context.local, context.settings.transcribe
    wishes = (section.whisper, context.spec.language, context.spec.keyterms, section.speakers)
    if not local.live:
        return whisper_stt.build_bulk(local.bulk_decoder(), *wishes)
    return whisper_stt.build(local.get(), local.decoder(), *wishes)


def moonshine(context: BuildContext) -> Transcriber:
    """Moonshine on the machine's decoder."""
    local, section = context.local, context.settings.transcribe
    return moonshine_stt.build(local.get(), local.decoder(), section.moonshine, section.speakers)


def embedded(context: BuildContext) -> Transcriber:
    """PocketSphinx on the machine's decoder."""
    from wingman.stt import embedded as embedded_stt

    local, people = context.local, context.settings.transcribe.speakers
    return embedded_stt.build(local.get(), local.decoder(), people)


def hume(context: BuildContext) -> VoiceAnalyzer:
    """Hume's realtime API."""
    from wingman.emotion.hume.analyzer import HumeAnalyzer

    settings = context.settings.emotion.hume
    if not settings.connections:
        return HumeAnalyzer(settings)
    slots = context.slots(f"hume {settings.url}", settings.connections)
    return SlottedAnalyzer(HumeAnalyzer(settings), slots, "emotion.hume.connections")


def hume_v0(context: BuildContext) -> VoiceAnalyzer:
    """A v0 gateway, for voices."""
    from wingman.emotion.hume_v0.analyzer import HumeV0Analyzer

    return HumeV0Analyzer(context.settings.emotion.hume_v0, context.gateway())


def hume_v0_text(context: BuildContext) -> TextAnalyzer:
    """A v0 gateway, for words."""
    from wingman.emotion.hume_v0.analyzer import HumeV0TextAnalyzer

    return HumeV0TextAnalyzer(context.settings.emotion.hume_v0, context.gateway())


def hume_v0_language(context: BuildContext) -> TextAnalyzer:
    """For the words beside a voice."""
    from wingman.emotion.hume_v0.analyzer import HumeV0TextAnalyzer

    return HumeV0TextAnalyzer(context.settings.emotion.hume_v0, context.gateway(), Branch.LANGUAGE)


def hume_v0_faces(context: BuildContext) -> FaceAnalyzer:
    from wingman.emotion.hume_v0.faces import HumeV0FaceAnalyzer

    return HumeV0FaceAnalyzer(context.settings.emotion.hume_v0, context.gateway())


def prosody(context: BuildContext) -> VoiceAnalyzer:
    """Relative vocal energy, measured in the meeting's worker."""
    from wingman.emotion.prosody import ProsodyAnalyzer

    return ProsodyAnalyzer(context.local.get())


def gemini(context: BuildContext) -> SuggestionModel:
    """Gemini by `google-genai`."""
    from wingman.llm.gemini.client import Gemini

    return Gemini(context.settings.suggest.gemini)


def generativeai(context: BuildContext) -> SuggestionModel:
    """Gemini by `google-generativeai`."""
    from wingman.llm.gemini.legacy_client import GenerativeAiModel

    return GenerativeAiModel(context.settings.suggest.gemini)


def openai(context: BuildContext) -> SuggestionModel:
    """A server with OpenAI's chat completions."""
    from wingman.llm.openai import OpenAiModel

    return OpenAiModel(context.settings.suggest.openai)
