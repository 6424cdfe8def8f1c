"""The vendor's own clients, unmodified, find in the emulator the service they know."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from deepgram import AsyncDeepgramClient, DeepgramClient
from deepgram.core.api_error import ApiError
from deepgram.environment import DeepgramClientEnvironment
from deepgram.listen.v1.types import (
    ListenV1ConfigureSuccess,
    ListenV1Metadata,
    ListenV1Results,
    ListenV1SpeechStarted,
    ListenV1UtteranceEnd,
)
from websockets.exceptions import ConnectionClosedError

from tests.support.http import http_client
from wingman.stt.deepgram.recorded import wav_header
from wingman.testing.deepgram.server import DeepgramEmulator, DeepgramLimits
from wingman.testing.faults import Fault, FaultScript, Kind
from wingman.testing.scenario import say, single

# The SDK still stands on parts of websockets that warn when they are touched.
pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated:DeprecationWarning")

SCENARIO = single(say("We could ship.", 0.2, speaker=1))
PARAMS: dict[str, Any] = {
    "model": "nova-3",
    "encoding": "linear16",
    "sample_rate": 16_000,
    "interim_results": True,
    "smart_format": True,
    "endpointing": 300,
    "utterance_end_ms": 1000,
    "vad_events": True,
    "diarize_model": "latest",
}
CHUNK = bytes(3200)


def where(emulator: DeepgramEmulator) -> DeepgramClientEnvironment:
    return DeepgramClientEnvironment(
        base=emulator.rest_url, production=emulator.url, agent=emulator.url, agent_rest=emulator.rest_url
    )


def client(emulator: DeepgramEmulator, key: str = "local-key") -> AsyncDeepgramClient:
    return AsyncDeepgramClient(api_key=key, environment=where(emulator))


def check(messages: list[Any]) -> None:
    """The conversation every client must have had about `SCENARIO` and 3 s of audio."""
    finals = [m for m in messages if isinstance(m, ListenV1Results) and m.is_final]
    words = [w for m in finals for w in m.channel.alternatives[0].words]
    assert [(w.punctuated_word, w.word, w.speaker) for w in words] == [
        ("We", "we", 1),
        ("could", "could", 1),
        ("ship.", "ship", 1),
    ]
    assert finals[0].speech_final
    assert finals[0].channel.alternatives[0].transcript == "We could ship."
    assert finals[0].metadata.request_id
    assert any(isinstance(m, ListenV1Results) and not m.is_final for m in messages)
    assert [m.timestamp for m in messages if isinstance(m, ListenV1SpeechStarted)] == [0.2]
    assert [m.last_word_end for m in messages if isinstance(m, ListenV1UtteranceEnd)] == [1.1]
    assert isinstance(messages[-1], ListenV1Metadata)
    assert messages[-1].duration == 3.0


async def test_the_asynchronous_sdk() -> None:
    async with (
        DeepgramEmulator(SCENARIO) as emulator,
        client(emulator).listen.v1.connect(**PARAMS) as connection,
    ):
        for _ in range(30):
            await connection.send_media(CHUNK)
        await connection.send_keep_alive()
        await connection.send_close_stream()
        check([message async for message in connection])


async def test_the_synchronous_sdk() -> None:
    def talk(emulator: DeepgramEmulator) -> list[Any]:
        sdk = DeepgramClient(api_key="local-key", environment=where(emulator))
        with sdk.listen.v1.connect(**PARAMS) as connection:
            for _ in range(30):
                connection.send_media(CHUNK)
            connection.send_close_stream()
            return list(connection)

    async with DeepgramEmulator(SCENARIO) as emulator:
        check(await asyncio.to_thread(talk, emulator))


async def test_finalize_and_configure() -> None:
    from deepgram.listen.v1.types import ListenV1Configure

    async with (
        DeepgramEmulator(SCENARIO) as emulator,
        client(emulator).listen.v1.connect(**PARAMS) as connection,
    ):
        for _ in range(8):
            await connection.send_media(CHUNK)
        await connection.send_finalize()
        await connection.send_configure(ListenV1Configure(keyterms=["Wingman"]))
        await connection.send_close_stream()
        messages = [message async for message in connection]
    results = [m for m in messages if isinstance(m, ListenV1Results) and m.from_finalize]
    assert [w.word for w in results[0].channel.alternatives[0].words] == ["we", "could"]
    assert [m.keyterms for m in messages if isinstance(m, ListenV1ConfigureSuccess)] == [["Wingman"]]


@pytest.mark.parametrize("status", [401, 402, 403, 429, 503])
async def test_refusals_carry_the_vendors_headers(status: int) -> None:
    faults = FaultScript((Fault(kind=Kind.REFUSE, status=status),))
    async with DeepgramEmulator(SCENARIO, faults) as emulator:
        with pytest.raises(ApiError) as refused:
            async with client(emulator).listen.v1.connect(**PARAMS):
                pass
    assert refused.value.status_code == status
    headers = getattr(refused.value.__context__, "headers", {})
    assert headers["dg-error"]
    assert headers["dg-request-id"]


async def test_a_wrong_key_and_an_impossible_query_are_refused() -> None:
    async with DeepgramEmulator(SCENARIO) as emulator:
        with pytest.raises(ApiError) as wrong:
            async with client(emulator, "other").listen.v1.connect(**PARAMS):
                pass
        assert wrong.value.status_code == 401
        with pytest.raises(ApiError) as impossible:
            async with client(emulator).listen.v1.connect(**{**PARAMS, "keywords": ["x"]}):
                pass
        assert impossible.value.status_code == 400


async def test_an_idle_stream_is_closed_with_the_services_own_words() -> None:
    limits = DeepgramLimits(idle_s=0.1)
    async with (
        DeepgramEmulator(SCENARIO, limits=limits) as emulator,
        client(emulator).listen.v1.connect(**PARAMS) as connection,
    ):
        await connection.send_media(CHUNK)
        said: list[Any] = []

        async def listen() -> None:
            async for message in connection:
                said.append(message)

        with pytest.raises(ConnectionClosedError) as closed:
            await listen()
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, "net0001" in closed.value.rcvd.reason) == (1011, True)
    assert isinstance(said[-1], ListenV1Metadata)


async def test_a_granted_token_opens_a_stream() -> None:
    async with DeepgramEmulator(SCENARIO) as emulator:

        def grant() -> tuple[str, float]:
            with httpx.Client() as http:
                sdk = DeepgramClient(api_key="local-key", environment=where(emulator), httpx_client=http)
                answer = sdk.auth.v1.tokens.grant(ttl_seconds=60)
            return answer.access_token, answer.expires_in or 0

        token, expires = await asyncio.to_thread(grant)
        assert expires == 60
        sdk = AsyncDeepgramClient(access_token=token, environment=where(emulator))
        async with sdk.listen.v1.connect(**PARAMS) as connection:
            await connection.send_close_stream()
            assert isinstance([message async for message in connection][-1], ListenV1Metadata)


async def test_the_vendors_client_reads_the_answer_to_a_recording() -> None:
    scenario = single(say("Hello there, how are you?", 0.5))
    async with DeepgramEmulator(scenario) as emulator:
        rest, socket = emulator.rest_url, emulator.url
        where = DeepgramClientEnvironment(base=rest, production=socket, agent=socket, agent_rest=rest)
        async with http_client() as http:
            client = AsyncDeepgramClient(api_key="local-key", environment=where, httpx_client=http)
            pcm = bytes(2 * 48_000)
            answer: Any = await client.listen.v1.media.transcribe_file(
                request=wav_header(len(pcm)) + pcm, model="nova-3", smart_format=True, diarize=True
            )
            with pytest.raises(ApiError) as refused:
                await client.listen.v1.media.transcribe_file(request=b"no sound", model="nova-3")
    reading = answer.results.channels[0].alternatives[0]
    assert reading.transcript == "Hello there, how are you?"
    first = [(word.punctuated_word, word.start) for word in reading.words][:2]
    assert first == [("Hello", 0.5), ("there,", 0.8)]
    assert answer.metadata.duration == 3.0
    assert refused.value.status_code == 400
