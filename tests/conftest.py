"""Shared fixtures: every test must leave tasks, threads, processes and sockets as it found them."""

from __future__ import annotations

import asyncio
import gc
import os
import stat
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, settings

from tests.support import demos, forked, order, process_state, warm
from tests.support.limits import (  # noqa: F401 - hooks
    pytest_runtest_setup,
    pytest_runtest_teardown,
    pytest_timeout_set_timer,
)
from tests.support.nats import SHARED, Servers, servers

# A loaded machine must not fail a property; in CI the same examples are tried every time. Elsewhere every run
# tries others, and `--hypothesis-profile thorough` twenty times as many.
settings.register_profile(
    "wingman",
    deadline=None,
    max_examples=50,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("thorough", settings.get_profile("wingman"), max_examples=1000, derandomize=False)
settings.load_profile("wingman")

# Models of whoever runs the tests must not change what `auto` chooses here.
os.environ["XDG_CACHE_HOME"] = os.path.join(tempfile.gettempdir(), "wingman-no-models")

LINUX = os.path.isdir("/proc/self/fd")

IGNORED_THREADS = (
    "asyncio_",  # the loop's default executor is shut down with the loop, after this check
    "pytest_timeout",
)

LOOKS = 200
"""Looks at what a test may not leave behind, 10 ms apart, until it is gone; the clock of a machine that stands
still goes on without the thread that is about to end."""

KEPT_PROCESSES = (
    b"resource_tracker",  # multiprocessing keeps one per process for good
    SHARED.encode(),  # NATS servers that all tests share
    forked.MARK.encode(),  # what commands are forked from
    b"moto.server",  # an object store
    b"wingman-demos-",  # demos that all tests share
)


def pytest_configure(config: pytest.Config) -> None:
    gc.disable()  # nearly all that is imported and collected stays: a third of the time went into looking at it
    everything = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    if config.getoption("processes", 0) and everything and not config.option.collectonly:
        demos.begin()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    shuffled = not config.getoption("random_order_bucket").startswith("default:")
    if config.getoption("processes", 0) and not shuffled:
        items.sort(key=lambda item: order.rank(item.path))


def pytest_collection_finish(session: pytest.Session) -> None:
    if session.config.getoption("processes", 0):
        forked.prepare()
        warm.warm()
    gc.freeze()  # and no later pass needs to look at it again
    gc.set_threshold(20_000)  # what a test leaves is little: looking thirty times less often costs 4 % less
    gc.enable()


def _sockets() -> set[int]:
    """The open sockets of this process by their inodes (empty where /proc is missing)."""
    found = set()
    for entry in os.listdir("/proc/self/fd") if LINUX else ():
        try:
            about = os.fstat(int(entry))
        except OSError:
            continue  # closed while we looked
        if stat.S_ISSOCK(about.st_mode):
            found.add(about.st_ino)
    return found


def _threads() -> set[threading.Thread]:
    return {t for t in threading.enumerate() if t.is_alive() and not t.name.startswith(IGNORED_THREADS)}


def _children() -> set[int]:
    """Living child processes of this one (zombies count: somebody forgot to wait)."""
    mine: set[int] = set()
    for task in os.listdir("/proc/self/task") if LINUX else ():
        try:
            with open(f"/proc/self/task/{task}/children", "rb") as children:
                mine.update(int(pid) for pid in children.read().split())
        except OSError:
            continue
    return mine


def _left(threads: set[threading.Thread], children: set[int]) -> tuple[set[threading.Thread], set[int]]:
    """Threads and processes that were not there before, but those meant to stay."""
    pids = {pid for pid in _children() - children if not any(kept in _cmdline(pid) for kept in KEPT_PROCESSES)}
    return _threads() - threads, pids


@pytest.fixture(autouse=True)
def no_leaked_threads_or_processes() -> Iterator[None]:
    threads, children = _threads(), _children()
    yield
    left, pids = _left(threads, children)
    for _ in range(LOOKS):
        if not (left or pids):
            break
        time.sleep(0.01)
        left, pids = _left(threads, children)
    assert not left, f"threads left behind: {sorted(thread.name for thread in left)}"
    assert not pids, f"processes left behind: {[_cmdline(pid) for pid in pids]}"


def _cmdline(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


@pytest.fixture(autouse=True)
def process_as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a command sets up for its process is not the next test's. No loggers are kept from their first use
    on: no later configuration reaches those."""
    configure = structlog.configure
    with process_state.as_before():
        monkeypatch.setattr(
            structlog, "configure", lambda **to: configure(**{**to, "cache_logger_on_first_use": False})
        )
        yield


@pytest.fixture(autouse=True)
def no_leaks_in_the_loop(request: pytest.FixtureRequest) -> Iterator[None]:
    """Looks at the loop of a test that has one. From outside it: two more rounds of the loop for each of some
    thousand tests would cost as much as what many of them try."""
    if not asyncio.iscoroutinefunction(getattr(request.node, "obj", None)):
        yield
        return
    runner: asyncio.Runner = request.getfixturevalue("_function_scoped_runner")  # pytest-asyncio's
    tasks, sockets = asyncio.all_tasks(runner.get_loop()), _sockets()
    yield
    if asyncio.all_tasks(runner.get_loop()) - tasks or _sockets() - sockets:
        runner.run(_settled(tasks, sockets))


async def _settled(before: set[asyncio.Task[Any]], sockets: set[int]) -> None:
    for _ in range(LOOKS):
        tasks = {t for t in asyncio.all_tasks() - before if not t.done() and t is not asyncio.current_task()}
        if not tasks and not _sockets() - sockets:
            return
        await asyncio.sleep(0.01)
        gc.collect()
    assert not tasks, f"tasks left behind: {[t.get_coro() for t in tasks]}"
    assert not _sockets() - sockets, f"sockets left behind: {_sockets() - sockets}"


@pytest.fixture(scope="session")
def one_server() -> Iterator[Servers]:
    """A NATS server, started when the first test wants it."""
    with servers(1) as running:
        yield running


@pytest.fixture(scope="session")
def three_servers() -> Iterator[Servers]:
    """Three of them, which keep everything three times."""
    with servers(3) as running:
        yield running
