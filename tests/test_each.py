"""One test for all its cases says with which it fails, and cannot pass without any."""

from __future__ import annotations

import inspect

import pytest

from tests.support.each import each


def test_what_fails_says_with_which_case() -> None:
    tried = []

    @each("number", [1, 2, 3])
    @each(("word", "length"), [("a", 1), pytest.param("bb", 2, id="two")])
    def test(number: int, word: str, length: int, folder: str) -> None:
        tried.append((number, word, length, folder))
        assert (number, word) != (2, "bb")

    assert list(inspect.signature(test).parameters) == ["folder"]
    with pytest.raises(AssertionError) as failed:
        test(folder="here")
    assert failed.value.__notes__ == ["with word='bb', length=2", "with number=2"]
    assert tried == [(n, *pair, "here") for n in (1, 2) for pair in (("a", 1), ("bb", 2))]


async def test_so_does_one_that_waits() -> None:
    @each("number", [1, 2])
    async def test(number: int) -> None:
        assert number < 2

    with pytest.raises(AssertionError) as failed:
        await test()
    assert "with number=2" in failed.value.__notes__


def test_no_case_and_a_case_that_skips_are_failures() -> None:
    with pytest.raises(ValueError, match="no case of number"):
        each("number", [])

    @each("number", [1, 2])
    def test(number: int) -> None:
        pytest.skip("not here")

    with pytest.raises(AssertionError, match="may not skip"):
        test()
