"""The user's habit as a small file beside the log: kind → bar, and nothing of what was said."""

from __future__ import annotations

import asyncio
import json
import math
import threading
from collections.abc import Mapping
from pathlib import Path

import structlog

from wingman.core.replaced_file import write_whole
from wingman.suggest.gate.taught import KINDS_KEPT, MOST_LASTING, bounded, moved

log = structlog.get_logger(__name__)

NAME = "feedback.json"
LARGEST = 16 * 1024
"""Bytes that are read; what is larger was not written here."""


class HabitFile:
    """One user's bars, shared by all meetings. What another process changes or removes holds here as well."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self._bars: dict[str, float] = {}
        self._seen: int | None = None
        """The file as it was read or written last; None while there was none."""
        self._unwritten = 0
        self._writing = threading.Lock()

    @property
    def bars(self) -> Mapping[str, float]:
        """Kind → bar; 0 is left out."""
        if not self._unwritten and (stamp := self._stamp()) != self._seen:
            self._seen, self._bars = stamp, self._read()
        return self._bars

    def learn(self, kind: str, step: float) -> None:
        """Move a kind's bar and keep it; on an event loop the file is written in a thread.

        Where it cannot be written that holds until the process ends.
        """
        self._bars = moved(self.bars, kind, step)
        self._unwritten += 1
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._write()
        else:
            loop.run_in_executor(None, self._write)

    def _write(self) -> None:
        with self._writing:
            try:
                self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                write_whole(self._path, json.dumps(self._bars, sort_keys=True).encode())
            except OSError as failed:
                log.warning("suggest.feedback_not_kept", path=str(self._path), detail=failed.strerror)
            self._seen = self._stamp()
            self._unwritten -= 1

    def forget(self) -> None:
        """As trained again. Raises `OSError` where the file cannot be removed."""
        self._path.unlink(missing_ok=True)
        self._bars, self._seen = {}, None

    def _stamp(self) -> int | None:
        try:
            return self._path.stat().st_mtime_ns
        except OSError:
            return None

    def _read(self) -> dict[str, float]:
        """What is kept; nothing where there is no file, or none that makes sense."""
        try:
            with self._path.open("rb") as file:
                found = json.loads(file.read(LARGEST))
        except (OSError, ValueError):
            return {}
        rows = list(found.items()) if isinstance(found, dict) else []
        return {
            kind[:40]: bounded(float(bar), MOST_LASTING)
            for kind, bar in rows[:KINDS_KEPT]
            if isinstance(bar, int | float) and not isinstance(bar, bool) and math.isfinite(bar) and bar
        }


def described(bars: Mapping[str, float]) -> str:
    """What feedback has taught, for people."""
    if not bars:
        return "nothing yet: every kind of card needs as much evidence as it was trained with"
    ranked = sorted(bars.items(), key=lambda pair: -abs(pair[1]))
    return ", ".join(f"{kind} {'rarer' if bar > 0 else 'more readily'} ({bar:+.2f})" for kind, bar in ranked)
