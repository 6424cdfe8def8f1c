"""The whole path tried before it matters: a spoken question goes in, and its words and its card must come
out."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from wingman.archive.retention import Eraser
from wingman.audio.source import AudioSource
from wingman.core.emotion_policy import SAMPLE, Consent
from wingman.core.errors import Branch, Health, InputError
from wingman.core.events import (
    CaptureState,
    Envelope,
    MeetingStarted,
    PolicyApplied,
    ProviderStateChanged,
    SuggestionCreated,
    UtteranceCreated,
    UtteranceRevised,
)
from wingman.core.expression_words import is_energy, tone
from wingman.core.time import Channel
from wingman.core.utterance import ReadingStatus
from wingman.events.index import MeetingIndex
from wingman.events.log import EventLog
from wingman.meeting.api import MeetingSpec
from wingman.meeting.connections import METERS
from wingman.meeting.manager import MeetingManager
from wingman.report.record import read_all
from wingman.report.waits import Waits

SPOKEN = "can you tell me how much the enterprise plan costs per month"
"""What the probe says."""
LIMIT_S = 60.0
ENOUGH = 0.6
"""Share of its words that must come out for the transcriber to be called working."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of the path."""

    name: str
    level: str
    """`ok`, `note` (works, with a remark) or `problem`."""
    words: str


async def self_test(manager: MeetingManager, log: EventLog, source: AudioSource) -> tuple[Stage, ...]:
    """Play `source`, which says `SPOKEN`, into a meeting of its own, and judge what came of it.

    Nothing of it is kept. Raises `InputError` when no meeting can be made.
    """
    meeting = await manager.create(
        MeetingSpec(
            title="Self-test",
            playbook="sales",
            verbosity="lively",
            language="en",
            emotion_policy="counterpart",
        ),
        consent=Consent(SAMPLE, "the self-test"),  # a synthetic voice: nobody is measured
    )
    try:
        async with asyncio.timeout(LIMIT_S):
            await meeting.attach(source)
            await meeting.played(source)
            await meeting.end("stopped")
        await log.flush()
        events = await read_all(log, meeting.id)
    finally:
        await meeting.end("stopped")
        if isinstance(log, MeetingIndex):
            await log.flush()
            await Eraser(log, ()).erase(meeting.id)
    return (_sound(events), _words(events), _tone(manager, events), _card(events), _model(manager))


async def judge(manager: MeetingManager, log: EventLog, meeting: str) -> tuple[Stage, ...]:
    """What came of the probe that a client spoke into a meeting of its own, which is over by now.

    A card is expected of the others' question alone. Raises `InputError(status=404)` for an unknown meeting.
    """
    await log.flush()
    events = await read_all(log, meeting)
    if not events:
        raise InputError(f"there is no meeting {meeting[:40]!r}", field="meeting", status=404)
    fed = {event.data.channel for event in events if isinstance(event.data, CaptureState)}
    stages = (_sound(events), _words(events), _tone(manager, events))
    return (*stages, _card(events)) if Channel.TAB in fed else stages


def heard_share(text: str) -> float:
    """Share of the probe's words that are in `text`."""
    wanted, found = SPOKEN.split(), set(re.findall(r"[a-z']+", text.lower()))
    return sum(word in found for word in wanted) / len(wanted)


def _sound(events: Sequence[Envelope]) -> Stage:
    states = [event.data.state for event in events if isinstance(event.data, CaptureState)]
    if "capturing" in states:
        return Stage("Sound", "ok", "Sound arrives and is decoded.")
    return Stage("Sound", "problem", "No sound arrived; its decoder may be missing. Run wingman doctor.")


def _words(events: Sequence[Envelope]) -> Stage:
    said = _said(events)
    share = heard_share(said)
    if share >= ENOUGH:
        return Stage("Words", "ok", f"“{said}”")
    faults = _faults(events, Branch.TRANSCRIBE)
    if said:
        return Stage("Words", "note", f"Only {share:.0%} of the words came out right: “{said}”")
    return Stage("Words", "problem", faults[-1] if faults else "The transcriber wrote nothing down.")


