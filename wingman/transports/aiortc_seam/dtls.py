"""The ciphers a peer may choose from, the certificate it shows, and why its handshake failed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from weakref import WeakKeyDictionary

from aiortc import RTCCertificate, RTCDtlsParameters, RTCDtlsTransport, RTCPeerConnection
from aiortc.rtcdtlstransport import X509_DIGEST_ALGORITHMS, certificate_digest
from OpenSSL import SSL

from wingman.transports.aiortc_seam.receivers import audio_receivers

CIPHERS = (
    b"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA:"
    b"ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-CHACHA20-POLY1305:ECDHE-RSA-AES128-SHA:ECDHE-RSA-AES256-SHA"
)
"""aiortc's list, and the same for peers whose certificate is RSA (GStreamer's is)."""

_stock_context = RTCCertificate._create_ssl_context
_stock_handshake = RTCDtlsTransport._do_handshake
_stock_validation = RTCDtlsTransport._validate_peer_identity
_why: WeakKeyDictionary[RTCDtlsTransport, str] = WeakKeyDictionary()


def failure(peer: RTCPeerConnection) -> str:
    """Which step of connecting failed, in words; empty when none did."""
    for dtls in {receiver.transport for receiver in audio_receivers(peer)}:
        if dtls.state == "failed":
            why = f" ({_why[dtls]})" if _why.get(dtls) else ""
            return f"the network path was found, but the DTLS handshake with the client failed{why}"
        if dtls.transport.state == "failed":
            return "no network path to the client was found (ICE failed); check that it can reach this address"
    return ""


def _create_ssl_context(certificate: RTCCertificate, srtp_profiles: Any) -> SSL.Context:
    context = _stock_context(certificate, srtp_profiles)
    context.set_cipher_list(CIPHERS)
    return context


async def _do_handshake(transport: RTCDtlsTransport) -> None:
    """aiortc's handshake, which forgets why it failed: it swallows the error where it happens."""
    connection: Any = transport._ssl
    connection.do_handshake = _noting(transport, connection.do_handshake)
    connection.recv = _noting(transport, connection.recv)
    try:
        await _stock_handshake(transport)
    finally:
        del connection.do_handshake, connection.recv


def _noting(transport: RTCDtlsTransport, stock: Callable[..., Any]) -> Callable[..., Any]:
    def noted(*arguments: Any) -> Any:
        try:
            return stock(*arguments)
        except (SSL.WantReadError, SSL.WantWriteError, SSL.ZeroReturnError):
            raise
        except SSL.Error as failed:
            if failed.args and failed.args[0]:
                _why[transport] = str(failed.args[0][-1][-1])
            raise

    return noted


def _validate_peer_identity(transport: RTCDtlsTransport, remote: RTCDtlsParameters) -> None:
    """aiortc's check, which wants every fingerprint to match: an end with several certificates names them all
    and shows one (RFC 8122, 5.1)."""
    connection: Any = transport._ssl
    certificate = connection.get_peer_certificate(as_cryptography=True)
    shown = [
        named
        for named in remote.fingerprints
        if (algorithm := named.algorithm.lower()) in X509_DIGEST_ALGORITHMS
        and named.value.upper() == certificate_digest(certificate, algorithm)
    ]
    _stock_validation(transport, replace(remote, fingerprints=shown or remote.fingerprints))


RTCCertificate._create_ssl_context = _create_ssl_context  # type: ignore[method-assign,assignment]  # in place of its own
RTCDtlsTransport._do_handshake = _do_handshake  # type: ignore[method-assign,assignment]  # likewise
RTCDtlsTransport._validate_peer_identity = _validate_peer_identity  # type: ignore[method-assign,assignment]  # likewise
