"""The stand-in providers take audio, date it, and speak their providers' language."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from typing import Any

import pytest
from websockets.asyncio.client import connect

from wingman.bench.providers import RESULT_EVERY, Providers
from wingman.emotion.hume import wire as hume
from wingman.testing.virtual_time import run

DEEPGRAM, HUME = "/v1/listen", "/v0/expression/stream"


def talk(
    path: str, says: Sequence[bytes | str], *, talkative: bool = False
) -> tuple[list[str | bytes], list[str], list[int]]:
    """What a provider answers, which branch it took the socket for, and the chunks that were dated."""
    sockets, chunks = list[str](), list[int]()

    def opened(branch: str) -> Any:
        sockets.append(branch)
        return lambda data, _now: chunks.append(len(data))

    async def main() -> list[str | bytes]:
        providers = Providers(opened, talkative=talkative)
        async with providers.open():
            url = f"ws://127.0.0.1:{providers.port}{path}"
            async with connect(url, proxy=None) as socket:
                for each in says:
                    await socket.send(each)
                return [message async for message in socket]

    return run(main()), sockets, chunks


def test_a_transcriber_answers_once_a_second_and_when_it_is_closed() -> None:
    half = bytes(RESULT_EVERY // 2)
    answers, sockets, chunks = talk(DEEPGRAM, [half] * 4 + ['{"type":"KeepAlive"}', '{"type":"CloseStream"}'])
    said = [json.loads(answer) for answer in answers]
    assert [(each.get("start"), each.get("duration")) for each in said[:-1]] == [(0, 1), (1, 1), (2, 0)]
    assert said[-1] == {"type": "Metadata"}
    assert (sockets, chunks) == (["transcribe"], [len(half)] * 4)


def test_a_talkative_transcriber_says_a_growing_sentence_twice_a_second() -> None:
    answers, _, _ = talk(DEEPGRAM, [bytes(3200)] * 205 + ['{"type":"CloseStream"}'], talkative=True)
    said = [json.loads(answer) for answer in answers[:-1]]
    counts = [len(each["channel"]["alternatives"][0]["words"]) for each in said]
    assert counts[:20] == sorted(counts[:20])
    assert max(counts) == 36
    assert [each["is_final"] for each in said].count(True) == 3
    assert counts[-1] == 1, "what was left when it was closed"


@pytest.mark.parametrize("seconds", [0, 2, 7])
def test_a_meter_measures_every_three_seconds_and_closes_with_its_totals(seconds: int) -> None:
    answers, sockets, _ = talk(HUME, [bytes(32_000)] * seconds + [hume.session_close()])
    said = [hume.decode(answer) for answer in answers]
    measured = [each for each in said if isinstance(each, hume.Measurement)]
    assert isinstance(said[0], hume.SessionCreated)
    assert sum(isinstance(each, hume.UtteranceStart) for each in said) == (seconds > 0)
    wanted = [(3000 * n, 3000 * (n + 1)) for n in range(seconds // 3)]
    assert [(each.audio_start_ms, each.audio_end_ms) for each in measured] == wanted
    closed = said[-1]
    assert isinstance(closed, hume.SessionClosed)
    assert closed.received.audio_duration_ms == 1000 * seconds
    assert closed.produced.measurements == len(measured)
    assert sockets == ["emotion"]


def test_a_client_that_just_goes_ends_only_its_own_socket() -> None:
    async def main() -> None:
        heard = list[int]()
        providers = Providers(lambda _: lambda data, _now: heard.append(len(data)))
        async with providers.open():
            url = f"ws://127.0.0.1:{providers.port}{DEEPGRAM}"
            async with connect(url, proxy=None) as gone, connect(url, proxy=None) as stays:
                gone.transport.abort()
                await gone.wait_closed()
                await stays.send(bytes(RESULT_EVERY))
                assert json.loads(await stays.recv())["type"] == "Results"
        assert heard == [RESULT_EVERY]

    run(main())


def test_a_chunk_is_dated_by_its_coming_not_by_its_reading() -> None:
    """What the load does meanwhile is not the server's lateness."""

    async def main() -> None:
        arrived = asyncio.Queue[float]()
        providers = Providers(lambda _: lambda _data, when: arrived.put_nowait(when))
        async with (
            providers.open(),
            connect(f"ws://127.0.0.1:{providers.port}{DEEPGRAM}", proxy=None) as socket,
        ):
            await socket.send(bytes(640))  # the kernel dates what comes once somebody has asked it to
            await arrived.get()
            sending = time.perf_counter()
            await socket.send(bytes(640))
            time.sleep(0.05)  # noqa: ASYNC251 - a load that is busy
            busy = time.perf_counter()
            assert sending <= await arrived.get() < busy

    asyncio.run(main())
