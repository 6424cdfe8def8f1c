"""Whatever goes wrong with Deepgram, and whenever: no word lost, none doubled, none at a wrong time.

The audio knows its own index, so "none" is exact. The whole matrix runs in jumping time over real sockets, with
the settings of production; `scripts/prove links` runs it at true speed.
"""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from tests.support.each import each
from tests.support.links.matrix import DEEPGRAM, DEEPGRAM_MOMENTS, FINAL, Moment, flapping, script, side_by_side
from tests.support.links.trial import Account, Recording, Trial
from wingman.config.section import Secret
from wingman.config.stt import DeepgramSettings
from wingman.core.errors import Health
from wingman.core.media import GapCause
from wingman.core.speech import SpeechEnded
from wingman.core.time import Span
from wingman.stt.deepgram.transcriber import DeepgramTranscriber
from wingman.testing.deepgram.server import DeepgramEmulator
from wingman.testing.faults import Fault, FaultScript, Kind
from wingman.testing.indexed_audio import IndexedSource
from wingman.testing.virtual_time import run


async def attempt(
    *faults: Fault, seconds: float = 16.0, tape_s: float = 60.0, **changes: object
) -> tuple[Account, DeepgramEmulator]:
    async with DeepgramEmulator(None, FaultScript(faults), hearing=lambda _: IndexedSource()) as emulator:
        settings = DeepgramSettings(url=emulator.url, rest_url=emulator.rest_url, api_key=Secret("local-key"))
        transcriber = DeepgramTranscriber(msgspec.structs.replace(settings, **changes))
        account = await Trial(Recording(seconds, tape_s=tape_s)).run(transcriber)
    assert all(traffic.ahead_s <= 0 for traffic in emulator.traffic), "faster than the service allows"
    return account, emulator


@pytest.mark.parametrize("moment", DEEPGRAM_MOMENTS)
def test_no_word_is_lost_doubled_or_moved(moment: str) -> None:
    scripts = {name: script(fault, DEEPGRAM_MOMENTS[moment]) for name, fault in DEEPGRAM.items()}
    trials = run(side_by_side({name: attempt(*faults) for name, faults in scripts.items()}))
    for name, (account, emulator) in trials.items():
        assert account.expected >= 22, name
        assert account.exact, (name, account, emulator.traffic)
        assert not account.missed, (name, account)
        assert account.states[-1].health is Health.ENDED, (name, account)


@each("status", FINAL)
@each("at", [0.0, 4.0])
def test_a_refusal_that_no_retry_can_mend_ends_the_branch_with_a_sentence(status: str, at: float) -> None:
    account, emulator = run(attempt(*script(FINAL[status], Moment(1, at), refusals=1), seconds=6.0))
    last = account.states[-1]
    assert (last.health, last.detail.endswith(".")) == (Health.DOWN, True)
    assert emulator.connections == (2 if at else 1)
    assert (account.doubled, account.error, account.torn) == ((), 0, ())
    (missed,) = account.missed
    assert missed.cause is GapCause.OUTAGE
    said = account.expected - len(account.lost)
    assert said == (4 if at else 0), "what was settled before stays"


def test_a_flapping_provider_loses_nothing() -> None:
    account, emulator = run(attempt(*flapping(Moment(1, 0.3), 6), seconds=30.0))
    assert account.exact, account
    assert emulator.connections == 7


def test_a_provider_that_never_works_is_given_up() -> None:
    account, emulator = run(attempt(Fault(kind=Kind.DROP, on="every"), seconds=70.0))
    assert account.states[-1].health is Health.DOWN
    assert "Gave up after 12 attempts" in account.states[-1].detail
    assert emulator.connections == 12


@pytest.mark.parametrize("kind", [Kind.HALF_OPEN, Kind.DEAF])
@pytest.mark.parametrize("at", [0.2, 1.0, 5.0])
def test_a_peer_that_is_gone_is_found_within_eight_seconds(kind: Kind, at: float) -> None:
    account, emulator = run(attempt(Fault(kind=kind, at=at)))
    assert account.exact, account
    assert emulator.connections == 2
    heard = emulator.traffic[0].audio_bytes / 32_000
    if kind is Kind.HALF_OPEN:
        assert heard - at <= 8.0


def test_an_outage_shorter_than_the_tape_loses_nothing() -> None:
    refused = Fault(kind=Kind.REFUSE, status=503, on="2-8")
    account, emulator = run(attempt(Fault(kind=Kind.DROP, at=3.0), refused, seconds=60.0))
    assert account.exact, account
    assert not account.missed
    assert emulator.connections == 9


def test_an_outage_longer_than_the_tape_reports_exactly_what_was_not_heard() -> None:
    refused = Fault(kind=Kind.REFUSE, status=503, on="2-7")
    account, _ = run(attempt(Fault(kind=Kind.DROP, at=3.0), refused, seconds=60.0, tape_s=8.0))
    assert (account.doubled, account.error, account.late_events) == ((), 0, 0)
    first, *more = account.missed
    assert {missed.cause for missed in account.missed} == {GapCause.OVERRUN}
    hole = first.span
    for missed in more:  # the tape moves on while the connection opens
        assert missed.span.start == hole.end
        hole = hole.hull(missed.span)
    speech = Recording().speech
    for text in account.lost:
        assert Span(*speech.bounds(int(text[1:]))).overlap(hole), text
    assert len(account.torn) <= 1, "the word the gap ends in"


def test_other_settings_in_the_middle_of_a_word_lose_nothing() -> None:
    async def change_twice() -> tuple[Account, DeepgramEmulator]:
        async with DeepgramEmulator(None, hearing=lambda _: IndexedSource()) as emulator:
            settings = DeepgramSettings(url=emulator.url, api_key=Secret("local-key"))
            transcriber = DeepgramTranscriber(settings)
            async with asyncio.TaskGroup() as group:
                trial = group.create_task(Trial(Recording(24.0)).run(transcriber))
                for second in (4.0, 9.15):
                    await asyncio.sleep(second - asyncio.get_running_loop().time())
                    transcriber.apply(msgspec.structs.replace(settings, keyterms=(f"term {second:g}",)))
        return trial.result(), emulator

    account, emulator = run(change_twice())
    assert account.exact, account
    assert [t.query.get("keyterm") for t in emulator.traffic] == [None, ["term 4"], ["term 9.15"]]
    assert {state.health for state in account.states} == {Health.CONNECTING, Health.UP, Health.ENDED}


def test_a_token_is_fetched_for_each_connection() -> None:
    account, emulator = run(attempt(Fault(kind=Kind.DROP, at=2.0), auth="token"))
    assert account.exact, account
    assert [t.query["model"] for t in emulator.traffic] == [["nova-3"]] * 2
    assert len(emulator.granted) == 2


def test_an_utterance_that_was_final_before_the_drop_still_ends() -> None:
    async def ends() -> list[int]:
        faults = FaultScript((Fault(kind=Kind.DROP, at=2.0),))
        async with DeepgramEmulator(None, faults, hearing=lambda _: IndexedSource()) as emulator:
            trial = Trial(Recording(6.0))
            await trial.run(
                DeepgramTranscriber(DeepgramSettings(url=emulator.url, api_key=Secret("local-key")))
            )
        return [event.at for event in trial.events if isinstance(event, SpeechEnded)]

    assert run(ends()) == [24_000, 68_800]
