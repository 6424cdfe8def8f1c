"""What the emulated language models share: a port, what was asked of them, and what goes wrong next."""

from __future__ import annotations

from collections import deque
from types import TracebackType
from typing import Generic, Self, TypeVar

from wingman.testing.http_server import LoopbackHttp, Reply, Request

F = TypeVar("F")


class ModelServer(Generic[F]):
    """Serves inside `async with`. Subclasses answer in `handle`; `F` is what can go wrong with a request."""

    def __init__(self, port: int = 0) -> None:
        self._faults: deque[F | None] = deque()
        self._http = LoopbackHttp(self._keep, port=port)
        self.requests: list[Request] = []
        """Every request that came in, oldest first."""

    @property
    def url(self) -> str:
        """What goes into the settings."""
        return self._http.url

    @property
    def connections(self) -> int:
        """Connections accepted so far."""
        return self._http.connections

    @property
    def left(self) -> list[float]:
        """Monotonic times at which clients left before their answer was complete."""
        return self._http.left

    def play(self, *faults: F | None) -> None:
        """The next requests meet these faults, one each; None is a healthy one."""
        self._faults.extend(faults)

    def next_fault(self) -> F | None:
        """What goes wrong with the request that is being answered."""
        return self._faults.popleft() if self._faults else None

    async def handle(self, request: Request, reply: Reply) -> None:
        """Answer one request."""
        raise NotImplementedError

    async def _keep(self, request: Request, reply: Reply) -> None:
        self.requests.append(request)
        await self.handle(request, reply)

    async def __aenter__(self) -> Self:
        await self._http.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.__aexit__(kind, error, trace)
