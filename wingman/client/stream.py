"""A meeting's events, whatever happens to the connection: resumed where it broke, nothing twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from wingman.client.addresses import Addresses
from wingman.core import codec
from wingman.core.errors import InputError
from wingman.core.events import Envelope, MeetingEnded, MeetingMoved, StreamCaughtUp, StreamReset

FIRST_WAIT, LONGEST_WAIT = 0.1, 5.0
"""Seconds before the first and between later attempts to reconnect."""

PULSE_S, SILENT_S = 5.0, 10.0
"""How often a line is asked whether it lives, and what the answer may take: a frozen node closes nothing."""

GONE = 4404
NOW_FULL = 429
"""Too many at once; a connection that broke may still be counted."""


async def events(url: str, token: str, meeting: str, after: int = 0) -> AsyncIterator[Envelope]:
    """Yield a meeting's events after `after` until it ends or is deleted; reconnects for ever in between.

    `url` may name several nodes, with commas between them. `stream.reset` is passed on (what was missed is in
    its snapshot; what came before may not hold any more), `stream.caught_up` is not. Raises `InputError` when
    the service refuses (wrong token, no such meeting).
    """
    addresses, options = Addresses(url), _options(token)
    wait, epoch, seen = FIRST_WAIT, 0, False
    while True:
        address = f"{addresses.here.replace('http', 'ws', 1)}/api/meetings/{meeting}/ws?after={after}"
        if epoch:
            address += f"&epoch={epoch}"
        try:
            async with connect(address, **options) as socket:
                wait, seen = FIRST_WAIT, True
                async for line in socket:
                    event = codec.decode(line)
                    if isinstance(event.data, StreamCaughtUp | StreamReset | MeetingMoved):
                        epoch = event.data.epoch
                    if isinstance(event.data, StreamCaughtUp):
                        continue
                    after = event.seq
                    yield event
                    if isinstance(event.data, MeetingEnded) or _ended(event):
                        return
                if socket.close_code == GONE:
                    return
        except InvalidStatus as refused:
            if _gone(refused.response.status_code, seen=seen):
                return
        except ConnectionClosed as closed:
            if closed.rcvd is not None and closed.rcvd.code == GONE:
                return
        except (OSError, TimeoutError, InvalidHandshake):
            pass  # the service is away, or went while it answered; what was missed is still in its log
        addresses.go_on()
        await asyncio.sleep(wait)
        wait = min(LONGEST_WAIT, wait * 2)


def _options(token: str) -> dict[str, Any]:
    return {
        "additional_headers": {"Authorization": f"Bearer {token}"},
        "proxy": None,
        "max_queue": None,
        "ping_interval": PULSE_S,
        "ping_timeout": SILENT_S,
    }


def _ended(event: Envelope) -> bool:
    return isinstance(event.data, StreamReset) and event.data.snapshot.get("state") == "ended"


def _gone(status: int, *, seen: bool) -> bool:
    """Was it deleted meanwhile? False for what passes. Raises `InputError` for a refusal that stays one."""
    if seen and status == 404:
        return True
    if not 400 <= status < 500 or status == NOW_FULL:
        return False
    sentences = {
        401: "the service wants another token",
        403: "this token may not watch that meeting",
        404: "the service knows no such meeting",
    }
    raise InputError(sentences.get(status, f"the service refused with status {status}"), status=status)
