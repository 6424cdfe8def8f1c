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


def test_bars_stand_in_their_column_where_their_time_is() -> None:
    found = sorted(traces(story.events()), key=lambda trace: trace.start)
    lines = drawn(found)
    heads = [line for line in lines if not line.startswith(" ")]
    assert heads[0].startswith("00:00  mic-16000  ")
    assert len(heads) == len(found)
    column = {re.search("━", line).start() for line in lines if line.startswith("  speech")}  # type: ignore[union-attr]  # each has one
    assert len(column) == 1
    begin = column.pop()
    for line in lines:
        bar = re.search("━+", line)
        assert line in heads or (bar is not None and begin <= bar.start() < bar.end() <= begin + WIDTH)
    after = [re.search("━", line) for line in lines if line.startswith(("  transcribe", "  model.answer"))]
    assert all(found is not None and found.start() > begin for found in after)
    assert drawn([]) == ["nothing was said"]


def test_a_head_says_when_in_the_meeting_and_how_it_began_to_be_said() -> None:
    last = max(traces(story.events()), key=lambda trace: trace.start)
    words = {last.utterance: "so \x1b[2J " + "what would it cost " * 9}
    head, *_ = drawn([last], words, last.start - 61)
    assert head.startswith(f"01:01  {last.utterance}  ")
    assert head.endswith(" …”")
    assert "“so" in head
    assert "\x1b" not in head
    assert len(head) < 120


def test_what_others_wrote_moves_no_cursor() -> None:
    (trace,) = list(traces(story.events()))[:1]
    trace.add("tone", trace.start, trace.end, "calm\x1b[2J\nover")
    assert not any("\x1b" in line or "\n" in line for line in drawn([trace]))
