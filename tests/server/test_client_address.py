from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.each import each
from wingman.core.errors import InputError
from wingman.server.client_address import Proxies, budgeted

OURS = Proxies.of(["127.0.0.1", "10.0.0.0/8", "fd00::/8"])


def forwarded(*values: str) -> list[tuple[bytes, bytes]]:
    return [(b"x-forwarded-for", value.encode("latin-1")) for value in values]


@each(
    ("peer", "values", "client"),
    [
        ("127.0.0.1", ("203.0.113.9",), "203.0.113.9"),
        ("127.0.0.1", (), "127.0.0.1"),
        ("127.0.0.1", ("",), "127.0.0.1"),
        ("203.0.113.5", ("1.2.3.4",), "203.0.113.5"),
        ("127.0.0.1", ("1.2.3.4, 203.0.113.9",), "203.0.113.9"),
        ("127.0.0.1", ("1.2.3.4", "203.0.113.9, 10.0.0.7"), "203.0.113.9"),
        ("10.9.9.9", ("203.0.113.9:4711",), "203.0.113.9"),
        ("fd00::1", ("[2001:db8::5]:80",), "2001:db8::5"),
        ("fd00::1", ("2001:db8::5",), "2001:db8::5"),
        ("::ffff:10.0.0.1", ("::ffff:203.0.113.9",), "203.0.113.9"),
        ("127.0.0.1", ("1.2.3.4, nonsense",), "127.0.0.1"),
        ("127.0.0.1", ("10.0.0.1, 10.0.0.2",), "127.0.0.1"),
        ("127.0.0.1", ("1.2.3.4, é\x00",), "127.0.0.1"),
        ("", ("1.2.3.4",), ""),
    ],
)
def test_a_client_behind_a_proxy_has_the_address_it_forwards(
    peer: str, values: tuple[str, ...], client: str
) -> None:
    assert OURS.client(peer, forwarded(*values)) == client


def test_nobody_is_trusted_who_was_not_named() -> None:
    assert Proxies().client("127.0.0.1", forwarded("1.2.3.4")) == "127.0.0.1"


@given(st.text(max_size=60))
def test_whatever_a_client_writes_before_it_the_last_word_is_the_proxys(lie: str) -> None:
    said = forwarded(lie.encode("latin-1", "replace").decode("latin-1"), "203.0.113.9")
    assert OURS.client("127.0.0.1", said) == "203.0.113.9"


@pytest.mark.parametrize("name", ["proxy.example", "10.0.0.0/33", ""])
def test_what_is_no_address_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="no address") as refused:
        Proxies.of([name])
    assert refused.value.field == "server.trusted_proxies"


def test_a_customers_whole_network_of_ipv6_has_one_budget() -> None:
    assert budgeted("2001:db8:1:2::5") == budgeted("2001:db8:1:2:ffff::9") != budgeted("2001:db8:1:3::5")
    assert budgeted("::ffff:10.0.0.1") == "10.0.0.1"
    assert budgeted("10.0.0.1") == "10.0.0.1"
    assert budgeted("somewhere") == "somewhere"
