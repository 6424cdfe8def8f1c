"""A WHIP client: a file's channels become Opus packets on one clock, and a service that refuses is named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transports.support import interleave, pitch, tone, write_wav
from wingman.core.errors import InputError, WingmanError
from wingman.core.time import Channel
from wingman.testing.http_server import LoopbackHttp, Reply, Request
from wingman.transports.whip_client import FRAME, OPUS_RATE, encode, file_tracks, send

HOST = ("127.0.0.1",)


def quiet() -> Iterator[bytes]:
    return iter([bytes(2 * OPUS_RATE)])


def test_a_recordings_sides_become_tracks_of_their_own(tmp_path: Path) -> None:
    sound = interleave(tone(440, 0.5), tone(660, 0.5))
    tracks = file_tracks(write_wav(tmp_path / "a.wav", sound, channels=2), [Channel.TAB, Channel.MIC])
    heard = {channel: b"".join(track) for channel, track in tracks.items()}
    assert {channel: len(pcm) for channel, pcm in heard.items()} == {Channel.TAB: 48_000, Channel.MIC: 48_000}
    assert pitch(heard[Channel.TAB], OPUS_RATE) == pytest.approx(440, abs=4)
    assert pitch(heard[Channel.MIC], OPUS_RATE) == pytest.approx(660, abs=4)


def test_another_rate_is_brought_to_48_khz(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", tone(440, 0.5, rate=16_000), rate=16_000)
    pcm = b"".join(file_tracks(path, [Channel.TAB])[Channel.TAB])
    assert len(pcm) // 2 == pytest.approx(OPUS_RATE // 2, abs=100)
    assert pitch(pcm, OPUS_RATE) == pytest.approx(440, abs=4)


def test_a_file_that_is_no_recording_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"this is no sound")
    with pytest.raises(InputError, match=r"a\.wav"):
        file_tracks(path, [Channel.TAB])


@settings(max_examples=20)
@given(st.lists(st.integers(0, 3 * FRAME), max_size=6))
def test_blocks_of_any_length_are_packets_of_20_ms(lengths: list[int]) -> None:
    packets = list(encode(iter([bytes(2 * length) for length in lengths])))
    assert len(packets) == -(-sum(lengths) // FRAME), "the last one is filled up"
    assert [packet.pts for packet in packets] == [n * FRAME for n in range(len(packets))]
    assert {packet.time_base.denominator for packet in packets} <= {OPUS_RATE}


def test_what_was_encoded_is_heard_again() -> None:
    decoder = av.CodecContext.create("libopus", "r")
    frames = [frame for packet in encode(iter([tone(440, 0.5)])) for frame in decoder.decode(packet)]
    samples = np.concatenate([frame.to_ndarray().reshape(-1, 2)[:, 0] for frame in frames])
    assert pitch(samples.astype("<i2").tobytes(), OPUS_RATE) == pytest.approx(440, abs=4)


async def test_a_refusal_is_told_with_its_status_and_words() -> None:
    asked: list[Request] = []

    async def refuse(request: Request, reply: Reply) -> None:
        asked.append(request)
        await reply.whole(409, b"the tab is taken" + b"." * 1000, "text/plain")

    async with LoopbackHttp(refuse) as server:
        tracks = {Channel.TAB: quiet(), Channel.MIC: quiet()}
        with pytest.raises(WingmanError, match="with 409: the tab is taken") as refused:
            await send(f"{server.url}/base", "secret", tracks, query={"meeting": "m-1"}, host_addresses=HOST)
    assert len(str(refused.value)) < 400
    [request] = asked
    assert (request.method, request.path) == ("POST", "/base/whip")
    assert request.query == {"channels": "tab,mic", "meeting": "m-1"}
    assert request.headers["authorization"] == "Bearer secret"
    assert request.headers["content-type"] == "application/sdp"
    assert request.body.count(b"m=audio") == 2
    assert request.body.count(b"a=sendonly") == 2


async def test_a_service_that_is_not_there_is_named() -> None:
    with pytest.raises(WingmanError, match=r"http://127\.0\.0\.1:9 cannot be reached"):
        await send("http://127.0.0.1:9", "", {Channel.TAB: quiet()}, host_addresses=HOST)
