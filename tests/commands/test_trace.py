"""Waterfalls on the command line, from the log and from a service."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.support import story
from tests.support.cli import fine, offline, online, refused
from tests.support.service import Service
from wingman.commands.trace import WIDTH, drawn
from wingman.events.waterfall import traces


async def test_the_log_and_a_service_show_the_same(it: Service, tmp_path: Path) -> None:
    told = fine(await offline(tmp_path, "trace", story.MEETING))
    assert told == fine(await online(it, "trace", story.MEETING))
    assert "transcribe" in told
    assert "completed" in told


async def test_one_utterance_as_json(folder: Path) -> None:
    wanted = next(traces(story.events())).utterance
    (line,) = fine(await offline(folder, "trace", story.MEETING, wanted, "--json")).splitlines()
    assert json.loads(line)["utterance"] == wanted
    refused(await offline(folder, "trace", story.MEETING, "tab-9"), "no utterance `tab-9`")
    refused(await offline(folder, "trace", "m-none"), "no meeting")


def test_bars_stay_in_their_column() -> None:
    for line in drawn(traces(story.events())):
        assert len(re.sub(r"[^━]", "", line)) <= WIDTH
    assert drawn([]) == ["nothing was said"]
