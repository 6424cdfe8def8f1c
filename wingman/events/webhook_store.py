"""The delivery log of the webhooks: what was sent where, how often it was tried, what came back.

Rows hold no content: the event itself stays in the meeting's log and is read from there at each attempt, so
deleting the meeting is enough to make every unsent delivery empty. Synchronous; call it from one thread.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from wingman.events.sqlite import drivers

SCHEMA = """
CREATE TABLE IF NOT EXISTS deliveries(
    id TEXT PRIMARY KEY, hook TEXT NOT NULL, meeting TEXT NOT NULL, seq INTEGER NOT NULL, type TEXT NOT NULL,
    state TEXT NOT NULL, attempts INTEGER NOT NULL, next_at REAL NOT NULL, status INTEGER NOT NULL,
    detail TEXT NOT NULL, created_at REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS due ON deliveries(state, next_at);
"""
LONGEST_WAIT_S = 4 * 3600.0
"""Nothing is put off for longer: what is due later than that was put off before the clock was set back."""
SLACK_S = 60.0
"""A clock that is put right by so little makes nothing due."""
COLUMNS = "id, hook, meeting, seq, type, state, attempts, next_at, status, detail, created_at"
KEPT = 10_000
"""Finished deliveries that are remembered; older ones are dropped."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event for one receiver."""

    id: str
    """Also the `webhook-id` header: the same for every attempt, so that receivers can drop repeats."""
    hook: str
    """The receiver's name in the settings."""
    meeting: str
    seq: int
    type: str
    state: str = "pending"
    """`pending`, `delivered`, `failed` (given up) or `gone` (the meeting was deleted first)."""
    attempts: int = 0
    next_at: float = 0.0
    """Wall time of the next attempt while pending."""
    status: int = 0
    """HTTP status of the last attempt; 0 when there was no answer."""
    detail: str = ""
    created_at: float = 0.0


class DeliveryStore:
    """The deliveries in one SQLite file."""

    def __init__(self, path: Path, key: str = "") -> None:
        self._db = drivers.open_file(path, key)
        with contextlib.ExitStack() as failing:
            failing.callback(self._db.close)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA secure_delete=ON")
            self._db.executescript(SCHEMA)
            failing.pop_all()

    def add(self, deliveries: Sequence[Delivery]) -> None:
        """Queue new deliveries; ones that are known already stay as they are."""
        rows = [tuple(getattr(d, name) for name in COLUMNS.split(", ")) for d in deliveries]
        self._db.executemany(f"INSERT OR IGNORE INTO deliveries VALUES({','.join('?' * 11)})", rows)

    def update(self, delivery: Delivery) -> None:
        """Write down what became of a delivery."""
        self._db.execute(
            "UPDATE deliveries SET state=?, attempts=?, next_at=?, status=?, detail=? WHERE id=?",
            (
                delivery.state,
                delivery.attempts,
                delivery.next_at,
                delivery.status,
                delivery.detail,
                delivery.id,
            ),
        )

    def take(self, now: float, until: float) -> Delivery | None:
        """The oldest pending delivery whose time has come, for whoever asks: others find it due at `until`."""
        found = self._db.execute(
            "UPDATE deliveries SET next_at=? WHERE id=(SELECT id FROM deliveries WHERE state='pending'"
            f" AND next_at NOT BETWEEN ? AND ? ORDER BY created_at, rowid LIMIT 1) RETURNING {COLUMNS}",
            (until, math.nextafter(now, math.inf), now + LONGEST_WAIT_S + SLACK_S),
        ).fetchall()
        return Delivery(*found[0]) if found else None

    def drop_pending(self, meeting: str = "") -> None:
        """Another process sends what is owed of a meeting; of all when none is named."""
        self._db.execute("DELETE FROM deliveries WHERE state='pending' AND ? IN ('', meeting)", (meeting,))

    def next_at(self) -> float | None:
        """When the next pending delivery is due."""
        found = self._db.execute("SELECT min(next_at) FROM deliveries WHERE state='pending'").fetchone()
        return found[0] if found else None

    def get(self, delivery: str) -> Delivery | None:
        """A delivery by its id; None for an unknown one."""
        found = self._db.execute(f"SELECT {COLUMNS} FROM deliveries WHERE id=?", (delivery,)).fetchone()
        return Delivery(*found) if found else None

    def newest(self, limit: int = 100, meeting: str = "") -> list[Delivery]:
        """The delivery log, newest first; of one meeting when it is named."""
        where = "WHERE meeting=?" if meeting else "WHERE ?=''"
        found = self._db.execute(
            f"SELECT {COLUMNS} FROM deliveries {where} ORDER BY created_at DESC, rowid DESC LIMIT ?",
            (meeting, limit),
        )
        return [Delivery(*row) for row in found]

    def forget(self, meeting: str) -> None:
        """Remove every row of a meeting, from the file and its WAL."""
        self._db.execute("DELETE FROM deliveries WHERE meeting=?", (meeting,))
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()

    def trim(self) -> None:
        """Drop the oldest finished deliveries beyond `KEPT`."""
        self._db.execute(
            "DELETE FROM deliveries WHERE state<>'pending' AND rowid NOT IN"
            " (SELECT rowid FROM deliveries ORDER BY created_at DESC LIMIT ?)",
            (KEPT,),
        )

    def close(self) -> None:
        """Release the file."""
        self._db.close()
