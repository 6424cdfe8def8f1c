from __future__ import annotations

import contextlib
import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import story
from wingman.archive.bundle import Bundle, members, pack, unpack
from wingman.core.errors import InputError
from wingman.core.time import Channel

BUNDLE = Bundle(
    story.MEETING,
    tuple(story.events()),
    {Channel.TAB: b"OggS not really", Channel.MIC: b"RIFF not really"},
    {Channel.TAB: ".ogg", Channel.MIC: ".wav"},
)


def rezipped(content: bytes, name: str, change: bytes | None, rename: str = "") -> bytes:
    """The bundle with one entry replaced, renamed or (None) left out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.namelist():
            if entry != name:
                new.writestr(entry, old.read(entry))
            elif change is not None:
                new.writestr(rename or name, change)
    return out.getvalue()


def test_a_bundle_comes_back_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "story.wingman"
    path.write_bytes(pack(BUNDLE))
    assert unpack(path) == BUNDLE
    assert unpack(path).title == "Pilot call with <Ada & Co>"


def test_the_same_meeting_gives_the_same_bytes() -> None:
    assert pack(BUNDLE) == pack(unpack(pack(BUNDLE)))


def test_a_bundle_without_audio_or_events() -> None:
    bare = Bundle("m-1", ())
    assert unpack(pack(bare)) == bare


@pytest.mark.parametrize(
    ("name", "change", "sentence"),
    [
        ("manifest.json", None, "not a Wingman bundle"),
        ("events.jsonl", None, "not a Wingman bundle"),
        ("manifest.json", b"{", "not a Wingman bundle"),
        ("events.jsonl", b"{}\n", "not a Wingman event"),
        ("events.jsonl", b"", "should hold"),
        ("audio/mic.wav", None, "not a Wingman bundle"),
    ],
)
def test_a_damaged_bundle_is_refused(name: str, change: bytes | None, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        unpack(rezipped(pack(BUNDLE), name, change))


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (b'"version": 1', b'"version": 9', "upgrade"),
        (b"wingman-bundle", b"another-bundle", "another format"),
        (b"audio/mic.wav", b"../../etc/x.wav", "strange audio file"),
        (b"audio/mic.wav", b"audio/mic.exe", "strange audio file"),
        (b'"mic"', b'"ear"', "not a Wingman bundle"),
    ],
)
def test_a_strange_manifest_is_refused(old: bytes, new: bytes, sentence: str) -> None:
    content = pack(BUNDLE)
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        manifest = file.read("manifest.json")
    assert old in manifest
    with pytest.raises(InputError, match=sentence):
        unpack(rezipped(content, "manifest.json", manifest.replace(old, new)))


def test_events_out_of_order_are_refused() -> None:
    swapped = replace(BUNDLE, events=(BUNDLE.events[1], BUNDLE.events[0], *BUNDLE.events[2:]))
    with pytest.raises(InputError, match="out of order"):
        unpack(pack(swapped))


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 4000), st.binary(min_size=1, max_size=8))
def test_random_damage_is_refused_or_harmless(at: int, noise: bytes) -> None:
    content = bytearray(pack(BUNDLE))
    at %= len(content)
    content[at : at + len(noise)] = noise
    with contextlib.suppress(InputError):
        list(members(io.BytesIO(bytes(content)), None))


def test_a_missing_file_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot open"):
        unpack(tmp_path / "nowhere.wingman")
