"""Hostile strings in every text field of a meeting, through every sink it is written to."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import fields, is_dataclass, replace
from enum import StrEnum
from html.parser import HTMLParser
from typing import Any

from markdown_it import MarkdownIt

from tests.support import story
from tests.support.each import each
from tests.support.hostile import HOSTILE
from wingman.commands.terminal import Show
from wingman.report.exports import export
from wingman.report.page import page
from wingman.report.record import Record, record
from wingman.report.summary import transcript

RECORD = record(story.MEETING, story.events())
KEPT = {"kind", "origin", "fate", "channel", "label", "family", "strength", "band", "started_at"}
"""Fields whose words are our own vocabulary: code chooses by them."""
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
OWN = {"../", "../static/pages/report.js", "../static/extension/icons/wingman.svg"}
"""What every report page links to, whatever was said."""
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def filled(value: Any, text: str, name: str = "") -> Any:
    """`value` with `text` in each of its free texts."""
    if isinstance(value, StrEnum) or name in KEPT:
        return value
    if isinstance(value, str):
        return text
    if isinstance(value, tuple):
        return tuple(filled(item, text, name) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(
            value, **{part.name: filled(getattr(value, part.name), text, part.name) for part in fields(value)}
        )
    return value


every = each("hostile", [filled(RECORD, text) for text in HOSTILE])


def shape(text: str) -> set[tuple[str, tuple[str, ...]]]:
    found: set[tuple[str, tuple[str, ...]]] = set()

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.add((tag, tuple(name for name, _ in attrs)))
            links = [value or "" for name, value in attrs if name in ("href", "src")]
            assert all(link in OWN or link.startswith(("#", "../api/meetings/")) for link in links)

    Reader().feed(text)
    return found


PLAIN = shape(page(filled(RECORD, "x")))


@every
def test_the_page_holds_only_its_own_elements(hostile: Record) -> None:
    assert shape(page(hostile)) <= PLAIN


@every
def test_markdown_has_the_same_shape_whatever_is_said(hostile: Record) -> None:
    kinds = set()
    for token in MarkdownIt("commonmark", {"html": True}).enable("table").parse(export(hostile, "md")[1]):
        kinds |= {token.type, *(child.type for child in token.children or ())}
    assert not kinds & {"link_open", "image", "html_inline", "html_block", "fence", "code_block", "hr"}


@every
def test_subtitles_have_one_cue_an_utterance(hostile: Record) -> None:
    for name in ("srt", "vtt"):
        text = export(hostile, name)[1]
        assert text.count("-->") == len(hostile.said)
        assert not CONTROL.search(text)
        assert not re.search(r"<(?!v |/v>)", text)


@every
def test_csv_runs_nothing(hostile: Record) -> None:
    for row in csv.reader(io.StringIO(export(hostile, "csv")[1], newline="")):
        assert not any(
            cell.strip(" \n\u00a0").startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠")) for cell in row
        )


def test_a_terminal_gets_words_alone() -> None:
    for text in HOSTILE:
        out = io.StringIO()
        show = Show(out)
        for envelope in story.events():
            show.envelope(replace(envelope, data=filled(envelope.data, text)))
        assert not CONTROL.search(out.getvalue()), ascii(text)


@every
def test_what_is_said_makes_no_line_of_the_summarys_prompt(hostile: Record) -> None:
    said = tuple(replace(turn, text=turn.text[:200]) for turn in hostile.said)
    lines = transcript(said).split("\n")
    assert len(lines) == len(hostile.said)
    assert all(re.match(rf"\[{number}\] ", line) for number, line in enumerate(lines, 1))
