"""Who is asking: credentials checked and handed out, and revoked while somebody is connected with them."""

from __future__ import annotations

import asyncio
import hmac
import re
import secrets
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Protocol, TypeVar

from wingman.core import steady_clock
from wingman.core.errors import InputError
from wingman.server.budgets import GrantBudget
from wingman.server.grant_clock import GrantClock
from wingman.server.grant_store import LONGEST_CODE_S, GrantStore
from wingman.server.grants import AFTER_MEETING, ALL, LIFETIMES, SCOPES, Grant, Role, renewed
from wingman.server.grants_file import ANSWER_S, StoreRefusedError

T = TypeVar("T")

PAIRING_SECONDS = 120
LOGIN_SECONDS = LONGEST_CODE_S
"""How long a login link is good for. It is good once."""
USE_SECONDS = 60.0
"""How often a use is written down."""
WATCH_SECONDS = 0.25
"""How often other processes' revocations are looked for."""
MOST_WRONG, WRONG_SECONDS = 30, 60.0
"""So many wrong tokens from one address in so long a time: further ones are refused as too many."""
ADDRESSES = 1000

REMEMBERED_SECONDS = 600.0
"""A grant that was good so lately stays so while the disk does not answer."""
REMEMBERED_ANSWER_S = 0.1
"""How long the disk is waited for where that is so."""


OWNER = Grant("owner", Role.OWNER, ALL, name="the service's token")
"""What the configured token stands for."""


@dataclass(frozen=True, slots=True)
class Session:
    """A browser's session: `token` goes into a cookie for `path` alone, so no other port ever sees it."""

    grant: Grant
    token: str
    path: str

    @property
    def root(self) -> str:
        """Where the session's pages live: `/~v…` for one of a single meeting, `/~o…` for others."""
        return f"/~{self.path}"


class Trail(Protocol):
    """The audit logs of several nodes as one."""

    async def read(self, after: int, limit: int) -> Sequence[tuple[int, str, bytes]]:
        """Entries behind this place, oldest first: the place, the node and the packed entry.

        Raises `InputError` (503) when they cannot be had now.
        """
        ...

    async def broken_at(self) -> int:
        """The place of the first entry that does not fit its node's chain; 0 when all fit."""
        ...


