"""The data folder belongs to its owner alone: made so, checked and mended at every start."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection
from pathlib import Path

import structlog

from wingman.core.errors import InputError

log = structlog.get_logger(__name__)

OTHERS = stat.S_IRWXG | stat.S_IRWXO


def make_private(folder: Path) -> None:
    """Make the folder, and take everybody else's rights to it and to what is in it away.

    Raises `InputError` when the folder cannot be made or is somebody else's.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        owner = folder.stat().st_uid
    except OSError as failed:
        raise InputError(
            f"cannot make the data folder {folder}: {failed.strerror}; set `deliver.data_dir`",
            field="deliver.data_dir",
        ) from None
    if hasattr(os, "geteuid") and os.geteuid() not in (0, owner):
        raise InputError(
            f"the data folder {folder} belongs to another user; set deliver.data_dir to one of yours",
            field="deliver.data_dir",
        )
    ours = {owner, 0} | ({os.geteuid()} if hasattr(os, "geteuid") else set())
    mended = sum(_mend(path, ours) for path in (folder, *folder.rglob("*")))
    if mended:
        log.warning(
            "what others could read in the data folder is private now", folder=str(folder), paths=mended
        )


def _mend(path: Path, ours: Collection[int]) -> bool:
    """True when a path had rights for others. A link of ours is left alone: what it points to is not judged.

    Raises `InputError` for what another user has put there: it may lead anywhere, or be read by them.
    """
    try:
        found = path.lstat()
        if os.name == "posix" and found.st_uid not in ours:
            raise InputError(
                f"{path} was put into the data folder by another user; remove it, or set deliver.data_dir",
                field="deliver.data_dir",
            )
        mode = found.st_mode
        if stat.S_ISLNK(mode) or not mode & OTHERS or not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            return False
        path.chmod(stat.S_IMODE(mode) & ~OTHERS)
    except FileNotFoundError:
        return False
    except OSError as failed:
        raise InputError(
            f"others can read {path} and that cannot be changed ({failed.strerror}); mend its permissions",
            field="deliver.data_dir",
        ) from None
    return True
