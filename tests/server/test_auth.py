from __future__ import annotations

import pytest

from wingman.core.errors import InputError
from wingman.server.auth import PAIRING_SECONDS, PAIRING_TRIES, Access, Grant, Neighbours, Role

EXTENSION = "chrome-extension://abcdefghijklmnop"


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_service_token_is_the_owner() -> None:
    access = Access("secret")
    assert access.grant("secret") == Grant(Role.OWNER)
    for wrong in ("", "secre", "secrets", "v.m-1.", "v..", "x.a.b", "ünïcode", "v.m-1." + "0" * 40):
        assert access.grant(wrong) is None


def test_a_viewer_reads_its_own_meeting_and_nothing_else() -> None:
    access = Access("secret")
    token = access.viewer("m-1.with.dots")
    grant = access.grant(token)
    assert grant == Grant(Role.VIEWER, meeting="m-1.with.dots")
    own = "/api/meetings/m-1.with.dots"
    for method, path in (
        ("GET", own),
        ("GET", f"{own}/events"),
        ("WEBSOCKET", f"{own}/ws"),
        ("GET", "/overlay"),
        ("GET", "/meetings/m-1.with.dots"),
    ):
        assert grant.allows(method, path)
    for method, path in (
        ("DELETE", own),
        ("POST", f"{own}/actions"),
        ("GET", "/api/meetings"),
        ("GET", "/api/meetings/m-2"),
        ("GET", "/api/config"),
        ("GET", "/metrics"),
        ("GET", "/"),
        ("POST", "/whip"),
        ("WEBSOCKET", f"{own}/pcm"),
    ):
        assert not grant.allows(method, path)
    assert Access("another").grant(token) is None


def test_an_extension_is_paired_once_per_code() -> None:
    access = Access("secret")
    code = access.pair()
    assert len(code) == 6
    token = access.redeem(code, EXTENSION)
    assert access.grant(token) == Grant(Role.OWNER, origin=EXTENSION)
    with pytest.raises(InputError, match="no pairing is open"):
        access.redeem(code, EXTENSION)


def test_a_code_dies_with_time_and_with_guessing() -> None:
    clock = Clock()
    access = Access("secret", clock)
    code = access.pair()
    clock.now = PAIRING_SECONDS + 1
    with pytest.raises(InputError, match="no pairing is open"):
        access.redeem(code, EXTENSION)
    code = access.pair()
    wrong = "000000" if code != "000000" else "000001"
    for _ in range(PAIRING_TRIES):
        with pytest.raises(InputError, match="not the code"):
            access.redeem(wrong, EXTENSION)
    with pytest.raises(InputError, match="no pairing is open"):
        access.redeem(code, EXTENSION)


@pytest.mark.parametrize("origin", ["", "https://evil.example", "null", "chrome-extension://"])
def test_only_extensions_pair(origin: str) -> None:
    access = Access("secret")
    with pytest.raises(InputError, match="only a browser extension"):
        access.redeem(access.pair(), origin)


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("127.0.0.1:8710", True),
        ("localhost", True),
        ("LOCALHOST:1", True),
        ("[::1]:8710", True),
        ("wingman.example:443", True),
        ("evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("", False),
        ("[", False),
        ("a b", False),
    ],
)
def test_hosts(host: str, known: bool) -> None:
    neighbours = Neighbours.of("127.0.0.1", ("wingman.example",), ())
    assert neighbours.knows_host(host) is known


@pytest.mark.parametrize(
    ("origin", "known"),
    [
        ("http://127.0.0.1:8710", True),
        (EXTENSION, True),
        ("http://127.0.0.1:9999", False),
        ("https://evil.example", False),
        ("null", False),
        ("chrome-extension://other", False),
    ],
)
def test_origins(origin: str, known: bool) -> None:
    neighbours = Neighbours.of("127.0.0.1", (), (EXTENSION,))
    assert neighbours.knows_origin(origin, "127.0.0.1:8710") is known
