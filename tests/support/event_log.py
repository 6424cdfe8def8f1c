"""Events for a log, and a disk that is full."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager

from wingman.core.events import (
    MeetingStarted,
    UtteranceCreated,
)
from wingman.core.time import Channel
from wingman.core.utterance import EMOTION_OFF


def said(text: str, number: int = 0) -> UtteranceCreated:
    return UtteranceCreated(f"u-{number}", "tab", text, 0.9, 0, EMOTION_OFF)


def started(title: str = "Call with Ada") -> MeetingStarted:
    return MeetingStarted(title, (Channel.TAB,), "sales", "local", "off", "cues", "off")


@contextmanager
def full_disk(limit: int) -> Iterator[None]:
    """Files of this process may not grow beyond `limit` bytes: the kernel refuses as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
