"""The real HTTP service on a thread of its own, with meetings that keep what they hear."""

from __future__ import annotations

import asyncio
import itertools
import threading
import time
import uuid
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import wingman
from tests.browser.support.player import player_routes
from wingman.audio.source import PLAYED, AudioSource, SourceOrigin
from wingman.audio.tape import Tape
from wingman.config.server import ServerSettings
from wingman.config.settings import Settings
from wingman.config.transports import IngestSettings
from wingman.core.errors import InputError
from wingman.core.events import (
    Media,
    MeetingEnded,
    MeetingPaused,
    MeetingResumed,
    MeetingStarted,
    NoteAdded,
    SpeakerRenamed,
    SuggestionCreated,
    SuggestionUpdated,
)
from wingman.core.media import PcmBlock
from wingman.core.time import SAMPLE_RATE, Channel
from wingman.events.hub import Hub
from wingman.events.sqlite.log import SqliteLog
from wingman.meeting.api import MeetingHandle, MeetingSpec, MeetingStatus
from wingman.meeting.channel_input import ChannelInput
from wingman.meeting.connections import Connection, Known, connections
from wingman.meeting.sources import GIVES_WAY_S
from wingman.server.app import build_app
from wingman.server.auth import Access
from wingman.server.grants import Role
from wingman.server.routes import pcm, whip
from wingman.server.routes.briefs import BriefRoutes
from wingman.server.routes.meetings import Offers
from wingman.server.routes.providers import ProviderRoutes
from wingman.server.serving import serve

TOKEN = "browser-test"
PLAYBOOKS = [
    {"name": "sales", "title": "Sales call", "voice_emotion": "allow"},
    {"name": "interview", "title": "Interview", "voice_emotion": "refuse"},
]
SAMPLE = Path(wingman.__file__).parent / "samples" / "meeting.ogg"
TAPE_S = 90.0


class SilentSource:
    """Stands for a recording that the service plays: it only says that it is there."""

    channels = (Channel.TAB, Channel.MIC)
    recorded = False

    async def run(self, sinks: Any) -> None:
        for sink in sinks.values():
            sink.state("capturing")
        await asyncio.Event().wait()


class Connected:
    """What this service says is connected: nobody, for nobody hears anything here."""

    def connections(self) -> Sequence[Connection]:
        return connections(
            Settings(), Known({"transcribe": "embedded", "emotion": "prosody", "suggest": "cues"})
        )

    async def try_key(self, provider: str, key: str) -> str:
        return ""

    async def store_key(self, provider: str, key: str) -> None:
        return None


class Accounts:
    """What is kept about accounts, for as long as the service runs."""

    def __init__(self) -> None:
        self._kept: dict[str, str] = {}

    async def briefs(self) -> Mapping[str, str]:
        return self._kept

    async def keep_brief(self, account: str, text: str) -> Mapping[str, str]:
        self._kept = {account: text, **{name: kept for name, kept in self._kept.items() if name != account}}
        return self._kept


