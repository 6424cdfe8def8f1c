"""Whatever goes wrong with Hume, and whenever: no wrong time, and every unheard sample is reported once.

The audio knows its own index and the emulator says it back as an expression's name, so "none" is exact. The
whole matrix runs in jumping time, with the settings of production.
"""

from __future__ import annotations

import asyncio
import random

import msgspec
import pytest

from tests.support.each import each
from tests.support.links.hume_trial import IndexedEar, MeterAccount, MeterTrial, attempt
from tests.support.links.matrix import FINAL, HUME, HUME_MOMENTS, Moment, flapping, script, side_by_side
from tests.support.links.trial import Recording
from wingman.config.emotion import HumeSettings
from wingman.config.section import Secret
from wingman.core.errors import Health
from wingman.emotion.hume.analyzer import HumeAnalyzer
from wingman.testing.faults import Fault, FaultScript, Kind
from wingman.testing.hume.server import HumeEmulator, HumeHabits
from wingman.testing.virtual_time import run

MID_WORD, BEFORE_END = 1.0, 1.9
"""Words run 0-0.3, 0.4-0.7, 0.8-1.1, 1.2-1.5 s; that utterance is over for Hume at 2.0 s."""


def final(account: MeterAccount) -> Health:
    return account.states[-1].health


@pytest.mark.parametrize("moment", HUME_MOMENTS)
def test_no_time_is_wrong_and_every_gap_is_told(moment: str) -> None:
    scripts = {name: script(fault, HUME_MOMENTS[moment]) for name, fault in HUME.items()}
    trials = run(side_by_side({name: attempt(*faults) for name, faults in scripts.items()}))
    for name, (account, emulator) in trials.items():
        assert account.exact, (name, account, emulator.traffic)
        assert account.spans >= 3, (name, account)
        assert final(account) is Health.ENDED, (name, account)


@each("status", FINAL)
@each("at", [0.0, MID_WORD])
def test_a_refusal_that_no_retry_can_mend_ends_the_branch_with_a_sentence(status: str, at: float) -> None:
    account, emulator = run(attempt(*script(FINAL[status], Moment(1, at), refusals=1), seconds=4.0))
    assert final(account) is Health.DOWN
    assert account.states[-1].detail
    assert emulator.connections == (2 if at else 1)
    assert not account.error
    assert account.missed[0].span.start == 0, "what was recorded and not heard is told"


def test_a_flapping_provider_is_retried_and_then_heard() -> None:
    account, emulator = run(attempt(*flapping(Moment(1, 0.3))))
    assert account.exact, account
    assert emulator.connections == 6
    assert final(account) is Health.ENDED


def test_a_provider_that_never_works_is_given_up() -> None:
    account, _ = run(attempt(Fault(kind=Kind.DROP, on="every"), seconds=60.0))
    assert final(account) is Health.DOWN
    assert "Gave up after" in account.states[-1].detail


@pytest.mark.parametrize("kind", [Kind.HALF_OPEN, Kind.DEAF])
@pytest.mark.parametrize("at", [0.2, 1.0, 5.0])
def test_a_peer_that_is_gone_is_found_within_eight_seconds(kind: Kind, at: float) -> None:
    account, _ = run(attempt(Fault(kind=kind, at=at)))
    (gap,) = account.missed
    assert gap.span.seconds <= 8.0 + 0.5, "eight seconds, and the way back"
    assert account.exact, account


def test_rotation_loses_nothing_and_doubles_nothing() -> None:
    account, emulator = run(attempt(seconds=60.0, rotate_after_s=10.0))
    assert account.exact, account
    assert not account.missed
    assert emulator.connections == 6
    assert [total["reason"] for total in emulator.totals] == ["client_request"] * 6
    assert sum(total["received"]["audio_duration_ms"] for total in emulator.totals) == 60_000


def test_rotation_that_fails_keeps_the_old_session() -> None:
    account, emulator = run(
        attempt(Fault(kind=Kind.REFUSE, status=503, on="2-3"), seconds=90.0, rotate_after_s=20.0)
    )
    assert account.exact, account
    assert not account.missed
    assert emulator.connections >= 4


@pytest.mark.parametrize(("burst_ms", "lost_s"), [(0, 0.0), (200, 0.31)])
def test_a_server_that_allows_hardly_any_haste_refuses_the_beginning_and_moves_no_time(
    burst_ms: int, lost_s: float
) -> None:
    """A frame that was alone is sent again; of several that left at once nobody knows which was refused."""
    account, emulator = run(attempt(habits=HumeHabits(burst_s=0.001), burst_ms=burst_ms))
    assert "error" in [said for traffic in emulator.traffic for said in traffic.said]
    assert account.exact, account
    assert sum(gap.span.seconds for gap in account.missed) <= lost_s
    assert emulator.connections == 1


