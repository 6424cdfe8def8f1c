"""`wingman export` and `wingman report`: one meeting as a file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from wingman.archive.bundle import SUFFIX
from wingman.commands.common import run_until_signal, settings_of
from wingman.commands.output_file import output_file
from wingman.commands.stored_meetings import open_kept
from wingman.config.settings import Settings
from wingman.core.errors import InputError
from wingman.report.files import check

SUFFIXES = {"bundle": SUFFIX, "html": ".html"}
"""Formats nobody wants to see in a terminal: there they go into a file of their own."""


def main(arguments: argparse.Namespace) -> int:
    """Run the subcommand; returns the exit status. Raises `InputError` for arguments that make no sense."""
    settings = settings_of(arguments, quiet=True)
    check(arguments.format)
    return run_until_signal(_export(arguments, settings))


async def _export(arguments: argparse.Namespace, settings: Settings) -> int:
    async with open_kept(arguments, settings) as kept:
        content = await kept.download(arguments.id, arguments.format)
    _put(arguments, content)
    return 0


def _put(arguments: argparse.Namespace, content: bytes) -> None:
    target = arguments.output
    if not target and sys.stdout.isatty() and (suffix := SUFFIXES.get(arguments.format)):
        target = f"{arguments.id}{suffix}"
    if not target or target == "-":
        sys.stdout.buffer.write(content)
        return
    path = Path(target)
    try:
        with output_file(path) as file:
            file.write(content)
    except OSError as failed:
        raise InputError(f"cannot write {path}: {failed.strerror}", field="output") from None
    print(f"written to {path}", file=sys.stderr)
