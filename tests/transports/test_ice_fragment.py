"""A fragment says how to be reached, and what is none is refused in a sentence."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wingman.core.errors import InputError
from wingman.transports.ice_fragment import IceFragment, parse

FRAGMENT = IceFragment("abcd", "p" * 22, ("1 1 udp 1 127.0.0.1 9 typ host",), complete=True)


def test_what_is_written_is_read() -> None:
    assert parse(FRAGMENT.text(("0", "1")).encode()) == FRAGMENT


def test_a_candidate_that_stands_in_every_section_is_one() -> None:
    assert parse((FRAGMENT.text(("0",)) * 2).encode()).candidates == FRAGMENT.candidates


@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe", b"a=ice-ufrag:abcd", b"a=ice-ufrag:a\r\na=ice-pwd:" + b"p" * 22]
)
def test_without_credentials_it_is_none(body: bytes) -> None:
    with pytest.raises(InputError):
        parse(body)


@given(st.binary(max_size=300))
def test_whatever_comes_is_a_fragment_or_a_sentence(body: bytes) -> None:
    with contextlib.suppress(InputError):
        assert parse(body).ufrag
