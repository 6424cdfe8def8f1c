"""Proof of possession: a paired extension signs each request with a key that cannot leave its browser. Pure.

The proof is `SECONDS.SIGNATURE`: Unix seconds, and base64url of an ECDSA P-256 signature (r and s, as WebCrypto
writes it) over `SECONDS\\nMETHOD\\nPATH`. A copied token alone opens nothing.
"""

from __future__ import annotations

import base64
import binascii

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

HEADER = "X-Wingman-Proof"
WINDOW_SECONDS = 120
"""How far the extension's clock may be off."""
COORDINATE = 32
"""Bytes of one number of a P-256 signature."""


def readable(key: str) -> bool:
    """Is this a public key (base64url of an uncompressed P-256 point)?"""
    return _key(key) is not None


def holds(key: str, proof: str, method: str, path: str, now: float) -> bool:
    """Does `proof` show that whoever asks holds the private half of `key`?"""
    stamp, _, signature = proof.partition(".")
    public = _key(key)
    if public is None or not stamp.isascii() or not stamp.isdigit() or len(stamp) > 12:
        return False
    if abs(int(stamp) - now) > WINDOW_SECONDS:
        return False
    raw = _decoded(signature)
    if len(raw) != 2 * COORDINATE:
        return False
    der = encode_dss_signature(int.from_bytes(raw[:COORDINATE]), int.from_bytes(raw[COORDINATE:]))
    try:
        public.verify(der, f"{stamp}\n{method}\n{path}".encode(), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def _key(text: str) -> ec.EllipticCurvePublicKey | None:
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _decoded(text))
    except ValueError:
        return None


def _decoded(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return b""
