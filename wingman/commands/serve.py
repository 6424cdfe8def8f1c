"""`wingman serve`: the service until a signal ends it; with `--workers`, many processes behind one port."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import sys
import webbrowser
from collections.abc import Iterator

from wingman.app import open_service
from wingman.app.access import open_access
from wingman.app.http import serve_http
from wingman.cluster.workers import Start, input_ends, workers
from wingman.commands.common import base_url, login_command, run_until_signal, settings_of, store_of
from wingman.config.paths import data_dir
from wingman.config.settings import Settings, unread
from wingman.core.cores import usable_cores
from wingman.core.errors import InputError
from wingman.meeting.providers import ProviderFactory
from wingman.meeting.start_check import start_problems
from wingman.server import service_secret
from wingman.server.auth import LOGIN_SECONDS, Access
from wingman.server.gc_tuning import Heap
from wingman.server.serving import bound
from wingman.suggest.playbook.user_playbooks import UserPlaybooks

ENDING_S = 30.0
"""What a worker may take beyond its meetings' own budget: summaries, last pushes, the log."""
MOST_PER_CORE = 8
"""Workers: each is a process of its own, and one fills a core."""
TOKEN_VARIABLE = "WINGMAN_SERVER__TOKEN"


def main(arguments: argparse.Namespace) -> int:
    """Run the subcommand; returns the exit status. Raises `InputError` for arguments that make no sense."""
    settings = settings_of(arguments)
    if arguments.worker is not None:
        return run_until_signal(_worker(settings))
    for variable, meant in unread(os.environ):
        print(f"wingman: the variable {variable} is not read; call it {meant}", file=sys.stderr)
    for problem in found_wrong(settings):
        if not problem.field.endswith("language"):
            raise problem
        print(f"wingman: {problem}", file=sys.stderr)  # a key that is added in the browser mends it
    most = MOST_PER_CORE * usable_cores()
    if not 1 <= arguments.workers <= most:
        raise InputError(f"--workers must be 1 to {most}, eight for each core", field="workers")
    serving = _serve if arguments.workers == 1 else _many
    return run_until_signal(serving(arguments, settings))


def found_wrong(settings: Settings) -> Iterator[InputError]:
    """What a meeting would trip over; what cannot be chosen at all is told by the choice itself."""
    transcriber = ProviderFactory(settings).choose("off").transcriber.provider
    return start_problems(settings, UserPlaybooks(data_dir(settings) / "playbooks"), transcriber)


async def _serve(arguments: argparse.Namespace, settings: Settings) -> int:
    async with open_service(settings, store=store_of(arguments)) as service:
        service.hub.tap(Heap().hear)

        def ready(port: int) -> None:
            address = _announce(settings, port, service.access, login_command(arguments, port))
            if getattr(arguments, "open", False):
                open_page(address)

        await serve_http(service, ready)
    return 0


def open_page(address: str) -> None:
    """Show `address` in the user's browser; where there is none, the printed address has to do."""
    with contextlib.suppress(webbrowser.Error):
        webbrowser.open(address)


async def _many(arguments: argparse.Namespace, settings: Settings) -> int:
    """Several nodes on this machine behind one port, and the NATS server between them."""
    access = open_access(settings)  # before the nodes: they share its secret
    config = ["--config", arguments.config] if arguments.config else []
    folder = data_dir(settings)
    with bound(settings.server.host, settings.server.port, share=True) as held:
        port = held.getsockname()[1]
        where = ["--host", settings.server.host, "--port", str(port)]
        command = [sys.executable, "-m", "wingman", "serve", *config, *where, "--worker"]
        # the nodes read the token with their settings; it shows in no process list
        environ = {**os.environ, TOKEN_VARIABLE: access.token}
        start = Start(command, environ, settings.meeting.wind_down_s + ENDING_S)
        async with workers(arguments.workers, start, folder / "nats", service_secret.load(folder)) as nodes:
            _announce(settings, port, access, login_command(arguments, port))
            sys.stdout.write(f"  workers      {arguments.workers}\n")
            sys.stdout.flush()
            await nodes.keep()
    return 0


async def _worker(settings: Settings) -> int:
    """One node of several on this machine: it ends with its input, and hands over when it is terminated."""
    async with open_service(settings) as service:
        service.hub.tap(Heap().hear)

        def ready(_: int) -> None:
            sys.stdout.write("ready\n")
            sys.stdout.flush()

        serving = asyncio.ensure_future(serve_http(service, ready, share=True))
        ending = asyncio.ensure_future(input_ends())
        try:
            await asyncio.wait([serving, ending], return_when=asyncio.FIRST_COMPLETED)
            if not serving.done():  # the whole service stops: nobody is left to hand over to
                await service.manager.end_all("shutdown")
            else:
                serving.result()
        finally:
            for task in (serving, ending):
                task.cancel()
            await asyncio.wait([serving, ending])
    return 0


def _announce(settings: Settings, port: int, access: Access, login: str) -> str:
    """Say where the service is and who serves what; returns the address that logs in."""
    choices = ProviderFactory(settings).choose(settings.emotion.policy)
    root = base_url(settings.server.host, port)
    address = f"{settings.server.public_url.rstrip('/') or root}/#login={access.login_code()}"
    print(f"Wingman is ready: {address}")
    print(f"  the link works once, for {LOGIN_SECONDS // 60} minutes; `{login}` makes another")
    print(f"  transcriber  {choices.transcriber.provider:<10} {choices.transcriber.why}")
    print(f"  emotion      {choices.emotion.provider:<10} {choices.emotion.why}")
    print(f"  suggestions  {choices.suggester.provider:<10} {choices.suggester.why}", flush=True)
    return address
