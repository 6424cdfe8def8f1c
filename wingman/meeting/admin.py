"""What can be set up while Wingman runs: keys, settings, notes and playbooks, each in force from the next
meeting on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from wingman.config.editable import KEYS, Choosable, Shown
from wingman.config.settings import Settings
from wingman.config.settings_store import SettingsStore
from wingman.core.errors import Health, InputError, ProviderFault
from wingman.core.json import JsonMapping
from wingman.events.log import EventLog
from wingman.meeting.api import MeetingSpec
from wingman.meeting.connections import Connection, Known, connections, has_key
from wingman.meeting.manager import MeetingManager
from wingman.meeting.provider_builders import LocalWorker
from wingman.meeting.provider_probe import probe
from wingman.meeting.providers import (
    ProviderChoice,
    ProviderFactory,
    build_model,
    choose_emotion,
    choose_model,
    choose_transcriber,
)
from wingman.meeting.rehearsal import Cast
from wingman.meeting.rehearse_cards import (
    RehearsedCard,
    RehearsedTurn,
    rehearsed_cards,
    scripted,
    scripted_record,
)
from wingman.meeting.spoken_languages import languages
from wingman.meeting.user_library import UserLibrary
from wingman.report.record import read
from wingman.suggest.gate.habit_file import described
from wingman.suggest.knowledge.library import Document, Quote
from wingman.suggest.playbook.playbook import Playbook


class Admin:
    """The one place that changes what meetings are made with. All methods belong to the service's event
    loop."""

    def __init__(
        self,
        manager: MeetingManager,
        log: EventLog,
        store: SettingsStore,
        library: UserLibrary,
    ) -> None:
        self._log = log
        self.playbooks = library.playbooks
        self._manager = manager
        self._store = store
        self._notes = library.notes
        self._habit = library.habit
        self._tried: dict[str, tuple[str, str]] = {}
        """Provider → the key it was tried with, and what it said."""
        self._writing = asyncio.Lock()

    # --- providers ----------------------------------------------------------------------------

    def connections(self) -> Sequence[Connection]:
        """The three branches with their true state; asks nobody."""
        settings = self._manager.settings
        chosen, refused = self._choices(settings)
        tried = {
            name: said for name, (key, said) in self._tried.items() if key == _key(settings, name).reveal()
        }
        health, fault = self._manager.model_state
        if health is Health.UP or fault:
            tried.setdefault(chosen.get("suggest", ""), fault)
        stored, fixed = self._store.stored(), self._store.fixed()
        return connections(settings, Known(chosen, refused, tried, self._reads_words(settings), stored, fixed))

    async def try_key(self, provider: str, key: str) -> str:
        """Connect with this key (empty: the one in force); empty when it answered, else what the provider
        said."""
        stored = has_key(self._manager.settings, provider)  # refuses a provider without a key
        if not key and not stored:
            raise InputError(f"no key of {provider} is stored; paste one to test it", field="key", status=409)
        settings = self._store.with_key(KEYS[provider], key) if key else self._manager.settings
        said = await _answer(settings, provider)
        self._tried[provider] = _key(settings, provider).reveal(), said
        return said

    async def store_key(self, provider: str, key: str) -> None:
        """Store it sealed, in force from the next meeting on; an empty one is removed."""
        has_key(self._manager.settings, provider)  # refuses a provider without a key
        async with self._writing:
            self._use(await asyncio.to_thread(self._store.put_key, KEYS[provider], key))

    # --- settings -----------------------------------------------------------------------------

    @property
    def file(self) -> str:
        """The settings file in use; empty where there is none."""
        return str(self._store.file or "")

    def value(self, name: str) -> Any:
        """The value in force of a dotted name."""
        value: Any = self._manager.settings
        for part in name.split("."):
            value = getattr(value, part)
        return list(value) if isinstance(value, tuple) else value

    def fixed(self) -> Mapping[str, str]:
        return self._store.fixed()

    def offered(self, name: str) -> bool:
        """Is this setting read by what is in use? Whisper has a language and terms of its own."""
        whisper = name.startswith("transcribe.whisper.")
        return not name.startswith("transcribe.") or whisper == (self._transcriber() == "whisper")

    def choices(self, name: str) -> Sequence[Choosable]:
        """What can be chosen at run time: playbooks, and the languages the transcriber reads."""
        if name == "suggest.playbook":
            return [Choosable(row.name, row.title) for row in self.playbooks.rows()]
        read = [Choosable(tag, tag) for tag in languages(self._transcriber(), self._manager.settings)]
        return [Choosable("auto", "auto"), *read] if name == "transcribe.whisper.language" else read

    def facts(self) -> Sequence[Shown]:
        """What the privacy settings of the file come to."""
        deliver = self._manager.settings.deliver
        sealed = bool(deliver.encryption_key)
        return [
            Shown(
                "deliver.encryption_key",
                "Encryption",
                "fact",
                "On: what is stored is sealed with your key"
                if sealed
                else "Off: whoever can read this disk can read what is stored",
                ""
                if sealed
                else "Set deliver.encryption_key (WINGMAN_DELIVER__ENCRYPTION_KEY) before the first call.",
            ),
            Shown(
                "redaction",
                "Redaction",
                "fact",
                "On, always",
                "Card, phone, e-mail and id numbers are taken out before anything is sent to a language model.",
            ),
            Shown(
                "feedback",
                "What your feedback has taught",
                "fact",
                described(self.feedback()),
                "Kept on this computer alone; the command “wingman feedback --reset” forgets it.",
            ),
        ]

    def feedback(self) -> Mapping[str, float]:
        """Kind of card → how much more (or, below 0, less) evidence it needs than it was trained with."""
        return self._habit.bars if self._habit is not None else {}

    def forget_feedback(self) -> None:
        """The habit as trained again; what a running meeting was taught goes with it. Raises `InputError`."""
        if self._habit is None:
            return
        try:
            self._habit.forget()
        except OSError as failed:
            raise InputError(
                f"what feedback has taught cannot be removed: {failed.strerror}; check the data folder",
                field="feedback",
            ) from None

    async def change(self, values: JsonMapping) -> None:
        """Store and apply. Raises `InputError` and changes nothing."""
        if "suggest.playbook" in values and values["suggest.playbook"] is not None:
            await self._manager.builder.playbook(str(values["suggest.playbook"]))
        async with self._writing:
            self._use(await asyncio.to_thread(self._store.change, values))

    # --- briefs -------------------------------------------------------------------------------

    async def briefs(self) -> Mapping[str, str]:
        """Account → what is to be known before a call with it. Raises `InputError`."""
        return await asyncio.to_thread(self._store.briefs)

    async def keep_brief(self, account: str, text: str) -> Mapping[str, str]:
        """Keep it for the next call; an empty text forgets it. Raises `InputError`."""
        async with self._writing:
            return await asyncio.to_thread(self._store.keep_brief, account, text)

    # --- notes --------------------------------------------------------------------------------

    async def documents(self) -> Sequence[Document]:
        return await asyncio.to_thread(self._notes.documents)

    async def put(self, name: str, content: bytes) -> Document:
        """Store a document and read it. Raises `InputError`, and stores nothing, when it cannot be read."""
        async with self._writing:
            return await asyncio.to_thread(self._notes.put, name, content)

    async def remove(self, name: str) -> None:
        """Raises `InputError(status=404)`."""
        async with self._writing:
            await asyncio.to_thread(self._notes.remove, name)

    async def search(self, question: str) -> Sequence[Quote]:
        """What a card would quote for this question."""
        return self._notes.search(question)

    # --- rehearsals ---------------------------------------------------------------------------

    async def rehearse(
        self, playbook: Playbook, meeting: str, turns: Sequence[RehearsedTurn]
    ) -> Sequence[RehearsedCard]:
        """The cards `playbook` would have shown in a stored meeting or in these turns; asks no model."""
        lines = scripted(turns)
        if meeting:
            record = await read(self._log, meeting)
            lines = scripted_record(record)
            if not lines:
                raise InputError(
                    "nothing was said in this meeting; choose another one", field="meeting", status=404
                )
        cast = Cast(
            playbook,
            self._manager.settings.suggest,
            knowledge=self._notes.knowledge,
            encoder=self._manager.providers.encoder,
        )
        return await rehearsed_cards(lines, cast)

    # --- inside -------------------------------------------------------------------------------

    def _use(self, settings: Settings) -> None:
        """Make the next meetings with these; the model is another one only where its section changed."""
        before = self._manager.settings
        if settings.suggest == before.suggest:
            self._manager.use(settings, keep_model=True)
            return
        self._manager.use(
            settings, build_model(settings, choose_model(settings, self._manager.providers.here).provider)
        )

    def _transcriber(self) -> str:
        """Who listens as things are; empty where nobody can."""
        return self._choices(self._manager.settings)[0].get("transcribe", "")

    def _reads_words(self, settings: Settings) -> bool:
        try:
            return choose_emotion(settings, self._manager.providers.here, "text-only").provider != "off"
        except InputError:
            return False  # the branch itself says why

    def _choices(self, settings: Settings) -> tuple[dict[str, str], dict[str, str]]:
        chosen: dict[str, str] = {}
        refused: dict[str, str] = {}
        here = self._manager.providers.here
        pick: dict[str, Callable[[], ProviderChoice]] = {
            "transcribe": lambda: choose_transcriber(settings, here),
            "emotion": lambda: choose_emotion(settings, here, "counterpart"),
            "suggest": lambda: choose_model(settings, here),
        }
        for branch, choose in pick.items():
            try:
                chosen[branch] = choose().provider
            except InputError as wrong:
                refused[branch] = str(wrong)
        return chosen, refused


def _key(settings: Settings, provider: str) -> Any:
    value: Any = settings
    for part in KEYS.get(provider, "suggest.openai.api_key").split("."):
        value = getattr(value, part)
    return value


async def _answer(settings: Settings, provider: str) -> str:
    """What a provider says to the key in `settings`; empty when it answered."""
    providers, replace = ProviderFactory(settings), msgspec.structs.replace
    match provider:
        case "deepgram":
            transcriber = providers.transcriber("deepgram", MeetingSpec(), LocalWorker(settings))
            return await probe(transcriber) if transcriber is not None else "there is no such transcriber"
        case "hume":
            only = replace(settings, emotion=replace(settings.emotion, provider="hume"))
            meter = ProviderFactory(only).voice_analyzer(LocalWorker(settings))
            return await probe(meter) if meter is not None else "there is no such meter"
        case _:
            model = build_model(settings, "gemini")
            if model is None:
                return "there is no such model"
            try:
                await model.probe()
            except ProviderFault as fault:
                return str(fault)
            finally:
                await model.aclose()
            return ""
