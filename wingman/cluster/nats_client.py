"""nats-py's client, where every record of every node passes through each of them.

For each message it looks at every character of every header's name, and hands it to a task by a queue; for each
question it asks the kernel for random bytes, and waits in a task of its own. Here headers are split, an answer
goes straight to who asked, and what a listener can take at once costs no task. All that is private to nats-py
and used is in this file and in the one it builds upon; its version is pinned.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Mapping

import nats.errors
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

from wingman.cluster.returning_client import ReturningClient

AtOnce = Callable[[str, bytes, Mapping[str, str]], bool]
"""Takes a message (subject, body, headers) where nothing has to be waited for. False: it goes the usual way.
It must not raise: the connection would be read no more."""
_NOBODY_LISTENS = b"NATS/1.0 503"
_FIRST_LINE = len(b"NATS/1.0\r\n")


class NatsClient(ReturningClient):
    """As any other; `open` it after connecting."""

    def __init__(self) -> None:
        super().__init__()
        self._at_once: dict[int, AtOnce] = {}
        self._inbox, self._inbox_number = "", -1
        self._asked = itertools.count(1)
        self._answers: dict[str, asyncio.Future[bytes]] = {}

    async def open(self) -> None:
        """Begin to take answers."""
        self._inbox = self.new_inbox()
        self._inbox_number = (await self.subscribe(f"{self._inbox}.*", cb=_pass))._id

    def take_at_once(self, subscription: Subscription, at_once: AtOnce) -> None:
        """Offer what comes by this subscription to `at_once` first."""
        self._at_once[subscription._id] = at_once

    def _remove_sub(self, sid: int, max_msgs: int = 0) -> None:
        super()._remove_sub(sid, max_msgs)
        self._at_once.pop(sid, None)

    async def ask(
        self, subject: str, body: bytes, timeout: float, headers: dict[str, str] | None = None
    ) -> bytes:
        """The answer to one message. Raises as `request` does, and, other than it, loses no cancellation."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[bytes] = loop.create_future()
        name = str(next(self._asked))
        self._answers[name] = answer
        late = loop.call_later(timeout, _give_up, answer)
        try:
            await self.publish(subject, body, reply=f"{self._inbox}.{name}", headers=headers)
            return await answer
        finally:
            late.cancel()
            del self._answers[name]

    async def _process_msg(self, sid: int, subject: bytes, reply: bytes, data: bytes, headers: bytes) -> None:
        if sid == self._inbox_number:
            self._answered(subject.rpartition(b".")[2].decode(), data, headers or b"")  # it gives None for none
            return
        if (at_once := self._at_once.get(sid)) is not None:
            told = self._parse_header_lines((headers or b"")[_FIRST_LINE:])
            if at_once(subject.decode(), data, told):
                return
        await super()._process_msg(sid, subject, reply, data, headers)

    @staticmethod
    def _parse_header_lines(raw: bytes) -> dict[str, str]:
        lines = [line.partition(":") for line in raw.decode("utf-8", "replace").split("\r\n")]
        return {name.strip(): value.strip() for name, colon, value in lines if colon}

    def _answered(self, name: str, data: bytes, headers: bytes) -> None:
        answer = self._answers.get(name)
        if answer is None or answer.done():
            return
        if headers.startswith(_NOBODY_LISTENS):
            answer.set_exception(nats.errors.NoRespondersError())
        else:
            answer.set_result(data)


def _give_up(answer: asyncio.Future[bytes]) -> None:
    if not answer.done():
        answer.set_exception(nats.errors.TimeoutError())


async def _pass(_: Msg) -> None:
    """Answers are taken before they come here."""
