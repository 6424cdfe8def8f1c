"""`wingman feedback`: what *used, copied, wrong, dismissed* have taught so far; `--reset` forgets it."""

from __future__ import annotations

import argparse
import json

from wingman.commands.common import settings_of
from wingman.config.paths import data_dir
from wingman.core.errors import InputError
from wingman.suggest.gate.habit_file import HabitFile, described


def main(arguments: argparse.Namespace) -> int:
    """Run the subcommand; returns the exit status. Raises `InputError` where the file cannot be removed."""
    folder = data_dir(settings_of(arguments, quiet=True))
    habit = HabitFile(folder)
    if arguments.reset:
        try:
            habit.forget()
        except OSError as failed:
            raise InputError(
                f"what feedback has taught cannot be removed from {folder}: {failed.strerror}; "
                "check the folder's rights",
                field="reset",
            ) from None
    if arguments.json:
        print(json.dumps({"kinds": dict(habit.bars)}))
    else:
        print(f"Your feedback has taught {described(habit.bars)}")
    return 0
