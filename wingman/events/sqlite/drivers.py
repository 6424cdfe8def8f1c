"""SQLite as it comes with Python, or SQLCipher (the `encryption` extra) when the log is to be encrypted."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TypeAlias

from wingman.core.errors import InputError
from wingman.core.json import JsonObject

try:
    from sqlcipher3 import dbapi2 as sqlcipher  # type: ignore[import-untyped]  # it ships no types
except ImportError:  # the extra is not installed; a key is then refused with a sentence
    sqlcipher = None

Connection: TypeAlias = sqlite3.Connection
"""SQLCipher's connection has the same methods."""

Error: tuple[type[Exception], ...] = (sqlite3.Error, *([sqlcipher.Error] if sqlcipher else []))
OperationalError: tuple[type[Exception], ...] = (
    sqlite3.OperationalError,
    *([sqlcipher.OperationalError] if sqlcipher else []),
)
Unusable: tuple[type[Exception], ...] = (OSError, *OperationalError)
"""What is raised when a file or its directory cannot be had at all."""
DatabaseError: tuple[type[Exception], ...] = (
    sqlite3.DatabaseError,
    *([sqlcipher.DatabaseError] if sqlcipher else []),
)


def open_file(path: Path, key: str, *, read_only: bool = False) -> Connection:
    """Open a database file, encrypted with `key` unless that is empty.

    Raises `InputError` when there is a key and no SQLCipher.
    """
    options: JsonObject = {"isolation_level": None, "check_same_thread": False, "timeout": 5.0}
    name = str(path)
    if read_only:
        name, options["uri"] = f"{path.resolve().as_uri()}?mode=ro", True
    if not key:
        plain: Connection = sqlite3.connect(name, **options)
        return plain
    if sqlcipher is None:
        raise InputError(
            "deliver.encryption_key needs SQLCipher: pip install 'wingman-sidecar[encryption]'",
            field="deliver.encryption_key",
        )
    connection: Connection = sqlcipher.connect(name, **options)
    quoted = key.replace("'", "''")  # the pragma takes no bound parameter
    connection.execute(f"PRAGMA key='{quoted}'")
    return connection
