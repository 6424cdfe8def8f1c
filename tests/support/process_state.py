"""What a command sets up for its whole process, given back: tests share theirs."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
from collections.abc import Iterator

import structlog

from wingman.observe.logs import QUIET

ENDING = {signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)}


@contextlib.contextmanager
def as_before() -> Iterator[None]:
    """Levels and handlers of logging, structlog, the umask, and signals, which uvloop keeps for good."""
    kept, root = structlog.get_config(), logging.getLogger()
    handlers = list(root.handlers)
    levels = [(logger, logger.level) for logger in (root, *map(logging.getLogger, QUIET))]
    signals = {number: signal.getsignal(number) for number in ENDING}
    os.umask(umask := os.umask(0o077))
    try:
        yield
    finally:
        os.umask(umask)
        for number, handler in signals.items():
            if signal.getsignal(number) is not handler:
                signal.signal(number, handler)
        for logger, level in levels:
            if logger.level != level:
                logger.setLevel(level)
        root.handlers[:] = handlers
        structlog.configure(**kept)
