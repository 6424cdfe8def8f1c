"""What can go wrong, in words a user understands and a supervisor can act on.

`InputError` is the caller's mistake: one sentence that names the field and the mend.
`ProviderFault` is a provider's: it degrades that provider's branch and never the meeting.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from wingman.core.credentials import masked
from wingman.core.media import GapCause
from wingman.core.time import Channel, SampleTime, Span


class WingmanError(Exception):
    """Root of the errors Wingman raises on purpose; its text is fit to show to a user."""


class InputError(WingmanError):
    """Bad input: one sentence that names the field and says how to mend it."""

    def __init__(self, sentence: str, *, field: str = "", status: int = 400) -> None:
        super().__init__(sentence)
        self.field = field
        """The setting, parameter or line the sentence is about; empty when there is none."""
        self.status = status
        """The HTTP status that fits."""


class Branch(StrEnum):
    """What a provider can serve."""

    TRANSCRIBE = "transcribe"
    EMOTION = "emotion"
    """How things are said: the voice."""
    LANGUAGE = "language"
    """What the words themselves express, beside the voice."""
    FACE = "face"
    SUGGEST = "suggest"
    WEBHOOK = "webhook"
    """No provider: programs of the user's that are told of events."""


class FaultKind(StrEnum):
    """What kind of failure this is; decides whether trying again can help."""

    AUTH = "auth"
    BILLING = "billing"
    FORBIDDEN = "forbidden"
    BAD_REQUEST = "bad_request"
    RATE_LIMITED = "rate_limited"
    UNAVAILABLE = "unavailable"
    NETWORK = "network"
    TIMEOUT = "timeout"
    PROTOCOL = "protocol"


FINAL_KINDS = frozenset({FaultKind.AUTH, FaultKind.BILLING, FaultKind.FORBIDDEN, FaultKind.BAD_REQUEST})
"""Kinds that trying again cannot mend: somebody has to change a key, an account or a setting."""


class ProviderFault(WingmanError):
    """A provider failed. The text is one sentence for the user; it never holds a secret, in nobody's words."""

    def __init__(
        self, sentence: str, *, kind: FaultKind, code: str = "", retry_after: float | None = None
    ) -> None:
        super().__init__(masked(sentence))
        self.kind = kind
        self.code = code
        """The provider's own code (HTTP status, close code, error code), for the log."""
        self.retry_after = retry_after
        """Seconds the provider asked us to wait, when it said so."""

    @property
    def final(self) -> bool:
        """True when no retry can help."""
        return self.kind in FINAL_KINDS


class Health(StrEnum):
    """How a provider's branch is doing."""

    CONNECTING = "connecting"
    UP = "up"
    DEGRADED = "degraded"
    """At work, but not as it should be; `detail` says what the user has lost."""
    RETRYING = "retrying"
    DOWN = "down"
    """Given up: a final fault, or too many quick ones. Nothing more comes from this branch."""
    OFF = "off"
    """Switched off by configuration, policy or budget."""
    ENDED = "ended"

    @property
    def over(self) -> bool:
        """True when the branch says nothing more."""
        return self in (Health.DOWN, Health.OFF, Health.ENDED)


@dataclass(frozen=True, slots=True)
class ProviderState:
    """A branch changed its health. `detail` is a sentence for the user; empty when all is well."""

    branch: Branch
    provider: str
    health: Health
    channel: Channel | None = None
    detail: str = ""
    final: bool = False
    """With `DOWN`: somebody has to change a key, an account or a setting before trying again can help."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Watermark: `branch` has certainly reported everything it will report before `upto`.

    An event of that branch that ends at or before `upto` and arrives later is *late*.
    """

    branch: Branch
    channel: Channel
    upto: SampleTime


@dataclass(frozen=True, slots=True)
class Missed:
    """`branch` will never report on `span`: the audio was not heard, and this says why."""

    branch: Branch
    channel: Channel
    span: Span
    cause: GapCause
