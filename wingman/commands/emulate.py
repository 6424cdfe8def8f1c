"""`wingman emulate PROVIDER`: a local server that speaks a provider's protocol, faults included if wanted."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import errno
from dataclasses import fields
from pathlib import Path

import msgspec

from wingman.commands.common import run_until_signal
from wingman.config.settings import variable_of
from wingman.core.errors import InputError
from wingman.testing import faults as fault_scripts
from wingman.testing import scenario as scenarios
from wingman.testing.deepgram.server import DeepgramEmulator
from wingman.testing.gemini.grpc import GeminiGrpcEmulator
from wingman.testing.gemini.server import GeminiEmulator, request_faults
from wingman.testing.hume.server import HumeEmulator
from wingman.testing.hume_v0.replies import Manner
from wingman.testing.hume_v0.server import GatewayHabits, HumeV0Emulator
from wingman.testing.socket_server import SocketEmulator
from wingman.testing.timed_vendors import TimedVendors

SETTING = {
    "deepgram": "transcribe.deepgram.url",
    "hume": "emotion.hume.url",
    "hume-v0": "emotion.hume_v0.url",
    "gemini": "suggest.gemini.url",
}

SCRIPTED_REQUESTS = 1000
"""How far a fault script reaches over gRPC."""
MANNERS = {one.name for one in fields(Manner)}
HABITS = {one.name for one in fields(GatewayHabits)} - {"manner", "keys"}
SCENARIO = ("deepgram", "hume", "hume-v0")
"""The emulators that can be told what the audio says."""


def main(arguments: argparse.Namespace) -> int:
    """Run the subcommand; returns the exit status. Raises `InputError` for arguments that make no sense."""
    try:
        return run_until_signal(_emulate(arguments))
    except OSError as failed:
        if failed.errno != errno.EADDRINUSE:
            raise
        raise InputError(
            f"port {arguments.port} is taken, or the next, which Hume's take as well; choose another --port",
            field="port",
        ) from None


def timed(script: Path) -> TimedVendors:
    """Those that a service needs, in this process and with a clock (`wingman bench --wait`)."""
    return TimedVendors(script)


async def _emulate(arguments: argparse.Namespace) -> int:
    script = fault_scripts.load(Path(arguments.script)) if arguments.script else fault_scripts.FaultScript()
    if arguments.scenario and arguments.provider not in SCENARIO:
        raise InputError(f"{arguments.provider} takes no scenario; {', '.join(SCENARIO)} do", field="scenario")
    scenario = scenarios.load(Path(arguments.scenario)) if arguments.scenario else None
    script = script.meant_for(arguments.provider)
    if arguments.grpc and arguments.provider != "gemini":
        raise InputError("only gemini speaks gRPC; leave --grpc away", field="grpc")
    habits = _habits(arguments)
    async with contextlib.AsyncExitStack() as stack:
        if arguments.grpc:
            target = await _grpc(arguments.port, script, stack)
            print(f"gemini is emulated at {target}, by gRPC without TLS")
            print("  for other programs; Wingman's own clients ask by HTTP: leave --grpc away", flush=True)
        else:
            variables = await _start(arguments, script, scenario, habits, stack)
            address = next(iter(variables.values()))
            print(f"{arguments.provider} is emulated at {address}")
            settings = " ".join(f"{name}={value}" for name, value in variables.items())
            print(f"  use it with {settings} and the key local-key", flush=True)
        await asyncio.Event().wait()
    return 0


async def _start(
    arguments: argparse.Namespace,
    script: fault_scripts.FaultScript,
    scenario: scenarios.Scenario | None,
    habits: GatewayHabits,
    stack: contextlib.AsyncExitStack,
) -> dict[str, str]:
    """Start the server; the variables that point Wingman at it, the address first."""
    if arguments.provider == "gemini":
        gemini = await stack.enter_async_context(GeminiEmulator(port=arguments.port))
        gemini.follow(script)
        return {variable_of(SETTING["gemini"]): gemini.url}
    server = _socket_server(arguments.provider, script, scenario, habits)
    await server.start(arguments.port)
    stack.push_async_callback(server.stop)
    if isinstance(server, HumeEmulator | HumeV0Emulator):
        print(f"uploads, tokens and batch jobs are answered at {server.http_url}")
    variables = {variable_of(SETTING[arguments.provider]): server.url}
    if isinstance(server, DeepgramEmulator):
        variables[variable_of("transcribe.deepgram.rest_url")] = server.rest_url
    return variables


async def _grpc(port: int, script: fault_scripts.FaultScript, stack: contextlib.AsyncExitStack) -> str:
    """Gemini for whoever speaks gRPC; `host:port`. Raises `InputError` when that package is not here."""
    try:
        gemini = GeminiGrpcEmulator(port=port)
    except ImportError:
        raise InputError(
            "--grpc needs the google-generativeai package; install wingman-sidecar[generativeai]", field="grpc"
        ) from None
    gemini.play(*request_faults(script, SCRIPTED_REQUESTS))
    await stack.enter_async_context(gemini)
    return gemini.target


def _habits(arguments: argparse.Namespace) -> GatewayHabits:
    """The habits of the command line. Raises `InputError` for one that a v0 gateway cannot have."""
    pairs = [habit.partition("=")[::2] for habit in arguments.habit]
    if pairs and arguments.provider != "hume-v0":
        raise InputError("only hume-v0 has habits; leave --habit away", field="habit")
    manner = {name: value for name, value in pairs if name in MANNERS}
    own = {name: value for name, value in pairs if name not in MANNERS}
    if unknown := sorted(set(own) - HABITS):
        known = ", ".join(sorted(HABITS | MANNERS))
        raise InputError(f"{unknown[0]!r} is no habit; there are {known}", field="habit")
    try:
        return msgspec.convert({**own, "manner": manner}, GatewayHabits, strict=False)
    except msgspec.ValidationError as wrong:
        raise InputError(f"a habit cannot be so: {wrong}", field="habit") from None


def _socket_server(
    provider: str,
    script: fault_scripts.FaultScript,
    scenario: scenarios.Scenario | None,
    habits: GatewayHabits,
) -> SocketEmulator:
    match provider:
        case "deepgram":
            return DeepgramEmulator(scenario, script)
        case "hume":
            return HumeEmulator(script, scenario or scenarios.Scenario())
        case _:
            return HumeV0Emulator(script, habits, scenario=scenario)