@dataclass(slots=True)
class Access:
    """Checks credentials, hands them out, and ends what was opened with a revoked one.

    What asks the store may wait for the disk: on an event loop it is asked for by way of `ask`.
    """

    token: str = field(repr=False)
    """The service's own token: from the configuration, or made for this process and shown to nobody."""
    store: GrantStore = field(default_factory=lambda: GrantStore(None, secrets.token_bytes(32)))
    clock: Callable[[], float] = time.time
    """Dates grants and what is written down of them; how long something lasts here is told by `lasts`."""
    lasts: Callable[[], float] = steady_clock.passed
    nodes: Callable[[], int] = lambda: 1
    """How many nodes answer for the service: limits are divided among them."""
    trail: Trail | None = None
    """The audit logs of all nodes; None for a service of one process."""
    on_revoked: list[Callable[[str], object]] = field(default_factory=list)
    """Told the id of a grant that ended while it was in use."""
    visited: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once somebody came who may begin or watch a call."""
    _budgets: dict[str, GrantBudget] = field(default_factory=dict)
    _open: dict[str, dict[object, Callable[[], object]]] = field(default_factory=dict)
    _guests: asyncio.Event = field(default_factory=asyncio.Event)
    """Set while somebody else than the owner may be connected."""
    _wrong: dict[str, deque[float]] = field(default_factory=dict)
    _now: GrantClock = field(init=False)
    _good: OrderedDict[bytes, tuple[float, Grant]] = field(default_factory=OrderedDict)
    """When (`lasts`) which credentials were last found good, the latest used at the end."""

    def __post_init__(self) -> None:
        if not self.token:
            raise ValueError("the service needs a token")
        self._now = GrantClock(self.store, lambda: self.clock(), self.lasts)

    async def ask(self, work: Callable[[], T]) -> T:
        """What `work`, a call of this class or of its store, returns or raises; the loop goes on meanwhile.

        Raises `StoreRefusedError`, too, when the disk does not answer.
        """
        return await self.store.ask(work)

    # --- checking -------------------------------------------------------------------------------

    async def known(self, presented: str, path: str = "") -> Grant | None:
        """As `grant`, without holding the loop up. A disk that hangs locks nobody out who was here just now."""
        if not presented.startswith("wm_"):
            return self.grant(presented, path)
        key = self.store.digest(f"{path} {presented}")
        at, found = self._good.get(key, (0.0, None))
        now = self.lasts()
        lately = found is not None and now - at < REMEMBERED_SECONDS and found.holds(self.clock())
        try:
            within = REMEMBERED_ANSWER_S if lately else ANSWER_S
            found = await self.store.ask(partial(self.grant, presented, path), within)
        except StoreRefusedError:
            if not lately:
                raise
            return found
        self._good.pop(key, None)
        if found is not None:
            self._good[key] = (now, found)
            if len(self._good) > ADDRESSES:
                self._good.popitem(last=False)
        return found

    def grant(self, presented: str, path: str = "") -> Grant | None:
        """What `presented` stands for now; None when it stands for nothing (any more).

        `path` is the secret path the request came by; a session's token holds there and nowhere else.
        """
        if not path and hmac.compare_digest(presented.encode(), self.token.encode()):
            return OWNER
        if not presented.startswith("wm_"):
            return None
        now = self._now()
        found = self.store.find(presented, path)
        if found is None or not found.holds(now):
            if found is not None and not found.revoked:  # over for good, whatever is done to the clock
                self.store.expire(found.id, now)
            return None
        if abs(now - found.used) > USE_SECONDS:  # ahead: noted while the clock was
            found = replace(found, used=now, expires=self.store.renew(found.id, now, renewed(found, now)))
        self._now.read(found.id, found.expires)
        return found

    def wrong(self, address: str) -> bool:
        """Note a wrong credential. True when this address has shown too many of them lately."""
        now = self.lasts()
        if address not in self._wrong and len(self._wrong) >= ADDRESSES:
            del self._wrong[next(iter(self._wrong))]
        tries = self._wrong.setdefault(address, deque(maxlen=MOST_WRONG))
        many = len(tries) == MOST_WRONG and now - tries[0] < WRONG_SECONDS
        tries.append(now)
        if not many:
            self.store.audit.note("refused", self.clock(), detail=f"wrong credential from {address}")
        return many

    def budget(self, grant: Grant) -> GrantBudget:
        """What the grant has left of what it may ask for."""
        found = self._budgets.pop(grant.id, None) or GrantBudget.full(time.monotonic())
        found.share(self.nodes())
        self._budgets[grant.id] = found  # the latest used stay
        if len(self._budgets) > ADDRESSES:
            del self._budgets[next(iter(self._budgets))]
        return found

    # --- handing out ----------------------------------------------------------------------------

    def make(self, role: Role, *, by: Grant, **given: object) -> tuple[Grant, str]:
        """A new grant of `role` and its token. `given` overrides the role's scopes, lifetime and the rest."""
        now = self._now()
        made = Grant("", role, SCOPES[role], created=now, expires=now + LIFETIMES[role])
        made = replace(made, **given)  # type: ignore[arg-type]  # callers name fields of Grant
        made, token = self.store.add(made, parent=by.id)
        self.store.audit.record(
            "granted", now, grant=by.id, meeting=made.meeting, detail=f"{made.id} {made.role}"
        )
        return made, token

    def session(self, grant: Grant) -> Session:
        """A browser's session with the rights of `grant`; it ends when that does."""
        path = ("v" if grant.meeting else "o") + secrets.token_urlsafe(18)
        now = self._now()
        expires = now + LIFETIMES[grant.role]
        made, token = self.store.add(
            replace(
                grant, id="", created=now, used=now, path=path, key="",
                name=f"browser ({grant.name})" if grant.name and grant is not OWNER else "browser",
                expires=min(expires, grant.expires) if grant.expires else expires,
            ),
            parent=grant.id,
        )  # fmt: skip
        self.store.audit.record("login", now, grant=made.id, meeting=made.meeting, detail=str(made.role))
        return Session(made, token, path)

    def login_code(self) -> str:
        """A code that is good for one owner's session within `LOGIN_SECONDS`."""
        code = secrets.token_urlsafe(18)
        self.store.put_code(code, "login", self._now() + LOGIN_SECONDS)
        return code

    def log_in(self, code: str) -> Session | None:
        """The session for a login code; None when it is wrong, used or too old."""
        if not self.store.take_code(code, "login", self._now()):
            return None
        return self.session(OWNER)

    def viewer(self, meeting: str, *, by: Grant = OWNER, ended: bool = False) -> str:
        """A token that lets its holder watch `meeting` until an hour after its end."""
        now = self._now()
        expires = now + (AFTER_MEETING if ended else LIFETIMES[Role.VIEWER])
        if by.expires and by.role is not Role.OWNER:  # nor longer than whoever hands it on
            expires = min(expires, by.expires)
        return self.make(Role.VIEWER, by=by, meeting=meeting, expires=expires, name="shared link")[1]

    def ended(self, meeting: str) -> None:
        """The meeting is over: its viewers' links live on for an hour. Does not wait for the disk."""
        self.store.later(partial(self.store.shorten, meeting, self.clock() + AFTER_MEETING))

    def pair(self) -> str:
        """Start a pairing: six digits, good for `PAIRING_SECONDS`. A new one replaces the old."""
        code = f"{secrets.randbelow(1_000_000):06}"
        self.store.put_code(code, "pair", self._now() + PAIRING_SECONDS, alone=True)
        return code

    def redeem(self, code: str, origin: str, key: str = "") -> str:
        """The token for the extension that presents the code. Raises `InputError`.

        `key` is the public key the extension made; from then on it proves with each request that it holds it.
        """
        if not re.fullmatch(r"chrome-extension://[a-z0-9]+", origin):
            raise InputError("only a browser extension can be paired", field="origin", status=403)
        if not self.store.open_codes("pair", self.clock()):
            raise InputError(
                "no pairing is open: press “Show a code” on the page New meeting", field="code", status=403
            )
        if not self.store.take_code(code, "pair", self._now()):
            self.store.audit.record("refused", self.clock(), detail="wrong pairing code")
            raise InputError("this is not the code that the page New meeting shows", field="code", status=403)
        return self.make(Role.EXTENSION, by=OWNER, origin=origin, key=key, name="extension")[1]

    # --- ending ---------------------------------------------------------------------------------

    def revoke(self, grant: str, *, by: Grant = OWNER) -> list[str]:
        """End a grant and what was made from it, and close what is open with them. Returns their ids."""
        gone = self.forget(grant, by=by)
        self.close(gone)
        return gone

    def forget(self, grant: str, *, by: Grant = OWNER) -> list[str]:
        """As `revoke`, but what is open stays so until `close`."""
        gone = self.store.revoke(grant, self.clock())
        for one in gone:
            self.store.audit.record("revoked", self.clock(), grant=by.id, detail=one)
        return gone

    @contextmanager
    def connected(self, grant: Grant, drop: Callable[[], object]) -> Iterator[None]:
        """While this is open, `drop` is called should the grant end."""
        key = object()
        self._open.setdefault(grant.id, {})[key] = drop
        if grant.id != OWNER.id:
            self._guests.set()
            self._now.use(grant.id, grant.expires)
        if grant.role is not Role.SCRAPER:
            self.visited.set()
        try:
            yield
        finally:
            held = self._open[grant.id]
            del held[key]
            if not held:
                del self._open[grant.id]
                self._now.leave(grant.id)

    def connections(self, grant: str) -> int:
        """How many connections are open with a grant."""
        return len(self._open.get(grant, ()))

    async def watch(self) -> None:
        """End connections whose grant expired, or was revoked by another process; until cancelled."""
        while True:
            await self._guests.wait()
            await asyncio.sleep(WATCH_SECONDS)
            known = [grant for grant in self._open if grant != OWNER.id]
            if not known:
                self._guests.clear()
                continue
            with suppress(StoreRefusedError):  # asked again soon
                if dead := await self.ask(partial(self._dead, known)):
                    self.close(dead)

    def _dead(self, known: list[str]) -> list[str]:
        """Which of these hold no longer; over for good, whatever is done to the clock."""
        now = self._now()
        ends = self.store.ends_of(known)
        for grant, end in ends.items():
            self._now.read(grant, end)
        dead = [grant for grant in known if grant not in ends or 0 < ends[grant] <= now]
        for grant in dead:
            self.store.expire(grant, now)
        return dead

    def close(self, grants: list[str]) -> None:
        """Close what is open with these, and forget that they were good."""
        for key in [key for key, (_, grant) in self._good.items() if grant.id in grants]:
            del self._good[key]
        for grant in grants:
            for drop in list(self._open.get(grant, {}).values()):
                drop()
            for told in self.on_revoked:
                told(grant)
