"""The service's secret: 32 random bytes in the data folder that sign, and are never sent anywhere."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from wingman.core.errors import InputError

NAME = "secret"
SIZE = 32


def load(folder: Path) -> bytes:
    """The secret of this data folder, made at its first use and kept with mode 0600.

    Raises `InputError` when the file cannot be had, or is not one of ours.
    """
    path = folder / NAME
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except FileExistsError:
        return _read(path)
    except OSError as failed:
        raise _unusable(path, failed.strerror or "no access") from None
    made = secrets.token_bytes(SIZE)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(made)
            file.flush()
            os.fsync(file.fileno())
    except OSError as failed:  # a full disk: half a secret would be in the way of every later start
        path.unlink()
        raise InputError(
            f"the service secret {path} cannot be written ({failed.strerror}); free some space, or set "
            "deliver.data_dir to a folder on another disk",
            field="deliver.data_dir",
            status=503,
        ) from None
    return made


def _read(path: Path) -> bytes:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(handle, "rb") as file:
            os.fchmod(file.fileno(), 0o600)
            kept = file.read(SIZE + 1)
    except OSError as failed:
        raise _unusable(path, failed.strerror or "no access") from None
    if len(kept) != SIZE:
        raise _unusable(path, f"it should hold {SIZE} bytes")
    return kept


def _unusable(path: Path, reason: str) -> InputError:
    return InputError(
        f"the service secret {path} cannot be used ({reason}); mend its permissions, or remove it: "
        "every grant then has to be made anew",
        field="deliver.data_dir",
        status=503,
    )
