"""One connection to NATS, and the few things of JetStream that are used, over its documented JSON API.

nats-py's own JetStream layer retries, buffers and swallows where this needs to know what happened: a publish
either has the server's word, or raises one of the three outcomes below.
"""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

import msgspec
import nats.errors
from nats.aio.msg import Msg

from wingman.cluster.cancellation import cancellable
from wingman.cluster.nats_client import AtOnce, NatsClient
from wingman.cluster.returning_client import Reasons
from wingman.config.cluster import ClusterSettings
from wingman.core.errors import InputError, WingmanError
from wingman.core.json import JsonObject

T = TypeVar("T")

OLDEST = (2, 11)
"""The first server with a lifetime per message."""
ANSWER_S = 1.5
"""What a server may take to answer; an election takes longer, and is waited for by asking again."""
CONNECT_S = 5.0
ELECTED_S = 20.0
"""What servers that have just started may take to choose a leader."""
AGAIN_S = 0.2
PING_S = 2
PAGE = 256
"""Messages read at a time."""
WAITING, WAITING_BYTES = 65_536, 64 * 1024 * 1024
"""What a subscription holds for who listens; more is dropped, and shows as a gap."""
TTL = "Nats-TTL"
EXPECT = "Nats-Expected-Last-Subject-Sequence"
STATUS = "Status"

WRONG_LAST, IN_FLIGHT, SAME_ID = 10071, 10164, 10158
NO_MESSAGE = 10037
STREAM_EXISTS = 10058


class StaleError(WingmanError):
    """The guard does not hold: somebody else has written, or an own answer was lost."""


class UnknownError(WingmanError):
    """No answer: it may be stored, now or later."""


class UnavailableError(WingmanError):
    """It is not stored: there is no leader just now, no room, or no connection."""


@dataclass(frozen=True, slots=True)
class Stored:
    """One message of a stream."""

    subject: str
    seq: int
    """Its number in the stream."""
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


Heard = Callable[[Msg], Awaitable[None]]


