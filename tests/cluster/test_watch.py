"""Clocks that differ are told of once, and stand in `/metrics`."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import cast

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from tests.support.nats import Servers, nodes
from wingman.cluster import subjects, watch
from wingman.cluster.jetstream import JetStream
from wingman.cluster.watch import CLOCK_S, Watch
from wingman.core.json import JsonObject


@pytest.mark.parametrize(("ahead_s", "told"), [(0.0, 0), (3600.0, 1), (-3600.0, 1)])
async def test_a_clock_that_differs_from_the_servers_is_told_once(
    one_server: Servers, monkeypatch: pytest.MonkeyPatch, ahead_s: float, told: int
) -> None:
    monkeypatch.setattr(watch, "time", SimpleNamespace(time=lambda: time.time() + ahead_s))
    async with nodes(one_server, 1) as (node,):
        looking = Watch(node.jetstream, 1)
        with capture_logs() as said:
            for _ in range(3):
                await looking._look_at(0)
    assert len([entry for entry in said if "clock" in entry["event"]]) == told
    offset = REGISTRY.get_sample_value("wingman_clock_offset_seconds", {"stream": subjects.stream(0)})
    assert offset == pytest.approx(ahead_s, abs=60)


@pytest.mark.parametrize(
    ("servers", "own", "gone_by"),
    [
        ((0.0,), 3600.0, 0.0),
        ((0.0,), 30.0, 30.0),
        ((0.0, 0.0, 9e8), 3600.0, 0.0),
        ((0.0, 0.0, -9e8), 0.0, 0.0),
        ((9e8, 0.0, 0.0), -3600.0, 0.0),
        ((-9e8, 0.0, 9e8), 3600.0, 3600.0),
    ],
    ids=["wrong", "a little", "one is wrong", "none of ours", "the first is wrong", "nobody knows"],
)
async def test_what_nodes_share_is_dated_as_most_servers_say(
    monkeypatch: pytest.MonkeyPatch, servers: tuple[float, ...], own: float, gone_by: float
) -> None:
    at = [own]
    monkeypatch.setattr(watch, "time", SimpleNamespace(time=lambda: time.time() + at[0]))
    looking = Watch(cast("JetStream", Led({f"n{n}": ahead for n, ahead in enumerate(servers)})), 16)
    assert looking.now() - time.time() == pytest.approx(own, abs=5)
    await looking.open()
    assert looking.now() - time.time() == pytest.approx(gone_by, abs=5)
    at[0] = 0.0 if own == gone_by else 7200.0  # it is set, and nobody was asked since
    assert looking.now() - time.time() == pytest.approx(0.0, abs=5)


class Led:
    """What the servers say of each stream, by the clock of the server that leads it."""

    def __init__(self, ahead_s: dict[str, float]) -> None:
        self.ahead_s = ahead_s
        self.leaders = list(ahead_s)

    async def stream(self, name: str) -> JsonObject:
        server = self.leaders[int(name.rpartition("_")[2]) % len(self.leaders)]
        at = datetime.fromtimestamp(time.time() + self.ahead_s.get(server, 0.0), UTC)
        others = [{"name": name, "current": True} for name in self.ahead_s if name != server]
        return {"ts": at.isoformat(), "cluster": {"leader": server, "replicas": others}}


async def test_servers_that_no_longer_answer_have_no_say(monkeypatch: pytest.MonkeyPatch) -> None:
    off = {"n0": 120.0, "n1": 120.0, "n2": 0.0}
    later = [0.0]
    monkeypatch.setattr(watch, "passed", lambda: time.monotonic() + later[0])

    async def all_asked(looking: Watch) -> None:
        for shard in range(16):
            await looking._look_at(shard)

    for leaders in (["n2"], ["n2", "", ""], ["n5", "n6", "n2"]):  # all put right meanwhile
        led = Led(dict(off))
        looking = Watch(cast("JetStream", led), 16)
        await all_asked(looking)
        assert looking.now() - time.time() == pytest.approx(120.0, abs=5), "what most say"
        led.ahead_s, led.leaders = dict.fromkeys(off, 0.0), leaders
        for _ in range(3):
            later[0] += 80.0  # a round has passed
            await all_asked(looking)
        assert looking.now() - time.time() == pytest.approx(0.0, abs=5), leaders
        assert len(looking._ahead) == len({*leaders} - {""})


async def test_a_clock_that_was_set_is_told_from_a_machine_that_stood_still(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for leaders, servers in ((["n0", "n1", "n2"], 0.0), (["n0", "n1", "n2"], 90.0), (["n2"], 90.0)):
        leap = [0.0]
        monkeypatch.setattr(watch, "time", SimpleNamespace(time=lambda leap=leap: time.time() + leap[0]))
        led = Led({"n0": 0.0, "n1": 0.0, "n2": 0.0})
        looking = Watch(cast("JetStream", led), 16)
        for shard in range(16):
            await looking._look_at(shard)
        leap[0] = 90.0  # what has passed since is not counted where the machine stood still
        led.ahead_s, led.leaders = dict.fromkeys(led.ahead_s, servers), leaders
        assert looking.now() - time.time() == pytest.approx(0.0, abs=5), "nobody was asked since"
        await looking._ask_again_if_set()
        assert looking.now() - time.time() == pytest.approx(servers, abs=5), leaders


async def test_one_server_whose_clock_is_off_is_named_once_and_hides_behind_no_other() -> None:
    led = Led({"n0": 0.0, "n1": 0.5, "n2": 0.0})
    looking = Watch(cast("JetStream", led), 6)
    with capture_logs() as said:
        for look in range(18):
            await looking._look_at(look % 6)
        led.ahead_s["n1"] = 0.0  # put right, and off again
        await looking._look_at(1)
        led.ahead_s["n1"] = -9.0
        await looking._look_at(1)
    assert [(entry["server"], round(entry["ahead_s"])) for entry in said] == [("n1", 0), ("n1", 9)]
    told = [
        REGISTRY.get_sample_value("wingman_clock_offset_seconds", {"stream": subjects.stream(shard)}) or 0.0
        for shard in (0, 1, 2, 4)
    ]
    assert [abs(offset) > CLOCK_S for offset in told] == [False, True, False, True]
