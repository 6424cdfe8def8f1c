"""A real WHIP client against the real routes, over loopback."""

from __future__ import annotations

from typing import Any

import pytest
from aiortc import RTCPeerConnection

from tests.transports.support import LOOPBACK, pitch, rms, service, tone
from wingman.config.transports import IngestSettings
from wingman.core.time import SAMPLE_RATE, Channel
from wingman.transports import aiortc_seam as seam
from wingman.transports import whip_client
from wingman.transports.whip_client import send

HOST = ("127.0.0.1",)


def media_path(name: str) -> IngestSettings:
    return IngestSettings(host_addresses=LOOPBACK.host_addresses, media_path=name)  # type: ignore[arg-type]  # one of the two


@pytest.mark.parametrize("path", ["portable", "direct"])
async def test_two_tracks_arrive_whole_and_apart(path: str) -> None:
    async with service(media_path(path)) as (url, meetings):
        tracks = {Channel.TAB: iter([tone(440, 2.0)]), Channel.MIC: iter([tone(660, 2.0)])}
        session = await send(url, "", tracks, host_addresses=HOST)
        sinks = meetings.known[session.meeting].sinks
        for channel, hertz in ((Channel.TAB, 440), (Channel.MIC, 660)):
            sink = sinks[channel]
            assert sink.states[:2] == ["connecting", "capturing"]
            # what a busy machine has not heard is the beginning, and none where sound waits for its keys
            assert (1.7 if path == "direct" else 1.0) <= sink.position / SAMPLE_RATE <= 2.3
            assert not sink.gaps
            middle = sink.pcm[SAMPLE_RATE : 3 * SAMPLE_RATE]
            assert pitch(middle) == pytest.approx(hertz, abs=2)
            assert rms(middle) == pytest.approx(0.4 * 32767 / 2**0.5, rel=0.1)


async def test_with_an_unknown_aiortc_the_public_path_still_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seam, "unfit", lambda: "aiortc 9.9.0 is installed")
    async with service(media_path("direct")) as (url, meetings):
        session = await send(url, "", {Channel.TAB: iter([tone(440, 1.0)])}, host_addresses=HOST)
        sink = meetings.known[session.meeting].sinks[Channel.TAB]
        assert pitch(sink.pcm[SAMPLE_RATE // 2 :]) == pytest.approx(440, abs=3)


async def test_streams_without_announced_ssrc_are_told_apart_by_mid(monkeypatch: pytest.MonkeyPatch) -> None:
    post = whip_client._post

    async def without_ssrc(http: Any, url: str, offer: str, params: Any) -> Any:
        lines = [line for line in offer.splitlines() if not line.startswith(("a=ssrc", "a=msid:"))]
        return await post(http, url, "\r\n".join(lines) + "\r\n", params)

    monkeypatch.setattr(whip_client, "_post", without_ssrc)
    async with service(media_path("direct")) as (url, meetings):
        tracks = {Channel.TAB: iter([tone(440, 1.0)]), Channel.MIC: iter([tone(660, 1.0)])}
        session = await send(url, "", tracks, host_addresses=HOST)
        sinks = meetings.known[session.meeting].sinks
        assert pitch(sinks[Channel.TAB].pcm[SAMPLE_RATE // 2 :]) == pytest.approx(440, abs=3)
        assert pitch(sinks[Channel.MIC].pcm[SAMPLE_RATE // 2 :]) == pytest.approx(660, abs=3)


@pytest.mark.parametrize("video_first", [False, True])
async def test_a_client_that_also_offers_video_is_heard(
    video_first: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As OBS does: the picture is answered as inactive, the sound is taken."""
    plain = RTCPeerConnection.addTransceiver
    peers: list[RTCPeerConnection] = []

    def with_video(peer: RTCPeerConnection, track: Any, direction: str = "sendrecv") -> Any:
        peers.append(peer)
        if video_first:
            plain(peer, "video", direction="sendonly")
        audio = plain(peer, track, direction=direction)
        if not video_first:
            plain(peer, "video", direction="sendonly")
        return audio

    monkeypatch.setattr(RTCPeerConnection, "addTransceiver", with_video)
    async with service(media_path("direct")) as (url, meetings):
        session = await send(url, "", {Channel.TAB: iter([tone(440, 1.0)])}, host_addresses=HOST)
        sink = meetings.known[session.meeting].sinks[Channel.TAB]
        assert pitch(sink.pcm[SAMPLE_RATE // 2 :]) == pytest.approx(440, abs=3)
    directions = {line.kind: line.currentDirection for line in peers[0].getTransceivers()}
    assert directions == {"audio": "sendonly", "video": "inactive"}
