"""Why a Hume service would not talk to us: an HTTP status as a fault with a sentence. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from wingman.core.errors import FaultKind, ProviderFault
from wingman.core.retry_after import retry_after


@dataclass(frozen=True, slots=True)
class HumeApi:
    """Who refused, as the user knows it."""

    name: str
    key: str
    """The setting of its credential."""
    address: str
    """The setting of its address."""


def refused(service: HumeApi, status: int, headers: Mapping[str, str], code: str = "") -> ProviderFault:
    """A handshake or request answered with an HTTP status that is no success.

    `headers` have lower-case names; `code` is what the body calls it.
    """
    kind, sentence = _meaning(service, status)
    waits = kind in (FaultKind.RATE_LIMITED, FaultKind.UNAVAILABLE)
    wait = retry_after(headers) if waits else None
    return ProviderFault(sentence, kind=kind, code=f"{status} {code}".strip(), retry_after=wait)


def _meaning(service: HumeApi, status: int) -> tuple[FaultKind, str]:
    name = service.name
    match status:
        case 401:
            return FaultKind.AUTH, f"{name} refused the credential; check {service.key}"
        case 402:
            return (
                FaultKind.BILLING,
                f"{name} reports an account without credit; top it up for emotions",
            )
        case 403:
            return FaultKind.FORBIDDEN, (
                f"{name} says that this key may not measure expressions; ask for access or use another key"
            )
        case 408:
            return FaultKind.TIMEOUT, f"{name} took too long to answer; trying again"
        case 429:
            return FaultKind.RATE_LIMITED, f"{name} has too many connections from this account; trying again"
        case _ if status >= 500:
            return FaultKind.UNAVAILABLE, f"{name} is not available (HTTP {status}); trying again"
        case _:
            return (
                FaultKind.BAD_REQUEST,
                f"{name} refused the connection (HTTP {status}); check {service.address}",
            )
