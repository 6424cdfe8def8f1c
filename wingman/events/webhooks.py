"""Signed webhooks: events to other systems, retried, logged, sent again on request.

Source: Standard Webhooks 1.0.0 (standardwebhooks.com), "Signature scheme" and "Webhook headers".
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import hmac
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TypeVar

import httpx
import structlog

from wingman.config.report import WebhookSettings
from wingman.core import codec
from wingman.core.errors import Branch, InputError
from wingman.core.events import (
    EgressRecorded,
    Envelope,
    MeetingEnded,
    MeetingPaused,
    MeetingResumed,
    WebhookSettled,
)
from wingman.core.steady_clock import now
from wingman.egress.http import counting
from wingman.egress.outlet import outlet
from wingman.events.log import EventLog
from wingman.events.webhook_store import LONGEST_WAIT_S, Delivery, DeliveryStore

T = TypeVar("T")

logger = structlog.get_logger(__name__)

TIMEOUT_SECONDS = 10.0
"""Longest silence of a receiver, and what its answer's body may take."""
ATTEMPT_SECONDS = 30.0
"""Until the answer's head is there: one that drips is never silent, and all other deliveries wait behind it."""
HELD_SECONDS = 2.0
"""How often a delivery of a paused meeting, or one whose event cannot be read, is looked at again."""
TAKEN_SECONDS = 60.0
"""A delivery that a process has begun, and not finished for so long, is another one's."""
LOOK_SECONDS = 30.0
"""How often deliveries are looked for that another process has left."""
PAGE = 1000
"""Events read at a time of a meeting that another process told of."""
DELAYS = (5.0, 30.0, 120.0, 600.0, 3600.0, LONGEST_WAIT_S)
"""Waits between attempts; after the last one the delivery has failed."""
PREFIX = "whsec_"


@dataclass(frozen=True, slots=True)
class Hook:
    """One receiver."""

    name: str
    url: str
    key: bytes
    types: frozenset[str]

    @classmethod
    def of(cls, name: str, settings: WebhookSettings) -> Hook:
        """Raises `InputError` when the settings make no sense."""
        if not _is_address(settings.url):
            raise InputError(
                f"report.webhooks.{name}.url must begin with https:// and name a host; write it anew",
                field=f"report.webhooks.{name}.url",
            )
        secret = settings.secret.reveal()
        try:
            key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
        except ValueError:
            key = b""
        if len(key) < 24:
            raise InputError(
                f"report.webhooks.{name}.secret must be whsec_ and at least 24 random bytes in base64; "
                "make one with: openssl rand -base64 32",
                field=f"report.webhooks.{name}.secret",
            )
        return cls(name, settings.url, key, frozenset(settings.events))


def _is_address(url: str) -> bool:
    """Whether a request could be made to it; the words of what is wrong may hold a password."""
    try:
        parts = httpx.URL(url)
    except httpx.InvalidURL:
        return False
    return parts.scheme in ("https", "http") and bool(parts.host) and (parts.port or 0) < 1 << 16


def sign(key: bytes, delivery: str, timestamp: int, body: bytes) -> str:
    """The `webhook-signature` header of a body."""
    signed = f"{delivery}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


