"""What an HTTP status in place of a WebSocket means, whichever provider sends it."""

from __future__ import annotations

from wingman.core.errors import FaultKind

REFUSALS = (
    (400, FaultKind.BAD_REQUEST, True),
    (401, FaultKind.AUTH, True),
    (402, FaultKind.BILLING, True),
    (403, FaultKind.FORBIDDEN, True),
    (404, FaultKind.BAD_REQUEST, True),
    (429, FaultKind.RATE_LIMITED, False),
    (500, FaultKind.UNAVAILABLE, False),
    (503, FaultKind.UNAVAILABLE, False),
)
"""Status, kind of fault, and whether trying again is pointless."""
