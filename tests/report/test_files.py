"""A meeting as a file: every format, a safe name, a sentence for the rest."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support import story
from tests.support.each import each
from wingman.archive.bundle import Bundle, unpack
from wingman.core.errors import InputError
from wingman.core.events import MeetingStarted
from wingman.report.files import KNOWN_FORMATS, make

WHOLE = Bundle(story.MEETING, tuple(story.events()), {})


@each("name", KNOWN_FORMATS)
def test_every_format_gives_a_file_with_a_name_for_any_disk(name: str) -> None:
    file = make(WHOLE, name)
    assert file.content
    assert "/" in file.media_type
    stem, _, suffix = file.name.partition(".")
    assert suffix
    assert stem == "Pilot-call-with-Ada-Co"


def test_a_bundle_opens_again(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("bundle") / "a.wingman.zip"
    path.write_bytes(make(WHOLE, "bundle").content)
    assert unpack(path).events == WHOLE.events


@pytest.mark.parametrize("title", ["", "???", "../../etc/passwd", "a" * 500, "日本語"])
def test_no_title_makes_a_path(title: str) -> None:
    first, *rest = story.events()
    begun = replace(first, data=replace(first.payload(MeetingStarted), title=title))
    name = make(replace(WHOLE, events=(begun, *rest)), "md").name
    assert "/" not in name
    assert not name.startswith(".")
    assert len(name) < 80


def test_an_unknown_format_is_refused_by_name() -> None:
    with pytest.raises(InputError, match="`format` must be one of"):
        make(WHOLE, "docx")
