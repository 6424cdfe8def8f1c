"""The whole wait of a person, measured: a service in a process of its own, calls into it, and its overlays.

Every clock is this process': it sends the speech, its vendors answer at their published delays, and it watches
as an overlay does. Nothing is read from the service but what it shows, and when it knew the tone of a voice.
"""

from __future__ import annotations

import asyncio
import json
import math
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from wingman.bench.harness import Subject, started
from wingman.bench.seen_cards import SeenCard, SeenCards
from wingman.bench.vendors import VendorNotes, Vendors
from wingman.bench.waiting import EXACT_S, Moments
from wingman.client.stream import events
from wingman.config.emotion import EmotionSettings
from wingman.config.stt import DeepgramSettings
from wingman.core.events import Envelope, Media, UtteranceCreated
from wingman.core.json import JsonObject
from wingman.core.time import Channel
from wingman.transports.whip_client import FRAME, Pcm, Session, file_tracks, send

PACKET_S = 0.02
CODEC_S = 0.0065
"""Opus looks ahead by so much: the last of a sound that ends with its packet comes with the next one."""
APART_S = 0.71
"""Between the beginnings of two calls, at least: so they do not speak in step."""
LAST_WORDS_S = 4.0
"""How long a card may still take when the last packet was sent."""
SAME_S = 0.05
"""An utterance ends where its final's last word does, but for rounding."""
TOKEN = "bench"
EMULATED = "emulated"
CHANNELS = (Channel.TAB, Channel.MIC)
now = time.perf_counter


@dataclass(slots=True)
class _Call:
    """One call: what was sent when, what the vendors put down, and what its overlay saw."""

    notes: VendorNotes
    sent: dict[Channel, list[float]] = field(default_factory=lambda: {channel: [] for channel in CHANNELS})
    seen: list[tuple[float, Envelope]] = field(default_factory=list)
    meeting: asyncio.Future[str] = field(default_factory=asyncio.Future)


@dataclass(frozen=True, slots=True)
class Script:
    """What is said in each call: a recording, or the first seconds of it."""

    recording: Path
    seconds: float


def _brief(number: int) -> str:
    return f"This is call number {number:03d}."


async def measure(
    vendors: Vendors,
    script: Script,
    calls: int,
    transcriber: str = EMULATED,
    chunk_ms: int = DeepgramSettings().chunk_ms,
) -> list[Moments]:
    """Play `script` in so many calls at once; what each utterance waited for.

    `transcriber`: `emulated`, or one of the local ones by its name in the settings.
    """
    with tempfile.TemporaryDirectory(prefix="wingman-wait-") as folder:
        settings = _settings(vendors.settings(chunk_ms), transcriber, folder)
        service = (sys.executable, "-m", "wingman.bench.server", "--keep", folder)
        command = (*service, "--settings", json.dumps(settings))
        async with started(Subject("wingman", lambda _: command), 0) as (_, port):
            url, heard = f"http://127.0.0.1:{port}", transcriber == EMULATED
            made = await _hold(vendors, script, calls, url, heard=heard)
    wall = now() - time.time()
    return [way for call in made for way in _ways(call, wall, local=transcriber != EMULATED)]


def _settings(vendors: JsonObject, transcriber: str, folder: str) -> JsonObject:
    """Events are stored in `folder` before they are shown, as they are for everybody."""
    settings: JsonObject = {
        "server": {"port": 0, "token": TOKEN},
        "deliver": {"data_dir": folder},
        "ingest": {"host_addresses": ["127.0.0.1"]},
    }
    local = {} if transcriber == EMULATED else {"transcribe": {"provider": transcriber}}
    return settings | vendors | local


