from __future__ import annotations

from time import thread_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.each import each
from wingman.suggest.card.figures import Sources, figures, links

SOURCE = (
    "It is 40 dollars, or 1.480 € for forty-one, 11,90 each, 2 million in all. See example.com/plans, a@b.io.",
)


@each(
    "text",
    [
        "forty dollars",
        "$40",
        "1480 euros",
        "1,480",
        "41 of them",
        "£11.90",
        "2 million",
        "2,000,000",
        "10 steps",
    ],
)
def test_a_number_is_known_however_it_is_written(text: str) -> None:
    assert Sources(SOURCE).unknown_figure(text) == ""


@pytest.mark.parametrize("text", ["49 dollars", "3 days", "5 %", "fifty users", "99.9", "half price, $7"])
def test_a_number_without_a_source_is_named(text: str) -> None:
    assert Sources(SOURCE).unknown_figure(text)


def test_addresses_are_known_or_not() -> None:
    sources = Sources(SOURCE)
    assert sources.unknown_link("look at example.com/plans, or write to a@b.io.") == ""
    assert sources.unknown_link("look at https://evil.example.net/x") == "https://evil.example.net/x"
    assert list(links("e.g. this, i.e. that")) == []


@given(st.integers(11, 10**9))
def test_what_the_source_says_may_be_said(number: int) -> None:
    assert Sources((f"it is {number:,}",)).unknown_figure(f"say {number}") == ""


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    for figure in figures(text):
        assert figure.values


def test_numbers_and_addresses_are_found_beside_what_is_no_word() -> None:
    for run in ("a-" * 30_000, "a." * 30_000, "a" * 60_000, "a@" * 30_000, "7 " * 3000, "dot " * 5000):
        sources = Sources([f"{run} it costs 940 euros, see example.com/plans"])
        assert (sources.unknown_figure("940 euros"), sources.unknown_link("example.com/plans")) == ("", "")
        began = thread_time()
        assert sources.unknown_link(f"{run[:8000]} evil.example.net/x") == "evil.example.net/x"
        assert thread_time() - began < 1  # the square of its length took four seconds
    long = f"{'a' * 200}@{'b.' * 40}io and {'c.' * 40}io/x"
    assert Sources([long]).unknown_link(long) == "", "of what is longer than any address the end is compared"
