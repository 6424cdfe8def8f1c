"""Peer: native code. webrtcbin, opusdec at 16 kHz mono, two WebSockets; Python makes connections and no more.

Runs on Debian's Python with its GStreamer packages. Arguments: the providers' port, the helper's library
(`gst_sockets.c`, compiled), and how many sockets a session has.
"""

from __future__ import annotations

import base64
import ctypes
import http.server
import json
import os
import selectors
import socket
import sys
import threading

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstWebRTC", "1.0")
gi.require_version("GstSdp", "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC  # noqa: E402 - versions come first

PROVIDERS, HELPER, SOCKETS = int(sys.argv[1]), ctypes.CDLL(sys.argv[2]), int(sys.argv[3])
HELPER.attach.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_int]
PATHS = ("/v1/listen?encoding=linear16&sample_rate=16000", "/v1/expression/audio/realtime")[:SOCKETS]
PIPELINE = (
    "webrtcbin name=peer bundle-policy=max-bundle latency=0 peer. ! rtpopusdepay ! opusdec use-inband-fec=true"
    " ! audio/x-raw,format=S16LE,rate=16000,channels=1 ! fakesink name=end sync=false"
)
GATHERED = GstWebRTC.WebRTCICEGatheringState.COMPLETE
Gst.init(None)
sessions: list[object] = []
readers = selectors.DefaultSelector()


def open_socket(path: str) -> socket.socket:
    """A WebSocket to a provider, past its handshake."""
    line = socket.create_connection(("127.0.0.1", PROVIDERS))
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    key = base64.b64encode(os.urandom(16)).decode()
    line.sendall(
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    head = b""
    while b"\r\n\r\n" not in head:
        head += line.recv(1)
    return line


def read_results() -> None:
    """What the providers say, frame by frame; the servers here send whole, unmasked text frames."""
    held: dict[int, bytes] = {}
    while True:
        for ready, _ in readers.select(0.5):
            number = ready.fd
            data = held.get(number, b"") + (ready.fileobj.recv(65_536) or b"")
            while len(data) >= 4:
                size, start = data[1] & 127, 2
                if size == 126:
                    size, start = int.from_bytes(data[2:4], "big"), 4
                if len(data) < start + size:
                    break
                json.loads(data[start : start + size])
                data = data[start + size :]
            held[number] = data


class Whip(http.server.BaseHTTPRequestHandler):
    """POST /whip: an offer in, an answer out, once all candidates are known."""

    def do_POST(self) -> None:
        offer = self.rfile.read(int(self.headers["content-length"])).decode()
        answer = negotiate(offer).encode()
        self.send_response(201)
        self.send_header("Content-Type", "application/sdp")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Quiet."""


def negotiate(offer: str) -> str:
    pipeline = Gst.parse_launch(PIPELINE)
    peer, end = pipeline.get_by_name("peer"), pipeline.get_by_name("end")
    lines = [open_socket(path) for path in PATHS]
    for line in lines:
        readers.register(line, selectors.EVENT_READ)
    HELPER.attach(
        hash(end.get_static_pad("sink")), *[line.fileno() for line in lines], *[-1] * (2 - len(lines))
    )
    agent = peer.get_property("ice-agent")
    sessions.append((pipeline, lines, agent))  # Python holds the agent's only reference once it has seen it
    agent.get_property("agent").props.upnp = False  # each would look for a router, for seconds
    agent.emit("add-local-ip-address", "127.0.0.1")
    pipeline.set_state(Gst.State.PLAYING)
    _, message = GstSdp.SDPMessage.new_from_text(offer)
    kinds = GstWebRTC.WebRTCSDPType
    given = GstWebRTC.WebRTCSessionDescription.new(kinds.OFFER, message)
    ask(peer, "set-remote-description", given)
    kept = ask(peer, "create-answer", None)  # the description belongs to the reply
    made = kept.get_value("answer")
    done = threading.Event()

    def gathered(*_: object) -> None:
        if peer.get_property("ice-gathering-state") == GATHERED:
            done.set()

    peer.connect("notify::ice-gathering-state", gathered)
    ask(peer, "set-local-description", made)
    gathered()
    done.wait(10)
    return peer.get_property("local-description").sdp.as_text()


def ask(peer, signal: str, argument):
    promise = Gst.Promise.new()
    peer.emit(signal, argument, promise)
    promise.wait()
    return promise.get_reply()


def main() -> None:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Whip)
    for job in (server.serve_forever, read_results, GLib.MainLoop().run):
        threading.Thread(target=job, daemon=True).start()
    print(f"READY {server.server_address[1]}", flush=True)
    sys.stdin.read()
    os._exit(0)


main()