async def _hold(vendors: Vendors, script: Script, calls: int, url: str, *, heard: bool) -> list[_Call]:
    """`heard`: the transcriber is the vendors', and who is the next to be heard is the next that calls."""
    made: list[_Call] = []
    async with asyncio.TaskGroup() as tasks:
        sending: list[asyncio.Task[None]] = []
        watching: list[asyncio.Task[None]] = []
        for number in range(calls):
            call = _Call(vendors.expect(_brief(number)))
            made.append(call)
            sending.append(tasks.create_task(_send(call, number, script, url)))
            begun: tuple[asyncio.Future[Any], ...] = (call.meeting, sending[-1])
            await asyncio.wait(begun, return_when=asyncio.FIRST_COMPLETED)
            watching.append(tasks.create_task(_watch(call, url)))
            await asyncio.sleep(APART_S)
            while heard and call.notes.connections < len(CHANNELS) and not sending[-1].done():  # noqa: ASYNC110 - rare
                await asyncio.sleep(PACKET_S)
        await asyncio.wait(sending)
        await asyncio.sleep(LAST_WORDS_S)
        for task in watching:
            task.cancel()
    return made


async def _send(call: _Call, number: int, script: Script, url: str) -> None:
    spoken = file_tracks(script.recording, CHANNELS)
    tracks = {channel: _dated(pcm, call.sent[channel], script.seconds) for channel, pcm in spoken.items()}
    query = {"brief": _brief(number), "emotion_policy": "counterpart", "consent": "recording@1"}

    def on_session(session: Session) -> None:
        call.meeting.set_result(session.meeting)

    await send(url, TOKEN, tracks, query=query, host_addresses=("127.0.0.1",), on_session=on_session)


def _dated(pcm: Pcm, sent: list[float], seconds: float) -> Pcm:
    """The same sound a packet at a time; each is taken the moment it is sent."""
    size, held = 2 * FRAME, b""
    for block in pcm:
        held += block
        while len(held) >= size:
            if len(sent) * PACKET_S >= seconds:
                return
            sent.append(now())
            yield held[:size]
            held = held[size:]


async def _watch(call: _Call, url: str) -> None:
    async for event in events(url, TOKEN, await call.meeting):
        call.seen.append((now(), event))


def _ways(call: _Call, wall: float, *, local: bool) -> Iterator[Moments]:
    """What the overlay of one call saw, beside what was sent and said. `wall`: this clock less Unix time."""
    told = SeenCards()
    for at, event in call.seen:
        told.add(at, event, wall)
    for at, event in call.seen:
        if isinstance(event.data, UtteranceCreated) and event.media is not None:
            way = _said(call, event.media, at, local=local)
            if way is not None:
                card = told.cards.get(event.data.id)
                yield _carded(call, way, card, told) if card else way


def _said(call: _Call, media: Media, at: float, *, local: bool) -> Moments | None:
    """Until the words were on screen; None where the transcriber closed them without a pause."""
    sent = call.sent[media.channel]
    spoke = sent[min(len(sent), max(1, math.ceil((media.end + CODEC_S) / PACKET_S))) - 1]
    if local:
        return Moments(spoke, at, at, at - spoke)
    finals = call.notes.finals(media.channel)
    end, told = next(((end, when) for end, when in finals if abs(end - media.end) < SAME_S), (0.0, None))
    pause_s = DeepgramSettings().endpointing_ms / 1000
    heard = call.notes.arrived(media.channel, end + pause_s - EXACT_S)
    if told is None or heard is None or heard > told:
        return None
    return Moments(spoke, told, at, pause_s + told - heard)


def _carded(call: _Call, way: Moments, card: SeenCard, told: SeenCards) -> Moments:
    """The same with its card, and with what the model said, where it said anything."""
    way = replace(way, card=card.seen if card.instant else None, due=card.due, due_to=card.due_to)
    shown, tone = told.first.get(card.id), told.tones.get(card.utterance)
    asks = [ask for ask in call.notes.asks if shown is not None and way.spoke < ask.answered <= shown]
    if not asks or not card.timed:
        return way
    ask = asks[-1]
    due, waited = max(way.told, way.due or way.told), EmotionSettings().prompt_wait_ms / 1000
    if tone is None or tone > ask.at:  # it was not waited for, or in vain
        tone = due + waited if ask.at >= due + waited else None
    return replace(way, tone=tone, asked=ask.at, answered=ask.answered, shown=shown)
