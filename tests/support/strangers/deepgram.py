"""A live speech service on Deepgram's wire, written from the reference alone, which lies and breaks on demand.

It hears `spoken` audio. A window closes 300 ms after a word, after five seconds, on Finalize and on
CloseStream; interims come once per second of audio. What is to go wrong is a
list of `Fault`s, taken in their order.
"""

from __future__ import annotations

import asyncio
import http
import json
import math
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from tests.support.strangers.spoken import RATE, number_of

IDLE_S = 10.0
Message = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong; which fields matter depends on `kind`."""

    kind: str
    status: int = 503
    """`refuse`: the HTTP answer to one handshake."""
    location: str = ""
    retry_after: float = 0.0
    code: int = 1011
    """`close`: the close code; 1006 resets the connection instead."""
    count: int = 1
    """How many messages, connections or handshakes are meant."""
    seconds: float = 1.0
    value: float = 0.0


@dataclass(slots=True)
class Stranger:
    """The service. Append to `handshakes` and `troubles` what is to happen from now on."""

    port: int = 0
    handshakes: deque[Fault] = field(default_factory=deque)
    """`refuse`, `hang`: one per handshake."""
    troubles: deque[Fault] = field(default_factory=deque)
    """`close`, `silent`, `deaf`, `late`: taken by the next message that would be sent, on any connection.

    `unasked`: a Finalize is not answered, `count` times; `backwards`: CloseStream brings the summary before the
    last final; `hasty`: it brings neither.
    """
    lies: deque[Fault] = field(default_factory=deque)
    """One per final: `swap`, `drop`, `twice`, `start`, `longer`, `word_end`, `word_start`, `garbage`,
    `only_interims`, `mute`, `not_a_number`, `endless`, `textless`, `other_channel`, `empty_before`, `no_width`,
    `odd_text`, `huge`, `old_again`, `negative`, `too_short`, `reaches_back`, `in_two`, `no_end`, `summary`."""
    opened: int = 0
    torn: set[int] = field(default_factory=set)
    """Words a window's end went through: their times are those of a part."""
    told: list[str] = field(default_factory=list)
    """Words that were sent in finals, for a look at what happened."""

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}"


@asynccontextmanager
async def stranger() -> AsyncIterator[Stranger]:
    """Serve on a port of loopback until left."""
    service = Stranger()

    async def session(connection: ServerConnection) -> None:
        service.opened += 1
        await _Session(service, connection).run()

    async def handshake(connection: ServerConnection, request: Request) -> Response | None:
        return await _handshake(service)

    server: Server
    async with serve(session, "127.0.0.1", 0, process_request=handshake, compression=None) as server:
        service.port = server.sockets[0].getsockname()[1]
        try:
            yield service
        finally:
            server.close(close_connections=True)


async def _handshake(service: Stranger) -> Response | None:
    if not service.handshakes:
        return None
    fault = service.handshakes.popleft()
    if fault.kind == "hang":
        await asyncio.sleep(fault.seconds)
        return None
    headers = Headers({"Content-Length": "0", "dg-error": "as ordered"})
    if fault.location:
        headers["Location"] = fault.location
    if fault.retry_after:
        headers["Retry-After"] = f"{fault.retry_after:g}"
    return Response(fault.status, http.HTTPStatus(fault.status).phrase, headers, b"")


class _Hearing:
    """Finds the words in what has come in."""

    def __init__(self) -> None:
        self.length = 0
        self.words: list[tuple[int, int, int]] = []
        """Number, first sample, end."""
        self._level = 0

    def feed(self, pcm: bytes) -> None:
        values = np.frombuffer(pcm, dtype="<i2")
        edges = np.flatnonzero(np.diff(np.concatenate(([self._level], values.astype(np.int64)))))
        bounds = [*edges.tolist(), len(values)]
        if bounds[0] > 0 and self._level:
            self._extend(self.length + bounds[0])
        for start, end in pairwise(bounds):
            level = int(values[start])
            if level:
                self.words.append((number_of(level), self.length + start, self.length + end))
        self._level = int(values[-1]) if len(values) else self._level
        self.length += len(values)

    @property
    def running(self) -> bool:
        """A word is being said right now."""
        return self._level != 0

    def _extend(self, end: int) -> None:
        number, start, _ = self.words[-1]
        self.words[-1] = (number, start, end)


