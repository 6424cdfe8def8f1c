"""Networks of a client that can go away without a word: relays between its sockets and the service's."""

from __future__ import annotations

import json
import selectors
import socket
import threading
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from wingman.audio.source import AudioSource
from wingman.transports.webrtc import WebRtcSource

Address: TypeAlias = tuple[str, int]
DATAGRAM = 65_536

BY_RELAY = """networks => {
  const stock = RTCPeerConnection.prototype.setRemoteDescription;
  RTCPeerConnection.prototype.setRemoteDescription = function ({ type, sdp }) {
    const [host, port] = networks.length > 1 ? networks.shift() : networks[0];
    let found = 0;
    const lines = sdp.split("\\r\\n").filter((line) => !line.startsWith("a=candidate:") || !found++);
    const way = `a=candidate:1 1 udp 2130706431 ${host} ${port} typ host`;
    sdp = lines.map((line) => (line.startsWith("a=candidate:") ? way : line)).join("\\r\\n");
    return stock.call(this, { type, sdp });
  };
}"""
"""Every description that a page is given leads through the next network; the last one is used again."""


def by_relay(*networks: Network) -> str:
    """A script that makes a page's connections use these networks, one after the other."""
    return f"({BY_RELAY})({json.dumps([network.address for network in networks])})"


class Network:
    """One way to the service, on an address of its own. `cut` loses everything on it, both ways."""

    def __init__(self, to: Callable[[], Address | None]) -> None:
        """`to` says where the service is reached, or None while nobody knows."""
        self._to = to
        self._up = True
        self._open = True
        self._near = _bound()
        self._far: dict[Address, socket.socket] = {}
        self.address: Address = self._near.getsockname()
        self._watched = selectors.DefaultSelector()
        self._watched.register(self._near, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._run, name="network")
        self._thread.start()

    def __enter__(self) -> Network:
        return self

    def __exit__(self, *_: object) -> None:
        self._open = False
        self._thread.join(5)
        self._watched.close()
        for each in (self._near, *self._far.values()):
            each.close()

    @property
    def used(self) -> bool:
        """Whether anybody has come this way."""
        return bool(self._far)

    def cut(self) -> None:
        self._up = False

    def mend(self) -> None:
        self._up = True

    def _run(self) -> None:
        while self._open:
            for key, _ in self._watched.select(0.05):
                self._pass(key.fileobj, key.data)

    def _pass(self, source: Any, client: Address | None) -> None:
        data, address = source.recvfrom(DATAGRAM)
        if not self._up:
            return
        if client is not None:
            self._near.sendto(data, client)
        elif (to := self._to()) is not None:
            self._beyond(address).sendto(data, to)

    def _beyond(self, client: Address) -> socket.socket:
        if client not in self._far:
            self._far[client] = _bound()
            self._watched.register(self._far[client], selectors.EVENT_READ, client)
        return self._far[client]


def _bound() -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.bind((_own_address(), 0))
    return made


def _own_address() -> str:
    """What others reach this machine by: a browser has no candidate on loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        try:
            asked.connect(("192.0.2.1", 9))  # nothing is sent
        except OSError:
            return "127.0.0.1"
        return str(asked.getsockname()[0])


def newest_way(sources: Iterable[AudioSource]) -> Address | None:
    """Where the service waits for the peer connection among these: at its newest ICE session."""
    path = next((each._path for each in sources if isinstance(each, WebRtcSource)), None)
    ice = path.ice if path is not None else None
    if ice is None:
        return None
    for protocol in (ice._pending or ice._current)._protocols:
        host = protocol.local_candidate.host
        if protocol.local_candidate.type == "host" and ":" not in host:
            return host, protocol.local_candidate.port
    return None