class JetStream:
    """A connection that comes back by itself. Open it with `JetStream.open`."""

    def __init__(self, client: NatsClient) -> None:
        self._nats = client
        self._returned: list[Callable[[], None]] = []

    @classmethod
    async def open(cls, settings: ClusterSettings, name: str) -> JetStream:
        """Connect. Raises `InputError` when nobody answers, the servers are too old or have no JetStream."""
        client = NatsClient()
        jetstream = cls(client)
        servers = [url.strip() for url in settings.url.split(",") if url.strip()]
        options: dict[str, Any] = {"nkeys_seed_str": settings.nkey.reveal()} if settings.nkey else {}
        if settings.ca:
            options["tls"] = _trusting(settings.ca)
        try:
            async with asyncio.timeout(CONNECT_S):
                await client.connect(
                    servers,
                    name=name,
                    connect_timeout=2,
                    max_reconnect_attempts=-1,
                    reconnect_time_wait=AGAIN_S,  # type: ignore[arg-type]  # a sleep: fractions work
                    ping_interval=PING_S,
                    max_outstanding_pings=2,
                    pending_size=0,  # never keep a publish for later: it would be stored when nobody expects it
                    error_cb=Reasons().tell,
                    reconnected_cb=jetstream._reconnected,
                    **options,
                )
        except (TimeoutError, OSError, nats.errors.Error, ValueError) as failed:
            await client.close()
            raise _unreachable(settings.url, failed) from None
        try:
            await client.open()
            await jetstream._check(settings)
        except BaseException:
            await client.close()
            raise
        return jetstream

    async def _check(self, settings: ClusterSettings) -> None:
        version = self._nats.connected_server_version
        if (version.major, version.minor) < OLDEST:
            raise InputError(
                f"the NATS server is version {version.major}.{version.minor}; "
                f"this needs {OLDEST[0]}.{OLDEST[1]} or newer",
                field="cluster.url",
            )
        await self.once_elected(partial(self._answers, settings))

    async def _answers(self, settings: ClusterSettings) -> None:
        try:
            await self.api("INFO")
        except ApiError as refused:  # servers that have just started choose their leader
            raise UnknownError(str(refused)) from None
        except UnavailableError:
            raise InputError(
                f"the NATS server at {_shown(settings.url)} has no JetStream; start it with --jetstream",
                field="cluster.url",
                status=503,
            ) from None

    @property
    def connected(self) -> bool:
        """False while it looks for a server."""
        return self._nats.is_connected

    @property
    def servers(self) -> int:
        """How many servers it knows of."""
        return max(1, len(self._nats.servers))

    def on_return(self, callback: Callable[[], None]) -> None:
        """Call `callback` after each time the connection was lost and is back."""
        self._returned.append(callback)

    async def aclose(self) -> None:
        """Leave. Idempotent."""
        await self._nats.close()
        # nats-py loses a cancellation that meets an attempt to connect, and would be back a while after its end
        task = self._nats._reconnection_task  # noqa: SLF001 - it offers no other way
        while task is not None and not task.done():
            task.cancel()
            await asyncio.wait([task], timeout=AGAIN_S)
        if not self._nats.is_closed:
            await self._nats.close()

    # --- streams --------------------------------------------------------------------------------

    async def api(self, what: str, body: JsonObject | None = None, timeout: float = ANSWER_S) -> JsonObject:
        """One call of `$JS.API`. Raises `UnavailableError`, `UnknownError` or `ApiError`."""
        answer = await self._ask(f"$JS.API.{what}", msgspec.json.encode(body) if body else b"", timeout=timeout)
        found: JsonObject = msgspec.json.decode(answer)
        if failure := found.get("error"):
            raise ApiError(int(failure.get("err_code", 0)), str(failure.get("description", "")))
        return found

    async def once_elected(self, ask: Callable[[], Awaitable[T]]) -> T:
        """What `ask` returns; asked again while servers that have just started choose who leads each stream.

        Raises `InputError` (503) when they do not.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + ELECTED_S
        while True:
            try:
                return await ask()
            except (UnavailableError, UnknownError) as failed:
                if loop.time() > deadline:
                    raise InputError(
                        f"the NATS servers choose no leader ({failed}); start more than half of them",
                        field="cluster.url",
                        status=503,
                    ) from None
                await asyncio.sleep(AGAIN_S)

    async def publish(
        self,
        subject: str,
        body: bytes,
        *,
        headers: Mapping[str, str] | None = None,
        expect: int | None = None,
        timeout: float = ANSWER_S,
    ) -> int:
        """Store one message and return its number in the stream.

        `expect` is the number of the newest message of this subject (0 for none); else: `StaleError`.
        """
        sent = dict(headers or {})
        if expect is not None:
            sent[EXPECT] = str(expect)
        answer = await self._ask(subject, body, headers=sent, timeout=timeout)
        found = msgspec.json.decode(answer)
        failure = found.get("error")
        if failure is None:
            return int(found["seq"])
        code, text = int(failure.get("err_code", 0)), str(failure.get("description", ""))
        if code in (WRONG_LAST, IN_FLIGHT, SAME_ID):
            raise StaleError(text)
        raise UnavailableError(text)

    async def stream(self, name: str) -> JsonObject:
        """What the leader of a stream says of it. Raises as `newest` does."""
        try:
            return await self.api(f"STREAM.INFO.{name}")
        except ApiError as refused:
            raise UnavailableError(str(refused)) from None

    async def last_number(self, stream: str) -> int:
        """The number of a stream's newest message; 0 before the first. Raises as `newest` does."""
        return int((await self.stream(stream))["state"]["last_seq"])

    async def newest(self, stream: str, subject: str) -> Stored | None:
        """The newest message of a subject, as the stream's leader has it.

        Raises `UnavailableError` or `UnknownError`.
        """
        return await self._get(stream, {"last_by_subj": subject})

    async def next(self, stream: str, subject: str, seq: int) -> Stored | None:
        """The first message of a subject with this number or a higher one, as the leader has it."""
        return await self._get(stream, {"seq": max(1, seq), "next_by_subj": subject})

    async def _get(self, stream: str, query: JsonObject) -> Stored | None:
        try:
            found = (await self.api(f"STREAM.MSG.GET.{stream}", query))["message"]
        except ApiError as refused:
            if refused.code == NO_MESSAGE:
                return None
            raise UnavailableError(str(refused)) from None
        return Stored(
            found["subject"],
            int(found["seq"]),
            base64.b64decode(found.get("data", "")),
            _headers(base64.b64decode(found.get("hdrs", ""))),
        )

    async def page(self, stream: str, query: JsonObject) -> list[Stored]:
        """Up to a page of messages from any replica, which may lag behind the leader.

        What came before it fell silent counts.
        """
        found: list[Stored] = []
        try:
            async for message in self._batch(stream, {"batch": PAGE, **query}):
                found.append(message)
        except (UnavailableError, UnknownError):
            if not found:
                raise
        return found

    async def _batch(self, stream: str, query: JsonObject) -> AsyncIterator[Stored]:
        inbox = self._nats.new_inbox()
        answers = await self._nats.subscribe(inbox)
        try:
            await self._send(f"$JS.API.DIRECT.GET.{stream}", msgspec.json.encode(query), reply=inbox)
            while True:
                try:
                    message = await cancellable(answers.next_msg(ANSWER_S))
                except nats.errors.TimeoutError:
                    raise UnknownError("the servers do not answer") from None
                headers = dict(message.headers or {})
                if status := headers.get(STATUS):
                    if status == "503":
                        raise UnavailableError("there is no leader")
                    return  # 204: that was all; 404: there is nothing
                yield Stored(
                    headers["Nats-Subject"], int(headers["Nats-Sequence"]), bytes(message.data), headers
                )
        finally:
            if not self._nats.is_closed:
                await answers.unsubscribe()

    async def erase(self, stream: str, seq: int) -> None:
        """Overwrite one message."""
        try:
            await self.api(f"STREAM.MSG.DELETE.{stream}", {"seq": seq, "no_erase": False})
        except ApiError as refused:
            if refused.code != NO_MESSAGE:
                raise UnavailableError(str(refused)) from None

    async def purge(self, stream: str, subject: str) -> None:
        """Drop every message of a subject; the bytes stay on the disk until the server compacts."""
        await self.api(f"STREAM.PURGE.{stream}", {"filter": subject})

    async def make_stream(self, config: JsonObject) -> JsonObject:
        """Make a stream unless it is there, and return how it is set."""
        name = config["name"]
        try:
            made = await self.api(f"STREAM.CREATE.{name}", config, timeout=20.0)
        except ApiError as refused:
            if refused.code != STREAM_EXISTS:
                raise InputError(
                    f"the NATS servers refuse a stream ({refused}); see docs/cluster.md for what they need",
                    field="cluster.url",
                    status=503,
                ) from None
            made = await self.stream(name)
        found: JsonObject = made["config"]
        return found

    # --- between nodes ----------------------------------------------------------------------------

    async def request(self, subject: str, body: bytes, timeout: float) -> bytes | None:
        """Ask whoever listens; None when nobody does, or nobody answers in time."""
        try:
            return await self._ask(subject, body, timeout=timeout)
        except (UnavailableError, UnknownError):
            return None

    async def subscribe(
        self, subject: str, heard: Heard, at_once: AtOnce | None = None
    ) -> Callable[[], Awaitable[None]]:
        """Have `heard` called for each message, one after the other; returns what ends it.

        With `at_once` for each that this does not take.
        """

        async def told(message: Msg) -> None:
            await cancellable(heard(message))

        subscription = await self._nats.subscribe(
            subject, cb=told, pending_msgs_limit=WAITING, pending_bytes_limit=WAITING_BYTES
        )
        if at_once is not None:
            self._nats.take_at_once(subscription, at_once)

        async def end() -> None:
            if not self._nats.is_closed:
                await subscription.unsubscribe()

        return end

    async def tell(self, subject: str, body: bytes, reply: str = "") -> None:
        """Send a message that nobody confirms. Raises `UnavailableError` while there is no connection."""
        await self._send(subject, body, reply=reply)

    def inbox(self) -> str:
        """A subject of one's own."""
        return self._nats.new_inbox()

    async def _ask(
        self, subject: str, body: bytes, *, headers: Mapping[str, str] | None = None, timeout: float
    ) -> bytes:
        try:
            return await self._nats.ask(subject, body, timeout, dict(headers or {}) or None)
        except nats.errors.NoRespondersError:
            raise UnavailableError("there is no leader") from None
        except nats.errors.OutboundBufferLimitError:
            raise UnavailableError("there is no connection") from None
        except (nats.errors.TimeoutError, nats.errors.ConnectionClosedError, OSError):
            raise UnknownError("the servers do not answer") from None

    async def _send(self, subject: str, body: bytes, reply: str = "") -> None:
        try:
            await self._nats.publish(subject, body, reply=reply)
        except (nats.errors.OutboundBufferLimitError, nats.errors.ConnectionClosedError, OSError):
            raise UnavailableError("there is no connection") from None

    async def _reconnected(self) -> None:
        for callback in self._returned:
            callback()


class ApiError(WingmanError):
    """The server refused a call of its API."""

    def __init__(self, code: int, description: str) -> None:
        super().__init__(description)
        self.code = code


def _trusting(file: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=file)
    except OSError as failed:
        raise InputError(f"cannot read cluster.ca {file}: {failed.strerror}", field="cluster.ca") from None


def _headers(raw: bytes) -> dict[str, str]:
    lines = raw.decode("utf-8", "replace").split("\r\n")[1:]
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines) if name}


def _shown(url: str) -> str:
    """The servers without what opens them."""
    return ",".join(one.rpartition("@")[2] if "@" in one else one for one in url.split(","))


def _unreachable(url: str, failed: Exception) -> InputError:
    reason = str(failed) or type(failed).__name__
    return InputError(
        f"no NATS server answers at {_shown(url)} ({reason}); start one, or mend cluster.url",
        field="cluster.url",
        status=503,
    )