class _Session:
    """One connection."""

    def __init__(self, service: Stranger, connection: ServerConnection) -> None:
        self._service = service
        self._connection = connection
        self._hearing = _Hearing()
        self._window = 0
        self._interim_due = RATE
        self._ended_at = 0
        self._held: list[Message] = []
        self._outbox: asyncio.Queue[tuple[float, str | None]] = asyncio.Queue(100_000)
        self._silent_until = 0.0
        self._late = 0.0
        self._unasked = 0
        self._ending = ""
        self._before: list[Message] = []

    async def run(self) -> None:
        sender = asyncio.create_task(self._deliver())
        try:
            while True:
                try:
                    frame = await asyncio.wait_for(self._connection.recv(), IDLE_S)
                except TimeoutError:
                    await self._connection.close(1011, "no audio or text in time. See https://dpgr.am/net0001")
                    return
                if isinstance(frame, bytes):
                    self._audio(frame)
                elif self._control(json.loads(frame)["type"]):
                    await sender
                    await self._connection.close(1000)
                    return
                await self._trouble()
        except ConnectionClosed:
            return
        finally:
            sender.cancel()
            await asyncio.gather(sender, return_exceptions=True)

    async def _trouble(self) -> None:
        troubles = self._service.troubles
        while troubles:
            fault = troubles.popleft()
            match fault.kind:
                case "close" if fault.code == 1006:
                    self._connection.transport.abort()
                    return
                case "close":
                    await self._connection.close(fault.code, "as ordered")
                    return
                case "silent":
                    self._silent_until = asyncio.get_running_loop().time() + fault.seconds
                case "late":
                    self._late = fault.seconds
                case "unasked":
                    self._unasked += fault.count
                case "backwards" | "hasty":
                    self._ending = fault.kind
                case "deaf":
                    self._connection.transport.pause_reading()
                    await asyncio.sleep(fault.seconds)
                    self._connection.transport.resume_reading()
                case _:
                    raise AssertionError(fault)

    def _control(self, kind: str) -> bool:
        """True when the stream is over."""
        if kind == "Finalize":
            self._unasked -= 1
            if self._unasked < 0:
                self._final(from_finalize=True)
        elif kind == "CloseStream":
            if self._ending == "backwards":
                self._send(self._summary())
            if self._ending != "hasty":
                self._final(last=True)
                for message in self._held:
                    self._send(message)
                self._send(self._summary())
            self._outbox.put_nowait((0.0, None))
            return True
        return False

    def _summary(self) -> Message:
        return {
            "type": "Metadata",
            "transaction_key": "deprecated",
            "request_id": "r",
            "sha256": "incomplete",
            "created": "2026-11-20T00:00:00.000Z",
            "duration": self._hearing.length / RATE,
            "channels": 1,
        }

    def _audio(self, pcm: bytes) -> None:
        hearing = self._hearing
        hearing.feed(pcm)
        words = self._words(hearing.length)
        quiet = hearing.length - words[-1][2] if words and not hearing.running else 0
        if words and quiet >= 3 * RATE // 10:
            self._final(speech_final=True)
        elif hearing.length - self._window >= 5 * RATE and not hearing.running:
            self._final()
        elif hearing.length >= self._interim_due:
            self._interim_due += RATE
            self._send(self._results(hearing.length, is_final=False))
        if self._ended_at and hearing.length - self._ended_at >= RATE:
            self._send({"type": "UtteranceEnd", "channel": [0, 1], "last_word_end": self._ended_at / RATE})
            self._ended_at = 0

    def _words(self, end: int) -> list[tuple[int, int, int]]:
        return [word for word in self._hearing.words[-40:] if word[1] >= self._window and word[2] <= end]

    def _final(self, *, speech_final: bool = False, from_finalize: bool = False, last: bool = False) -> None:
        end = self._hearing.length
        if self._hearing.running and not (last or from_finalize):
            end = self._hearing.words[-1][1]
        elif self._hearing.running:
            self._service.torn.add(self._hearing.words[-1][0])
        if end <= self._window and not speech_final:
            return
        words = self._words(end)
        message = self._results(end, is_final=True, speech_final=speech_final, from_finalize=from_finalize)
        self._window = end
        self._interim_due = self._hearing.length + RATE
        if words:
            self._ended_at = words[-1][2]
        for sent in self._lie(message):
            self._send(sent)
        self._before = [message]

    def _results(self, end: int, *, is_final: bool, **flags: bool) -> Message:
        words = [
            {
                "word": f"w{number}",
                "punctuated_word": f"w{number}",
                "start": round(first / RATE, 6),
                "end": round(stop / RATE, 6),
                "confidence": 0.98,
            }
            for number, first, stop in self._words(end)
        ]
        return {
            "type": "Results",
            "channel_index": [0, 1],
            "start": round(self._window / RATE, 6),
            "duration": round((end - self._window) / RATE, 6),
            "is_final": is_final,
            "speech_final": flags.get("speech_final", False),
            "from_finalize": flags.get("from_finalize", False),
            "channel": {
                "alternatives": [
                    {
                        "transcript": " ".join(str(word["word"]) for word in words),
                        "confidence": 0.98 if words else 0.0,
                        "words": words,
                    }
                ]
            },
            "metadata": {"request_id": "r", "model_uuid": "m", "model_info": {"name": "x", "version": "1"}},
        }

    def _lie(self, message: Message) -> list[Message]:
        if self._held:
            held, self._held = self._held, []
            return [message, *held]
        lies = self._service.lies
        if not lies:
            return [message]
        fault = lies[0]
        if fault.kind not in ("drop", "only_interims") and not _said(message):
            return [message]
        lies.popleft()
        if fault.count > 1:
            lies.appendleft(Fault(fault.kind, count=fault.count - 1, value=fault.value))
        return self._lied(fault, message)

    def _lied(self, fault: Fault, message: Message) -> list[Message]:
        word = _said(message)[0] if _said(message) else {}
        changes: dict[str, Callable[[], list[Message]]] = {
            "swap": lambda: self._hold(message),
            "drop": list,
            "twice": lambda: [message, message],
            "start": lambda: [{**message, "start": fault.value}],
            "longer": lambda: [{**message, "duration": message["duration"] + fault.value}],
            "word_end": lambda: _with(word, "end", fault.value, message),
            "word_start": lambda: _with(word, "start", fault.value, message),
            "garbage": lambda: [{"type": "Results", "is_final": True, "start": "nonsense"}],
            "only_interims": lambda: [{**message, "is_final": False, "speech_final": False}],
            "mute": lambda: [{**message, "channel": {"alternatives": []}}],
            "not_a_number": lambda: [{**message, "start": math.nan}],
            "endless": lambda: [{**message, "duration": math.inf}],
            "textless": lambda: [{**message, "channel": {"alternatives": [{"confidence": None}]}}],
            "other_channel": lambda: [{**message, "channel_index": [7, -1]}],
            "empty_before": lambda: [_window(message, 0.0, 0.0, []), message],
            "no_width": lambda: [{**message, "duration": 0.0}],
            "odd_text": lambda: _with(word, "word", "\ud800\u202e\0", message),
            "huge": lambda: [{**message, "metadata": {"request_id": "x" * 400_000, "model_info": [[]] * 1000}}],
            "old_again": lambda: [message, *self._before],
            "negative": lambda: [{**message, "duration": -message["duration"]}],
            "too_short": lambda: [{**message, "duration": message["duration"] / 8}],
            "reaches_back": lambda: [_window(message, -min(message["start"], 1.2), 0.0, _said(message))],
            "in_two": lambda: _halves(message),
            "no_end": lambda: _with(word, "end", None, message),
            "summary": lambda: [self._summary(), message],
        }
        return changes[fault.kind]()

    def _hold(self, message: Message) -> list[Message]:
        self._held = [message]
        return []

    def _send(self, message: Message) -> None:
        if message.get("is_final"):
            self._service.told += [str(word["word"]) for word in _said(message)]
        due = asyncio.get_running_loop().time() + self._late
        self._outbox.put_nowait((max(due, self._silent_until), json.dumps(message)))

    async def _deliver(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due, text = await self._outbox.get()
            if text is None:
                return
            if (wait := max(due, self._silent_until) - loop.time()) > 0:
                await asyncio.sleep(wait)
            await self._connection.send(text)


def _said(message: Message) -> list[Message]:
    if "channel" not in message:
        return []
    alternatives = message["channel"]["alternatives"]
    words: list[Message] = alternatives[0].get("words", []) if alternatives else []
    return words


def _window(message: Message, start: float, end: float, words: list[Message]) -> Message:
    """The message with its window's bounds moved by so many seconds, and these words; no width without."""
    width = message["duration"] - start + end if words else 0.0
    alternative = {
        "transcript": " ".join(str(word["word"]) for word in words),
        "confidence": 0.9,
        "words": words,
    }
    return {
        **message,
        "start": round(message["start"] + start, 6),
        "duration": round(width, 6),
        "speech_final": message["speech_final"] and bool(words),
        "channel": {"alternatives": [alternative]},
    }


def _halves(message: Message) -> list[Message]:
    """One window as two, which overlap a little, and the second begins in the middle of a silence."""
    words = _said(message)
    if len(words) < 2:
        return [message]
    cut = words[len(words) // 2]["start"]
    end = message["start"] + message["duration"]
    first, second = words[: len(words) // 2], words[len(words) // 2 :]
    early = _window(message, 0.0, cut - end, first)
    return [{**early, "speech_final": False}, _window(message, cut - message["start"] - 0.02, 0.0, second)]


def _with(word: Message, name: str, value: float | str | None, message: Message) -> list[Message]:
    word[name] = value
    return [message]