class Webhooks:
    """Feeds on committed events (`offer`), delivers while `run` runs. One per process."""

    def __init__(
        self,
        hooks: Sequence[Hook],
        log: EventLog,
        store: DeliveryStore,
        *,
        apart: bool = False,
        client: httpx.AsyncClient | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`store` is closed with this.

        `apart`: other processes run meetings, too, and have files of their own. Then what became of each
        delivery stands in the meeting's log, and what this process owed in a former life is theirs.
        """
        self._hooks = {hook.name: hook for hook in hooks}
        self._log = log
        self._client = client or httpx.AsyncClient(
            timeout=TIMEOUT_SECONDS, follow_redirects=False, transport=counting()
        )
        self._clock = clock
        self._thread = ThreadPoolExecutor(1, "wingman-webhooks")
        self._store = store
        self._offered: list[Delivery] = []
        self._awake = asyncio.Event()
        self._held: set[str] = set()
        """Meetings that are paused."""
        self._apart = apart
        self._to_take_up: list[str] = []
        if apart:
            self._store.drop_pending()

    def offer(self, envelopes: Sequence[Envelope]) -> None:
        """Queue what a receiver wants (a hub's tap). Returns at once; rows are written by `run`."""
        for envelope in envelopes:
            self._follow(envelope)
            if wanted := self._wanted(envelope):
                self._offered += wanted
                self._awake.set()

    def take_up(self, meeting: str) -> None:
        """Send what is owed of a meeting that another process told of until now: what its log says nobody
        has settled."""
        self._to_take_up.append(meeting)
        self._awake.set()

    async def let_go(self, meeting: str) -> None:
        """Another process tells of this meeting now."""
        if self._apart:
            self._offered = [delivery for delivery in self._offered if delivery.meeting != meeting]
            await self._do(self._store.drop_pending, meeting)

    def _wanted(self, envelope: Envelope) -> list[Delivery]:
        if isinstance(envelope.data, WebhookSettled) or (
            isinstance(envelope.data, EgressRecorded) and envelope.data.branch is Branch.WEBHOOK
        ):
            return []  # telling of what was told would never end
        at = self._clock()
        return [
            Delivery(
                _name(envelope, hook), hook.name, envelope.meeting, envelope.seq, envelope.type,
                next_at=at, created_at=at,
            )
            for hook in self._hooks.values()
            if envelope.type in hook.types
        ]  # fmt: skip

    async def _owed(self, meeting: str) -> list[Delivery]:
        """What nobody has settled. Raises `InputError` when the log cannot be read now."""
        owed: dict[tuple[str, int], Delivery] = {}
        seq = 0
        while events := await self._log.read(meeting, seq, PAGE):
            for event in events:
                self._follow(event)
                owed |= {(delivery.hook, delivery.seq): delivery for delivery in self._wanted(event)}
                if isinstance(event.data, WebhookSettled):
                    owed.pop((event.data.hook, event.data.about), None)
            seq = events[-1].seq
        return list(owed.values())

    def _follow(self, envelope: Envelope) -> None:
        """While a meeting is paused nothing of it leaves."""
        if isinstance(envelope.data, MeetingPaused):
            self._held.add(envelope.meeting)
        elif isinstance(envelope.data, (MeetingResumed, MeetingEnded)) and envelope.meeting in self._held:
            self._held.remove(envelope.meeting)
            self._awake.set()

    async def run(self) -> None:
        """Deliver until cancelled."""
        while True:
            self._awake.clear()
            await self._take_up_all()
            offered, self._offered = self._offered, []
            await self._do(self._store.add, offered)
            while (delivery := await self._take()) is not None:
                await self._attempt(delivery)
            await self._do(self._store.trim)
            soonest = await self._do(self._store.next_at)
            wait = LOOK_SECONDS if soonest is None else max(0.0, soonest - self._clock())
            if self._to_take_up:
                wait = min(wait, HELD_SECONDS)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(wait, LOOK_SECONDS)):
                    await self._awake.wait()

    async def _take(self) -> Delivery | None:
        at = self._clock()
        return await self._do(self._store.take, at, at + TAKEN_SECONDS)

    async def _take_up_all(self) -> None:
        meetings, self._to_take_up = self._to_take_up, []
        for meeting in meetings:
            try:
                self._offered += await self._owed(meeting)
            except InputError:  # the log cannot be read now
                self._to_take_up.append(meeting)

    async def deliveries(self, limit: int = 100, meeting: str = "") -> Sequence[Delivery]:
        """The delivery log, newest first."""
        return await self._do(self._store.newest, limit, meeting)

    async def resend(self, delivery: str) -> Delivery:
        """Try a delivery again now, whatever became of it. Raises `InputError(status=404)`."""
        found = await self._do(self._store.get, delivery)
        if found is None:
            raise InputError(f"there is no delivery `{delivery[:80]}`", field="delivery", status=404)
        again = replace(
            found, state="pending", attempts=0, next_at=self._clock(), detail="sent again on request"
        )
        await self._do(self._store.update, again)
        self._awake.set()
        return again

    def wake(self) -> None:
        """Look at the clock again: it was set, or the network is back."""
        self._awake.set()

    async def forget(self, meeting: str) -> None:
        """Remove a deleted meeting's deliveries."""
        self._offered = [delivery for delivery in self._offered if delivery.meeting != meeting]
        await self._do(self._store.forget, meeting)

    async def aclose(self) -> None:
        """Release the store; what is owed is sent after the next start."""
        await self._client.aclose()
        await self._do(self._store.add, self._offered)
        await self._do(self._store.close)
        self._thread.shutdown()

    async def _attempt(self, delivery: Delivery) -> None:
        later = replace(delivery, next_at=self._clock() + HELD_SECONDS)
        if delivery.meeting in self._held:
            await self._do(self._store.update, later)
            return
        hook = self._hooks.get(delivery.hook)
        try:
            events = await self._log.read(delivery.meeting, delivery.seq - 1, 1)
        except InputError:  # it cannot be read now
            await self._do(self._store.update, later)
            return
        if hook is None or not events:
            why = "its receiver was removed from the settings" if hook is None else "its meeting was deleted"
            await self._do(self._store.update, replace(delivery, state="gone", detail=why))
            return
        status, detail = await self._post(hook, delivery, events[0])
        outcome = self._outcome(delivery, status, detail)
        if self._apart and outcome.state != "pending":
            settled = WebhookSettled(hook.name, delivery.seq, outcome.state)
            self._log.append(delivery.meeting, settled, at=now())
        await self._do(self._store.update, outcome)

    async def _post(self, hook: Hook, delivery: Delivery, event: Envelope) -> tuple[int, str]:
        timestamp, body = int(self._clock()), codec.encode(event)
        headers = {
            "Content-Type": "application/json",
            "webhook-id": delivery.id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": sign(hook.key, delivery.id, timestamp, body),
        }
        way_out = _HookOutlet(self._log, delivery.meeting, f"webhook {hook.name}", event.at)
        try:
            with outlet(way_out):
                request = self._client.build_request("POST", hook.url, content=body, headers=headers)
                async with asyncio.timeout(ATTEMPT_SECONDS):
                    answer = await self._client.send(request, stream=True)
                async with contextlib.aclosing(answer):
                    with contextlib.suppress(httpx.HTTPError, TimeoutError):  # its status was the answer
                        async with asyncio.timeout(TIMEOUT_SECONDS):
                            await answer.aread()  # so that the connection can be used again
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as failed:
            return 0, f"no answer: {type(failed).__name__}"
        return answer.status_code, "" if answer.is_success else f"the receiver answered {answer.status_code}"

    def _outcome(self, delivery: Delivery, status: int, detail: str) -> Delivery:
        attempts = delivery.attempts + 1
        tried = replace(delivery, attempts=attempts, status=status, detail=detail)
        if 200 <= status < 300:
            return replace(tried, state="delivered")
        if status == 410 or attempts > len(DELAYS):
            logger.warning("webhook given up", hook=delivery.hook, delivery=delivery.id, detail=detail)
            return replace(tried, state="failed")
        return replace(tried, next_at=self._clock() + DELAYS[attempts - 1])

    async def _do(self, work: Callable[..., T], *args: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *args)


def _name(envelope: Envelope, hook: Hook) -> str:
    """A delivery's id: the same whoever sends it."""
    name = f"{envelope.meeting}.{envelope.seq}.{hook.name}"
    return f"msg_{hashlib.sha256(name.encode()).hexdigest()[:24]}"


@dataclass(frozen=True, slots=True)
class _HookOutlet:
    """A receiver's way out of one meeting: what it was sent stands in that meeting's ledger."""

    log: EventLog
    meeting: str
    to: str
    earliest: float
    """When the event came about: nothing tells of it before, whatever a clock says that was set since."""

    @property
    def open(self) -> bool:
        """A paused meeting's deliveries are not attempted at all."""
        return True

    def sent(self, size: int, seconds: float) -> None:
        at = max(now(), self.earliest)
        self.log.append(
            self.meeting, EgressRecorded(self.to, Branch.WEBHOOK, "text", size, seconds, at, at), at=at
        )
