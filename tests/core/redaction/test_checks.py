"""Check digits, against numbers that are published as examples."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wingman.core.redaction.checks import IBAN_LENGTHS, card, iban_length, lettered_id, luhn


@pytest.mark.parametrize(
    "digits", ["4111111111111111", "378282246310005", "6011111111111117", "30569309025904"]
)
def test_example_cards_hold(digits: str) -> None:
    assert card(digits)
    for at in range(len(digits)):
        other = str((int(digits[at]) + 1) % 10)
        assert not luhn(digits[:at] + other + digits[at + 1 :]), "one wrong digit is always found"


@pytest.mark.parametrize("digits", ["0000000000000000", "411111111111", "1" * 20])
def test_what_is_no_card(digits: str) -> None:
    assert not card(digits)


@pytest.mark.parametrize(
    "iban", ["DE89370400440532013000", "GB29NWBK60161331926819", "FR1420041010050500013M02606"]
)
def test_example_ibans_hold(iban: str) -> None:
    assert iban_length(iban) == len(iban) == IBAN_LENGTHS[iban[:2]]
    assert iban_length(iban + "XYZ") == len(iban)
    assert iban_length(iban[:-1]) == 0
    assert iban_length(iban[:-1] + ("1" if iban[-1] != "1" else "2")) == 0


@pytest.mark.parametrize("text", ["12345678Z", "X1234567L", "AB123456C", "RSSMRA85T10A562S"])
def test_ids_with_letters(text: str) -> None:
    assert lettered_id(text)


@pytest.mark.parametrize("text", ["12345678A", "X1234567A", "GB123456A", "RSSMRA85T10A562A", ""])
def test_what_is_no_id(text: str) -> None:
    assert not lettered_id(text)


@given(st.text(max_size=40))
def test_nothing_breaks_them(text: str) -> None:
    iban_length(text.upper())
    lettered_id(text.upper())
