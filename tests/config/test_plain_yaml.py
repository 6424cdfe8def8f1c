"""A value is what it looks like, and what cannot be one is an error of YAML's."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.support.each import each
from wingman.config import plain_yaml

LOADER = plain_yaml.plain(yaml.SafeLoader)
TEXT = ["12:30", "2026-02-30", "2026-13-45T25:00:00", "0b_", "0x_", "0x1f", "010", "1_000", "1e5", "."]
TEXT.append("1" * 5000)
VALUES: dict[str, Any] = {"7": 7, "-7": -7, "+7": 7, "0": 0, "1.5": 1.5, ".5": 0.5, "5.": 5.0, "1.0e+3": 1000.0}


@each("text", TEXT)
def test_what_is_no_decimal_number_is_text(text: str) -> None:
    assert plain_yaml.read(text) == text
    assert yaml.load(text, LOADER) == text


@each("text", VALUES)
def test_decimal_numbers_are_numbers(text: str) -> None:
    assert plain_yaml.read(text) == VALUES[text]
    assert yaml.load(text, LOADER) == VALUES[text]


def test_the_words_for_true_and_false() -> None:
    assert plain_yaml.read("[true, false, yes, on, off, no]") == [True, False, "yes", "on", "off", "no"]
    assert yaml.load("[true, yes, off]", LOADER) == [True, True, False]


@pytest.mark.parametrize("text", ["a: 1\na: 2", "s: {a: 1, b: 2, a: 3}", "a: {}\nb: 1\n'a': {}"])
def test_a_key_that_stands_there_twice_is_named(text: str) -> None:
    with pytest.raises(plain_yaml.RefusedError, match="`a` stands there twice"):
        plain_yaml.read(text)


def test_what_is_merged_in_may_be_said_again() -> None:
    assert plain_yaml.read("a: &a {x: 1, y: 2}\nb: {<<: *a, x: 3}")["b"] == {"x": 3, "y": 2}


TAGS = [
    "!!int +",
    "!!bool x",
    "!!timestamp x",
    "!!float x",
    "!!binary \u00e9",
    "!!str 7",
    "!own x",
    "!!python/name:os.system x",
]


@each("inside", ["{}", "a: {}", "- {}", "? {}\n: 1"])
@each("text", [*TAGS, "!!seq [1]", "!!map {a: 1}"])
def test_a_tag_is_refused_by_name(text: str, inside: str) -> None:
    with pytest.raises(plain_yaml.RefusedError, match=r"the tag `!.*` stands there") as refused:
        plain_yaml.read(inside.replace("{}", text))
    assert refused.value.problem_mark is not None


@given(st.one_of(st.text(max_size=60), st.from_regex(r"(!![a-z]+ )?[-+.0-9:_xbeE]{1,12}")))
def test_whatever_stands_there_is_a_value_or_an_error_of_its_own(text: str) -> None:
    with contextlib.suppress(yaml.YAMLError, ValueError):
        plain_yaml.read(text)


def test_brackets_without_end_are_an_error() -> None:
    with pytest.raises(ValueError, match="too deeply"):
        plain_yaml.read("[" * 3000)
