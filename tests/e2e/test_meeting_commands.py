"""Meetings listed, taken away, run again and deleted from the command line: from a log, and over a service."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.e2e.test_command_line import refused, wingman
from tests.support import story
from tests.support.service import TOKEN, Service, service
from wingman.archive.bundle import unpack
from wingman.core.events import Event
from wingman.events.sqlite.log import SqliteLog
from wingman.report.files import KNOWN_FORMATS

PLAIN = ("md", "json", "srt", "vtt", "csv", "html")


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


async def test_a_log_is_listed_and_searched(folder: Path) -> None:
    (line,) = fine(await offline(folder, "meetings")).splitlines()
    assert line.startswith(story.MEETING)
    listed = json.loads(fine(await offline(folder, "meetings", "--json")))
    assert (listed["id"], listed["state"]) == (story.MEETING, "ended")
    found = fine(await offline(folder, "meetings", "--search", "price list"))
    assert "[price] [list]" in found
    assert "nothing found" in fine(await offline(folder, "meetings", "--search", "zeppelin"))


async def test_the_service_says_the_same_as_the_log(it: Service, tmp_path: Path) -> None:
    """Read beside a running service, whose lock is held: the file and the API give the same."""
    for command in (("meetings", "--json"), ("meetings", "--search", "rollout")):
        assert fine(await offline(tmp_path, *command)) == fine(await online(it, *command))
    for name in (*PLAIN, "bundle"):
        fine(await offline(tmp_path, *_export(name, tmp_path / "0")))
        fine(await online(it, *_export(name, tmp_path / "1")))
        assert (tmp_path / "0").read_bytes() == (tmp_path / "1").read_bytes(), name


def _export(name: str, to: Path) -> tuple[str, ...]:
    return ("export", story.MEETING, "--format", name, "--output", str(to))


async def test_reading_leaves_a_running_service_alone(it: Service, tmp_path: Path) -> None:
    before = await it.log.last_seq(story.MEETING)
    fine(await offline(tmp_path, "report", story.MEETING, "--output", str(tmp_path / "r.html")))
    it.log.append(story.MEETING, story.events()[0].data, at=story.BEGAN + 200)
    await it.log.flush()
    assert await it.log.last_seq(story.MEETING) == before + 1
    assert it.log.fault == ""


async def test_a_report_is_one_whole_page(folder: Path) -> None:
    page = fine(await offline(folder, "report", story.MEETING))
    assert page.lower().startswith("<!doctype html>")
    assert "price list" in page
    assert "src=" not in page.replace('src="data:', "")


async def test_a_bundle_is_run_again(folder: Path) -> None:
    path = folder / "call.wingman"
    fine(await offline(folder, *_export("bundle", path)))
    assert unpack(path).meeting == story.MEETING
    shown = fine(await offline(folder, "replay", str(path)))
    assert "enterprise plan" in shown
    assert "utterances" in shown.splitlines()[-1]
    first = fine(await offline(folder, "replay", str(path), "--json"))
    assert first == fine(await offline(folder, "replay", str(path), "--json"))
    assert json.loads(first.splitlines()[0])["type"] == "meeting.started"


async def test_a_replay_shows_what_a_change_does(folder: Path) -> None:
    path = folder / "call.wingman"
    fine(await offline(folder, *_export("bundle", path)))
    muted = fine(await offline(folder, "replay", str(path), "--with", "suggest.mode=manual"))
    assert "  + (silent)" in muted
    assert "moments differ" in muted
    same = fine(await offline(folder, "replay", str(path), "--with", "suggest.mode=auto"))
    assert same == "no difference\n"
    as_json = fine(await offline(folder, "replay", str(path), "--with", "suggest.mode=manual", "--json"))
    assert all(json.loads(line)["after"] == [] for line in as_json.splitlines())


async def test_a_meeting_is_deleted_from_the_log_and_its_files(folder: Path) -> None:
    refused(await offline(folder, "delete", story.MEETING), "--yes")
    fine(await offline(folder, "delete", story.MEETING, "--yes"))
    assert "no meetings" in fine(await offline(folder, "meetings"))
    assert traces(folder, b"rollout") == []


async def test_a_meeting_is_deleted_through_the_service(it: Service, tmp_path: Path) -> None:
    refused(await offline(tmp_path, "delete", story.MEETING, "--yes"), "another Wingman uses the event log")
    fine(await online(it, "delete", story.MEETING, "--yes"))
    refused(await online(it, "delete", story.MEETING, "--yes"), "there is no meeting")
    assert "no meetings" in fine(await online(it, "meetings"))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("export", "m-none"), "there is no meeting `m-none`"),
        (("export", story.MEETING, "--format", "docx"), ", ".join(KNOWN_FORMATS)),
        (("report", story.MEETING, "--output", "/proc/none/x"), "cannot write"),
        (("delete", "m-none", "--yes"), "there is no meeting"),
        (("meetings", "--limit", "0"), "--limit"),
        (("meetings", "--url", "http://127.0.0.1:9"), "wants a token"),
        (("meetings", "--url", "http://127.0.0.1:9", "--token", "x"), "no Wingman answers"),
        (("meetings", "--url", "127.0.0.1", "--token", "x"), "http://"),
        (("replay", "none.wingman"), "there is no bundle"),
    ],
)
async def test_a_mistake_is_one_sentence(folder: Path, arguments: tuple[str, ...], says: str) -> None:
    refused(await offline(folder, *arguments), says)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("colour=red", "cannot change"),
        ("playbook", "gives no value"),
        ("playbook=nothing-of-that-name", "nothing-of-that-name"),
        ("suggest.loudness=3", "suggest.loudness"),
        ("model=hal", "must be one of"),
        ("correlate.grace_s=3", "report.record_events"),
    ],
)
async def test_a_change_that_cannot_be_made(folder: Path, change: str, says: str) -> None:
    path = folder / "call.wingman"
    fine(await offline(folder, *_export("bundle", path)))
    refused(await offline(folder, "replay", str(path), "--with", change), says)


async def test_logs_that_cannot_be_read(tmp_path: Path) -> None:
    refused(await offline(tmp_path / "nowhere", "meetings"), "there is no event log")
    (tmp_path / "wingman.db").write_bytes(b"this is no database" * 100)
    refused(await offline(tmp_path, "meetings"), "cannot be read")
    (tmp_path / "wingman.db").unlink()
    with sqlite3.connect(tmp_path / "wingman.db") as newer:
        newer.execute("PRAGMA user_version=99")
    newer.close()
    refused(await offline(tmp_path, "meetings"), "another version")
