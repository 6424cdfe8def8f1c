from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import golden, story
from tests.support.each import each
from tests.support.speakers import CALLED
from wingman.core import codec, encoders
from wingman.core.errors import InputError
from wingman.core.events import SpeakerRenamed
from wingman.core.speakers import speaker_name
from wingman.core.time import Channel
from wingman.core.utterance import EMOTION_OFF
from wingman.report.exports import FORMATS, export
from wingman.report.record import Record, Said, record

GOLDEN = Path(__file__).parent / "golden"
RECORD = record(story.MEETING, story.events())


@pytest.mark.parametrize("name", FORMATS)
def test_the_formats_stay_as_they_are(name: str) -> None:
    chosen, text = export(RECORD, name)
    golden.check(GOLDEN / f"story.{chosen.suffix}", text)


@pytest.mark.parametrize("name", FORMATS)
def test_an_empty_meeting_can_be_exported(name: str) -> None:
    assert isinstance(export(Record("m-empty"), name)[1], str)


def test_an_unknown_format_is_named() -> None:
    with pytest.raises(InputError, match="md, txt, json, srt, vtt, csv"):
        export(RECORD, "docx")


texts = st.text(max_size=80)


@given(texts, st.floats(0, 400_000), st.floats(0, 5))
def test_no_text_breaks_a_format(text: str, start: float, length: float) -> None:
    said = Said("tab-1", Channel.TAB, "tab", start, start + length, text, EMOTION_OFF)
    whole = replace(Record("m-1"), said=(said,))
    (_, cells) = csv.reader(io.StringIO(export(whole, "csv")[1], newline=""))
    assert cells[4].lstrip("'").split() == encoders.plain(text).replace("\r", "\n").lstrip("'").split()
    assert not cells[4].startswith(("=", "+", "-", "@"))
    assert json.loads(export(whole, "json")[1])["meeting"]["said"][0]["text"] == text
    srt = export(whole, "srt")[1]
    assert len(re.findall(r"^\d+:\d\d:\d\d,\d\d\d --> \d+:\d\d:\d\d,\d\d\d$", srt, re.MULTILINE)) == 1
    vtt = export(whole, "vtt")[1]
    assert vtt.startswith("WEBVTT\n\n")
    assert vtt.count("-->") == 1


@pytest.mark.parametrize("name", FORMATS)
def test_a_speakers_name_holds_for_the_whole_meeting(name: str) -> None:
    events = story.events()
    late = codec.envelope(len(events) + 1, story.MEETING, story.BEGAN + 200, SpeakerRenamed("tab:1", "A. <Ng>"))
    told = record(story.MEETING, [*events, late])
    assert {said.name for said in told.said if said.speaker == "tab:1"} == {"A. <Ng>"}
    assert {said.name for said in told.said if said.speaker != "tab:1"} == {""}
    written = {"vtt": "A. &lt;Ng&gt;", "md": r"A. \<Ng\>", "srt": "A. ‹Ng›"}.get(name, "A. <Ng>")
    before, after = export(RECORD, name)[1], export(told, name)[1]
    assert written not in before
    assert after.count(written) >= 3
    if name != "json":  # there the id stays beside the name
        assert "Speaker 2" not in after


@each("speaker", CALLED)
def test_speakers_are_called_as_the_overlay_calls_them(speaker: str) -> None:
    assert speaker_name(speaker) == CALLED[speaker]
