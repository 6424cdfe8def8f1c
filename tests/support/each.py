"""One test for all cases of a pure function: pytest takes a millisecond or two for each test of its own.

`@each("text, said", CASES)` stands where `pytest.mark.parametrize` would, for tests without fixtures: what
fails says with which case. A test whose cases share a folder, a server or a clock is parametrised.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pytest
from _pytest.mark.structures import ParameterSet

_SHOWN = 500
"""Characters of a case in what is told of a failure."""


Test = Callable[..., Any]


def each(names: str | Sequence[str], cases: Iterable[Any]) -> Callable[[Test], Test]:
    """Call the test with every case; several stand on one another. Raises `ValueError` where there is none."""
    split = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
    given = [_named(split, case, alone=isinstance(names, str)) for case in cases]
    if not given:
        raise ValueError(f"no case of {', '.join(split)}: such a test could not fail")

    def decorate(test: Test) -> Test:
        every = _awaited(test, given) if inspect.iscoroutinefunction(test) else _called(test, given)
        signature = inspect.signature(test)
        left = [each for name, each in signature.parameters.items() if name not in split]
        every.__signature__ = signature.replace(parameters=left)  # type: ignore[attr-defined]  # as pytest reads it
        return every

    return decorate


def _named(names: Sequence[str], case: Any, *, alone: bool) -> Mapping[str, Any]:
    if isinstance(case, ParameterSet):
        values = case.values
    else:
        values = (case,) if alone and len(names) == 1 else tuple(case)
    return dict(zip(names, values, strict=True))


def _called(test: Test, given: Sequence[Mapping[str, Any]]) -> Test:
    @functools.wraps(test)
    def every(**others: Any) -> None:
        for case in given:
            try:
                test(**others, **case)
            except BaseException as failed:
                _tell(failed, case)
                raise

    return every


def _awaited(test: Test, given: Sequence[Mapping[str, Any]]) -> Test:
    @functools.wraps(test)
    async def every(**others: Any) -> None:
        for case in given:
            try:
                await test(**others, **case)
            except BaseException as failed:
                _tell(failed, case)
                raise

    return every


def _tell(failed: BaseException, case: Mapping[str, Any]) -> None:
    shown = ", ".join(f"{name}={value!r}" for name, value in case.items())
    failed.add_note(f"with {shown[:_SHOWN]}")
    if isinstance(failed, pytest.skip.Exception):
        raise AssertionError("one case may not skip all others") from failed
