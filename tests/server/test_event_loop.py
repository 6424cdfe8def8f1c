"""The service's event loop."""

from __future__ import annotations

import asyncio
import sys

import pytest

from wingman.server.event_loop import run


async def _kind() -> str:
    return type(asyncio.get_running_loop()).__module__.split(".")[0]


def test_uvloop_runs_where_it_exists() -> None:
    assert run(_kind()) == "uvloop"


def test_asyncio_runs_where_it_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvloop", None)
    assert run(_kind()) == "asyncio"
