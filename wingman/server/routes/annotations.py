"""What people add to a meeting, while it runs and long after: a name, tags, notes, corrections, a
colleague's card.

Everything is an event in the meeting's own log, beside what was heard and never in its place: it is
exported, sealed,
replayed and deleted with it.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from wingman.core.errors import InputError
from wingman.core.events import (
    MeetingRenamed,
    MeetingTagged,
    NoteAdded,
    NoteRemoved,
    SpeakerRenamed,
    SummaryEdited,
    TranscriptEdited,
)
from wingman.core.steady_clock import now
from wingman.core.vocabulary import LONGEST_NAME, LONGEST_TITLE
from wingman.events.log import EventLog
from wingman.report.record import read
from wingman.server.client_messages import checked_text
from wingman.server.http import Json, body
from wingman.server.lookup import Lookup, shown
from wingman.server.routing import ApiRoute

MOST_TAGS = 12
LONGEST_TAG = 40
LONGEST_NOTE = 4_000
LONGEST_LINE = 8_000
LONGEST_ID = 100
KINDS = ("decision", "action", "question")

Title = Annotated[str, msgspec.Meta(extra_json_schema={"maxLength": LONGEST_TITLE})]


@dataclass(frozen=True, slots=True)
class MeetingChange:
    """What a meeting is to be called and found by; what is left out stays."""

    title: Title | None = None
    tags: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class NewNote:
    """Something to keep with a moment of the meeting."""

    text: str
    at: float | None = None
    """Seconds of media time; left out, it belongs to this moment, or to the end of a meeting that is over."""


@dataclass(frozen=True, slots=True)
class LineChange:
    """A correction of what was written down; empty text goes back to what was heard."""

    text: str


@dataclass(frozen=True, slots=True)
class NameChange:
    """Who a speaker is."""

    speaker: str
    name: str


@dataclass(frozen=True, slots=True)
class ItemChange:
    """One item of the summary as it shall stand; empty text takes it out."""

    kind: str
    text: str
    owner: str = ""
    due: str = ""
    done: bool = False
    at: float = 0.0
    utterance: str = ""


@dataclass(frozen=True, slots=True)
class PushedCard:
    """A card a person writes for the user."""

    text: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class AnnotationRoutes:
    """Work on running and on ended meetings alike."""

    log: EventLog
    lookup: Lookup

    def routes(self) -> list[BaseRoute]:
        one = "/api/meetings/{id}"
        return [
            ApiRoute(f"{one}/notes", POST=self.note),
            ApiRoute(f"{one}/notes/{{note}}", DELETE=self.remove_note),
            ApiRoute(f"{one}/lines/{{utterance}}", PUT=self.edit_line),
            ApiRoute(f"{one}/speakers", POST=self.name_speaker),
            ApiRoute(f"{one}/items/{{item}}", PUT=self.edit_item),
            ApiRoute(f"{one}/cards", POST=self.push),
        ]

    async def change(self, request: Request) -> Response:
        """`PATCH /api/meetings/{id}`: name and tags."""
        meeting = await self._known(request)
        change = await body(request, MeetingChange)
        if change.title is not None:
            title = " ".join(change.title.split())
            if len(title) > LONGEST_TITLE:
                raise InputError(f"`title` may have at most {LONGEST_TITLE} characters", field="title")
            self._append(meeting, MeetingRenamed(title))
        if change.tags is not None:
            self._append(meeting, MeetingTagged(_checked_tags(change.tags)))
        await self.log.flush()
        return Json(shown(await self.lookup.status(meeting), request.state.grant))

    async def note(self, request: Request) -> Response:
        meeting = await self._known(request)
        given = await body(request, NewNote)
        text = checked_text(given.text, LONGEST_NOTE)
        handle = self.lookup.live(meeting)
        by = _name(request) if _is_coach(request) else ""
        if handle is not None and given.at is None:
            note = handle.note(text, by)
        else:
            at = given.at if given.at is not None else (await self.lookup.status(meeting)).seconds
            note = f"n-{secrets.token_hex(6)}"
            self._append(meeting, NoteAdded(note, text, round(_moment(at), 3), by))
        await self.log.flush()
        return Json({"id": note}, 201)

    async def remove_note(self, request: Request) -> Response:
        meeting = await self._known(request)
        note = request.path_params["note"]
        record = await read(self.log, meeting)
        if all(known.id != note for known in record.notes):
            raise InputError(f"this meeting has no note `{note[:40]}`", field="note", status=404)
        self._append(meeting, NoteRemoved(note))
        await self.log.flush()
        return Response(status_code=204)

    async def edit_line(self, request: Request) -> Response:
        meeting = await self._known(request)
        utterance = request.path_params["utterance"]
        text = " ".join((await body(request, LineChange)).text.split())
        if len(text) > LONGEST_LINE:
            raise InputError(f"`text` may have at most {LONGEST_LINE} characters", field="text")
        if (await read(self.log, meeting)).utterance(utterance) is None:
            raise InputError(f"this meeting has no line `{utterance[:60]}`", field="utterance", status=404)
        self._append(meeting, TranscriptEdited(utterance, text))
        await self.log.flush()
        return Json({"utterance": utterance})

    async def name_speaker(self, request: Request) -> Response:
        meeting = await self._known(request)
        change = await body(request, NameChange)
        name = " ".join(change.name.split())
        if not name or len(name) > LONGEST_NAME:
            raise InputError(f"`name` must have 1 to {LONGEST_NAME} characters", field="name")
        if not change.speaker or len(change.speaker) > 40:
            raise InputError("`speaker` must name a speaker, such as tab:1", field="speaker")
        self._append(meeting, SpeakerRenamed(change.speaker, name))
        await self.log.flush()
        return Json({"speaker": change.speaker})

    async def edit_item(self, request: Request) -> Response:
        meeting = await self._known(request)
        change = await body(request, ItemChange)
        if change.kind not in KINDS:
            raise InputError(f"`kind` must be one of {', '.join(KINDS)}", field="kind")
        if any(len(text) > LONGEST_NOTE for text in (change.text, change.owner, change.due)):
            raise InputError(f"`text` may have at most {LONGEST_NOTE} characters", field="text")
        if len(change.utterance) > LONGEST_ID:
            raise InputError(f"`utterance` may have at most {LONGEST_ID} characters", field="utterance")
        item = request.path_params["item"][:LONGEST_ID]
        edited = SummaryEdited(
            item=item,
            kind=change.kind,
            text=" ".join(change.text.split()),
            owner=change.owner.strip(),
            due=change.due.strip(),
            done=change.done,
            at=_moment(change.at),
            utterance=change.utterance,
        )
        self._append(meeting, edited)
        await self.log.flush()
        return Json({"item": item})

    async def push(self, request: Request) -> Response:
        """A second pair of eyes: the card stands in the overlay, marked as from a person."""
        handle = self.lookup.must_live(request.path_params["id"])
        given = await body(request, PushedCard)
        by = (
            (_name(request) if _is_coach(request) else "")
            or " ".join(given.by.split())[:LONGEST_NAME]
            or "a colleague"
        )
        return Json({"id": handle.push(checked_text(given.text), by)}, 201)

    async def _known(self, request: Request) -> str:
        meeting: str = request.path_params["id"]
        await self.lookup.must_exist(meeting)
        return meeting

    def _append(self, meeting: str, payload: Any) -> None:
        self.log.append(meeting, payload, at=now())


def _checked_tags(tags: tuple[str, ...]) -> tuple[str, ...]:
    clean = tuple(dict.fromkeys(" ".join(tag.split()) for tag in tags if tag.strip()))
    if len(clean) > MOST_TAGS or any(len(tag) > LONGEST_TAG for tag in clean):
        raise InputError(
            f"`tags` may be at most {MOST_TAGS}, each of at most {LONGEST_TAG} characters", field="tags"
        )
    return clean


def _moment(at: float) -> float:
    """Seconds of media time. Raises `InputError` for what no meeting is long enough for."""
    if not 0 <= at < 10**7:
        raise InputError("`at` must be a moment of the meeting, in seconds from its beginning", field="at")
    return at


def _name(request: Request) -> str:
    """Who the grant was made for; a browser's session carries the name of the link it was opened with."""
    name: str = request.state.grant.name
    return re.sub(r"^browser \((.+)\)$", r"\1", name)


def _is_coach(request: Request) -> bool:
    return str(getattr(request.state.grant, "role", "")) == "coach"