@pytest.mark.parametrize("delay", [0.4, 2.0, 3.5])
@pytest.mark.parametrize("kind", [Kind.LATE, Kind.STALL])
def test_refusals_that_are_said_late_cost_audio_and_never_a_wrong_time(kind: Kind, delay: float) -> None:
    """By then more frames were sent, and nobody says which one was meant."""

    late = Fault(kind=kind, delay=delay)
    trials = {
        f"{count} at {at}": attempt(
            Fault(kind=Kind.RATE_LIMIT, at=at, count=count), msgspec.structs.replace(late, at=at)
        )
        for at, count in ((0.0, 1), (0.7, 4), (1.3, 1), (2.0, 4), (2.6, 1), (3.4, 4))
    }
    for name, (account, emulator) in run(side_by_side(trials)).items():
        assert "error" in emulator.traffic[0].said, name
        assert account.exact, (name, account)
        assert account.missed
        assert final(account) is Health.ENDED


MOMENTS_OF_CHANGE = {
    "before audio": (0.0, ()),
    "mid-word": (MID_WORD, ()),
    "before an end": (BEFORE_END, ()),
    "while reconnecting": (1.25, (Fault(kind=Kind.DROP, at=1.2), Fault(kind=Kind.HANG, on=2))),
}


@pytest.mark.parametrize("moment", MOMENTS_OF_CHANGE)
def test_other_settings_are_a_new_session_and_move_no_time(moment: str) -> None:
    second, faults = MOMENTS_OF_CHANGE[moment]

    async def change() -> tuple[MeterAccount, HumeEmulator]:
        async with HumeEmulator(FaultScript(faults), ear=IndexedEar) as emulator:
            settings = HumeSettings(url=emulator.url, api_key=Secret("local-key"))
            meter = HumeAnalyzer(settings)
            async with asyncio.TaskGroup() as group:
                trial = group.create_task(MeterTrial(Recording(24.0)).run(meter))
                await asyncio.sleep(second)
                meter.apply(msgspec.structs.replace(settings, measurement_timer_ms=4000, frame_ms=60))
        return trial.result(), emulator

    account, emulator = run(change())
    assert account.exact, account
    assert bool(account.missed) == bool(faults), "without a fault the change costs nothing"
    assert final(account) is Health.ENDED
    timers = [msgspec.json.decode(t.texts[0])["measurement_timer_ms"] for t in emulator.traffic if t.texts]
    assert timers == {"before audio": [4000], "while reconnecting": [3000, 4000]}.get(moment, [3000, 4000])
    assert emulator.totals[-1]["received"]["frames"] > 240, "frames of 60 ms"


def test_settings_that_change_while_a_session_opens_are_those_of_the_next() -> None:
    async def change() -> tuple[MeterAccount, HumeEmulator]:
        async with HumeEmulator(ear=IndexedEar) as emulator:
            settings = HumeSettings(url=emulator.url, api_key=Secret("local-key"))
            meter = HumeAnalyzer(settings)
            async with asyncio.TaskGroup() as group:
                trial = group.create_task(MeterTrial(Recording(24.0)).run(meter))
                for n in range(400):
                    await asyncio.sleep(0.01)
                    meter.apply(msgspec.structs.replace(settings, measurement_timer_ms=3001 + n))
        return trial.result(), emulator

    account, emulator = run(change())
    assert account.exact, account
    assert not account.missed
    last = [msgspec.json.decode(t.texts[0])["measurement_timer_ms"] for t in emulator.traffic if t.texts][-1]
    assert last == 3400


def test_long_utterances_are_measured_as_they_go() -> None:
    account, _ = run(attempt(habits=HumeHabits(pause_s=2.0), seconds=30.0))
    assert account.exact, account
    assert account.spans >= 9
    assert not account.missed


def test_totals_agree_with_what_was_sent() -> None:
    account, emulator = run(attempt(seconds=10.0))
    (total,) = emulator.totals
    assert total["received"] == {"audio_duration_ms": 10_000, "frames": 100}
    assert account.upto == 160_000


def test_other_branches_never_wait() -> None:
    account, _ = run(attempt(Fault(kind=Kind.DEAF, on="every"), seconds=20.0))
    assert account.witness_ms < 50


KINDS = (
    *(Kind.DROP, Kind.CLOSE, Kind.HALF_OPEN, Kind.DEAF, Kind.STALL, Kind.LATE, Kind.MALFORMED, Kind.HANG),
    Kind.RATE_LIMIT,
)


@pytest.mark.parametrize("seed", range(3))
def test_any_storm_of_faults_leaves_the_account_exact(seed: int) -> None:
    """A dozen meetings at once, each with up to five connections that go wrong at random."""
    chance = random.Random(seed)

    async def storms() -> list[tuple[list[Fault], MeterAccount]]:
        async with asyncio.TaskGroup() as group:
            trials = []
            for _ in range(12):
                faults = [
                    Fault(
                        kind=chance.choice(KINDS),
                        on=number,
                        at=chance.uniform(0, 9),
                        code=chance.choice((1000, 1008, 1011, 1012)),
                        delay=chance.uniform(0.1, 3),
                        count=chance.randint(1, 4),
                    )
                    for number in range(1, chance.randint(2, 6))
                ]
                rotate = chance.choice((5.0, 11.0, 1500.0))
                task = group.create_task(attempt(*faults, seconds=30.0, rotate_after_s=rotate))
                trials.append((faults, task))
        return [(faults, task.result()[0]) for faults, task in trials]

    for faults, account in run(storms()):
        assert account.exact, (faults, account)
        assert final(account) is Health.ENDED, (faults, account)
