"""Access to a v0 gateway: a key in a header or query, or an OAuth token renewed before it expires.

`GatewayAccess` is shared by everything in one process that speaks to the gateway, so that its tokens are minted
once. Its handshakes stay under the vendor's 50 per second and its connections within the plan, counted over all
processes of the machine.
"""

from __future__ import annotations

import asyncio
import time
from base64 import b64encode
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

import httpx
import msgspec
import structlog

from wingman.config.emotion import HumeV0Settings
from wingman.config.section import Secret
from wingman.core.errors import FaultKind, InputError, ProviderFault
from wingman.core.json import NOT_JSON
from wingman.egress.http import counting
from wingman.emotion.hume_v0 import wire
from wingman.emotion.hume_v0.options import VoiceOptions
from wingman.link.account_limits import SharedSlots, SharedTurns
from wingman.link.slots import SlotsOf

log = structlog.get_logger(__name__)

HANDSHAKES_PER_S = 50


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token and the loop time at which it expires."""

    value: Secret
    expires_at: float


@dataclass(frozen=True, slots=True)
class Target:
    """Where and how to open a socket."""

    url: str
    headers: dict[str, str]
    good_until: float | None
    """Loop time by which the socket must have been replaced; None when the credential does not expire."""


class _TokenReply(msgspec.Struct):
    access_token: str
    expires_in: float = 1800.0


class GatewayAccess:
    """Credentials for one gateway. Everything here runs on one event loop."""

    def __init__(self, settings: HumeV0Settings, slots: SlotsOf = SharedSlots) -> None:
        self._settings = settings
        self._token: Token | None = None
        self._minting = asyncio.Lock()
        self._turns = SharedTurns(f"hume-v0 {settings.url}", HANDSHAKES_PER_S)
        self.slots = slots(f"hume-v0 {settings.url}", settings.connections)
        """The connections the account may have open."""
        self.wanted = VoiceOptions(settings.burst, settings.language)
        """What is asked about a voice; shared, because a gateway refuses an option to everybody."""

    @property
    def renewable(self) -> bool:
        """True when a token can be minted: key and secret are both set."""
        return bool(self._settings.api_key and self._settings.secret_key)

    async def target(self) -> Target:
        """Address and credential for a new socket. Waits its turn among 50 handshakes a second.

        Raises `ProviderFault` when there is no credential or none can be had.
        """
        root = websocket_root(self._settings.url) + wire.PATH
        target = await self._target(root)
        await self._turn()
        return target

    def refuse(self) -> bool:
        """The gateway did not take our credential. True when a fresh one is worth a try."""
        worth = self.renewable and self._token is not None
        self._token = None
        return worth

    async def mint(self) -> Token:
        """A fresh token from the gateway's `oauth2-cc/token`. Raises `ProviderFault`."""
        settings = self._settings
        if not self.renewable:
            sentence = "no Hume token can be fetched; set emotion.hume_v0.api_key and secret_key"
            raise ProviderFault(sentence, kind=FaultKind.AUTH, code="no secret")
        pair = f"{settings.api_key.reveal()}:{settings.secret_key.reveal()}".encode()
        basic = Secret(b64encode(pair).decode(), token=True)
        started = asyncio.get_running_loop().time()
        try:
            way = counting(plain=True)
            async with httpx.AsyncClient(timeout=settings.connect_timeout_s, transport=way) as http:
                answer = await http.post(
                    http_root(settings) + "/oauth2-cc/token",
                    data={"grant_type": "client_credentials"},
                    headers={"Authorization": f"Basic {basic.reveal()}"},
                )
        except httpx.TimeoutException:
            sentence = "the Hume token endpoint did not answer in time; trying again"
            raise ProviderFault(sentence, kind=FaultKind.TIMEOUT, code="token") from None
        except httpx.HTTPError as failed:
            sentence = "the Hume token endpoint cannot be reached; check emotion.hume_v0.http_url"
            raise ProviderFault(sentence, kind=FaultKind.NETWORK, code=type(failed).__name__) from None
        if answer.status_code != 200:
            headers = {name.lower(): value for name, value in answer.headers.items()}
            raise wire.refused(answer.status_code, headers, answer.content)
        try:
            reply = msgspec.json.decode(answer.content, type=_TokenReply)
        except NOT_JSON:
            sentence = "the Hume token endpoint answered with something that is no token"
            raise ProviderFault(sentence, kind=FaultKind.PROTOCOL, code="token") from None
        log.info("hume_v0.token", expires_in=reply.expires_in)
        return Token(Secret(reply.access_token, token=True), started + reply.expires_in)

    async def _target(self, root: str) -> Target:
        settings = self._settings
        if settings.auth == "token":
            token = await self._current()
            query = urlencode({"access_token": token.value.reveal()})
            margin = min(settings.token_margin_s, (token.expires_at - _now()) / 2)
            return Target(f"{root}?{query}", {}, token.expires_at - margin)
        if not settings.api_key:
            sentence = "no key for the Hume v0 gateway is set; set emotion.hume_v0.api_key"
            raise ProviderFault(sentence, kind=FaultKind.AUTH, code="no key")
        if settings.auth == "query":
            return Target(f"{root}?{urlencode({'apiKey': settings.api_key.reveal()})}", {}, None)
        return Target(root, {"X-Hume-Api-Key": settings.api_key.reveal()}, None)

    async def _current(self) -> Token:
        """The token in use, or a new one once it is due for renewal; one request however many ask."""
        async with self._minting:
            due = _now() + self._settings.token_margin_s
            if self._token is None or self._token.expires_at <= due:
                self._token = await self.mint()
            return self._token

    async def _turn(self) -> None:
        """Take the next moment at which fewer than 50 handshakes lie within the last second."""
        now = _now()
        machine = abs(now - time.monotonic()) < 1.0  # a loop with a clock of its own shares it with nobody
        await asyncio.sleep(self._turns.take(now, shared=machine) - now)


class BrowserToken(msgspec.Struct, frozen=True):
    """What an authorised browser client gets instead of a key."""

    access_token: str
    expires_in: float
    """Seconds."""
    url: str
    """The socket to open, without the credential."""


async def browser_token(access: GatewayAccess, settings: HumeV0Settings) -> BrowserToken:
    """A token of its own for a browser client, so that no key ever reaches client code.

    The caller has checked who asks. Raises `InputError` (409) when this server cannot mint tokens, and
    `ProviderFault` when the gateway fails.
    """
    if not settings.url or not access.renewable:
        raise InputError(
            "this server hands out no Hume tokens; set emotion.hume_v0.url, api_key and secret_key",
            field="emotion.hume_v0.secret_key",
            status=409,
        )
    token = await access.mint()
    url = websocket_root(settings.url) + wire.PATH
    return BrowserToken(token.value.reveal(), round(token.expires_at - _now(), 1), url)


def websocket_root(url: str) -> str:
    """The WebSocket root of a gateway. Raises `ProviderFault` when the setting is none."""
    parts = urlsplit(url)
    if parts.scheme not in ("ws", "wss") or not parts.netloc:
        sentence = "setting emotion.hume_v0.url must be the ws:// or wss:// root of a v0-compatible gateway"
        raise ProviderFault(sentence, kind=FaultKind.BAD_REQUEST, code="url")
    return url.rstrip("/")


def http_root(settings: HumeV0Settings) -> str:
    """Where tokens and batch jobs live: `http_url`, or the socket's own host over HTTP."""
    if settings.http_url:
        return settings.http_url.rstrip("/")
    root = websocket_root(settings.url)
    return "http" + root.removeprefix("ws")


def _now() -> float:
    return asyncio.get_running_loop().time()
