"""`wingman emulate PROVIDER`: a local server that speaks a provider's protocol, faults included if wanted."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
from pathlib import Path

from wingman.commands.common import run_until_signal
from wingman.core.errors import InputError
from wingman.testing import faults as fault_scripts
from wingman.testing import scenario as scenarios
from wingman.testing.deepgram.server import DeepgramEmulator
from wingman.testing.gemini.server import GeminiEmulator
from wingman.testing.hume.server import HumeEmulator
from wingman.testing.hume_v0.server import HumeV0Emulator
from wingman.testing.socket_server import SocketEmulator

SETTING = {
    "deepgram": "transcribe.deepgram.url",
    "hume": "emotion.hume.url",
    "hume-v0": "emotion.hume_v0.url",
    "gemini": "suggest.gemini.url",
}

SCENARIO = ("deepgram", "hume")
"""The emulators that can be told what the audio says."""


def main(arguments: argparse.Namespace) -> int:
    return run_until_signal(_emulate(arguments))


async def _emulate(arguments: argparse.Namespace) -> int:
    script = fault_scripts.load(Path(arguments.script)) if arguments.script else fault_scripts.FaultScript()
    if arguments.scenario and arguments.provider not in SCENARIO:
        raise InputError(
            f"{arguments.provider} takes no scenario; {' and '.join(SCENARIO)} do", field="scenario"
        )
    scenario = scenarios.load(Path(arguments.scenario)) if arguments.scenario else None
    script = script.meant_for(arguments.provider)
    async with contextlib.AsyncExitStack() as stack:
        if arguments.provider == "gemini":
            gemini = await stack.enter_async_context(GeminiEmulator(port=arguments.port))
            gemini.follow(script)
            url = gemini.url
        else:
            server = _socket_server(arguments.provider, script, scenario)
            await server.start(arguments.port)
            stack.push_async_callback(server.stop)
            url = server.url
            if isinstance(server, HumeEmulator | HumeV0Emulator):
                print(f"uploads, tokens and batch jobs are answered at {server.http_url}")
        variable = "WINGMAN_" + SETTING[arguments.provider].upper().replace(".", "__")
        print(f"{arguments.provider} is emulated at {url}")
        print(f"  use it with {variable}={url} and the key local-key", flush=True)
        await asyncio.Event().wait()
    return 0


def _socket_server(
    provider: str, script: fault_scripts.FaultScript, scenario: scenarios.Scenario | None
) -> SocketEmulator:
    match provider:
        case "deepgram":
            return DeepgramEmulator(scenario, script)
        case "hume":
            return HumeEmulator(script, scenario or scenarios.Scenario())
        case _:
            return HumeV0Emulator(script)
