"""A wire that can be cut: everything between a page and the service goes through it."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress


class Wire:
    """Forwards TCP from a port of its own to the service's. `cut` breaks every connection and takes no new."""

    def __init__(self, service_port: int) -> None:
        self._to = service_port
        self._up = True
        self._sockets: set[socket.socket] = set()
        self._forgotten: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._run(self._accept)

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()
        for thread in self._threads:
            thread.join(5)

    def cut(self) -> None:
        self._up = False
        with self._lock:
            for each in self._sockets:
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

    def forget(self) -> None:
        """Lose what goes over the present connections, without a word, as when a client's address changes."""
        with self._lock:
            self._forgotten |= self._sockets

    def mend(self) -> None:
        self._up = True

    def _run(self, job: object, *arguments: object) -> None:
        thread = threading.Thread(target=job, args=arguments, name="wire")  # type: ignore[arg-type]  # bound methods of two kinds
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            if not self._up:
                near.close()
                continue
            far = socket.create_connection(("127.0.0.1", self._to))
            with self._lock:
                self._sockets |= {near, far}
            self._run(self._pump, near, far)
            self._run(self._pump, far, near)

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if source not in self._forgotten:
                    sink.sendall(data)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_RDWR)
        with self._lock:
            self._sockets.discard(source)
        source.close()
