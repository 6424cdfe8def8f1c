from __future__ import annotations

import pytest

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
