"""`wingman serve`: the service until a signal ends it; with `--workers`, many processes behind one port."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import webbrowser
from collections.abc import Iterator

import msgspec

from wingman.app import WORKER, data_dir, open_access, open_service
from wingman.commands.common import base_url, book_of, run_until_signal, settings_of
from wingman.config.book import SettingsBook
from wingman.config.settings import Settings
from wingman.core.errors import InputError
from wingman.meeting.providers import ProviderFactory
from wingman.meeting.start_check import start_problems
from wingman.server.auth import LOGIN_SECONDS, Access
from wingman.server.gc_tuning import Heap
from wingman.server.serving import listen
from wingman.server.workers import serve_worker, workers
from wingman.suggest.playbook.own import OwnPlaybooks

ENDING_S = 30.0
"""What a worker may take beyond its meetings' own budget: summaries, last pushes, the log."""
TOKEN_VARIABLE = "WINGMAN_SERVER__TOKEN"


def main(arguments: argparse.Namespace) -> int:
    """Run the subcommand; returns the exit status. Raises `InputError` for arguments that make no sense."""
    settings = settings_of(arguments)
    if arguments.worker is not None:
        return run_until_signal(_worker(settings, *map(int, arguments.worker.split(","))))
    for problem in found_wrong(settings):
        if not problem.field.endswith("language"):
            raise problem
        print(f"wingman: {problem}", file=sys.stderr)  # a key that is added in the browser mends it
    if arguments.workers < 1:
        raise InputError("--workers must be 1 or more", field="workers")
    if arguments.workers == 1:
        job = _serve(settings, book_of(arguments), show=getattr(arguments, "open", False))
    else:
        job = _dispatch(arguments, settings)
    return run_until_signal(job)


def found_wrong(settings: Settings) -> Iterator[InputError]:
    """What a meeting would trip over; what cannot be chosen at all is told by the choice itself."""
    transcriber = ProviderFactory(settings).choose("off").transcriber.provider
    return start_problems(settings, OwnPlaybooks(data_dir(settings) / "playbooks"), transcriber)


async def _serve(settings: Settings, book: SettingsBook, *, show: bool = False) -> int:
    async with open_service(settings, book=book) as service:
        service.hub.tap(Heap().hear)

        def ready(port: int) -> None:
            address = _announce(settings, port, service.access)
            if show:
                open_page(address)

        await service.serve(ready)
    return 0


def open_page(address: str) -> None:
    """Show `address` in the user's browser; where there is none, the printed address has to do."""
    with contextlib.suppress(webbrowser.Error):
        webbrowser.open(address)


async def _dispatch(arguments: argparse.Namespace, settings: Settings) -> int:
    """Hand each connection to the worker that owns its meeting."""
    access = open_access(settings)  # before the workers: they share its secret
    token = access.token
    os.environ[TOKEN_VARIABLE] = token  # the workers read it with their settings; it shows in no process list
    config = ["--config", arguments.config] if arguments.config else []

    def command(number: int, control: int) -> list[str]:
        return [sys.executable, "-m", "wingman", "serve", *config, "--worker", f"{number},{control}"]

    with listen(settings.server.host, settings.server.port) as listener:
        patience_s = settings.meeting.wind_down_s + ENDING_S
        async with workers(listener, arguments.workers, command, patience_s) as dispatcher:
            _announce(settings, listener.getsockname()[1], access)
            print(f"  workers      {arguments.workers}", flush=True)
            await dispatcher.run()
    return 0


async def _worker(settings: Settings, number: int, control: int) -> int:
    """One process of several: its own event log, no port of its own."""
    folder = str(data_dir(settings) / f"{WORKER}{number}")
    deliver = msgspec.structs.replace(settings.deliver, data_dir=folder)
    async with open_service(msgspec.structs.replace(settings, deliver=deliver)) as service:
        service.hub.tap(Heap().hear)
        live = service.manager.all_live
        names = lambda: [meeting.id for meeting in live()]  # noqa: E731
        await serve_worker(service.http(), names, control, service.drain)
    return 0


def _announce(settings: Settings, port: int, access: Access) -> str:
    """Say where the service is and who serves what; returns the address that logs in."""
    choices = ProviderFactory(settings).choose(settings.emotion.policy)
    root = base_url(settings.server.host, port)
    address = f"{settings.server.public_url.rstrip('/') or root}/#login={access.login_code()}"
    print(f"Wingman is ready: {address}")
    print(f"  the link works once, for {LOGIN_SECONDS // 60} minutes; `wingman grants login` makes another")
    print(f"  transcriber  {choices.transcriber.provider:<10} {choices.transcriber.why}")
    print(f"  emotion      {choices.emotion.provider:<10} {choices.emotion.why}")
    print(f"  suggestions  {choices.suggester.provider:<10} {choices.suggester.why}", flush=True)
    return address
