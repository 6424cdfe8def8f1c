"""A meeting's events, whatever happens to the connection: resumed where it broke, nothing twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from wingman.core import codec
from wingman.core.errors import InputError
from wingman.core.events import Envelope, MeetingEnded, StreamCaughtUp, StreamReset

FIRST_WAIT, LONGEST_WAIT = 0.1, 5.0
"""Seconds before the first and between later attempts to reconnect."""

GONE = 4404


async def events(url: str, token: str, meeting: str, after: int = 0) -> AsyncIterator[Envelope]:
    """Yield a meeting's events after `after` until it ends or is deleted; reconnects for ever in between.

    `stream.reset` is passed on (what was missed is in its snapshot), `stream.caught_up` is not. Raises
    `InputError` when the service refuses (wrong token, no such meeting).
    """
    address = url.replace("http", "ws", 1).rstrip("/") + f"/api/meetings/{meeting}/ws"
    headers = {"Authorization": f"Bearer {token}"}
    wait = FIRST_WAIT
    while True:
        try:
            async with connect(
                f"{address}?after={after}", additional_headers=headers, proxy=None, max_queue=None
            ) as socket:
                wait = FIRST_WAIT
                async for line in socket:
                    event = codec.decode(line)
                    if isinstance(event.data, StreamCaughtUp):
                        continue
                    after = event.seq
                    yield event
                    if isinstance(event.data, MeetingEnded) or _ended(event):
                        return
                if socket.close_code == GONE:
                    return
        except InvalidStatus as refused:
            if 400 <= refused.response.status_code < 500:
                raise _refusal(refused) from None
        except ConnectionClosed as closed:
            if closed.rcvd is not None and closed.rcvd.code == GONE:
                return
        except (OSError, TimeoutError):
            pass  # the service is away; what was missed is still in its log
        await asyncio.sleep(wait)
        wait = min(LONGEST_WAIT, wait * 2)


def _ended(event: Envelope) -> bool:
    return isinstance(event.data, StreamReset) and event.data.snapshot.get("state") == "ended"


def _refusal(refused: InvalidStatus) -> InputError:
    status = refused.response.status_code
    sentences = {
        401: "the service wants another token",
        403: "this token may not watch that meeting",
        404: "the service knows no such meeting",
    }
    return InputError(sentences.get(status, f"the service refused with status {status}"), status=status)
