"""Which certificate a peer may show."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from aiortc import (
    RTCCertificate,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    RTCDtlsTransport,
    RTCIceGatherer,
    RTCIceTransport,
)

from wingman.transports import aiortc_seam as seam


async def test_one_of_the_certificates_that_were_named_is_shown() -> None:
    assert seam.unfit() == ""
    shown, other, stranger = (RTCCertificate.generateCertificate() for _ in range(3))
    mine, its, strange = (each.getFingerprints() for each in (shown, other, stranger))
    cut = RTCDtlsFingerprint("sha-512", mine[0].value)
    unknown = RTCDtlsFingerprint("md5", "00")
    for named, accepted in (
        (mine, True),
        ([*its, *mine], True),
        ([unknown, cut, mine[0]], True),
        ([*its, *strange], False),
        ([cut], False),
        ([unknown], False),
    ):
        transport: Any = RTCDtlsTransport(RTCIceTransport(RTCIceGatherer()), [shown])
        transport._ssl = SimpleNamespace(get_peer_certificate=lambda as_cryptography: shown._cert)
        transport._validate_peer_identity(RTCDtlsParameters(fingerprints=named))
        assert (transport.state != "failed") is accepted, named
