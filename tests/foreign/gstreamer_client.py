"""Sends a WAV file by WHIP with GStreamer's webrtcbin: /usr/bin/python3 gstreamer_client.py URL FILE.

Runs under the system's Python, which has GStreamer's bindings; imports nothing of the project.
"""

import sys
import urllib.request
from urllib.parse import urljoin

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstWebRTC", "1.0")
gi.require_version("GstSdp", "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC  # noqa: E402 - versions come first

SECONDS = 2
PIPELINE = (
    "webrtcbin name=peer bundle-policy=max-bundle "
    "filesrc location={file} ! wavparse ! audioconvert ! audioresample ! audio/x-raw,rate=48000,channels=1 "
    "! identity sync=true ! opusenc ! rtpopuspay pt=96 ! queue "
    "! application/x-rtp,media=audio,encoding-name=OPUS,payload=96 ! peer."
)


class Client:
    def __init__(self, url, file):
        self.url = url
        self.failed = ""
        self.resource = ""
        self.loop = GLib.MainLoop()
        self.pipeline = Gst.parse_launch(PIPELINE.format(file=file))
        self.peer = self.pipeline.get_by_name("peer")
        self.peer.connect("on-negotiation-needed", self.negotiate)
        self.peer.connect("notify::ice-gathering-state", self.gathered)
        self.peer.connect("notify::connection-state", self.changed)
        bus = self.pipeline.get_bus()
        bus.add_signal_watch()
        bus.connect("message::error", self.broken)

    def run(self):
        self.pipeline.set_state(Gst.State.PLAYING)
        GLib.timeout_add_seconds(20, self.loop.quit)
        self.loop.run()
        if self.resource:
            urllib.request.urlopen(urllib.request.Request(self.resource, method="DELETE"), timeout=5)
        self.pipeline.set_state(Gst.State.NULL)
        return self.failed

    def broken(self, _, message):
        self.failed = str(message.parse_error()[0])
        self.loop.quit()

    def negotiate(self, peer):
        peer.emit("create-offer", None, Gst.Promise.new_with_change_func(self.offered, None))

    def offered(self, promise, _):
        promise.wait()
        self.kept = promise.get_reply()  # the description belongs to the reply
        self.offer = self.kept.get_value("offer")
        self.peer.emit("set-local-description", self.offer, Gst.Promise.new())

    def gathered(self, peer, _):
        if peer.get_property("ice-gathering-state") == GstWebRTC.WebRTCICEGatheringState.COMPLETE:
            GLib.idle_add(self.post)

    def changed(self, peer, _):
        """The file begins to flow now; its end does not come through a peer connection."""
        if peer.get_property("connection-state") == GstWebRTC.WebRTCPeerConnectionState.CONNECTED:
            GLib.timeout_add(SECONDS * 1000 + 500, self.loop.quit)

    def post(self):
        text = self.peer.get_property("local-description").sdp.as_text()
        request = urllib.request.Request(urljoin(self.url + "/", "whip"), text.encode(), method="POST")
        request.add_header("Content-Type", "application/sdp")
        with urllib.request.urlopen(request, timeout=10) as reply:
            self.resource = urljoin(self.url, reply.headers["Location"])
            _, description = GstSdp.SDPMessage.new_from_text(reply.read().decode())
        answer = GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.ANSWER, description)
        self.peer.emit("set-remote-description", answer, Gst.Promise.new())
        return False


if __name__ == "__main__":
    Gst.init(None)
    sys.exit(Client(*sys.argv[1:3]).run() or 0)
