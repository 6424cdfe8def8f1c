"""The arc as a picture that can be read without colour, and as a sentence."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace

from tests.support import story
from wingman.core.time import Channel
from wingman.core.utterance import EmotionReading, Family, ReadingStatus
from wingman.report.emotion_chart import BREAK_SECONDS, HEIGHT, ROW, beside, describe, svg
from wingman.report.record import Record, record
from wingman.report.statistics import figures

TOLD = record(story.MEETING, story.events())
ARC = figures(TOLD).arc
NAMESPACE = "{http://www.w3.org/2000/svg}"


def drawn(told: Record, arc: tuple[object, ...] = ()) -> ET.Element:
    text = svg(told, arc or figures(told).arc)  # type: ignore[arg-type]  # points of an arc
    return ET.fromstring(text)


def test_it_is_a_picture_with_a_title_and_a_description() -> None:
    picture = drawn(TOLD)
    assert picture.find("title") is not None
    description = picture.find("desc")
    assert description is not None
    assert description.text == describe(ARC)


def test_every_point_leads_to_its_line() -> None:
    links = [link.get("href") for link in drawn(TOLD).iter("a")]
    assert {f"#{point.utterance}" for point in ARC} <= set(links)


def test_a_long_silence_is_a_break_and_a_gap_is_hatched() -> None:
    whole = svg(TOLD, ARC)
    assert whole.count('class="line"') == 1
    late = tuple(replace(point, at=point.at + (BREAK_SECONDS if n > 2 else 0)) for n, point in enumerate(ARC))
    assert svg(TOLD, late).count('class="line"') == 2
    assert whole.count('class="lost"') == 1


def test_without_a_tone_it_says_so() -> None:
    assert describe(()) == "No tone was measured."
    assert drawn(Record("m")).find("desc") is not None


def test_what_was_said_cannot_break_the_picture() -> None:
    hostile = replace(TOLD, said=tuple(replace(said, text="</svg><script>&\"'") for said in TOLD.said))
    assert not list(drawn(hostile).iter("script"))


def test_faces_and_words_have_rows_of_their_own() -> None:
    known = EmotionReading(ReadingStatus.KNOWN, "doubt", Family.DOUBTFUL, 0.7, "strong", source="hume-v0")
    said = tuple(
        replace(one, face=replace(known, subject="2 of 3"), language=known)
        if one.channel is Channel.TAB
        else one
        for one in TOLD.said
    )
    told = replace(TOLD, said=said)
    assert [row.name for row in beside(told)] == ["their faces", "their words"]
    picture = drawn(told)
    assert int(picture.get("viewBox", "").split()[3]) == HEIGHT + 2 * ROW
    titles = [title.text or "" for title in picture.iter("title")]
    theirs = sum(one.channel is Channel.TAB for one in TOLD.said)
    assert sum("face 2 of 3 looks doubtful: " in title for title in titles) >= theirs
    assert "Their faces: face 2 of 3 looks doubtful" in (picture.findtext("desc") or "")
    assert figures(told).arc == ARC, "a face never becomes a part of the arc"


def test_the_users_own_voice_is_a_row_where_both_are_measured() -> None:
    known = EmotionReading(ReadingStatus.KNOWN, "joy", Family.POSITIVE, 0.7, "strong", source="hume-v0")
    said = tuple(replace(one, emotion=known) if one.channel is Channel.MIC else one for one in TOLD.said)
    assert [row.name for row in beside(replace(TOLD, said=said))] == ["your voice"]
