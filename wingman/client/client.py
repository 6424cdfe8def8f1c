"""The REST side of the client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
import msgspec

from wingman.client.addresses import Addresses
from wingman.client.stream import events
from wingman.core import codec
from wingman.core.encoders import plain
from wingman.core.errors import InputError
from wingman.core.events import Envelope, SummaryReady
from wingman.core.json import JsonMapping
from wingman.events.index import SearchHit
from wingman.meeting.api import MeetingStatus
from wingman.meeting.imports import ImportStatus

T = TypeVar("T")

CHUNK = 256 * 1024
PATIENCE_S = 15.0
"""A meeting that moves from one node to another is away for a few seconds."""


class Client:
    """One service. Every refusal is an `InputError` with the service's own sentence, field and status.

    Where many nodes answer, `url` may name several of them, with commas between them; a node that is gone is
    left for the next one, and what is just moving from one node to another is asked for again.
    """

    def __init__(self, url: str, token: str, *, timeout: float = 30.0, patience_s: float = PATIENCE_S) -> None:
        """`patience_s`: how long a service that says "in a moment" is asked again. Raises `InputError`."""
        if not (token.isascii() and token.isprintable()):
            raise InputError(
                "the token holds a line break or a character that no token has; paste it again", field="token"
            )
        self._url = url
        self._addresses = Addresses(url)
        self._token = token
        self._patience_s = patience_s
        headers = {"Authorization": f"Bearer {token}"}
        # this machine's proxy settings are not meant for a service on this machine
        self._http = httpx.AsyncClient(headers=headers, timeout=timeout, trust_env=False)

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Release every connection."""
        await self._http.aclose()

    async def create(self, **spec: Any) -> MeetingStatus:
        """Start a meeting. `spec`: fields of `MeetingSpec`, and `source="sample"` for the bundled sample."""
        return _as(MeetingStatus, await self._ask("POST", "/api/meetings", json=spec))

    async def meetings(self, limit: int = 50, before: str = "") -> Sequence[MeetingStatus]:
        """Newest first."""
        found = await self._ask("GET", "/api/meetings", params={"limit": limit, "before": before})
        return [_as(MeetingStatus, item) for item in found["meetings"]]

    async def search(self, words: str, limit: int = 50) -> Sequence[SearchHit]:
        """Where all `words` were said, in all meetings."""
        found = await self._ask("GET", "/api/meetings", params={"q": words, "limit": limit})
        return [_as(SearchHit, item) for item in found.get("hits", ())]

    async def status(self, meeting: str) -> MeetingStatus:
        """The meeting at a glance."""
        return _as(MeetingStatus, await self._ask("GET", _path(meeting)))

    async def pause(self, meeting: str) -> MeetingStatus:
        """Let nothing be listened to."""
        return _as(MeetingStatus, await self._ask("POST", _path(meeting, "/pause")))

    async def resume(self, meeting: str) -> MeetingStatus:
        """Listen again."""
        return _as(MeetingStatus, await self._ask("POST", _path(meeting, "/resume")))

    async def end(self, meeting: str) -> MeetingStatus:
        """End it; returns when everything heard is in the log."""
        return _as(MeetingStatus, await self._ask("POST", _path(meeting, "/end")))

    async def delete(self, meeting: str) -> None:
        """Remove every trace."""
        await self._ask("DELETE", _path(meeting))

    async def play(self, meeting: str, recording: Path, channels: str = "") -> MeetingStatus:
        """Play a media file into a meeting. `channels`: whose voice is where, such as left=mic,right=tab."""
        answer = await self._ask(
            "POST", _path(meeting, "/recording"), params=_wish(recording, channels), content=_chunks(recording)
        )
        return _as(MeetingStatus, answer)

    async def transcribe(self, recording: Path, channels: str = "", **spec: str) -> ImportStatus:
        """Make a meeting of a media file, faster than real time; see `MeetingSpec` for `spec`."""
        wish = {**_wish(recording, channels), **spec}
        answer = await self._ask("POST", "/api/recordings", params=wish, content=_chunks(recording))
        return _as(ImportStatus, answer)

    async def imported(self, meeting: str) -> ImportStatus:
        """How far an import is."""
        return _as(ImportStatus, await self._ask("GET", f"/api/recordings/{quote(meeting, safe='')}"))

    async def act(self, meeting: str, action: str, text: str = "") -> str:
        """Ask for help; returns the id of the suggestion."""
        answer = await self._ask("POST", _path(meeting, "/actions"), json={"action": action, "text": text})
        return str(answer["id"])

    async def push(self, meeting: str, text: str, by: str = "") -> str:
        """Show the user of a running meeting a card; returns its id."""
        answer = await self._ask("POST", _path(meeting, "/cards"), json={"text": text, "by": by})
        return str(answer["id"])

    async def feedback(self, meeting: str, suggestion: str, feedback: str) -> None:
        """Say what you did with a card."""
        await self._ask("POST", _path(meeting, "/feedback"), json={"id": suggestion, "feedback": feedback})

    async def control(self, meeting: str, setting: str, value: object) -> None:
        """Change a live setting."""
        await self._ask("POST", _path(meeting, "/control"), json={"setting": setting, "value": value})

    async def summary(self, meeting: str) -> SummaryReady:
        """The meeting's summary. Raises `InputError` (404) while there is none."""
        return _as(SummaryReady, await self._ask("GET", _path(meeting, "/summary")))

    async def export(self, meeting: str, name: str = "md") -> str:
        """`md`, `json`, `srt`, `vtt`, `csv` or `html`."""
        return (await self.download(meeting, name)).decode()

    async def download(self, meeting: str, name: str) -> bytes:
        """An export as a file's content; also `bundle`, which is no text."""
        return (await self._send("GET", _path(meeting, "/export"), params={"format": name})).content

    async def log(self, meeting: str, after: int = 0, limit: int = 1000) -> Sequence[Envelope]:
        """A page of the meeting's log."""
        answer = await self._send("GET", _path(meeting, "/events"), params={"after": after, "limit": limit})
        page = msgspec.json.decode(answer.content, type=_Page)
        return [codec.decode(bytes(line)) for line in page.events]

    async def history(self, meeting: str) -> Sequence[Envelope]:
        """Every event of the meeting so far, oldest first."""
        found: list[Envelope] = []
        while page := await self.log(meeting, len(found)):
            found += page
        return found

    def events(self, meeting: str, after: int = 0) -> AsyncIterator[Envelope]:
        """The meeting's events as they happen; see `wingman.client.stream.events`."""
        return events(self._url, self._token, meeting, after)

    async def playbooks(self) -> Sequence[JsonMapping]:
        """The playbooks the service knows."""
        found: Sequence[JsonMapping] = (await self._ask("GET", "/api/playbooks"))["playbooks"]
        return found

    async def _ask(self, method: str, path: str, **options: Any) -> Any:
        answer = await self._send(method, path, **options)
        return answer.json() if answer.content else None

    async def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._patience_s
        while True:
            answer = await self._try_all(method, path, **options)
            wait = _seconds(answer.headers.get("Retry-After", ""))
            again = answer.status_code == 503 and wait and loop.time() + wait < deadline
            if not again or "content" in options:  # a file is not read twice
                return _checked(answer, self._addresses.here)
            self._addresses.go_on()
            await asyncio.sleep(wait)

    async def _try_all(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Ask one node after the other until one answers."""
        for left in reversed(range(self._addresses.count)):
            try:
                return await self._http.request(method, self._addresses.here + path, **options)
            except httpx.TransportError as failed:
                here = self._addresses.here
                self._addresses.go_on()
                unsent = isinstance(failed, httpx.ConnectError | httpx.ConnectTimeout)
                if left and (unsent or method == "GET"):  # what may have been done is not done again
                    continue
                raise InputError(
                    f"no Wingman answers at {here} ({type(failed).__name__}); start it with: wingman serve",
                    field="url",
                    status=503,
                ) from None
        raise RuntimeError("there is always an address")


def _checked(answer: httpx.Response, url: str) -> httpx.Response:
    if answer.is_success:
        return answer
    try:
        problem = answer.json()["error"]
    except (ValueError, KeyError):
        problem = {"detail": f"{url} answered {answer.status_code}; is it a Wingman?", "field": "url"}
    raise InputError(str(problem["detail"]), field=str(problem["field"]), status=answer.status_code)


def _seconds(text: str) -> float:
    return float(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0.0


class _Page(msgspec.Struct):
    events: list[msgspec.Raw]
    last: int


def _as(kind: type[T], value: object) -> T:
    return msgspec.convert(value, kind)


def _path(meeting: str, rest: str = "") -> str:
    return f"/api/meetings/{quote(meeting, safe='')}{rest}"


def _wish(recording: Path, channels: str) -> dict[str, str]:
    return {"name": plain(recording.name)} | ({"channels": channels} if channels else {})


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    loop = asyncio.get_running_loop()
    try:
        file = await loop.run_in_executor(None, path.open, "rb")
    except OSError as failed:
        raise InputError(f"cannot read {path}: {failed.strerror}", field="recording") from None
    with file:
        while chunk := await loop.run_in_executor(None, file.read, CHUNK):
            yield chunk
