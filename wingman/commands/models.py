"""`wingman models`: which local models there are, and the one command that downloads."""

from __future__ import annotations

import argparse
import sys

import msgspec
from tqdm import tqdm

from wingman.commands.common import settings_of
from wingman.stt import moonshine

SIZES = {"tiny-streaming": 78, "small-streaming": 224, "medium-streaming": 416}
"""Megabytes to download, word times included."""


def main(arguments: argparse.Namespace) -> int:
    """Run the subcommand; returns the exit status. Raises `InputError` for arguments that make no sense."""
    configured = settings_of(arguments, quiet=True).transcribe.moonshine
    if arguments.action == "list":
        for name, megabytes in SIZES.items():
            settings = msgspec.structs.replace(configured, model=name)
            state = "fetched" if moonshine.model_present(settings) else "not fetched"
            mark = "*" if name == configured.model else " "
            print(f"{mark} moonshine {name:<17} {megabytes:>4} MB  {state}")
        if not moonshine.installed():
            print("the extra is not installed: pip install wingman-sidecar[moonshine]")
        return 0
    chosen = msgspec.structs.replace(configured, model=arguments.name or configured.model)
    with tqdm(total=100, unit="%", file=sys.stderr, disable=not sys.stderr.isatty()) as bar:

        def advance(share: float, _file: str) -> None:
            bar.update(round(share * 100) - bar.n)

        path = moonshine.fetch(chosen, advance)
    print(f"fetched moonshine {chosen.model} into {path}")
    return 0
