"""`wingman transcribe FILE`: a recording through the pipeline, joined utterances out."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
from tqdm import tqdm

from wingman.app import Service, open_service
from wingman.commands.common import run_until_signal, settings_of
from wingman.commands.demo import CONSENT_FILE
from wingman.commands.terminal import Show
from wingman.config.settings import Settings
from wingman.core.codec import encode
from wingman.core.events import Envelope, MeetingEnded, SuggestionSkipped, TranscriptPartial
from wingman.core.time import Channel
from wingman.emotion.base import VoiceAnalyzer
from wingman.events.hub import Subscription
from wingman.meeting.api import MeetingSpec
from wingman.meeting.meeting import Meeting
from wingman.transports.file import FileSource


def main(arguments: argparse.Namespace) -> int:
    """Run the subcommand; returns the exit status. Raises `InputError` for arguments that make no sense."""
    settings = settings_of(arguments, quiet=True)
    return run_until_signal(transcribe(arguments, settings))


async def transcribe(
    arguments: argparse.Namespace, settings: Settings, meter: Callable[[], VoiceAnalyzer] | None = None
) -> int:
    """Play the file into a meeting of its own and print it. `meter` replaces the configured one."""
    silent = msgspec.structs.replace(settings.suggest, provider="off", mode="manual")
    settings = msgspec.structs.replace(settings, suggest=silent)
    async with open_service(settings, keep=False) as service:
        spec = MeetingSpec(
            title=Path(arguments.file).name,
            emotion_policy=arguments.emotion,
            consent="" if arguments.emotion == "off" else CONSENT_FILE,
        )
        meeting = await service.manager.create(spec, live=arguments.realtime, meter=meter)
        watching = service.hub.subscribe(meeting.id)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(_print(watching, as_json=arguments.json))
                await _play(arguments, service, meeting)
        finally:
            watching.close()
    return 0


async def _play(arguments: argparse.Namespace, service: Service, meeting: Meeting) -> None:
    try:
        with tqdm(unit="s", file=sys.stderr, disable=not sys.stderr.isatty(), leave=False) as bar:

            def advance(played: float) -> None:
                bar.update(round(played, 1) - bar.n)

            source = FileSource(
                Path(arguments.file),
                realtime=arguments.realtime,
                channels=(Channel.TAB, Channel.MIC) if arguments.stereo else None,
                gate=meeting.room,
                on_progress=advance,
            )
            bar.total = round(source.duration, 1) if source.duration else None
            await meeting.attach(source)
            await meeting.played(source)
    finally:
        await meeting.end("source_ended")
        await service.log.flush()


async def _print(watching: Subscription, *, as_json: bool) -> None:
    show = Show(settled=True)
    while True:
        for frame in await watching.read():
            if as_json:
                _write_json(frame.envelope)
            elif not isinstance(frame.envelope.data, TranscriptPartial):
                show.envelope(frame.envelope)
            if isinstance(frame.envelope.data, MeetingEnded):
                return


def _write_json(envelope: Envelope) -> None:
    if not isinstance(envelope.data, TranscriptPartial | SuggestionSkipped):
        sys.stdout.write(encode(envelope).decode() + "\n")
        sys.stdout.flush()
