"""A limit of time for every try of a test. Hooks for a `conftest.py`.

pytest-timeout takes a test's limit away with its first failure, so that whoever debugs it is left alone; what
is torn down after a failure, and a rerun, would have none and could hang for good.
"""

from __future__ import annotations

import pytest
import pytest_timeout  # type: ignore[import-untyped]  # it ships no types

_LIMIT = pytest.StashKey[pytest_timeout.Settings]()


@pytest.hookimpl(tryfirst=True, optionalhook=True)
def pytest_timeout_set_timer(item: pytest.Item, settings: pytest_timeout.Settings) -> None:
    """Remember it; the timer itself is set by the plugin."""
    item.stash[_LIMIT] = settings


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    _begin_anew(item)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    _begin_anew(item)


def _begin_anew(item: pytest.Item) -> None:
    if (limit := item.stash.get(_LIMIT, None)) is not None:
        item.config.hook.pytest_timeout_set_timer(item=item, settings=limit)
