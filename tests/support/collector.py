"""A collector of telemetry on a loopback port: OTLP over HTTP, read with the protocol's own classes."""

from __future__ import annotations

import gzip
import http.server
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import pytest

M = TypeVar("M")


class Collector(http.server.ThreadingHTTPServer):
    """Keeps what is posted, by path."""

    def __init__(self) -> None:
        self.received: list[tuple[str, bytes]] = []
        self.keys: set[str] = set()
        super().__init__(("127.0.0.1", 0), Receiver)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def of(self, path: str, read: Callable[[bytes], M]) -> list[M]:
        return [read(body) for posted, body in self.received if posted == path]


class Receiver(http.server.BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        assert self.headers["content-type"] == "application/x-protobuf"
        if self.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        self.server.keys.add(self.headers.get("x-key", ""))
        self.server.received.append((self.path, body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@contextmanager
def serving() -> Iterator[Collector]:
    server = Collector()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def collector() -> Iterator[Collector]:
    with serving() as server:
        yield server