class ListeningMeeting:
    """A meeting with real ingest and nothing behind it; tests read its audio and write its events."""

    def __init__(self, meetings: ListeningMeetings, meeting: str, spec: MeetingSpec) -> None:
        self._meetings = meetings
        self._id = meeting
        self.spec = spec
        self.inputs: dict[Channel, ChannelInput] = {}
        self.plays: dict[AudioSource, asyncio.Task[None]] = {}
        self.sessions = 0
        self.requests: list[tuple[str, str]] = []
        self.controls: list[tuple[str, Any]] = []
        self.pictures: list[tuple[Channel, bytes]] = []
        self.state = "live"

    @property
    def id(self) -> str:
        return self._id

    def status(self) -> MeetingStatus:
        return MeetingStatus(self._id, self.spec.title, self.state, 0.0, 0.0, tuple(self.inputs))

    def show(self, name: Channel, picture: bytes, age_s: float = 0.0) -> bool:
        self.pictures.append((name, picture))
        return True

    def publish(self, payload: Any, media: Media | None = None) -> None:
        self._meetings.log.append(self._id, payload, media, at=time.time())

    async def attach(self, source: AudioSource, origin: SourceOrigin = PLAYED) -> None:
        for held in {self.inputs[c].source for c in source.channels if c in self.inputs}:
            own = [sound for sound in self.inputs.values() if sound.source is held]
            if held is not None and all(sound.quiet_s > GIVES_WAY_S for sound in own):
                await self.detach(held)
        taken = [c for c in source.channels if c in self.inputs and self.inputs[c].source is not None]
        if taken:
            raise InputError(f"channel `{taken[0]}` is taken", field="channels", status=409)
        for channel in source.channels:
            sound = self.inputs.setdefault(channel, ChannelInput(channel, Tape(TAPE_S), self.publish))
            sound.source = source
        self.sessions += 1
        self.plays[source] = self._meetings.tasks.create_task(self._play(source))

    async def _play(self, source: AudioSource) -> None:
        try:
            await source.run({channel: self.inputs[channel] for channel in source.channels})
        finally:
            del self.plays[source]
            for channel in source.channels:
                self.inputs[channel].source = None

    async def detach(self, source: AudioSource) -> None:
        if play := self.plays.get(source):
            play.cancel()
            await asyncio.wait([play])

    def pause(self) -> None:
        self._pausing(True)
        self.publish(MeetingPaused())

    def resume(self) -> None:
        self._pausing(False)
        self.publish(MeetingResumed())

    def _pausing(self, on: bool) -> None:
        self.state = "paused" if on else "live"
        for sound in self.inputs.values():
            sound.paused = on
            sound.state("paused" if on else "capturing")

    async def end(self, reason: str = "stopped") -> None:
        if self.state == "ended":
            return
        self.state = "ended"
        for source in list(self.plays):
            await self.detach(source)
        self.publish(MeetingEnded(reason, 0.0))
        await self._meetings.log.flush()
        self._meetings.forget(self._id)

    def act(self, action: str, text: str = "") -> str:
        self.requests.append((action, text))
        card = f"a-{len(self.requests)}"
        self.publish(SuggestionCreated(card, "action", action, None, "playbook", f"Answer to {action}"))
        return card

    def feedback(self, suggestion: str, feedback: str) -> None:
        self.publish(SuggestionUpdated(suggestion, feedback))

    def note(self, text: str, by: str = "") -> str:
        note = f"n-{uuid.uuid4().hex}"
        self.publish(NoteAdded(note, text, 0.0, by))
        return note

    def push(self, text: str, by: str) -> str:
        raise NotImplementedError

    def control(self, setting: str, value: Any) -> None:
        self.controls.append((setting, value))
        if setting == "speaker_name":
            self.publish(SpeakerRenamed(value["speaker"], value["name"]))

    def heard(self, channel: Channel, last: float) -> np.ndarray[Any, Any]:
        """The newest `last` seconds of a channel as floats from -1 to 1."""
        tape = self.inputs[channel].tape
        cursor = tape.cursor(max(tape.start, tape.end - int(last * SAMPLE_RATE)))
        parts = []
        try:
            while (item := cursor.take(SAMPLE_RATE)) is not None:
                if isinstance(item, PcmBlock):
                    parts.append(np.frombuffer(item.pcm, np.int16).astype(np.float64) / 32768)
                else:
                    parts.append(np.zeros(item.span.length))
        finally:
            cursor.close()
        return np.concatenate(parts) if parts else np.zeros(0)


class ListeningMeetings:
    """The meetings of a test service."""

    def __init__(self, log: SqliteLog, tasks: asyncio.TaskGroup, numbers: itertools.count[int]) -> None:
        self.log = log
        self.tasks = tasks
        self._numbers = numbers
        self._live: dict[str, ListeningMeeting] = {}
        self.all: list[ListeningMeeting] = []

    async def create(self, spec: MeetingSpec, *, made_by_source: bool = False) -> ListeningMeeting:
        meeting = ListeningMeeting(self, f"m-{next(self._numbers)}", spec)
        self._live[meeting.id] = meeting
        self.all.append(meeting)
        policy = spec.emotion_policy or "off"
        meeting.publish(
            MeetingStarted(spec.title, tuple(Channel), spec.playbook or "sales", "none", "none", "cues", policy)
        )
        return meeting

    def live(self, meeting: str) -> MeetingHandle:
        if meeting not in self._live:
            raise InputError(f"no meeting `{meeting}` runs here", field="meeting", status=404)
        return self._live[meeting]

    def all_live(self) -> Sequence[MeetingHandle]:
        return list(self._live.values())

    def forget(self, meeting: str) -> None:
        self._live.pop(meeting, None)


