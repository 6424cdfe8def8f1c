"""What a bundle does not account for is found, and nothing else is."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.strangers.deepgram import Fault
from tests.support.strangers.world import world
from wingman.archive.bundle import Bundle, pack
from wingman.archive.provider_events import Fed, decode
from wingman.archive.sample_coverage import WINDOWS, opened, unaccounted
from wingman.config.section import Secret
from wingman.config.stt import DeepgramSettings
from wingman.core.errors import Missed
from wingman.core.events import Media, MeetingEnded, TranscriptGap
from wingman.core.speech import Final
from wingman.core.time import SAMPLE_RATE, Channel
from wingman.stt import embedded
from wingman.stt.deepgram.transcriber import DeepgramTranscriber
from wingman.testing.virtual_time import run


async def held(folder: Path, *faults: Fault) -> Bundle:
    """A meeting with a pause and these faults."""
    async with world(2, *faults, folder=folder) as made:
        await made.arrive()
        await asyncio.sleep(6.0)
        made.pause()
        await asyncio.sleep(3.0)
        made.resume()
        await asyncio.sleep(6.0)
        await made.end()
        log, meeting = made.service.log, made.meeting.id
        events = await log.read(meeting, 0, 10_000)
        return Bundle(meeting, tuple(events), heard=decode(b"".join(await log.heard(meeting))))


@pytest.mark.parametrize(
    "faults",
    [(), (Fault("refuse", status=401, count=99),), (Fault("drop", count=2),)],
    ids=["all is well", "nobody transcribes", "finals are lost"],
)
def test_a_meeting_accounts_for_every_sample(tmp_path: Path, faults: tuple[Fault, ...]) -> None:
    assert unaccounted(run(held(tmp_path / "data", *faults))) == {}


def test_a_final_or_a_gap_that_is_taken_out_is_missed(tmp_path: Path) -> None:
    whole = run(held(tmp_path / "data"))
    told = [h for h in whole.heard if isinstance(h, Fed) and isinstance(h.event, Final) and h.event.words]
    without = replace(whole, heard=tuple(heard for heard in whole.heard if heard is not told[0]))
    (span,) = unaccounted(without)[Channel.TAB]
    assert span.length > 0.2 * SAMPLE_RATE
    bundle, gaps = opened(pack(without))
    assert gaps == 1
    assert [event.seq for event in bundle.events] == list(range(1, len(whole.events) + 2))
    (gap,) = [e for e in bundle.events if isinstance(e.data, TranscriptGap) and e.data.cause == "unaccounted"]
    assert gap.media == Media.of(Channel.TAB, span)
    ended = next(number for number, e in enumerate(bundle.events) if isinstance(e.data, MeetingEnded))
    assert bundle.events[ended - 1] is gap
    assert unaccounted(bundle) == {}  # opened again, it is whole
    assert opened(pack(whole)) == (whole, 0)
    refused = run(held(tmp_path / "more", Fault("refuse", status=401, count=99)))
    silent = replace(
        refused,
        heard=tuple(h for h in refused.heard if not (isinstance(h, Fed) and isinstance(h.event, Missed))),
        events=tuple(event for event in refused.events if event.type != "transcript.gap"),
    )
    assert sum(span.length for span in unaccounted(silent)[Channel.TAB]) > 10 * SAMPLE_RATE


def test_a_record_that_breaks_off_says_nothing(tmp_path: Path) -> None:
    whole = run(held(tmp_path / "data"))
    assert unaccounted(replace(whole, heard=whole.heard[:-1])) == {}
    assert unaccounted(replace(whole, heard=())) == {}


def test_it_knows_whose_finals_cover_silence() -> None:
    key = DeepgramSettings(api_key=Secret("k"))
    assert {info.name for info in (DeepgramTranscriber(key).info, embedded.INFO) if info.windows} == WINDOWS
