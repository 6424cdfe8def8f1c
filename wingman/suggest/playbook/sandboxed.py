"""Playbooks of others, read in a process that can do nothing else. See `wingman.sandbox`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import BinaryIO, Final

from wingman.core.errors import InputError
from wingman.sandbox.limits import Limits
from wingman.sandbox.reading import Reader
from wingman.suggest.playbook import playbook
from wingman.suggest.playbook.playbook import Playbook

_READER: Final[Reader[Playbook]] = Reader(
    "wingman.suggest.playbook.sandboxed:read_playbook",
    Playbook,
    Limits(memory_mb=256, cpu_s=10, stall_s=20.0),
    about="playbook",
)


@lru_cache(maxsize=256)
def parse_playbook(text: str, origin: str, *, stored: bool = False) -> Playbook:
    """As `playbook.parse_playbook`. Raises `InputError`. Blocking, the first time a text is seen."""
    answers = _READER.read(text.encode("utf-8", "replace"), [origin, stored], origin)
    try:
        return next(answers)
    except StopIteration:
        raise InputError(f"{origin} cannot be read; write it anew", field="playbook") from None
    finally:
        answers.close()


def read_playbook(file: BinaryIO, ask: tuple[str, bool]) -> Iterator[Playbook]:
    """In the reading process."""
    origin, stored = ask
    text = file.read().decode("utf-8", "replace")
    yield playbook.parse_playbook(text, origin, stored=stored)
