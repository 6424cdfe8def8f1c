"""`scripts/prove NAME [--json]`: measure every figure an area promises; exit 0 only when all targets hold."""

from __future__ import annotations

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
    wanted, flags = next((a for a in argv if not a.startswith("-")), ""), [a for a in argv if a.startswith("-")]
    if wanted not in names() or any(flag != "--json" for flag in flags):
        print(f"usage: scripts/prove NAME [--json]; NAME is one of: {' '.join(names())}", file=sys.stderr)
        return 2
    # failures are provoked here and stdout is for the figures, so only what is fatal is logged, on stderr
    logging.disable(logging.ERROR)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    module = importlib.import_module(f"scripts.proofs.{wanted.replace('-', '_')}")
    figures = module.measure()
    if inspect.iscoroutine(figures):
        figures = asyncio.run(figures)
    return report(wanted, figures, flags)


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError), contextlib.chdir(Path(__file__).parents[2]):
        os.environ["PYTHONPATH"] = os.getcwd()  # what a proof starts finds scripts and tests as well
        sys.exit(main(sys.argv[1:]))
