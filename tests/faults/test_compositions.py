"""Whatever goes wrong, and in whatever order: every word is in the transcript or in a gap, once, at its time.

`scripts/prove told` runs five hundred of these.
"""

from __future__ import annotations

import asyncio
import logging

import pytest
import structlog
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.support.strangers.compositions import Composition, Tally
from tests.support.strangers.deepgram import Fault
from tests.support.strangers.world import Verdict, world
from wingman.core.events import MeetingWindingDown
from wingman.testing.virtual_time import run

EXAMPLES = 20


@pytest.fixture(autouse=True)
def quiet() -> None:
    """Failures are the point here."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


def test_faults_composed_at_random_lose_nothing_untold() -> None:
    class Some(Composition):
        tally = Tally()

    run_state_machine_as_test(
        Some,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=6,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert Some.tally.count(lambda verdict: verdict.words) > 0


async def suffer(*faults: Fault, seconds: float = 25.0) -> Verdict:
    """A meeting of so many seconds in which these faults happen from the start."""
    async with world(1) as made:
        for fault in faults:
            made.suffer(fault)
        await made.arrive()
        await asyncio.sleep(seconds)
        return await made.end()


HANGS = Fault("hang", seconds=3.0)


@pytest.mark.parametrize("resumed", [True, False], ids=["and goes on", "and ends"])
def test_a_pause_while_the_provider_hangs_doubles_no_word(resumed: bool) -> None:
    async def paused() -> Verdict:
        async with world(0, HANGS, HANGS) as made:
            await made.arrive()
            await asyncio.sleep(2.0)
            made.pause()
            await asyncio.sleep(2.0)
            if resumed:
                made.resume()
                await asyncio.sleep(5.0)
            return await made.end()

    verdict = run(paused())
    assert verdict.holds, verdict
    assert verdict.words
    assert not verdict.told


def test_a_branch_that_gave_up_is_tried_again_when_settings_change() -> None:
    """A key that was refused twice is not tried again by itself; another is, in the running meeting."""

    async def mended() -> tuple[Verdict, int]:
        async with world(1, Fault("refuse", status=401, count=99)) as made:
            await made.arrive()
            await asyncio.sleep(45.0)
            made.provider.handshakes.clear()
            opened = made.provider.opened
            made.service.manager.use(made.service.settings, keep_model=True)
            await asyncio.sleep(10.0)
            return await made.end(), made.provider.opened - opened

    verdict, opened = run(mended())
    assert verdict.holds, verdict
    assert opened == 1
    assert verdict.told == 0, "the tape held all of it"


CASES = {
    "finals swapped once": (Fault("swap"),),
    "finals swapped always": (Fault("swap", count=99),),
    "a final never sent": (Fault("drop"),),
    "five finals never sent": (Fault("drop", count=5),),
    "finals twice": (Fault("twice", count=99),),
    "a window at 999,999 s": (Fault("start", value=999_999.0),),
    "a window 30 s too long": (Fault("longer", value=30.0),),
    "windows 30 s too long for ever": (Fault("longer", value=30.0, count=999),),
    "a word that ends at 500,000 s": (Fault("word_end", value=500_000.0),),
    "a final without an alternative": (Fault("mute"),),
    "finals without an alternative for ever": (Fault("mute", count=9_999),),
    "a window that begins at no number": (Fault("not_a_number"),),
    "a window without an end": (Fault("endless"),),
    "another channel": (Fault("other_channel", count=99),),
    "only interims for ever": (Fault("only_interims", count=9_999),),
    "a redirect to a page": (Fault("refuse", status=302, location="https://login.example/"),),
    "a web page": (Fault("refuse", status=200),),
    "a key refused once": (Fault("refuse", status=401),),
    "a key refused always": (Fault("refuse", status=401, count=999),),
    "away for a minute": (Fault("refuse", status=503, retry_after=60.0),),
    "closed thirteen times": tuple(Fault("close") for _ in range(13)),
}


@pytest.mark.parametrize("name", CASES)
def test_kinds_of_fault_once_seen_to_lose_words(name: str) -> None:
    verdict = run(suffer(*CASES[name]))
    assert verdict.holds, verdict
    assert verdict.reason == "stopped"


def test_an_end_that_owes_words_says_for_how_many_seconds() -> None:
    async def ended() -> list[MeetingWindingDown]:
        async with world(1, Fault("refuse", status=503, count=99)) as made:
            await made.arrive()
            await asyncio.sleep(8.0)
            verdict = await made.end()
            assert not verdict.untold
            events = await made.service.log.read(made.meeting.id, 0, 1000)
            return [event.data for event in events if isinstance(event.data, MeetingWindingDown)]

    (told,) = run(ended())
    assert 7.0 <= told.owed_s <= 8.1
    assert told.budget_s > told.owed_s
