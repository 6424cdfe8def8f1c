"""The command line as a user runs it, and a folder or a service with one stored meeting."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest_asyncio

from tests.support import forked, story
from tests.support.service import TOKEN, Service, service
from wingman.core.events import Event
from wingman.events.sqlite.log import SqliteLog

PLAIN = ("md", "json", "srt", "vtt", "csv", "html")


DATA_HOME = Path(tempfile.mkdtemp(prefix="wingman-tests-"))
"""Where a command without a data folder of its own keeps things."""


PATIENCE_S = 110.0
"""For one command, on a machine that has a tenth of a core left for it."""
INTERPRETERS = ("PYTHON", "LC_", "LANG", "TZ")
"""How the names of variables begin that Python itself reads as it starts."""


def wingman(*arguments: str, environ: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """The command, in a process forked from one that has its modules, or a new one for another interpreter."""
    clean = {k: v for k, v in os.environ.items() if not k.endswith("_API_KEY") and not k.startswith("WINGMAN_")}
    clean["XDG_DATA_HOME"] = str(DATA_HOME)  # whoever runs the tests keeps their own meetings
    clean |= environ or {}
    if not any(name.startswith(INTERPRETERS) for name in environ or ()):
        return forked.run(arguments, clean, PATIENCE_S)
    return subprocess.run(
        [sys.executable, "-m", "wingman", *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
        env=clean,
    )


def refused(done: subprocess.CompletedProcess[str], says: str) -> None:
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("wingman: ")
    assert says in lines[0]


async def told(folder: Path) -> SqliteLog:
    """A log in `folder` that holds the story."""
    log = await SqliteLog.open(folder / "wingman.db")
    for event in story.events():
        log.append(event.meeting, event.payload(Event), event.media, at=event.at)
    await log.flush()
    return log


@pytest_asyncio.fixture
async def folder(tmp_path: Path) -> Path:
    await (await told(tmp_path)).aclose()
    return tmp_path


@pytest_asyncio.fixture
async def it(tmp_path: Path) -> AsyncIterator[Service]:
    log = await told(tmp_path)
    async with service(log) as running:
        yield running
    await log.aclose()


async def offline(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environ = {"WINGMAN_DELIVER__DATA_DIR": str(folder)}
    return await asyncio.to_thread(wingman, *arguments, environ=environ)


async def online(it: Service, *arguments: str) -> subprocess.CompletedProcess[str]:
    environ = {"WINGMAN_URL": it.url, "WINGMAN_TOKEN": TOKEN}
    return await asyncio.to_thread(wingman, *arguments, environ=environ)


def fine(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stderr
    return done.stdout


def traces(folder: Path, word: bytes) -> list[str]:
    return [file.name for file in folder.iterdir() if word in file.read_bytes()]


def export(name: str, to: Path) -> tuple[str, ...]:
    return ("export", story.MEETING, "--format", name, "--output", str(to))
