"""What every emulator shares: a real server on a loopback port, numbered connections, scripted refusals."""

from __future__ import annotations

import asyncio
import http
from collections.abc import Mapping
from types import TracebackType
from typing import Self
from urllib.parse import SplitResult, parse_qs, urlsplit

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from wingman.testing.connection import OnSaid, Traffic, Wire
from wingman.testing.faults import Fault, FaultScript, Kind


class SocketEmulator:
    """A WebSocket server that plays a provider. Subclasses fill in `admit`, `greet` and `session`.

    ```python
    async with DeepgramEmulator() as emulator:
        settings = DeepgramSettings(url=emulator.url, api_key=Secret("local-key"))
    ```
    """

    def __init__(self, faults: FaultScript = FaultScript()) -> None:
        self.faults = faults
        self.traffic: list[Traffic] = []
        """One entry per handshake that reached us, also refused ones, in order."""
        self.on_said: OnSaid = lambda _traffic, _data: None
        """Told of each message as it goes to its socket."""
        self._numbers: dict[ServerConnection, int] = {}
        self._server: Server | None = None

    async def admit(self, url: SplitResult, request: Request) -> Response | None:
        """Check the handshake: a response refuses it, None lets it pass."""
        raise NotImplementedError

    def refusal(self, status: int, retry_after: float | None) -> Response:
        """The vendor's way to refuse with `status`."""
        raise NotImplementedError

    def channel_of(self, url: SplitResult) -> str:
        """The meeting's channel a handshake is for; empty where the wire does not tell."""
        return ""

    def greet(self, number: int) -> Mapping[str, str]:
        """Headers to add to the 101 answer of connection `number`."""
        return {}

    async def session(self, wire: Wire, url: SplitResult, number: int) -> None:
        """Serve one admitted connection until it ends."""
        raise NotImplementedError

    @property
    def port(self) -> int:
        """The port in use. Raises `RuntimeError` before the start."""
        if self._server is None:
            raise RuntimeError("the emulator is not running")
        return int(next(iter(self._server.sockets)).getsockname()[1])

    @property
    def url(self) -> str:
        """The WebSocket root, without a path."""
        return f"ws://127.0.0.1:{self.port}"

    @property
    def connections(self) -> int:
        """Handshakes seen so far."""
        return len(self.traffic)

    async def start(self, port: int = 0) -> None:
        """Listen on loopback; port 0 takes a free one."""
        self._server = await serve(
            self._handle,
            "127.0.0.1",
            port,
            process_request=self._handshake,
            process_response=self._upgraded,
            compression=None,
            max_size=4 * 1024 * 1024,
            close_timeout=0.2,
            ping_interval=None,
        )

    async def stop(self) -> None:
        """Cut every connection and stop listening. Idempotent."""
        if self._server is None:
            return
        server, self._server = self._server, None
        for connection in list(self._numbers):
            connection.transport.abort()
        server.close(close_connections=True)
        await server.wait_closed()

    async def serve_forever(self, port: int) -> None:
        """Serve until cancelled."""
        await self.start(port)
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            await self.stop()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def _handshake(self, connection: ServerConnection, request: Request) -> Response | None:
        url, number = urlsplit(request.path), len(self.traffic) + 1
        channel = self.channel_of(url)
        before = sum(traffic.channel == channel for traffic in self.traffic)
        self._numbers[connection] = number
        self.traffic.append(Traffic(number, query(url), channel, before + 1))
        for fault in self._faults_of(number):
            if fault.kind is Kind.HANG:
                await self._hang(connection)
            elif fault.kind is Kind.REFUSE:
                return self._forget(connection, self.refusal(fault.status, fault.retry_after))
        return self._forget(connection, await self.admit(url, request))

    def _faults_of(self, number: int) -> tuple[Fault, ...]:
        traffic = self.traffic[number - 1]
        return self.faults.of(number, traffic.channel, traffic.of_channel)

    def _forget(self, connection: ServerConnection, refused: Response | None) -> Response | None:
        if refused is not None:
            del self._numbers[connection]
        return refused

    async def _hang(self, connection: ServerConnection) -> None:
        await connection.wait_closed()

    def _upgraded(self, connection: ServerConnection, request: Request, response: Response) -> None:
        if response.status_code == http.HTTPStatus.SWITCHING_PROTOCOLS:
            for name, value in self.greet(self._numbers[connection]).items():
                response.headers[name] = value

    async def _handle(self, connection: ServerConnection) -> None:
        number = self._numbers[connection]
        traffic = self.traffic[number - 1]
        wire = Wire(connection, self._faults_of(number), traffic, self.on_said)
        request = connection.request
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(wire.deliver())
                try:
                    await self.session(wire, urlsplit(request.path if request else ""), number)
                finally:
                    wire.finish()
        finally:
            del self._numbers[connection]
            traffic.close_code = connection.close_code


def query(url: SplitResult) -> dict[str, list[str]]:
    """The query string as lists."""
    return parse_qs(url.query, keep_blank_values=True)


def http_answer(status: int, body: bytes, headers: Mapping[str, str]) -> Response:
    """A plain HTTP answer to a handshake."""
    fields = Headers({**headers, "Content-Length": str(len(body))})
    return Response(status, http.HTTPStatus(status).phrase, fields, body)
