"""What goes wrong, and when: fault scripts for the emulators.

```yaml
faults:
  - {on: 1, kind: refuse, status: 503, retry_after: 1}   # the first connection's handshake
  - {on: 2, kind: drop, at: 3.5}                         # cut the second after 3.5 s of audio
  - {on: "3-5", kind: half_open, at: 1}
  - {on: every, kind: late, delay: 0.8}
```

Where several emulators read one script a fault may name its `provider`, and its `channel` where the wire tells
channels apart (Deepgram's does); `on` then counts that channel's connections only:

```yaml
  - {provider: deepgram, channel: tab, on: 1, kind: drop, at: 7.2}
  - {provider: hume, on: 2, kind: half_open, at: 12}
```
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

import msgspec
import yaml

from wingman.core.errors import InputError


class Kind(StrEnum):
    """What goes wrong."""

    REFUSE = "refuse"
    """Answer the handshake with the HTTP `status`."""
    HANG = "hang"
    """Accept the TCP connection and never answer the handshake."""
    DROP = "drop"
    """Cut the connection without a closing handshake."""
    CLOSE = "close"
    """Close politely with `code` and `reason`."""
    HALF_OPEN = "half_open"
    """From `at` on accept audio and say nothing, for good."""
    DEAF = "deaf"
    """From `at` on stop reading the socket, for good."""
    STALL = "stall"
    """From `at` on hold every message back for `delay` seconds, then deliver them all."""
    LATE = "late"
    """From `at` on deliver every message `delay` seconds late, in order."""
    SLOW = "slow"
    """From `at` on deliver at most one message per `delay` seconds."""
    REORDER = "reorder"
    """From `at` on swap neighbouring messages."""
    MALFORMED = "malformed"
    """Replace the `count` messages after `at` by broken JSON."""
    UNKNOWN = "unknown"
    """From `at` on add a message of an unknown type before each message, and an unknown field in it."""
    REPEAT = "repeat"
    """From `at` on say every message twice."""
    RATE_LIMIT = "rate_limit"
    """Refuse `count` audio frames after `at` as too fast; of the emulators only Hume's says so in a session."""


class Fault(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that goes wrong on some connections."""

    kind: Kind
    provider: Literal["", "deepgram", "hume", "hume-v0", "gemini"] = ""
    """Whose connections (Gemini's: requests for an answer); empty: of every emulator that gets the script.

    `wingman demo` gives Gemini only what names it.
    """
    channel: Literal["", "tab", "mic"] = ""
    """Which channel's connections are counted; empty: all, in the order in which they come."""
    on: int | str | tuple[int, ...] = 1
    """Which connections, counted from 1: a number, a list, `"2-4"`, `"3+"` or `"every"`."""
    at: float = 0.0
    """Seconds of audio accepted on that connection."""
    status: int = 503
    code: int = 1011
    reason: str = ""
    retry_after: float | None = None
    delay: float = 1.0
    count: int = 1

    def applies(self, connection: int, channel: str = "", of_channel: int = 0) -> bool:
        """Whether connection number `connection` (from 1) has it, which is number `of_channel` of `channel`."""
        if self.channel:
            return self.channel == channel and self._counts(of_channel)
        return self._counts(connection)

    def _counts(self, connection: int) -> bool:
        match self.on:
            case int(number):
                return connection == number
            case str(text):
                return connection in _range(text)
            case many:
                return connection in many


class FaultScript(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that goes wrong with one emulator."""

    faults: tuple[Fault, ...] = ()

    def of(self, connection: int, channel: str = "", of_channel: int = 0) -> tuple[Fault, ...]:
        """The faults of connection number `connection`, counted from 1, which is `of_channel` of `channel`."""
        return tuple(fault for fault in self.faults if fault.applies(connection, channel, of_channel))

    def meant_for(self, provider: str, *, by_name: bool = False) -> FaultScript:
        """Only what goes wrong with `provider`; `by_name`: only what names it."""
        named = (provider,) if by_name else ("", provider)
        return FaultScript(tuple(fault for fault in self.faults if fault.provider in named))


def _range(text: str) -> range:
    if text == "every":
        return range(1, 1 << 31)
    first, dash, last = text.partition("-")
    try:
        if text.endswith("+"):
            return range(int(text[:-1]), 1 << 31)
        return range(int(first), int(last if dash else first) + 1)
    except ValueError:
        raise InputError(
            f'`on: {text}` names no connections; use a number, a list, "2-4", "3+" or "every"', field="on"
        ) from None


def parse(tree: Any) -> FaultScript:
    """A plain tree as a fault script. Raises `InputError` that names the place."""
    try:
        script = msgspec.convert(tree or {}, FaultScript)
    except msgspec.ValidationError as broken:
        raise InputError(f"the fault script is wrong: {broken}", field="script") from None
    for fault in script.faults:
        fault.applies(1, fault.channel, 1)
    return script


def load(path: Path) -> FaultScript:
    """Read a fault script from YAML. Raises `InputError`."""
    try:
        return parse(_with_on(yaml.safe_load(path.read_text(encoding="utf-8"))))
    except OSError as failed:
        raise InputError(f"cannot read the fault script {path}: {failed.strerror}", field="script") from None
    except (yaml.YAMLError, ValueError):
        raise InputError(f"{path} is not valid YAML; check its indentation", field="script") from None


def _with_on(tree: Any) -> Any:
    """YAML 1.1 reads a bare `on` as true, also where it is a key."""
    if isinstance(tree, dict):
        return {"on" if key is True else key: _with_on(value) for key, value in tree.items()}
    return [_with_on(item) for item in tree] if isinstance(tree, list) else tree
