"""nats-py's client, made to come back whatever a server says and whatever answers in its place.

As it is, it closes itself for good on most `-ERR` lines (connections that were limited, an account that was
taken away), and its attempts to reconnect end where what answers is no NATS server. A node would be cut off
then until somebody starts it again.

Source: the NATS client protocol, `+OK/-ERR`: which of them keep the connection.
"""

from __future__ import annotations

import time

import nats.errors
import structlog
from nats.aio.client import Client

log = structlog.get_logger(__name__)

KEPT_OPEN = ("permissions violation", "maximum subscriptions exceeded", "invalid subject")
"""Errors after which the server keeps the connection, in lower case."""
SAID_AGAIN_S = 60.0
"""An outage is not told with each attempt: the same reason at most once in so long."""
MOST_REASONS = 32
"""Reasons that are remembered."""


class ReturningClient(Client):
    """A client that reconnects after every error it can outlive."""

    async def _process_err(self, err_msg: str) -> None:
        failed = nats.errors.Error(f"nats: {err_msg}")
        await self._error_cb(failed)
        if not any(kept in err_msg.lower() for kept in KEPT_OPEN):
            await self._process_op_err(failed)

    async def _process_connect_init(self) -> None:
        try:
            await super()._process_connect_init()
        except (ValueError, LookupError, TypeError, AttributeError) as failed:
            # the loop around this one goes on after errors of its own alone
            raise nats.errors.Error(f"nats: what answers is no NATS server ({failed})") from failed
        finally:
            if (
                not self.is_connected and self._transport is not None
            ):  # it would be left to the garbage collector
                self._transport.close()  # type: ignore[no-untyped-call]  # it has no annotations


class Reasons:
    """What was told of an outage, so that it is told once."""

    def __init__(self) -> None:
        self._told: dict[str, float] = {}

    async def tell(self, failed: Exception) -> None:
        """Write down why, unless the same was said a moment ago."""
        reason, now = str(failed) or type(failed).__name__, time.monotonic()
        if now < self._told.get(reason, 0.0):
            return
        if len(self._told) >= MOST_REASONS:
            self._told = {one: until for one, until in self._told.items() if now < until}
        if len(self._told) < MOST_REASONS:
            self._told[reason] = now + SAID_AGAIN_S
            log.warning("nats", reason=reason)