def _said(events: Sequence[Envelope]) -> str:
    return " ".join(event.data.text for event in events if isinstance(event.data, UtteranceCreated))


def _tone(manager: MeetingManager, events: Sequence[Envelope]) -> Stage:
    """What was read off the probe's synthetic voice; in a meeting it is off until somebody switches it on."""
    told = [
        event.data.emotion_policy for event in events if isinstance(event.data, MeetingStarted | PolicyApplied)
    ]
    if told and told[-1] == "off":
        return Stage("Tone", "note", "Not measured here: nobody has said that it may be.")
    chosen = manager.providers.choose("counterpart").emotion
    if chosen.provider == "off":
        return Stage("Tone", "note", f"None is measured: {chosen.why}.")
    read = {
        event.data.id: event.data.emotion
        for event in events
        if isinstance(event.data, UtteranceCreated | UtteranceRevised)
    }
    known = [reading for reading in read.values() if reading.status is ReadingStatus.KNOWN]
    meter = METERS[chosen.provider].name if chosen.provider in METERS else chosen.provider
    if known:
        name = "Voice energy" if is_energy(known[-1]) else "Tone"
        return Stage("Tone", "ok", f"{name}: {tone(known[-1])} ({meter}).")
    if any(reading.status is ReadingStatus.UNKNOWN for reading in read.values()):
        return Stage("Tone", "ok", f"Measured ({meter}); of this voice it says nothing clear.")
    fault = next(iter(reversed(_faults(events, Branch.EMOTION))), "")
    if fault:
        return Stage("Tone", "problem", fault)
    return Stage("Tone", "note", f"Nothing was said of the probe ({meter}).")


def _faults(events: Sequence[Envelope], branch: Branch) -> list[str]:
    """What a branch's provider complained of, oldest first."""
    states = (event.data for event in events if isinstance(event.data, ProviderStateChanged))
    return [state.detail for state in states if state.branch == branch and state.detail]


def _card(events: Sequence[Envelope]) -> Stage:
    waits = Waits()
    for event in events:
        waits.add(event)
        if isinstance(event.data, SuggestionCreated):
            wait = waits.of(event.data)
            after = f" {wait.total:.1f} s after the end of the sentence" if wait else ""
            return Stage("Card", "ok", f"A card came{after}: “{event.data.text or event.data.title}”")
    said = _said(events)
    if heard_share(said) >= ENOUGH:
        return Stage("Card", "problem", "The words were there and no card came; try another playbook.")
    if said:
        return Stage("Card", "note", "The words came out wrong, so no card was to be expected.")
    return Stage("Card", "problem", "Without words there is no card.")


def _model(manager: MeetingManager) -> Stage:
    health, fault = manager.model_state
    name = manager.providers.choose("off").suggester.provider
    if name in ("cues", "off"):
        return Stage("Model", "note", "None is connected: the playbook’s cards work without one.")
    if health is Health.UP:
        return Stage("Model", "ok", f"{name.capitalize()} answers.")
    return Stage("Model", "problem" if fault else "note", fault or f"{name.capitalize()} has not answered yet.")


def probe_of(sample: Path, folder: Path) -> Path:
    """The sample's question about the price, cut out of it as a file in `folder`."""
    import av

    target = folder / "probe.wav"
    begin, end = 21.5, 26.2
    with av.open(str(sample)) as source, av.open(str(target), "w", format="wav") as out:
        stream = out.add_stream("pcm_s16le", rate=16_000, layout="mono")
        left = av.AudioResampler(format="s16", layout="stereo", rate=16_000)
        for frame in source.decode(audio=0):
            at = frame.time or 0.0
            if not begin <= at < end:
                continue
            for stereo in left.resample(frame):
                samples = stereo.to_ndarray()[:, 0::2]  # the others are on the left
                mono = av.AudioFrame.from_ndarray(samples.copy(), format="s16", layout="mono")
                mono.sample_rate = 16_000
                out.mux(stream.encode(mono))
        out.mux(stream.encode(None))
    return target
