"""Which addresses are on this machine, without asking anybody."""

from __future__ import annotations

from tests.support.each import each
from wingman.core.addresses import is_remote


@each(
    ("url", "remote"),
    [
        ("http://localhost:11434/v1", False),
        ("ws://127.0.0.1:1", False),
        ("ws://127.255.0.3", False),
        ("http://[::1]:8080/", False),
        ("http://LOCALHOST/", False),
        ("https://api.example.com", True),
        ("http://localhost.example.com", True),
        ("http://127.0.0.1.example.com", True),
        ("http://10.0.0.7", True),
        ("http://[2001:db8::1]/", True),
        ("not a url", True),
        ("", True),
    ],
)
def test_only_loopback_is_here(url: str, remote: bool) -> None:
    assert is_remote(url) is remote
