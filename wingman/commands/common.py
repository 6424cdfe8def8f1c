"""What several subcommands share: settings from flags, running until a signal, an overlay's URL."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import shlex
import signal
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path

import msgspec

from wingman.commands.cli import INTERRUPTED as INTERRUPTED
from wingman.config.paths import data_dir
from wingman.config.settings import Settings, load
from wingman.config.settings_store import SettingsStore
from wingman.observe.logs import configure
from wingman.server.event_loop import run


def settings_of(arguments: argparse.Namespace, *, quiet: bool = False) -> Settings:
    """The settings, with `--host` and `--port` on top. Raises `InputError`.

    `quiet` is for commands that tell a person what happens themselves: only warnings are logged then.
    """
    settings = store_of(arguments).settings()
    observe = settings.observe
    configure(msgspec.structs.replace(observe, log_level="warning") if quiet else observe)
    server = settings.server
    if getattr(arguments, "host", None):
        server = msgspec.structs.replace(server, host=arguments.host)
    if getattr(arguments, "port", None) is not None:
        server = msgspec.structs.replace(server, port=arguments.port)
    return msgspec.structs.replace(settings, server=server)


def store_of(arguments: argparse.Namespace) -> SettingsStore:
    """The settings of this machine's user: what was set in the browser, the file, and the environment."""
    file = Path(arguments.config) if arguments.config else None
    return SettingsStore(file, None, data_dir(load(file)))


def login_command(arguments: argparse.Namespace, port: int) -> str:
    """What prints a login link of this very service, which listens on `port`."""
    given = {"--config": arguments.config, "--host": arguments.host}
    if arguments.port is not None:
        given["--port"] = str(port)  # 0 was asked for where the system chose
    words = [word for flag, value in given.items() if value is not None for word in (flag, value)]
    return shlex.join(["wingman", "grants", "login", *words])


def base_url(host: str, port: int) -> str:
    """The service's root as a browser on this machine reaches it."""
    shown = "127.0.0.1" if host in ("0.0.0.0", "::", "") else host
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"


def overlay_url(root: str, meeting: str) -> str:
    """The overlay's address for one meeting."""
    return f"{root}/overlay?meeting={meeting}"


def run_until_signal(job: Coroutine[object, object, int], *, interrupted: int = 0) -> int:
    """Run `job`; the first SIGINT, SIGTERM or SIGHUP (its terminal is closed) cancels it, and it cleans up.

    `interrupted` is the exit status then: 0 for a service, `INTERRUPTED` for what was to come to an end.
    """

    async def body() -> int:
        task = asyncio.ensure_future(job)  # owned: awaited right below, cancelled by the signal
        loop = asyncio.get_running_loop()
        for name in (signal.SIGINT, signal.SIGTERM, *_hangup()):
            with contextlib.suppress(NotImplementedError):  # Windows loops have no signal handlers
                loop.add_signal_handler(name, task.cancel)
        try:
            return await task
        except asyncio.CancelledError:
            return interrupted

    return run(body())


def _hangup() -> tuple[signal.Signals, ...]:
    """SIGHUP, unless it is to be ignored (`nohup`), or there is none."""
    hangup: signal.Signals | None = getattr(signal, "SIGHUP", None)
    return () if hangup is None or signal.getsignal(hangup) is signal.SIG_IGN else (hangup,)


@contextlib.asynccontextmanager
async def background(job: Coroutine[object, object, None]) -> AsyncIterator[None]:
    """Run `job` beside the block and cancel it at the end. Its failure fails the block."""
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(job)
        try:
            yield
        finally:
            task.cancel()
