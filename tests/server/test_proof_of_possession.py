from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from tests.support.each import each
from wingman.server.proof_of_possession import WINDOW_SECONDS, holds, readable

KEY = ec.generate_private_key(ec.SECP256R1())
NOW = 1_800_000_000


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def public(key: ec.EllipticCurvePrivateKey = KEY) -> str:
    point = serialization.PublicFormat.UncompressedPoint
    return encoded(key.public_key().public_bytes(serialization.Encoding.X962, point))


def proof(method: str, path: str, at: int = NOW, key: ec.EllipticCurvePrivateKey = KEY) -> str:
    """As WebCrypto signs: r and s, 32 bytes each."""
    r, s = decode_dss_signature(key.sign(f"{at}\n{method}\n{path}".encode(), ec.ECDSA(hashes.SHA256())))
    return f"{at}.{encoded(r.to_bytes(32) + s.to_bytes(32))}"


def test_the_holder_of_the_key_is_let_in() -> None:
    assert readable(public())
    assert holds(public(), proof("GET", "/api/config"), "GET", "/api/config", NOW + WINDOW_SECONDS)


@each(
    "shown",
    [
        "",
        ".",
        str(NOW),
        f"{NOW}.",
        f"{NOW}.AAAA",
        f"{NOW}.{'A' * 86}",
        f"x.{'A' * 86}",
        "9" * 400 + ".A",
        proof("POST", "/api/config"),
        proof("GET", "/api/grants"),
        proof("GET", "/api/config", NOW - WINDOW_SECONDS - 1),
        proof("GET", "/api/config", NOW + WINDOW_SECONDS + 1),
        proof("GET", "/api/config", key=ec.generate_private_key(ec.SECP256R1())),
    ],  # signatures differ at each run, names of tests may not
)
def test_nobody_else_is(shown: str) -> None:
    assert not holds(public(), shown, "GET", "/api/config", NOW)


@pytest.mark.parametrize(
    "key", ["", "AAAA", "!", "é", public()[:-2], encoded(b"\x04" + b"\x00" * 64)], ids=range(6)
)
def test_a_key_that_is_none(key: str) -> None:
    assert not readable(key)
    assert not holds(key, proof("GET", "/"), "GET", "/", NOW)
