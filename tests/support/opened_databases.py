"""Which connections to databases were opened, so that a test can ask of each whether somebody closed it."""

from __future__ import annotations

import sqlite3

import pytest

from wingman.events.sqlite import drivers


def watched(monkeypatch: pytest.MonkeyPatch) -> list[sqlite3.Connection]:
    """What is opened from now on."""
    made: list[sqlite3.Connection] = []
    stock = drivers.open_file

    def open_file(*arguments: object, **named: object) -> sqlite3.Connection:
        made.append(stock(*arguments, **named))  # type: ignore[arg-type]  # as they came
        return made[-1]

    monkeypatch.setattr(drivers, "open_file", open_file)
    return made


def is_closed(connection: sqlite3.Connection) -> bool:
    """Python 3.13 warns of one that is not, when it is collected: in whatever test that happens to be."""
    try:
        connection.total_changes  # noqa: B018  # it is asked for what it raises
    except sqlite3.ProgrammingError:
        return True
    return False
