"""Sections refuse what they do not know, and a secret never prints."""

from __future__ import annotations

import msgspec
import pytest

from wingman.config.section import Secret, Section


class Example(Section, frozen=True):
    """A section."""

    size: int = 1


def test_a_section_refuses_unknown_keys_and_changes() -> None:
    with pytest.raises(msgspec.ValidationError, match="siz"):
        msgspec.convert({"siz": 2}, Example)
    with pytest.raises(AttributeError):
        Example().size = 2  # type: ignore[misc]  # that is the point


def test_a_secret_never_prints() -> None:
    secret = Secret("k-123")
    assert secret.reveal() == "k-123"
    for text in (repr(secret), str(secret), f"{secret}", f"{secret!r}", repr([secret])):
        assert "123" not in text


def test_a_secret_compares_by_value() -> None:
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret("a")}) == 1
    assert not Secret()
    assert Secret("a")
