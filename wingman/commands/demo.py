"""`wingman demo`: the sample meeting through the real path, shown in the terminal and on the overlay.

A second process sends two Opus tracks by WHIP; everything after that is what a browser's meeting gets.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from wingman.app import Service, open_service
from wingman.app.http import serve_http
from wingman.audio.recording import probe
from wingman.commands.common import background, base_url, overlay_url, run_until_signal, settings_of
from wingman.commands.installation import adding, program
from wingman.commands.send import TOKEN_VARIABLE
from wingman.commands.terminal import Show
from wingman.config.emotion import EmotionSettings
from wingman.config.paths import SAMPLE
from wingman.config.section import Secret
from wingman.config.settings import Settings
from wingman.core.codec import encode
from wingman.core.emotion_policy import RECORDING, Consent
from wingman.core.emotion_policy import SAMPLE as SYNTHETIC
from wingman.core.errors import InputError, WingmanError
from wingman.core.events import MeetingEnded
from wingman.events.hub import Subscription
from wingman.meeting.api import MeetingSpec
from wingman.testing.faults import FaultScript, load

LOCAL_HINT = (
    "The words came from a recogniser for trying out. For meetings: {whisper} && "
    "{wingman} models fetch whisper-base (148 MB, once)."
)
EMULATED_KEY = "local-key"
SAMPLE_BRIEF = "A renewal call with a customer of 200 users; we want to keep them."


def main(arguments: argparse.Namespace) -> int:
    """Run the subcommand; returns the exit status. Raises `InputError` for arguments that make no sense."""
    settings = settings_of(arguments, quiet=True)
    if arguments.measure != "off" and not arguments.audio:
        raise InputError(
            "--measure is for a recording of yours; add --audio FILE, or leave it away", field="measure"
        )
    audio = Path(arguments.audio) if arguments.audio else SAMPLE
    probe(audio)  # a bad file gets its sentence before anything is started
    faults = _faults(arguments)
    return run_until_signal(_demo(arguments, settings, audio, faults))


def _faults(arguments: argparse.Namespace) -> FaultScript:
    if not arguments.faults:
        return FaultScript()
    if arguments.providers != "emulated":
        raise InputError(
            "only emulated providers fail on request; add --providers emulated to --faults", field="faults"
        )
    return load(Path(arguments.faults))


async def _demo(arguments: argparse.Namespace, settings: Settings, audio: Path, faults: FaultScript) -> int:
    async with contextlib.AsyncExitStack() as stack:
        unused = configured(settings)
        if arguments.providers != "auto" and unused:
            names = ", ".join(unused)
            told = f"Your own providers ({names}) are not used in this demo; --providers auto uses them."
            print(told, file=sys.stderr, flush=True)
        demo = DemoProviders(arguments.providers, arguments.emotion)
        settings = await stack.enter_async_context(providers(demo, settings, faults))
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="wingman-demo-"))
        if not settings.deliver.data_dir:
            deliver = msgspec.structs.replace(settings.deliver, data_dir=folder)
            settings = msgspec.structs.replace(settings, deliver=deliver)
        service = await stack.enter_async_context(open_service(settings))
        port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        await stack.enter_async_context(background(serve_http(service, port.set_result)))
        root = base_url(settings.server.host, await port)
        return await _play(arguments, service, root, audio)


async def _play(arguments: argparse.Namespace, service: Service, root: str, audio: Path) -> int:
    own = audio == SAMPLE
    spec = MeetingSpec(
        title="Sample: a renewal call" if own else audio.name,
        playbook=arguments.playbook or "",
        emotion_policy="counterpart" if own else arguments.measure,
        brief=SAMPLE_BRIEF if own else "",
    )
    consent: Consent | None = Consent(SYNTHETIC, "wingman demo")
    if not own:
        asked = Consent(RECORDING, "--measure on the command line")
        consent = asked if arguments.measure != "off" else None
    meeting = await service.manager.create(spec, consent=consent)
    url = f"{overlay_url(root, meeting.id)}#login={service.access.login_code()}"
    if not arguments.json:
        print(f"Overlay: {url}\n")
        if consent is not None:
            print(f"Voice energy is measured in this demo: {consent.notice.text}", flush=True)
    show = Show()
    watching = service.hub.subscribe(meeting.id)
    try:
        async with asyncio.TaskGroup() as tasks:
            watcher = tasks.create_task(_watch(watching, show, as_json=arguments.json))
            sent = await send(root, service.token, meeting.id, audio)
            await meeting.end("source_ended")
            await service.log.flush()
            await watcher
    finally:
        watching.close()
    if sent != 0:
        raise WingmanError("the sending process failed; its message is above")
    if arguments.json:
        return 0
    print(f"\n{show.summary()}")
    if arguments.providers == "embedded":
        print(LOCAL_HINT.format(whisper=adding("whisper"), wingman=program()))
    if arguments.exit or not sys.stdin.isatty():
        return 0
    print(f"Still serving: {url}  (Ctrl-C ends)", flush=True)
    await asyncio.Event().wait()
    return 0


async def _watch(watching: Subscription, show: Show, *, as_json: bool) -> None:
    while True:
        for frame in await watching.read():
            envelope = frame.envelope
            if as_json:
                sys.stdout.write(encode(envelope).decode() + "\n")
                sys.stdout.flush()
            else:
                show.envelope(envelope)
            if isinstance(envelope.data, MeetingEnded):
                return


async def send(root: str, token: str, meeting: str, audio: Path) -> int:
    """Run the sender in a process of its own; its exit status."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "wingman.commands.send",
        root,
        str(audio),
        f"meeting={meeting}",
        env={**os.environ, TOKEN_VARIABLE: token},
    )
    try:
        return await process.wait()
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(2):
                    await process.wait()
            if process.returncode is None:
                process.kill()
                await process.wait()


