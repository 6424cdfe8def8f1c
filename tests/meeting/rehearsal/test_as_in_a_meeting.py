"""The same words, rehearsed and heard by a meeting: the same cards, and the same reasons for none."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tests.transports.support import write_wav
from wingman.app import open_service
from wingman.config.settings import build
from wingman.core.events import Envelope, SuggestionCreated, SuggestionSkipped, UtteranceCreated
from wingman.core.time import SAMPLE_RATE, Channel, samples
from wingman.meeting.api import MeetingSpec
from wingman.meeting.rehearsal import Cast, Rehearsed, ScriptedTurn, rehearse
from wingman.meeting.rehearsal.player import JOINED
from wingman.suggest.playbook.playbook import load_playbook
from wingman.testing.deepgram.server import DeepgramEmulator, DeepgramLimits
from wingman.testing.scenario import Scenario, say, single
from wingman.transports.file import FileSource

AFTER_S = 12.0
"""Of silence: as long as a cooldown."""
TALK = (
    ("C", "How much does the", None),
    ("C", "enterprise plan cost per month?", 0.2),
    ("C2", "Mm.", None),
    ("C", "Honestly, that sounds far too expensive for us.", None),
    ("C2", "We also looked at Acme, and they are cheaper.", None),
    ("C", "And where is our data stored?", None),
)
"""All of one channel: two links are heard as fast as each goes, and no order holds between them."""


def _decided(events: Sequence[Envelope]) -> list[tuple[str, ...]]:
    """What was said and decided, by the words it was about; what was heard apart from it stays away."""
    words = {said.id: said.text for e in events if isinstance(said := e.data, UtteranceCreated)}
    found: list[tuple[str, ...]] = [("said", text) for text in words.values()]
    for data in (event.data for event in events):
        about = words.get(getattr(data, "utterance", None) or "", "")
        if isinstance(data, SuggestionCreated):
            found.append((about, data.kind, data.reason, data.title, data.text, data.source))
        elif isinstance(data, SuggestionSkipped) and data.reason != JOINED:
            found.append((about, data.reason, data.detail))
    return found


async def _rehearsed(turns: Sequence[ScriptedTurn]) -> list[Envelope]:
    events: list[Rehearsed] = []
    await rehearse(turns, Cast(load_playbook("sales")), events.append)
    return [event.envelope for event in events]


def _spoken(events: Sequence[Envelope]) -> Scenario:
    """The rehearsal's own utterances as what a transcriber hears: word by word, at the same times."""
    turns = []
    for event in events:
        if isinstance(said := event.data, UtteranceCreated) and event.media is not None:
            pace = (event.media.end - event.media.start) / len(said.text.split())
            label = int(said.speaker.partition(":")[2] or 0)
            turns.append(say(said.text, event.media.start, per_word=pace, speaker=label))
    return single(*turns)


async def _heard(scenario: Scenario, path: Path) -> list[Envelope]:
    """A meeting that hears a voice wherever the scenario has words."""
    turns = scenario.track(Channel.TAB).turns
    pcm = np.zeros(samples(turns[-1].end + AFTER_S), np.int16)
    hum = np.random.default_rng(1).normal(0, 3000, len(pcm)).astype(np.int16)
    for turn in turns:
        pcm[samples(turn.start) : samples(turn.end)] = hum[samples(turn.start) : samples(turn.end)]
    write_wav(path, pcm.tobytes(), SAMPLE_RATE)
    async with DeepgramEmulator(scenario, limits=DeepgramLimits(pace=None)) as emulator:
        tree = {
            "transcribe": {
                "provider": "deepgram",
                "deepgram": {"url": emulator.url, "api_key": "local-key"},
            },
            "suggest": {"provider": "cues", "meaning": "off"},
            "emotion": {"provider": "off"},
        }
        async with open_service(build(tree), keep=False) as running:
            meeting = await running.manager.create(MeetingSpec(title="t", playbook="sales"), live=False)
            source = FileSource(path, realtime=False, gate=meeting.room)
            await meeting.attach(source)
            await meeting.played(source)
            await meeting.end("source_ended")
            await running.log.flush()
            return list(await running.log.read(meeting.id))


async def test_a_rehearsal_decides_as_the_meeting_does(tmp_path: Path) -> None:
    turns = [ScriptedTurn(line, who, text, pause) for line, (who, text, pause) in enumerate(TALK)]
    rehearsed = await _rehearsed(turns)
    heard = await _heard(_spoken(rehearsed), tmp_path / "talk.wav")
    assert _decided(heard) == _decided(rehearsed)
    assert sum(isinstance(event.data, SuggestionCreated) for event in rehearsed) == 3
