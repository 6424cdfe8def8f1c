"""A meeting's events, whatever happens to the connection: resumed where it broke, nothing twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from wingman.client.addresses import Addresses
from wingman.core import codec
from wingman.core.errors import InputError
from wingman.core.events import Envelope, MeetingEnded, MeetingMoved, StreamCaughtUp, StreamReset

FIRST_WAIT, LONGEST_WAIT = 0.1, 5.0
"""Seconds before the first and between later attempts to reconnect."""

GONE = 4404


async def events(url: str, token: str, meeting: str, after: int = 0) -> AsyncIterator[Envelope]:
    """Yield a meeting's events after `after` until it ends or is deleted; reconnects for ever in between.

    `url` may name several nodes, with commas between them. `stream.reset` is passed on (what was missed is in
    its snapshot; what came before may not hold any more), `stream.caught_up` is not. Raises `InputError` when
    the service refuses (wrong token, no such meeting).
    """
    addresses = Addresses(url)
    headers = {"Authorization": f"Bearer {token}"}
    wait, epoch = FIRST_WAIT, 0
    while True:
        address = f"{addresses.here.replace('http', 'ws', 1)}/api/meetings/{meeting}/ws?after={after}"
        if epoch:
            address += f"&epoch={epoch}"
        try:
            async with connect(address, additional_headers=headers, proxy=None, max_queue=None) as socket:
                wait = FIRST_WAIT
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
            if 400 <= refused.response.status_code < 500:
                raise _refusal(refused) from None
        except ConnectionClosed as closed:
            if closed.rcvd is not None and closed.rcvd.code == GONE:
                return
        except (OSError, TimeoutError):
            pass  # the service is away; what was missed is still in its log
        addresses.go_on()
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
