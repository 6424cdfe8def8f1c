"""Stored meetings are the same from the log and from a service."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.support import story
from tests.support.cli import PLAIN, export, fine, offline, online, refused
from tests.support.service import Service
from wingman.report.files import KNOWN_FORMATS


async def test_the_service_says_the_same_as_the_log(it: Service, tmp_path: Path) -> None:
    """Read beside a running service, whose lock is held: the file and the API give the same."""
    for command in (("meetings", "--json"), ("meetings", "--search", "rollout")):
        assert fine(await offline(tmp_path, *command)) == fine(await online(it, *command))
    for name in (*PLAIN, "bundle"):
        fine(await offline(tmp_path, *export(name, tmp_path / "0")))
        fine(await online(it, *export(name, tmp_path / "1")))
        assert (tmp_path / "0").read_bytes() == (tmp_path / "1").read_bytes(), name


async def test_reading_leaves_a_running_service_alone(it: Service, tmp_path: Path) -> None:
    before = await it.log.last_seq(story.MEETING)
    fine(await offline(tmp_path, "report", story.MEETING, "--output", str(tmp_path / "r.html")))
    it.log.append(story.MEETING, story.events()[0].data, at=story.BEGAN + 200)
    await it.log.flush()
    assert await it.log.last_seq(story.MEETING) == before + 1
    assert it.log.fault == ""


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("export", "m-none"), "there is no meeting `m-none`"),
        (("export", story.MEETING, "--format", "docx"), ", ".join(KNOWN_FORMATS)),
        (("report", story.MEETING, "--output", "/proc/none/x"), "cannot write"),
        (("delete", "m-none", "--yes"), "there is no meeting"),
        (("meetings", "--url", "http://127.0.0.1:9"), "wants a token"),
        (("meetings", "--url", "http://127.0.0.1:9", "--token", "x"), "no Wingman answers"),
        (("meetings", "--url", "http://127.0.0.1:9,http://127.0.0.1:7", "--token", "x"), "no Wingman answers"),
        (("meetings", "--url", "127.0.0.1", "--token", "x"), "http://"),
        (("meetings", "--url", "http://[::1", "--token", "x"), "is no address"),
        (("meetings", "--token", "schl\u00fcssel"), "paste it again"),
        (("replay", "none.wingman"), "there is no bundle"),
    ],
)
async def test_a_mistake_is_one_sentence(folder: Path, arguments: tuple[str, ...], says: str) -> None:
    refused(await offline(folder, *arguments), says)


async def test_logs_that_cannot_be_read(tmp_path: Path) -> None:
    refused(await offline(tmp_path / "nowhere", "meetings"), "there is no event log")
    (tmp_path / "wingman.db").write_bytes(b"this is no database" * 100)
    refused(await offline(tmp_path, "meetings"), "cannot be read")
    (tmp_path / "wingman.db").unlink()
    with sqlite3.connect(tmp_path / "wingman.db") as newer:
        newer.execute("PRAGMA user_version=99")
    newer.close()
    refused(await offline(tmp_path, "meetings"), "another version")
