"""One emulated connection: what is said goes out in order, and goes wrong exactly as the script has it."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import SplitResult

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from wingman.testing.connection import OUTBOX, Traffic, Wire
from wingman.testing.faults import Fault, FaultScript, Kind
from wingman.testing.socket_server import SocketEmulator, http_answer


class Counter(SocketEmulator):
    """Counts frames as seconds of audio, and says the count after each; `bye` is answered with a close."""

    async def admit(self, url: SplitResult, request: Request) -> Response | None:
        return None

    def refusal(self, status: int, retry_after: float | None) -> Response:
        return http_answer(status, b"", {})

    async def session(self, wire: Wire, url: SplitResult, number: int) -> None:
        heard = 0
        async for frame in wire.incoming():
            if frame == "bye":
                await wire.close(1000, "bye")
                return
            if frame == "burst":
                for n in range(OUTBOX + 2):
                    wire.say("Burst", {"n": n})
                continue
            heard += 1
            await wire.accepted(float(heard))
            if wire.refuses():
                wire.say("Refused", {"refused": heard})
            wire.say("Count", {"n": heard})


async def played(*faults: Fault, frames: int = 5) -> tuple[list[Any], ConnectionClosed, Traffic]:
    """What a client reads that sends so many frames and `bye`, how it ended, and the emulator's record."""
    heard: list[Any] = []
    async with Counter(FaultScript(faults)) as emulator:
        async with connect(emulator.url, proxy=None, compression=None) as socket:
            with pytest.raises(ConnectionClosed) as closed:  # noqa: PT012 - where it comes is not said
                for _ in range(frames):
                    await socket.send(b"\0\0")
                await socket.send("bye")
                while True:
                    text = await socket.recv()
                    try:
                        heard.append(json.loads(text))
                    except ValueError:
                        heard.append(text)
        [traffic] = emulator.traffic
    return heard, closed.value, traffic


def counted(*numbers: int) -> list[dict[str, int]]:
    return [{"n": number} for number in numbers]


async def test_without_a_fault_everything_is_said_and_kept() -> None:
    heard, closed, traffic = await played()
    assert heard == counted(1, 2, 3, 4, 5)
    assert closed.rcvd is not None
    assert (closed.rcvd.code, closed.rcvd.reason) == (1000, "bye")
    assert (traffic.audio_bytes, traffic.texts, traffic.said) == (10, ["bye"], ["Count"] * 5)
    assert traffic.close_code == 1000


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault(kind=Kind.REPEAT, at=4), counted(1, 2, 3, 4, 4, 5, 5)),
        (Fault(kind=Kind.REORDER, at=2), counted(1, 3, 2, 5, 4)),
        (Fault(kind=Kind.REORDER, at=5), counted(1, 2, 3, 4, 5)),
        (Fault(kind=Kind.LATE, at=2, delay=0.02), counted(1, 2, 3, 4, 5)),
        (Fault(kind=Kind.STALL, at=2, delay=0.02), counted(1, 2, 3, 4, 5)),
        (Fault(kind=Kind.SLOW, at=4, delay=0.02), counted(1, 2, 3, 4, 5)),
        (Fault(kind=Kind.MALFORMED, at=2, count=2), [{"n": 1}, '{"n', '{"n', {"n": 4}, {"n": 5}]),
        (Fault(kind=Kind.HALF_OPEN, at=3), counted(1, 2)),
        (Fault(kind=Kind.RATE_LIMIT, at=2), [{"n": 1}, {"refused": 2}, *counted(2, 3, 4, 5)]),
        (Fault(kind=Kind.REPEAT, on=2), counted(1, 2, 3, 4, 5)),
    ],
    ids=lambda value: f"{value.kind} {value.on} {value.at:g}" if isinstance(value, Fault) else "",
)
async def test_what_is_said_goes_wrong_as_scripted(fault: Fault, expected: list[Any]) -> None:
    heard, closed, _ = await played(fault)
    assert heard == expected
    assert closed.rcvd is not None
    assert closed.rcvd.code == 1000


async def test_what_nobody_knows_comes_with_every_message() -> None:
    heard, _, traffic = await played(Fault(kind=Kind.UNKNOWN, at=2), frames=2)
    assert [each.get("type", each.get("n")) for each in heard] == [1, "SomethingNew", 2]
    assert heard[-1]["some_new_field"] == {"x": 1}
    assert traffic.said == ["Count", "SomethingNew", "Count"]


async def test_a_connection_is_closed_with_a_code_once_all_was_said() -> None:
    heard, closed, traffic = await played(Fault(kind=Kind.CLOSE, at=3, code=1011, reason="timeout"))
    assert heard == counted(1, 2)
    assert closed.rcvd is not None
    assert (closed.rcvd.code, closed.rcvd.reason) == (1011, "timeout")
    assert traffic.close_code == 1011


async def test_a_cut_connection_says_no_goodbye() -> None:
    _, closed, traffic = await played(Fault(kind=Kind.DROP, at=3))
    assert closed.rcvd is None
    assert (traffic.close_code, traffic.texts) == (1006, [])


async def test_a_deaf_service_reads_nothing_more_until_the_other_side_gives_up() -> None:
    async with Counter(FaultScript((Fault(kind=Kind.DEAF, at=2),))) as emulator:
        async with connect(emulator.url, proxy=None, compression=None, close_timeout=0.05) as socket:
            for _ in range(2):
                await socket.send(b"\0\0")
            assert [json.loads(await socket.recv()) for _ in range(2)] == counted(1, 2)
            await socket.send(b"\0\0")
            socket.transport.abort()
        assert emulator.traffic[0].audio_bytes == 4


async def test_a_client_that_reads_nothing_is_cut_when_too_much_waits() -> None:
    async with Counter() as emulator, connect(emulator.url, proxy=None, compression=None) as socket:
        await socket.send("burst")
        with pytest.raises(ConnectionClosed):  # noqa: PT012 - where it comes is not said
            while True:
                await socket.recv()
        assert len(emulator.traffic[0].said) <= OUTBOX
