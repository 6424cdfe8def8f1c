"""Every onset that reaches a provider is dated by the packet that carried it, whatever was lost before it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.until import until
from wingman.bench.load import (
    GREETINGS,
    PACKET_BYTES,
    PACKET_S,
    Load,
    ProviderSocket,
    Session,
    percentile,
    summary,
)
from wingman.bench.marks import CYCLE, PITCHES

DELAY = 0.137


@pytest.fixture(scope="module")
def packets() -> list[bytes]:
    """One round of marked audio at 16 kHz: five packets of tone, five of silence, each tone higher."""
    at = np.arange(PITCHES * CYCLE * 320)
    cycle, within = np.divmod(at, CYCLE * 320)
    tone = 16_000 * np.sin(2 * np.pi * (400 + 100 * cycle) * at / 16_000) * (within < CYCLE // 2 * 320)
    return [part.astype("<i2").tobytes() for part in np.split(tone, PITCHES * CYCLE)]


def outlet(packets: list[bytes], chunk: int, lost: range = range(0)) -> ProviderSocket:
    """All packets were sent on time; those that were not lost arrive `DELAY` later, `chunk` at a time."""
    session = Session(cast("Any", None), cast("Any", None))
    session.sent = [number * PACKET_S for number in range(len(packets))]
    heard = ProviderSocket(session)
    arriving = [number for number in range(len(packets)) if number not in lost]
    for at in range(0, len(arriving), chunk):
        group = arriving[at : at + chunk]
        heard.chunk(b"".join(packets[number] for number in group), group[-1] * PACKET_S + DELAY)
    return heard


@pytest.mark.parametrize("chunk", [1, 5])
def test_every_onset_is_dated(packets: list[bytes], chunk: int) -> None:
    heard = outlet(packets, chunk)
    assert len(heard.latencies) >= PITCHES - 1
    for latency in heard.latencies[1:]:
        assert latency == pytest.approx(DELAY, abs=1e-6)
    assert heard.bytes == pytest.approx(len(packets) * PACKET_BYTES, abs=2 * PACKET_BYTES)


def test_what_was_lost_moves_nothing_after_it(packets: list[bytes]) -> None:
    heard = outlet(packets, 1, lost=range(3 * CYCLE - 2, 5 * CYCLE - 2))
    assert len(heard.latencies) >= PITCHES - 3
    assert heard.latencies[5:] == pytest.approx([DELAY] * len(heard.latencies[5:]))


def greeting(packets: list[bytes], pitch: int, rounds: int) -> list[bytes]:
    """What arrives of a session that opens with this pitch."""
    return packets[pitch * CYCLE : (pitch + 1) * CYCLE] * rounds


def test_a_socket_is_known_by_the_pitch_of_the_session_that_opened_it(packets: list[bytes]) -> None:
    load = Load(cast("Any", None), ("transcribe",))
    load.sessions = [Session(cast("Any", None), cast("Any", None), pitch) for pitch in GREETINGS]
    sockets = [load.newcomer("transcribe") for _ in GREETINGS]
    for number, pitch in enumerate(reversed(GREETINGS)):
        for packet in greeting(packets, pitch, 3):
            sockets[number](packet, 0.0)
    assert all(set(session.outlets) == {"transcribe"} for session in load.sessions)
    for session, socket in zip(load.sessions, reversed(sockets), strict=True):
        before = session.outlets["transcribe"].bytes
        socket(packets[0], 0.0)
        assert session.outlets["transcribe"].bytes == before + PACKET_BYTES


def test_a_socket_of_a_session_that_is_open_is_nobodys(packets: list[bytes]) -> None:
    load = Load(cast("Any", None), ("transcribe",))
    opening = Session(cast("Any", None), cast("Any", None), 4)
    load.sessions = [opening]
    again = load.newcomer("transcribe")
    for packet in packets * 2:
        again(packet, 0.0)
    assert not opening.outlets


def test_what_is_sent_once_a_session_is_known_dates_itself() -> None:
    sent: list[bytes] = []
    packets = [bytes((number,)) for number in range(PITCHES * CYCLE)]
    session = Session(cast("Any", None), cast("Any", SimpleNamespace(send=sent.append)), greeting=2)
    for _ in range(CYCLE + 1):
        session.send(packets)
    session.greeting = None
    session.send(packets)
    assert sent == [*packets[2 * CYCLE : 3 * CYCLE], packets[2 * CYCLE], packets[0]]
    assert len(session.sent) == 1


@given(st.lists(st.floats(0, 10), min_size=1), st.floats(0, 1))
def test_a_percentile_is_one_of_the_values_and_rises_with_its_share(values: list[float], share: float) -> None:
    assert percentile(values, share) in values
    assert (
        min(values)
        == percentile(values, 0)
        <= percentile(values, share)
        <= percentile(values, 1)
        == max(values)
    )


def test_a_summary_is_in_milliseconds() -> None:
    assert summary([0.001 * n for n in range(101)]) == pytest.approx({"p50": 50, "p99": 99})
    assert summary([]) == {"p50": float("inf"), "p99": float("inf")}


def test_a_load_that_rests_sends_nothing_and_goes_on_where_it_stopped() -> None:
    sent: list[bytes] = []
    load = Load(cast("Any", None), ("transcribe",))
    peer, sender = SimpleNamespace(connectionState="connected"), SimpleNamespace(send=sent.append)
    load.sessions = [Session(cast("Any", peer), cast("Any", sender))]
    load._packets = [bytes([number]) for number in range(250)]

    async def main() -> None:
        async with asyncio.timeout(60):
            ticking = asyncio.create_task(load._tick())
            await _sent(2)
            load.resting = True
            await asyncio.sleep(2 * PACKET_S)
            resting = len(sent)
            await asyncio.sleep(3 * PACKET_S)
            assert len(sent) == resting
            load.resting = False
            await _sent(resting + 2)
            ticking.cancel()
            with suppress(asyncio.CancelledError):
                await ticking

    async def _sent(count: int) -> None:
        await until(lambda: len(sent) >= count, every=PACKET_S / 2)

    asyncio.run(main())
    assert sent == load._packets[: len(sent)]
    assert load.sent_s == pytest.approx(PACKET_S * len(sent))
