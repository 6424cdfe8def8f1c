"""Meetings run again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support import story
from tests.support.cli import export, fine, offline, refused
from wingman.archive.bundle import unpack


async def test_a_bundle_is_run_again(folder: Path) -> None:
    path = folder / "call.wingman"
    fine(await offline(folder, *export("bundle", path)))
    assert unpack(path).meeting == story.MEETING
    shown = fine(await offline(folder, "replay", str(path)))
    assert "enterprise plan" in shown
    assert "utterances" in shown.splitlines()[-1]
    first = fine(await offline(folder, "replay", str(path), "--json"))
    assert first == fine(await offline(folder, "replay", str(path), "--json"))
    assert json.loads(first.splitlines()[0])["type"] == "meeting.started"


async def test_a_replay_shows_what_a_change_does(folder: Path) -> None:
    path = folder / "call.wingman"
    fine(await offline(folder, *export("bundle", path)))
    muted = fine(await offline(folder, "replay", str(path), "--with", "suggest.mode=manual"))
    assert "  + (silent)" in muted
    assert "moments differ" in muted
    same = fine(await offline(folder, "replay", str(path), "--with", "suggest.mode=auto"))
    assert same == "no difference\n"
    as_json = fine(await offline(folder, "replay", str(path), "--with", "suggest.mode=manual", "--json"))
    assert all(json.loads(line)["after"] == [] for line in as_json.splitlines())


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
    fine(await offline(folder, *export("bundle", path)))
    refused(await offline(folder, "replay", str(path), "--with", change), says)
