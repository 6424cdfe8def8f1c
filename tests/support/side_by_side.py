"""Tests side by side, in processes forked from one that has collected them: `--processes N --patient N`.

Collecting all tests takes some ten seconds of a core. pytest-xdist does it once in each of its processes; here
it is done once. A process takes the next file when it is done with one, so that a file's tests stay together.

Tests that keep time with the clock leave a core idle for most of it, and fail when they do not get it at once.
All others are what patient processes begin with, which take what the first ones leave of the cores.
"""

from __future__ import annotations

import atexit
import itertools
import json
import os
import re
import selectors
import struct
import sys
import threading
import time
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import pytest
from _pytest.config import create_terminal_writer
from _pytest.reports import TestReport

from tests.support import order

NUMBER = struct.Struct("!H")
LENGTH = struct.Struct("!I")
ENDS: list[float] = []
"""When each process had no test left, in seconds from the first fork on."""
REASON = re.compile(r"E |[ |]+[\w.]*(Error|Exception|Failure|Warning)\b")
"""A line that says why a test failed: pytest's own, or one of what an exception group is shown with."""
NICENESS, PATIENCE = 5, 5
"""Of processes that run tests, and more of patient ones: of two that want a core, the one that is nicer by five
gets a quarter of it. Demos and commands run in real time, in front of both."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--processes", type=int, default=0, help="run tests in so many processes")
    parser.addoption("--patient", type=int, default=0, help="and in so many more that let the others go first")


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    count = session.config.getoption("processes")
    if not count or session.config.option.collectonly or session.testsfailed:
        return None
    work = _Work.of(session.items)
    sys.stdout.flush()
    sys.stderr.flush()
    patient = [False] * count + [True] * session.config.getoption("patient")
    children = [_fork(session, work, later) for later in patient[: len(work.groups)]]
    _Parent(session, work, children).listen()
    return True


class _Queue:
    """Numbers of groups, each taken by one process: a pipe that was filled before anybody reads it."""

    def __init__(self, numbers: Iterable[int]) -> None:
        self._out, into = os.pipe()
        packed = b"".join(NUMBER.pack(number) for number in numbers)
        assert len(packed) <= 65536, "a pipe of Linux keeps no more"
        os.write(into, packed)
        os.close(into)

    def __iter__(self) -> Iterator[int]:
        while taken := os.read(self._out, NUMBER.size):
            yield NUMBER.unpack(taken)[0]


@dataclass(frozen=True)
class _Work:
    """All tests in groups that stay together, and which of them nobody has begun."""

    groups: list[list[pytest.Item]]
    paced: _Queue
    other: _Queue

    @staticmethod
    def of(items: Iterable[pytest.Item]) -> _Work:
        """In the order in which their first tests come; the files of a group one after another."""
        groups: dict[str, dict[Path, list[pytest.Item]]] = {}
        for item in items:
            groups.setdefault(order.group(item.path), {}).setdefault(item.path, []).append(item)
        paced = [order.is_paced(next(iter(files))) for files in groups.values()]
        return _Work(
            [[item for tests in files.values() for item in tests] for files in groups.values()],
            _Queue(number for number, keeps_time in enumerate(paced) if keeps_time),
            _Queue(number for number, keeps_time in enumerate(paced) if not keeps_time),
        )

    def take(self, patient: bool) -> Iterator[pytest.Item]:
        """The tests of one group after another; whoever is patient begins with those that need not be."""
        first, second = (self.other, self.paced) if patient else (self.paced, self.other)
        for number in itertools.chain(first, second):
            yield from self.groups[number]

    def empty(self) -> None:
        """Nobody begins another group."""
        for _ in itertools.chain(self.paced, self.other):
            pass


@dataclass
class _Child:
    """A process that runs tests, as its parent knows it."""

    pid: int
    pipe: int
    buffer: bytearray = field(default_factory=bytearray)
    begun: tuple[str, Any] | None = None
    """The test it is at, and where that stands."""

    def messages(self) -> Iterator[dict[str, Any]] | None:
        """What it has told by now; None when it has ended."""
        if not (piece := os.read(self.pipe, 1 << 16)):
            return None
        self.buffer += piece
        return self._complete()

    def _complete(self) -> Iterator[dict[str, Any]]:
        while len(self.buffer) >= LENGTH.size:
            end = LENGTH.size + LENGTH.unpack_from(self.buffer)[0]
            if len(self.buffer) < end:
                return
            message = json.loads(self.buffer[LENGTH.size : end])
            del self.buffer[:end]
            yield message


class _Parent:
    """Hands on to this process's plugins what the others tell."""

    def __init__(self, session: pytest.Session, work: _Work, children: list[_Child]) -> None:
        self._session = session
        self._hook = session.config.hook
        self._work = work
        self._children = children
        self._told: set[str] = set()
        self._began = time.monotonic()

    def listen(self) -> None:
        """Until all have ended. Raises `Session.Failed` where pytest itself would end early."""
        with selectors.DefaultSelector() as waiting:
            for child in self._children:
                waiting.register(child.pipe, selectors.EVENT_READ, child)
            while waiting.get_map():
                for key, _ in waiting.select():
                    child = key.data
                    if (messages := child.messages()) is None:
                        waiting.unregister(child.pipe)
                        self._ended(child)
                        continue
                    for message in messages:
                        self._take(child, message)
                if self._session.shouldfail or self._session.shouldstop:
                    self._work.empty()
        if self._session.shouldfail:
            raise self._session.Failed(self._session.shouldfail)
        for item in self._session.items:
            if item.nodeid not in self._told and not self._session.shouldstop:
                self._fail(item.nodeid, item.location, "it did not run: the process that had its file ended")

    def _take(self, child: _Child, message: Mapping[str, Any]) -> None:
        if (at := message.get("begins")) is not None:
            child.begun = (at["nodeid"], tuple(at["location"]))
        elif "ends" in message:
            child.begun = None
        elif (warning := message.get("warns")) is not None:
            told = warnings.WarningMessage(UserWarning(warning["text"]), UserWarning, "", 0)
            self._hook.pytest_warning_recorded.call_historic(
                kwargs={
                    "warning_message": told,
                    "when": "runtest",
                    "nodeid": warning["nodeid"],
                    "location": None,
                }
            )
        else:
            report = self._hook.pytest_report_from_serializable(
                config=self._session.config, data=message["report"]
            )
            self._told.add(report.nodeid)
            self._hook.pytest_runtest_logreport(report=report)

    def _ended(self, child: _Child) -> None:
        os.close(child.pipe)
        ENDS.append(time.monotonic() - self._began)
        status = os.waitstatus_to_exitcode(os.waitpid(child.pid, 0)[1])
        if status == 0 and child.begun is None:
            return
        nodeid, location = child.begun or ("", ("", None, "between two tests"))
        self._fail(nodeid, location, f"the process of the tests ended with status {status}")

    def _fail(self, nodeid: str, location: Any, said: str) -> None:
        self._told.add(nodeid)
        self._hook.pytest_runtest_logreport(report=TestReport(nodeid, location, {}, "failed", said, "call"))


