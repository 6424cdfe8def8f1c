from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wingman.archive.encrypted_file import MAGIC, Seal, WrongKey, unseal

SALT = b"0123456789abcdef"


def sealed(*records: bytes, key: str = "secret") -> bytes:
    seal = Seal(key, SALT)
    return seal.head + b"".join(seal.record(record) for record in records)


@settings(max_examples=5)
@given(st.lists(st.binary(max_size=300), max_size=6))
def test_what_was_sealed_opens(records: list[bytes]) -> None:
    assert unseal(sealed(*records), "secret") == b"".join(records)


def test_a_file_that_was_cut_off_opens_up_to_the_cut() -> None:
    content = sealed(b"first", b"second", b"third")
    for cut in range(len(content) - 1, len(sealed(b"first", b"second")) - 1, -11):
        assert unseal(content[:cut], "secret") == b"firstsecond"
    assert unseal(content[: len(MAGIC) + 16], "secret") == b""


def test_the_words_are_not_in_the_file_and_no_two_files_are_alike() -> None:
    one, other = Seal("secret"), Seal("secret")
    assert one.record(b"confidential") != other.record(b"confidential")
    assert b"confidential" not in one.record(b"confidential")


@pytest.mark.parametrize(
    "content",
    [
        lambda: sealed(b"first", key="another"),
        lambda: sealed(b"first")[:-1] + b"x",
        lambda: b"OggS and so on",
        lambda: (
            sealed(b"first", b"again")[: len(MAGIC) + 16] + sealed(b"first", b"again")[len(sealed(b"first")) :]
        ),
    ],
    ids=["another key", "changed", "not sealed", "record taken out"],
)
def test_what_is_not_right_does_not_open(content: Callable[[], bytes]) -> None:
    with pytest.raises(WrongKey):
        unseal(content(), "secret")
