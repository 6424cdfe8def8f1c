"""The local v0 gateway: every code at its cause, every way in, every way out."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from typing import Any, get_args

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.support.each import each
from tests.support.http import http_client
from tests.testing.pictures import film, picture
from wingman.emotion.hume_v0.wire import wav
from wingman.testing.hume_v0.names import BURSTS, LANGUAGE, VOICE
from wingman.testing.hume_v0.replies import Manner, Stream, answer
from wingman.testing.hume_v0.server import PATH, GatewayHabits, HumeV0Emulator
from wingman.testing.hume_v0.shapes import ErrorShape, WarningShape, code_of
from wingman.testing.indexed_audio import IndexedSpeech
from wingman.testing.scenario import say, single
from wingman.testing.virtual_time import run

SPEECH = IndexedSpeech().pcm(0, 32_000)


def stream() -> Stream:
    return Stream(lambda audio, start: "Interest")


def ask(stream_: Stream | None = None, **request: Any) -> dict[str, Any]:
    return answer(msgspec.json.encode(request).decode(), stream_ or stream())


def media(data: bytes, **models: Any) -> dict[str, Any]:
    return ask(data=b64encode(data).decode(), models=models or {"prosody": {}}, payload_id="p")


LANGUAGE_MODEL: dict[str, Any] = {"language": {}}


@each(
    ("code", "request_"),
    [
        ("E0101", {}),
        ("E0101", {"data": "x"}),
        ("E0101", {"data": "x", "models": {}}),
        ("E0101", {"data": "x", "models": {"voice": {}}}),
        ("E0101", {"data": "x", "models": {"prosody": {"language": "en"}}}),
        ("E0101", {"data": "x", "models": {"prosody": {}}, "surprise": 1}),
        ("E0101", {"data": "x", "models": {"prosody": {}}, "stream_window_ms": 499}),
        ("E0101", {"data": "x" * 10_001, "models": LANGUAGE_MODEL, "raw_text": True}),
        ("E0101", {"data": "x", "models": {"language": {"granularity": "page"}}, "raw_text": True}),
        ("E0102", {"data": "x", "models": {"prosody": {}}, "raw_text": True}),
        ("E0201", {"data": "no base64!", "models": {"prosody": {}}}),
        ("E0200", {"data": b64encode(bytes(3200)).decode(), "models": {"prosody": {}}}),
    ],
)
def test_every_code_has_its_cause(code: str, request_: dict[str, Any]) -> None:
    reply = ask(**request_)
    assert reply["code"] == code
    assert isinstance(reply["error"], str), "the error is a string beside the code"


def test_what_is_no_json_is_e0100() -> None:
    assert answer("{", stream())["code"] == "E0100"


def test_media_codes() -> None:
    assert media(wav(bytes(160_000)))["prosody"]["code"] == "W0105"
    assert media(wav(bytes(160_032)))["code"] == "E0203"
    assert media(wav(b""))["code"] == "E0202"
    assert media(wav(SPEECH), face={})["code"] == "E0102"
    assert media(picture(64, 64))["code"] == "E0102"
    assert media(picture(3200, 64), face={})["code"] == "E0205"
    assert media(picture(64, 64)[:40], face={})["code"] == "E0200"
    assert media(wav(SPEECH))["payload_id"] == "p"


def test_a_lying_header_is_believed() -> None:
    """Stereo bytes under a mono header last twice as long: that is how the fault shows."""
    stereo = np.repeat(np.frombuffer(SPEECH, "<i2"), 2).astype("<i2").tobytes()
    told = media(wav(stereo, 16_000, 1))["prosody"]["predictions"]
    true = media(wav(stereo, 16_000, 2))["prosody"]["predictions"]
    assert true[-1]["time"]["end"] == 1.5
    assert told[-1]["time"]["end"] > 2 * true[-1]["time"]["end"] - 0.1


def test_all_names_are_always_there() -> None:
    (item, *_) = media(wav(SPEECH))["prosody"]["predictions"]
    assert [emotion["name"] for emotion in item["emotions"]] == list(VOICE)
    text = ask(data="Thank you.", models=LANGUAGE_MODEL, raw_text=True)["language"]["predictions"]
    assert [emotion["name"] for emotion in text[0]["emotions"]] == list(LANGUAGE)
    assert [piece["text"] for piece in text] == ["Thank", "you."]
    short = np.zeros(16_000, "<i2")
    short[3200:5000] = 5000
    (burst,) = media(wav(short.tobytes()), burst={})["burst"]["predictions"]
    assert [kind["name"] for kind in burst["descriptions"]] == list(BURSTS)
    assert list(VOICE) == sorted(VOICE)


def test_the_window_slides() -> None:
    """Two clips of half a second with a window of 600 ms: 100 ms of the first are put in front."""
    one = stream()
    clip = b64encode(wav(SPEECH[:16_000])).decode()
    for _ in range(2):
        ask(one, data=clip, models={"prosody": {}}, stream_window_ms=600)
    assert len(one.heard) == 9600
    ask(one, data=clip, models={"prosody": {}}, stream_window_ms=600, reset_stream=True)
    assert len(one.heard) == 8000


def test_side_requests() -> None:
    one = stream()
    first = ask(one, job_details=True)
    assert first == ask(one, job_details=True)
    assert set(first["job_details"]) == {"job_id"}
    assert ask(one, reset_stream=True, payload_id="r") == {"payload_id": "r"}


@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda data: data.decode("latin-1")))
def test_anything_gets_one_reply(line: str) -> None:
    assert isinstance(answer(line, stream()), dict)


async def opened(gateway: HumeV0Emulator, query: str = "", **headers: str) -> ClientConnection:
    return await connect(gateway.url + PATH + query, additional_headers=headers, compression=None, proxy=None)


@pytest.mark.parametrize("query", ["?apiKey=local-key", "?apikey=local-key", "?APIKEY=local-key"])
async def test_a_key_in_the_query(query: str) -> None:
    async with HumeV0Emulator() as gateway, await opened(gateway, query) as socket:
        await socket.send('{"job_details":true}')
        assert "job_details" in await socket.recv()


@pytest.mark.parametrize("query", ["", "?apiKey=wrong", "?access_token=none"])
async def test_wrong_credentials_are_refused_at_the_handshake(query: str) -> None:
    async with HumeV0Emulator() as gateway:
        with pytest.raises(InvalidStatus) as refused:
            await opened(gateway, query)
        assert refused.value.response.status_code == 401


@pytest.mark.parametrize(
    ("auth", "form", "status"),
    [
        (("local-key", "local-secret"), {"grant_type": "client_credentials"}, 200),
        (("local-key", "wrong"), {"grant_type": "client_credentials"}, 401),
        (("wrong", "local-secret"), {"grant_type": "client_credentials"}, 401),
        (("local-key", "local-secret"), {"grant_type": "password"}, 400),
    ],
)
async def test_the_token_endpoint(auth: tuple[str, str], form: dict[str, str], status: int) -> None:
    async with HumeV0Emulator() as gateway, http_client() as http:
        answer_ = await http.post(f"{gateway.http_url}/oauth2-cc/token", auth=auth, data=form)
        assert answer_.status_code == status
        if status == 200:
            body = answer_.json()
            assert (body["token_type"], body["expires_in"]) == ("bearer", 1800)
            async with await opened(gateway, f"?access_token={body['access_token']}"):
                pass


async def until_closed(socket: ClientConnection) -> tuple[list[dict[str, Any]], int | None]:
    heard = []
    try:
        async for text in socket:
            heard.append(msgspec.json.decode(text))
    except ConnectionClosed:
        pass
    return heard, socket.close_code


def test_ten_identical_errors_close_the_socket() -> None:
    async def scenario() -> tuple[list[dict[str, Any]], int | None]:
        async with HumeV0Emulator() as gateway, await opened(gateway, "?apiKey=local-key") as socket:
            for _ in range(12):
                await socket.send('{"data":"x"}')
            return await until_closed(socket)

    heard, code = run(scenario())
    assert ([reply["code"] for reply in heard], code) == (["E0101"] * 10, 1008)


def test_a_minute_without_a_request_closes_the_socket() -> None:
    async def scenario() -> tuple[float, int | None]:
        async with HumeV0Emulator() as gateway, await opened(gateway, "?apiKey=local-key") as socket:
            _, code = await until_closed(socket)
            return asyncio.get_running_loop().time(), code

    at, code = run(scenario())
    assert (round(at), code) == (60, 1000)


def test_a_session_has_an_end() -> None:
    async def scenario() -> int | None:
        habits = GatewayHabits(session_s=100.0)
        async with (
            HumeV0Emulator(habits=habits) as gateway,
            await opened(gateway, "?apiKey=local-key") as socket,
        ):
            for _ in range(3):
                await asyncio.sleep(40.0)
                await socket.send('{"job_details":true}')
            return (await until_closed(socket))[1]

    assert run(scenario()) == 1000


@pytest.mark.parametrize("shape", get_args(ErrorShape))
def test_an_error_in_every_shape_names_its_code(shape: ErrorShape) -> None:
    one = Stream(lambda audio, start: "Interest", Manner(errors=shape))
    assert code_of(ask(one, data="no base64!", models={"prosody": {}})) == "E0201"


@pytest.mark.parametrize("shape", get_args(WarningShape))
def test_silence_draws_a_warning_in_every_shape(shape: WarningShape) -> None:
    one = Stream(lambda audio, start: "Interest", Manner(warnings=shape))
    silence = b64encode(wav(bytes(16_000))).decode()
    assert "W0105" in msgspec.json.encode(ask(one, data=silence, models={"prosody": {}})).decode()


def test_scores_may_be_above_one_and_names_of_no_list() -> None:
    one = Stream(lambda audio, start: "Frustration", Manner(strongest=1.3))
    (item, *_) = ask(one, data=b64encode(wav(SPEECH)).decode(), models={"prosody": {}})["prosody"][
        "predictions"
    ]
    assert {"name": "Frustration", "score": 1.3} in item["emotions"]
    assert len(item["emotions"]) == len(VOICE) + 1


def test_a_configuration_may_come_first() -> None:
    """The life cycle of the specification: what is wanted once, then nothing but audio."""
    one = stream()
    assert ask(one, models={"prosody": {}}) == {}
    assert "prosody" in ask(one, data=b64encode(wav(SPEECH)).decode())


def test_a_language_is_taken_where_that_is_the_manner() -> None:
    one = Stream(lambda audio, start: "Interest", Manner(languages=True))
    models = {"prosody": {"language": "en"}}
    assert "error" not in ask(one, data=b64encode(wav(SPEECH)).decode(), models=models)


def test_a_film_has_faces_and_a_limit() -> None:
    short = media(film(2.0), face={"fps_pred": 2})["face"]["predictions"]
    assert [round(item["time"], 1) for item in short] == [0.0, 0.5, 1.0, 1.5]
    assert {max(item["emotions"], key=lambda e: e["score"])["name"] for item in short} == {"Joy"}
    assert media(film(6.0), face={})["code"] == "E0204"


async def test_a_plan_allows_so_many_connections() -> None:
    async with HumeV0Emulator(habits=GatewayHabits(connections=1)) as gateway:
        first = await opened(gateway, "?apiKey=local-key")
        async with first:
            await first.send('{"job_details":true}')
            await first.recv()
            with pytest.raises(InvalidStatus) as refused:
                await opened(gateway, "?apiKey=local-key")
            assert refused.value.response.status_code == 429


@pytest.mark.parametrize("code", ["E0101", "E0200", "E0400"])
async def test_ten_of_the_same_error_end_the_connection_whatever_the_family(code: str) -> None:
    errors = dict.fromkeys(range(1, 30), (code, "no"))
    async with HumeV0Emulator(errors=errors) as gateway, await opened(gateway, "?apiKey=local-key") as socket:
        for _ in range(10):
            await socket.send("{}")
            await socket.recv()
        with pytest.raises(ConnectionClosed):
            await socket.recv()
        assert socket.close_code == 1008


def test_a_scenario_says_how_the_counterpart_sounds() -> None:
    said = single(say("one two three", 10.0, emotion="frustration"), say("well", 20.0, emotion="doubt"))
    gateway = HumeV0Emulator(scenario=said)
    assert gateway._judge(np.zeros(1600, np.int16), 10 * 16_000) == "frustration"
    assert gateway._judge(np.zeros(1600, np.int16), 20 * 16_000) == "Doubt"
    assert gateway._judge(np.zeros(1600, np.int16), 15 * 16_000) == ""
