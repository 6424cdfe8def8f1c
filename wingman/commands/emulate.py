"""`wingman emulate PROVIDER`: a local server that speaks a provider's protocol, faults included if wanted."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
from pathlib import Path
from typing import Any

from wingman.commands.common import run_until_signal
from wingman.emulators import faults as fault_scripts
from wingman.emulators import scenario as scenarios

SETTING = {
    "deepgram": "transcribe.deepgram.url",
    "hume": "emotion.hume.url",
    "hume-v0": "emotion.hume_v0.url",
    "gemini": "suggest.gemini.url",
}


def main(arguments: argparse.Namespace) -> int:
    return run_until_signal(_emulate(arguments))


async def _emulate(arguments: argparse.Namespace) -> int:
    async with _emulator(arguments) as emulator:
        setting = SETTING[arguments.provider]
        variable = "WINGMAN_" + setting.upper().replace(".", "__")
        print(f"{arguments.provider} is emulated at {emulator.url}")
        print(f"  use it with {variable}={emulator.url}", flush=True)
        await asyncio.Event().wait()
    return 0


def _emulator(arguments: argparse.Namespace) -> contextlib.AbstractAsyncContextManager[Any]:
    script = fault_scripts.load(Path(arguments.script)) if arguments.script else fault_scripts.FaultScript()
    scenario = scenarios.load(Path(arguments.scenario)) if arguments.scenario else None
    match arguments.provider:
        case "deepgram":
            from wingman.emulators.deepgram import DeepgramEmulator

            return DeepgramEmulator(scenario, script)
        case "hume":
            from wingman.emulators.hume import HumeEmulator

            return HumeEmulator(script, scenario or scenarios.Scenario())
        case "hume-v0":
            from wingman.emulators.hume_v0 import HumeV0Emulator

            return HumeV0Emulator(script, scenario or scenarios.Scenario())
        case _:
            from wingman.emulators.gemini import GeminiEmulator

            return GeminiEmulator(port=arguments.port)
