"""A small honest `Meetings`: meetings without audio that log what is asked of them."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Sequence
from typing import Any

from wingman.audio.source import PLAYED, AudioSource, SourceOrigin
from wingman.core.errors import InputError
from wingman.core.events import (
    MeetingEnded,
    MeetingPaused,
    MeetingResumed,
    MeetingStarted,
    NoteAdded,
    SuggestionCreated,
    SuggestionUpdated,
)
from wingman.core.time import Channel
from wingman.events.log import EventLog
from wingman.meeting.api import MeetingHandle, MeetingSpec, MeetingStatus


class SupportMeeting:
    """One meeting; its only content is what tests append to the log."""

    def __init__(self, meetings: SupportMeetings, meeting: str, spec: MeetingSpec) -> None:
        self._meetings = meetings
        self._id = meeting
        self._spec = spec
        self._state = "live"
        self._started = time.time()
        self._actions = itertools.count(1)
        self.attached: list[AudioSource] = []
        self.pictures: list[tuple[Channel, int, float]] = []
        """Channel, bytes and age of each that was shown."""

    @property
    def id(self) -> str:
        return self._id

    def status(self) -> MeetingStatus:
        return MeetingStatus(self._id, self._spec.title, self._state, self._started, 0.0, (Channel.TAB,))

    def publish(self, payload: Any, media: Any = None) -> None:
        self._meetings.log.append(self._id, payload, media, at=time.time())

    async def attach(self, source: AudioSource, origin: SourceOrigin = PLAYED) -> None:
        if self.attached:
            raise InputError("the channel `tab` is taken", field="channels", status=409)
        self.attached.append(source)
        await source.run({})

    async def detach(self, source: AudioSource) -> None:
        self.attached = [held for held in self.attached if held is not source]

    def show(self, name: Channel, picture: bytes, age_s: float = 0.0) -> bool:
        self.pictures.append((name, len(picture), age_s))
        return True

    def pause(self) -> None:
        self._state = "paused"
        self.publish(MeetingPaused())

    def resume(self) -> None:
        self._state = "live"
        self.publish(MeetingResumed())

    async def end(self, reason: str = "stopped") -> None:
        if self._state == "ended":
            return
        self._state = "ended"
        self.publish(MeetingEnded(reason, 12.5))
        await self._meetings.log.flush()
        self._meetings.forget(self._id)
        await asyncio.sleep(0)

    def act(self, action: str, text: str = "") -> str:
        card = f"s-{next(self._actions)}"
        self.publish(SuggestionCreated(card, "action", action, None, "playbook", text))
        return card

    def feedback(self, suggestion: str, feedback: str) -> None:
        self.publish(SuggestionUpdated(suggestion, feedback))

    def note(self, text: str, by: str = "") -> str:
        note = f"n-{next(self._actions)}"
        self.publish(NoteAdded(note, text, 0.0, by))
        return note

    def push(self, text: str, by: str) -> str:
        card = f"p-{next(self._actions)}"
        self.publish(SuggestionCreated(card, "person", "person", None, "person", text, by))
        return card

    def control(self, setting: str, value: Any) -> None:
        if setting not in ("verbosity", "mode"):
            raise InputError("`setting` must be verbosity or mode", field="setting")


class SupportMeetings:
    """The `Meetings` of a test server."""

    def __init__(self, log: EventLog) -> None:
        self.log = log
        self._live: dict[str, SupportMeeting] = {}
        self._numbers = itertools.count(1)

    async def create(self, spec: MeetingSpec, *, made_by_source: bool = False) -> SupportMeeting:
        meeting = SupportMeeting(self, f"m-{next(self._numbers):04}", spec)
        self._live[meeting.id] = meeting
        started = MeetingStarted(
            spec.title, (Channel.TAB,), spec.playbook or "sales", "local", "off", "cues", "off"
        )
        meeting.publish(started)
        return meeting

    async def create_titled(self, title: str) -> SupportMeeting:
        return await self.create(MeetingSpec(title=title))

    def live(self, meeting: str) -> MeetingHandle:
        if meeting not in self._live:
            raise InputError(f"no meeting `{meeting}` runs here", field="meeting", status=404)
        return self._live[meeting]

    def all_live(self) -> Sequence[MeetingHandle]:
        return list(self._live.values())

    def forget(self, meeting: str) -> None:
        self._live.pop(meeting, None)