@dataclass(frozen=True, slots=True)
class DemoProviders:
    """Which providers a demo runs on."""

    which: str
    """`auto`, `embedded`, `whisper` or `emulated`."""
    emotion: str = "hume"
    """Which generation of Hume is emulated."""


def configured(settings: Settings) -> list[str]:
    """The providers a user has named or given a key."""
    branches = (settings.transcribe, settings.emotion, settings.suggest)
    named = [branch.provider for branch in branches if branch.provider not in ("auto", "off")]
    keyed = {
        "deepgram": settings.transcribe.deepgram.api_key,
        "hume": settings.emotion.hume.api_key,
        "hume-v0": settings.emotion.hume_v0.url,
        "gemini": settings.suggest.gemini.api_key,
        "openai": settings.suggest.openai.url,
    }
    return sorted({*named, *(name for name, key in keyed.items() if key)})


@contextlib.asynccontextmanager
async def providers(
    demo: DemoProviders, settings: Settings, faults: FaultScript = FaultScript()
) -> AsyncIterator[Settings]:
    """The settings for the demo's providers, with the emulators running where they are wanted."""
    replace = msgspec.structs.replace
    if demo.which == "auto":
        yield settings
    elif demo.which in ("embedded", "whisper"):
        yield replace(
            settings,
            transcribe=replace(settings.transcribe, provider=demo.which),
            emotion=replace(settings.emotion, provider="prosody"),
            suggest=replace(settings.suggest, provider="cues"),
        )
    else:
        async with _emulators(demo.emotion, faults) as (deepgram, emotion, gemini):
            key = Secret(EMULATED_KEY)
            yield replace(
                settings,
                transcribe=replace(
                    settings.transcribe,
                    provider="deepgram",
                    deepgram=replace(settings.transcribe.deepgram, url=deepgram, api_key=key),
                ),
                emotion=_emulated_emotion(settings.emotion, demo.emotion, emotion, key),
                suggest=replace(
                    settings.suggest,
                    provider="gemini",
                    gemini=replace(settings.suggest.gemini, url=gemini, api_key=key),
                ),
            )


def _emulated_emotion(section: EmotionSettings, which: str, url: str, key: Secret) -> EmotionSettings:
    replace = msgspec.structs.replace
    if which == "hume-v0":
        gateway = replace(section.hume_v0, url=url, api_key=key, auth="header")
        return replace(section, provider="hume-v0", hume_v0=gateway)
    return replace(section, provider="hume", hume=replace(section.hume, url=url, api_key=key))


@contextlib.asynccontextmanager
async def _emulators(emotion: str, faults: FaultScript) -> AsyncIterator[tuple[str, str, str]]:
    """Local Deepgram, Hume and Gemini servers that know the sample's script; their URLs."""
    from wingman.testing import scenario
    from wingman.testing.deepgram.server import DeepgramEmulator
    from wingman.testing.gemini.server import GeminiEmulator
    from wingman.testing.hume.server import HumeEmulator
    from wingman.testing.hume_v0.server import HumeV0Emulator

    script = scenario.load(SAMPLE.with_suffix(".json"))
    hume = (
        HumeV0Emulator(faults.meant_for("hume-v0"), scenario=script)
        if emotion == "hume-v0"
        else HumeEmulator(faults.meant_for("hume"), script)
    )
    async with (
        DeepgramEmulator(script, faults.meant_for("deepgram")) as deepgram,
        hume,
        GeminiEmulator() as gemini,
    ):
        gemini.follow(faults.meant_for("gemini", by_name=True))
        yield deepgram.url, hume.url, gemini.url
