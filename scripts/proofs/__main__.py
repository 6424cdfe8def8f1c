"""`scripts/prove NAME [--part PART] [--json]`: measure what an area promises; exit 0 only when it holds."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import importlib
import inspect
import logging
import os
import pkgutil
import sys
from collections.abc import Sequence
from pathlib import Path

import structlog

from scripts import proofs
from scripts.proofs.figures import report


def names() -> list[str]:
    """Every proof there is: a module with a `measure`, by the name it is asked for."""
    found = (module.name for module in pkgutil.iter_modules(proofs.__path__))
    return [name.replace("_", "-") for name in found if name[0] != "_" and "def measure(" in _source(name)]


def _source(name: str) -> str:
    return (Path(proofs.__path__[0]) / f"{name}.py").read_text(encoding="utf-8")


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="scripts/prove", description="measure what an area promises")
    parser.add_argument("name", choices=names(), metavar="NAME", help=", ".join(names()))
    parser.add_argument("--part", action="append", default=[], help="only this part of a proof that has parts")
    parser.add_argument("--json", action="store_true", help="one line for machines")
    asked = parser.parse_args(argv)
    # failures are provoked here and stdout is for the figures, so only what is fatal is logged, on stderr
    logging.disable(logging.ERROR)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    module = importlib.import_module(f"scripts.proofs.{asked.name.replace('-', '_')}")
    parts = getattr(module, "PARTS", ())
    if any(part not in parts for part in asked.part):
        parser.error(f"{asked.name} has the parts: {', '.join(parts) or 'none'}")
    figures = module.measure(asked.part) if asked.part else module.measure()
    if inspect.iscoroutine(figures):
        figures = asyncio.run(figures)
    return report(asked.name, figures, ["--json"] if asked.json else [])


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError), contextlib.chdir(Path(__file__).parents[2]):
        os.environ["PYTHONPATH"] = os.getcwd()  # what a proof starts finds scripts and tests as well
        sys.exit(main(sys.argv[1:]))
