from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wingman.suggest.redact import redact


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("write to anna.b+x@blue-bird.co.uk please", "write to [e-mail] please"),
        ("it is anna at bluebird dot com", "it is [e-mail]"),
        ("card 4111 1111 1111 1111 expires soon", "card [card] expires soon"),
        ("4111-1111-1111-1112", "[number]"),
        ("call +49 (30) 1234-5678 today", "call [phone] today"),
        ("call 0171 2345678", "call [phone]"),
        ("IBAN DE89 3704 0044 0532 0130 00, thanks", "IBAN [iban], thanks"),
        ("my passport number is C01X00T47", "my passport number is [id number]"),
        ("social security number 123-45-6789", "social security number [id number]"),
        ("my number is oh one seven one double five three two", "my number is [number]"),
    ],
)
def test_personal_numbers_and_addresses_are_taken_out(text: str, clean: str) -> None:
    assert redact(text) == clean


@pytest.mark.parametrize(
    "text",
    [
        "it costs 1200 dollars for 40 trucks",
        "we moved on 2026-11-20 and again on 3.12.2026",
        "a budget of 2 500 000 or 2.500.000 or 2500000 a year",
        "version 3.11.7 at ten thirty",
        "one two three go",
        "room 1204 on floor 12",
    ],
)
def test_amounts_dates_and_counts_stay(text: str) -> None:
    assert redact(text) == text


@given(st.text(max_size=300))
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    once = redact(text)
    assert redact(once) == once


@given(st.from_regex(r"[0-9]{13,19}", fullmatch=True))
def test_no_long_number_survives(digits: str) -> None:
    assert digits not in redact(f"take {digits} now")
