"""`wingman backup FILE`: a whole copy of the event log, while a service is writing to it or not."""

from __future__ import annotations

import argparse

from wingman.archive.storage import FOLDER
from wingman.commands.common import settings_of
from wingman.commands.stored_meetings import LOG_NAME
from wingman.config.folders import expanded
from wingman.config.paths import data_dir
from wingman.events.sqlite.backup import back_up


def main(arguments: argparse.Namespace) -> int:
    """Run the command; its exit status."""
    settings = settings_of(arguments, quiet=True)
    folder, copy = data_dir(settings), expanded(arguments.file)
    key = settings.deliver.encryption_key.reveal()
    logs = [(folder / LOG_NAME, copy)]
    for worker in sorted(folder.glob("worker-*")):
        logs.append((worker / LOG_NAME, copy.with_name(f"{copy.name}.{worker.name}")))
    found = [(log, target) for log, target in logs if log.is_file()] or logs[:1]
    for log, target in found:
        meetings = back_up(log, target, key)
        print(f"{target}: {meetings} meetings; to restore it, put it back as {log}")
    if (folder / FOLDER).is_dir():
        print(f"Stored sound is not in it: copy {folder / FOLDER} as well")
    return 0
