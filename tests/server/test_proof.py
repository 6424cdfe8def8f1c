"""A copied token alone opens nothing: the request is signed with a key that stays in its browser."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from hypothesis import given
from hypothesis import strategies as st

from wingman.server.proof import WINDOW_SECONDS, holds, readable

NOW = 1_790_000_000.0
PRIVATE = ec.generate_private_key(ec.SECP256R1())


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


KEY = encoded(
    PRIVATE.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
)


def signed(method: str = "GET", path: str = "/api/meetings", at: float = NOW) -> str:
    """As WebCrypto signs: r and s, 32 bytes each."""
    stamp = str(int(at))
    r, s = decode_dss_signature(PRIVATE.sign(f"{stamp}\n{method}\n{path}".encode(), ec.ECDSA(hashes.SHA256())))
    return f"{stamp}.{encoded(r.to_bytes(32) + s.to_bytes(32))}"


def test_the_holder_of_the_key_is_let_in() -> None:
    assert readable(KEY)
    assert holds(KEY, signed(), "GET", "/api/meetings", NOW)
    assert holds(KEY, signed(at=NOW - WINDOW_SECONDS + 1), "GET", "/api/meetings", NOW)


@pytest.mark.parametrize(
    ("method", "path", "at"),
    [("POST", "/api/meetings", NOW), ("GET", "/api/meetings/m-1", NOW), ("GET", "/api/meetings", NOW + 500)],
)
def test_a_proof_is_for_one_request_at_one_time(method: str, path: str, at: float) -> None:
    assert not holds(KEY, signed(), method, path, at)


@pytest.mark.parametrize("proof", ["", ".", "1", f"{int(NOW)}.", f"{int(NOW)}.AAAA", "x.y", "9" * 50 + ".a"])
def test_what_is_no_proof(proof: str) -> None:
    assert not holds(KEY, proof, "GET", "/", NOW)


@given(st.text(max_size=100))
def test_no_text_breaks_it(text: str) -> None:
    assert not holds(text, signed(), "GET", "/api/meetings", NOW) or text == KEY
    assert not holds(KEY, text, "GET", "/api/meetings", NOW)
    readable(text)
