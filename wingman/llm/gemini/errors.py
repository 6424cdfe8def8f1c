"""Google's error bodies as faults with a sentence. Pure; shared by every road to Gemini.

Source: AIP-193 (`error` with code, status, message, details), `google.rpc.ErrorInfo` and `RetryInfo`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from math import ceil
from types import MappingProxyType

from wingman.core.errors import FaultKind, ProviderFault
from wingman.core.json import JsonMapping
from wingman.core.retry_after import retry_after
from wingman.core.surrogates import whole

RETRY_AFTER_S = 10.0
"""How long a 429 without a delay of its own closes the road."""

_KINDS = {
    400: FaultKind.BAD_REQUEST,
    401: FaultKind.AUTH,
    403: FaultKind.FORBIDDEN,
    404: FaultKind.BAD_REQUEST,
    408: FaultKind.TIMEOUT,
    429: FaultKind.RATE_LIMITED,
    499: FaultKind.NETWORK,
    504: FaultKind.TIMEOUT,
}


def fault_of_status(
    status: int, message: str, body: JsonMapping, model: str, headers: Mapping[str, str] = MappingProxyType({})
) -> ProviderFault:
    """An HTTP status with Google's error body, as a fault. The names of `headers` are in lower case."""
    reasons = {str(detail.get("reason", "")) for detail in _details(body)}
    if "API_KEY_INVALID" in reasons or (status == 400 and "api key not valid" in message.lower()):
        return ProviderFault(
            "Gemini refused the key; check suggest.gemini.api_key or GEMINI_API_KEY",
            kind=FaultKind.AUTH,
            code=str(status),
        )
    kind = _KINDS.get(status, FaultKind.UNAVAILABLE if status >= 500 else FaultKind.PROTOCOL)
    wait = _retry_delay(body, headers) if status == 429 else None
    return ProviderFault(_sentence(status, message, model, wait), kind=kind, code=str(status), retry_after=wait)


def unreachable() -> ProviderFault:
    """Nobody answered at all: no address, no route, no connection."""
    return ProviderFault(
        "Gemini cannot be reached; check the network and suggest.gemini.url", kind=FaultKind.NETWORK
    )


def _sentence(status: int, message: str, model: str, wait: float | None) -> str:
    match status:
        case 401:
            return "Gemini does not accept this kind of key; make a new one for this project"
        case 403:
            return "Gemini refused access; check that the key is set and its project may use the API"
        case 404:
            return f"model {model} is not served to this key; set suggest.gemini.model to one that is"
        case 429:
            return f"Gemini's quota is used up; suggestions from the model pause for {ceil(wait or 0)} s"
        case 503:
            return "Gemini is overloaded; playbook cues go on"
        case 504 | 408:
            return "Gemini did not answer in time"
        case 400:
            return f"Gemini refused the request: {_short(message)}"
        case _:
            return f"Gemini failed with status {status}; playbook cues go on"


def _retry_delay(body: JsonMapping, headers: Mapping[str, str]) -> float:
    for detail in _details(body):
        found = re.fullmatch(r"(\d{1,9}(?:\.\d+)?)s", str(detail.get("retryDelay", "")))
        if found:
            return float(found[1])
    asked = retry_after(headers)
    return RETRY_AFTER_S if asked is None else asked


def _details(body: JsonMapping) -> Iterator[JsonMapping]:
    error = body.get("error", body)
    details = error.get("details", ()) if isinstance(error, Mapping) else ()
    for detail in details if isinstance(details, list | tuple) else ():
        if isinstance(detail, Mapping):
            yield detail


def _short(message: str) -> str:
    """The vendor's words, without anything that looks like a key, in one line."""
    plain = re.sub(r"\b(?:AIza|AQ\.)[\w.-]+", "***", " ".join(message.split()))
    return whole(plain[:160])
