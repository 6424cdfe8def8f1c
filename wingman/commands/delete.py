"""`wingman delete ID`: remove every trace of a meeting, after asking."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys

from wingman.app.background import sound_storage
from wingman.archive.audio_store import AudioStore
from wingman.archive.retention import Eraser
from wingman.client import Client
from wingman.commands.common import run_until_signal, settings_of
from wingman.commands.stored_meetings import address, known, log_path
from wingman.config.paths import data_dir
from wingman.config.settings import Settings
from wingman.core.errors import InputError
from wingman.events.sqlite.log import SqliteLog
from wingman.events.sqlite.reader import stored_meetings
from wingman.events.webhook_store import DeliveryStore
from wingman.server.lookup import stored

DELIVERIES = "webhooks.db"
CONFLICT = 409
"""What somebody else holds."""


def main(arguments: argparse.Namespace) -> int:
    """Run the subcommand; returns the exit status. Raises `InputError` for arguments that make no sense."""
    settings = settings_of(arguments, quiet=True)
    return run_until_signal(_delete(arguments, settings))


async def _delete(arguments: argparse.Namespace, settings: Settings) -> int:
    url, token = address(arguments, settings)
    if url:
        async with Client(url, token) as client:
            status = await client.status(arguments.id)
            await _confirm(arguments, status.title)
            await client.delete(status.id)
    else:
        path, key = log_path(settings), settings.deliver.encryption_key.reveal()
        with stored_meetings(path, key) as held:
            status = stored(known(held.meeting(arguments.id), arguments.id))
        await _confirm(arguments, status.title)
        try:
            log = await SqliteLog.open(path, fsync=settings.deliver.fsync, key=key)
        except InputError as failed:
            if failed.status != CONFLICT:
                raise
            raise InputError(
                f"a running Wingman uses the event log {path}; name it with --url and --token, or stop it",
                field="url",
            ) from None
        async with contextlib.aclosing(log):
            await _erase(log, settings, status.id)
    print(f"deleted {status.id}", file=sys.stderr)
    return 0


async def _erase(log: SqliteLog, settings: Settings, meeting: str) -> None:
    """As the service does it: what other rooms keep first, the log's rows last."""

    folder = data_dir(settings)
    sound = AudioStore(sound_storage(settings, folder))

    async def deliveries(gone: str) -> None:
        if (folder / DELIVERIES).is_file():
            with contextlib.closing(DeliveryStore(folder / DELIVERIES)) as store:
                store.forget(gone)

    await Eraser(log, (deliveries, sound.forget)).erase(meeting)


async def _confirm(arguments: argparse.Namespace, title: str) -> None:
    """Ask a person. Raises `InputError` unless they say yes."""
    if arguments.yes:
        return
    if not sys.stdin.isatty():
        raise InputError("deleting cannot be undone; say --yes to do it without being asked", field="yes")
    question = f"Delete {arguments.id} ({title or 'without a title'}) for good? [y/N] "
    said = await asyncio.get_running_loop().run_in_executor(None, input, question)
    if said.strip().lower() not in ("y", "yes"):
        raise InputError("nothing was deleted", field="yes")
