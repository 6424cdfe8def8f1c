"""uvicorn inside the caller's loop: our socket, our signals, our shutdown."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
from collections.abc import Callable, Generator

import uvicorn
from starlette.types import ASGIApp

from wingman.config.server import ServerSettings
from wingman.core.errors import InputError
from wingman.server.client_address import Proxies
from wingman.server.connection_limits import Budget, ConnectionLimits
from wingman.server.file_descriptors import connection_room
from wingman.server.uvicorn_seam import DOOR, BoundedHttpProtocol, Config, Door, PushSocketProtocol

GRACE_SECONDS = 3
"""How long open requests may take to end when the service stops."""

KEEP_ALIVE_S = 10
"""Idle connections are kept for longer than by most clients (httpx: 5 s): else a request may meet the end."""
BACKLOG = 4096
"""Connections the kernel holds until we accept them: a burst must not make the next one wait for a retry."""

MESSAGE_BYTES = 1024 * 1024
"""Longest WebSocket message a client may send."""


async def serve(
    app: ASGIApp,
    host: str,
    port: int,
    ready: Callable[[int], object] = int,
    *,
    share: bool = False,
    door: Door = DOOR,
) -> None:
    """Serve `app` until this coroutine is cancelled; then end every connection and re-raise.

    With `share` other processes listen on the same port. `door` bounds what connections cost.

    `ready` is told the port once requests are answered. Raises `InputError` when the port is taken or the
    address is not ours. Installs no signal handlers.
    """
    listener = listen(host, port, share=share)
    config = http_config(app, door)
    server = _Server(config, lambda: ready(listener.getsockname()[1]))
    try:
        await server.serve(sockets=[listener])
    finally:
        listener.close()
    if server.cancelled:
        raise asyncio.CancelledError


def door_of(settings: ServerSettings) -> Door:
    """As the settings say, and as this process has room for. Raises `InputError` for what is no address."""
    budget = Budget(settings.connections, settings.connections_per_address, settings.connections)
    return Door(ConnectionLimits(budget.within(connection_room())), Proxies.of(settings.trusted_proxies))


def http_config(app: ASGIApp, door: Door = DOOR) -> uvicorn.Config:
    """How HTTP and WebSockets are spoken, by the one process and by each of many workers alike."""
    return Config(
        app,
        door,
        http=BoundedHttpProtocol,
        ws=PushSocketProtocol,
        ws_per_message_deflate=False,
        ws_max_size=MESSAGE_BYTES,
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


class _Server(uvicorn.Server):
    """uvicorn's server, which leaves signals alone and shuts down cleanly when its task is cancelled."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], object]) -> None:
        super().__init__(config)
        self._ready = ready
        self.cancelled = False

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    async def main_loop(self) -> None:
        # uvicorn looks ten times a second whether a signal came, and keeps a date; ours is cancelled, and dates
        # with each request. Swallowed here so that uvicorn goes on to its shutdown; `serve` raises it again
        try:
            await asyncio.get_running_loop().create_future()
        except asyncio.CancelledError:
            self.cancelled = True


def listen(host: str, port: int, *, share: bool = False) -> socket.socket:
    """A listening socket. Raises `InputError` when the port is taken or the address is not ours."""
    listener = bound(host, port, share=share)
    listener.listen(BACKLOG)
    return listener


def bound(host: str, port: int, *, share: bool = False) -> socket.socket:
    """A socket that holds a port and takes no connection yet. Raises as `listen` does.

    With `share` others that do the same may hold it, too.
    """
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[
            0
        ]
    except socket.gaierror as failed:
        raise InputError(
            f"cannot find the address {host}: {failed.strerror}; set server.host to 127.0.0.1",
            field="server.host",
        ) from None
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if share:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        listener.bind(address)
    except OSError as failed:
        listener.close()
        if failed.errno == errno.EADDRINUSE:
            raise InputError(
                f"port {port} on {host} is taken; stop that program or set server.port (0 picks one)",
                field="server.port",
                status=409,
            ) from None
        raise InputError(
            f"cannot listen on {host}:{port}: {failed.strerror}; change server.host or server.port",
            field="server.host",
        ) from None
    listener.settimeout(0.0)
    return listener