@dataclass
class _Running:
    loop: asyncio.AbstractEventLoop
    meetings: ListeningMeetings
    hub: Hub
    stopping: asyncio.Event


class BrowserService:
    """The service of a browser test. It can go away and come back on the same port with the same log."""

    def __init__(self, folder: Path, sounds: Path) -> None:
        self._folder = folder
        self._sounds = sounds
        self._port = 0
        self._access = Access(TOKEN)  # it outlives a restart, as the real one does in its data folder
        self._running: _Running | None = None
        self._numbers = itertools.count(1)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def port(self) -> int:
        return self._port

    @property
    def root(self) -> str:
        """The capture page with the key in it, as `wingman serve` prints it."""
        return f"{self.url}/new?token={TOKEN}"

    def overlay(self, meeting: str) -> str:
        return f"{self.url}/overlay?meeting={meeting}&token={TOKEN}"

    @property
    def meetings(self) -> ListeningMeetings:
        assert self._running is not None
        return self._running.meetings

    @property
    def newest(self) -> ListeningMeeting:
        return self.meetings.all[-1]

    def start(self) -> None:
        started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main(started)), name="service")
        self._thread.start()
        assert started.wait(60), "the service did not start"

    def stop(self) -> None:
        """End as a restarted service does: every connection breaks, live meetings are forgotten."""
        running = self._running
        assert running is not None
        running.loop.call_soon_threadsafe(running.stopping.set)
        self._thread.join(15)
        assert not self._thread.is_alive(), "the service did not stop"

    async def _main(self, started: threading.Event) -> None:
        log = await SqliteLog.open(self._folder / "events.db")
        hub = Hub(log)
        try:
            async with asyncio.TaskGroup() as tasks:
                meetings = ListeningMeetings(log, tasks, self._numbers)
                stopping = asyncio.Event()
                self._running = _Running(asyncio.get_running_loop(), meetings, hub, stopping)
                offers = Offers(
                    playbooks=lambda: PLAYBOOKS,
                    config=lambda: {"suggest": {"playbook": "sales"}},
                    sample=SilentSource,
                    sample_sound=SAMPLE,
                    recording=lambda _: SilentSource(),
                )
                app = build_app(
                    meetings,
                    log,
                    hub,
                    ServerSettings(),
                    access=self._access,
                    extra_routes=[
                        *whip.routes(meetings, IngestSettings()),
                        *pcm.routes(meetings),
                        *player_routes(self._sounds),
                        *ProviderRoutes(Connected()).routes(),
                        *BriefRoutes(Accounts()).routes(),
                    ],
                    offers=offers,
                )
                ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()
                serving = tasks.create_task(serve(app, "127.0.0.1", self._port, ready.set_result))
                self._port = await ready
                started.set()
                await stopping.wait()
                for meeting in meetings.all:
                    for source in list(meeting.plays):
                        await meeting.detach(source)
                hub.close()
                serving.cancel()
        finally:
            await log.aclose()

    # --- what tests do ---

    def meeting(self, title: str = "", **fields: Any) -> ListeningMeeting:
        made: ListeningMeeting = self.run(self.meetings.create(MeetingSpec(title=title, **fields)))
        return made

    def publish(self, meeting: str, *payloads: Any, at: float | None = None) -> None:
        """Log and push events that happened `at` (now); each may be a payload or `(payload, media)`."""
        moment = time.time() if at is None else at

        async def append() -> None:
            for item in payloads:
                payload, media = item if isinstance(item, tuple) else (item, None)
                self.meetings.log.append(meeting, payload, media, at=moment)

        self.run(append())

    def unpair(self) -> None:
        """Take back what every paired extension may."""

        async def revoke() -> None:
            for grant in self._access.store.all():
                if grant.role is Role.EXTENSION:
                    self._access.revoke(grant.id)

        self.run(revoke())

    def run(self, job: Coroutine[Any, Any, Any]) -> Any:
        assert self._running is not None
        return asyncio.run_coroutine_threadsafe(job, self._running.loop).result(60)

    def wait(self, condition: Callable[[], Any], what: str = "", limit: float = 45.0) -> Any:
        deadline = time.monotonic() + limit
        while not (found := condition()):
            assert time.monotonic() < deadline, f"not seen by the service in time: {what}"
            time.sleep(0.01)
        return found