def _fork(session: pytest.Session, work: _Work, patient: bool) -> _Child:
    out, into = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(out)
        os.nice(NICENESS + PATIENCE * patient)
        _run(session, work.take(patient), into)
    os.close(into)
    return _Child(pid, out)


def _run(session: pytest.Session, items: Iterator[pytest.Item], into: int) -> NoReturn:
    """In the child: run what is taken, tell of it, and end as a process of Python does."""
    config = session.config
    status = 1
    try:
        _own(config, into)
        _run_all(session, items)
        config.hook.pytest_sessionfinish(session=session, exitstatus=0)
        config._ensure_unconfigure()
        threading._shutdown()  # type: ignore[attr-defined]  # what an interpreter does at its end
        atexit._run_exitfuncs()
        status = 0
    except BaseException:  # noqa: BLE001 - shown as an interpreter shows it
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How long the last process was waited for, and why a test was tried once more: one that passes then
    leaves no traceback."""
    if ENDS:
        ends = ", ".join(f"{seconds:.0f}" for seconds in ENDS)
        terminalreporter.write_line(f"no test was left to the processes after {ends} s")
    for report in terminalreporter.stats.get("rerun", []):
        told = report.longreprtext.splitlines()
        reason = " ".join([line for line in told if REASON.match(line)][:3] or told[-3:])
        terminalreporter.write_line(f"tried once more: {report.nodeid} [{report.when}] {reason[:300]}")


def _own(config: pytest.Config, into: int) -> None:
    """What a process must not share: where captured output goes, the terminal, the cache on the disk."""
    plugins = config.pluginmanager
    capture = plugins.getplugin("capturemanager")
    capture.stop_global_capturing()
    capture.start_global_capturing()
    capture.suspend_global_capture()
    for name in ("terminalreporter", "lfplugin", "nfplugin", "stepwiseplugin"):
        if plugins.hasplugin(name):
            plugins.unregister(name=name)
    plugins.register(_Writer(config), "terminalreporter")
    plugins.register(_Teller(config, into), "teller")


def _run_all(session: pytest.Session, items: Iterator[pytest.Item]) -> None:
    """Each with the one that comes after it, for fixtures of a module end with its last test."""
    item = next(items, None)
    while item is not None and not session.shouldfail and not session.shouldstop:
        following = next(items, None)
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        item = following


class _Writer:
    """In the reporter's place: pytest-timeout writes there what threads were at when time was up."""

    def __init__(self, config: pytest.Config) -> None:
        self.stats: dict[str, list[TestReport]] = {}  # pytest-rerunfailures takes back what counted before
        self._tw = create_terminal_writer(config, sys.stderr)


class _Teller:
    """Tells the parent what happens."""

    def __init__(self, config: pytest.Config, into: int) -> None:
        self._config = config
        self._into = into

    def pytest_runtest_logstart(self, nodeid: str, location: Any) -> None:
        self._tell("begins", {"nodeid": nodeid, "location": location})

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        self._tell("ends", nodeid)

    def pytest_runtest_logreport(self, report: TestReport) -> None:
        """Of what was set up and torn down well there is nothing to tell, but to who asks how long it took."""
        if report.passed and report.when != "call" and self._config.option.durations is None:
            return
        hook = self._config.hook
        self._tell("report", hook.pytest_report_to_serializable(config=self._config, report=report))

    def pytest_warning_recorded(self, warning_message: warnings.WarningMessage, nodeid: str) -> None:
        self._tell("warns", {"text": str(warning_message.message), "nodeid": nodeid})

    def _tell(self, kind: str, what: Any) -> None:
        data = json.dumps({kind: what}).encode()
        left = memoryview(LENGTH.pack(len(data)) + data)
        while left:
            left = left[os.write(self._into, left) :]
