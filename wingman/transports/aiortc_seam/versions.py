"""Whether what is installed is what this folder was written against."""

from __future__ import annotations

import importlib.metadata
from functools import cache
from typing import Any

import aioice.ice
from aiortc import RTCCertificate, RTCDtlsTransport, RTCRtpReceiver

from wingman.core.errors import WingmanError

AIORTC = "1.16."
AIOICE = "0.13."
PYLIBSRTP = "1.0."
"""Others are refused in words rather than met by surprise."""

_NEEDED: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (
        RTCRtpReceiver,
        ("_handle_rtp_packet", "_handle_rtcp_packet", "_handle_disconnect", "_send_rtcp", "receive"),
    ),
    (aioice.ice.StunProtocol, ("datagram_received",)),
    (RTCCertificate, ("_create_ssl_context",)),
    (RTCDtlsTransport, ("_do_handshake", "_setup_srtp", "_validate_peer_identity")),
    (aioice.ice.Connection, ("build_request", "data_received", "query_consent", "recvfrom")),
)


@cache
def unfit() -> str:
    """Why the private parts cannot be used with what is installed; empty when they can."""
    try:
        check()
    except WingmanError as reason:
        return str(reason)
    return ""


def check() -> None:
    """Raise `WingmanError` naming the first thing that is not as this folder needs it."""
    for package, wanted in (("aiortc", AIORTC), ("aioice", AIOICE), ("pylibsrtp", PYLIBSRTP)):
        found = importlib.metadata.version(package)
        if not found.startswith(wanted):
            raise WingmanError(f"{package} {found} is installed, but the media path was written for {wanted}x")
    for owner, names in _NEEDED:
        for name in names:
            if not hasattr(owner, name):
                raise WingmanError(f"{owner.__module__}.{owner.__qualname__} has no `{name}` any more")
