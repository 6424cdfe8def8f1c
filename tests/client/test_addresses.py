from __future__ import annotations

import pytest

from tests.support.each import each
from wingman.client.addresses import Addresses
from wingman.core.errors import InputError


def test_one_address_is_its_own_next() -> None:
    addresses = Addresses(" http://127.0.0.1:8710/ ")
    assert (addresses.here, addresses.count) == ("http://127.0.0.1:8710", 1)
    addresses.go_on()
    assert addresses.here == "http://127.0.0.1:8710"


def test_several_are_used_in_turn() -> None:
    addresses = Addresses("http://a,,http://b/ , http://c")
    found = []
    for _ in range(4):
        found.append(addresses.here)
        addresses.go_on()
    assert found == ["http://a", "http://b", "http://c", "http://a"]


@pytest.mark.parametrize("url", ["", " ", ",", " , "])
def test_none_is_refused(url: str) -> None:
    with pytest.raises(InputError, match="such as http") as refused:
        Addresses(url)
    assert refused.value.field == "url"


ODD = [
    "http://[::1",
    "http://a:port",
    "http://a:99999",
    "http://",
    "http://:8710",
    "a:8710",
    "ws://a",
    "http://a?b=1",
]


@each("before", ["", "http://b:8710,"])
@each("url", ODD)
def test_what_no_request_can_be_made_of_is_refused(url: str, before: str) -> None:
    with pytest.raises(InputError, match="address") as refused:
        Addresses(before + url)
    assert refused.value.field == "url"


@pytest.mark.parametrize(
    "url", ["http://[::1]:8710", "https://wingman.example/under/a/path", "http://m\u00fcller.example"]
)
def test_what_a_service_may_have_for_an_address_is_taken(url: str) -> None:
    assert Addresses(url).here == url
