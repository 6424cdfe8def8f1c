"""The marks survive the codec: each burst is found, in the right packet, and known by its pitch."""

from __future__ import annotations

import pytest

from wingman.audio.decode import LibopusDecoder
from wingman.bench.load import percentile
from wingman.bench.marks import CYCLE, PITCHES, Bursts, signal
from wingman.transports.whip_client import encode


@pytest.fixture(scope="module")
def decoded() -> list[bytes]:
    decoder = LibopusDecoder()
    return [decoder.decode(bytes(packet)) for packet in encode(signal())]


@pytest.mark.parametrize("chunk", [1, 5])
def test_every_burst_is_found_in_its_place(decoded: list[bytes], chunk: int) -> None:
    bursts = Bursts()
    found = []
    for at in range(0, len(decoded), chunk):
        burst = bursts.feed(b"".join(decoded[at : at + chunk]), at + chunk - 1)
        if burst is not None:
            found.append((burst.pitch, int(burst.arrived) - burst.after))
    wanted = [(index, index * CYCLE) for index in range(1, PITCHES)]
    assert [pair for pair in found if pair[0] > 0][: len(wanted)] == wanted


def test_percentiles() -> None:
    assert percentile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert percentile([1.0], 0.99) == 1.0
    assert percentile([], 0.5) == float("inf")
