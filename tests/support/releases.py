"""Other releases of this project as checkouts: earlier commits, and one that is yet to come."""

from __future__ import annotations

import contextlib
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
FUTURE = "future"
"""This tree with what a later release might add: fields of everything that nodes tell each other."""
_ADDED = (
    (
        "wingman/cluster/record.py",
        "class Body(msgspec.Struct, frozen=True, omit_defaults=True):",
        "class Body(msgspec.Struct, frozen=True):",
    ),
    (
        "wingman/cluster/record.py",
        "    released: bool = False\n",
        '    released: bool = False\n    weather: str = "fair"\n',
    ),
    (
        "wingman/cluster/record.py",
        "    reached_at: dict[str, float] = {}\n",
        "    reached_at: dict[str, float] = {}\n    loudness: float = 0.5\n",
    ),
    ("wingman/cluster/node.py", "    at: float = 0.0\n", '    at: float = 0.0\n    zone: str = "b"\n'),
    (
        "wingman/meeting/api.py",
        "    keyterms: tuple[str, ...] = ()\n",
        '    keyterms: tuple[str, ...] = ()\n    colour: str = "red"\n',
    ),
    ("wingman/server/grants.py", '    METRICS = "metrics"\n', '    METRICS = "metrics"\n    PAINT = "paint"\n'),
)


@contextlib.contextmanager
def release(name: str) -> Iterator[Path]:
    """A checkout of the commit `name`, or of `FUTURE`. Raises `CalledProcessError` where there is none."""
    with tempfile.TemporaryDirectory(prefix="wingman-release-") as folder:
        where = Path(folder) / "tree"
        _git("worktree", "add", "--detach", "--quiet", str(where), "HEAD" if name == FUTURE else name)
        try:
            for file, before, after in _ADDED if name == FUTURE else ():
                text = (where / file).read_text(encoding="utf-8")
                if text.count(before) != 1:
                    raise ValueError(f"{file} has {before!r} {text.count(before)} times")
                (where / file).write_text(text.replace(before, after), encoding="utf-8")
            yield where
        finally:
            _git("worktree", "remove", "--force", str(where))


def _git(*arguments: str) -> None:
    subprocess.run(["git", "-C", str(CHECKOUT), *arguments], check=True, capture_output=True)
