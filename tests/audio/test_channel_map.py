"""What a user says about a recording's channels is taken as it is meant, or refused with the mend."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wingman.audio.channel_map import ChannelSource, Feed, parse_channel_map, resolve
from wingman.core.errors import InputError
from wingman.core.time import Channel

TAB, MIC = Channel.TAB, Channel.MIC


@pytest.mark.parametrize(
    ("text", "places"),
    [
        (None, ()),
        ("  ", ()),
        ("tab,mic", (ChannelSource(TAB), ChannelSource(MIC))),
        (" Left = MIC , right=tab", (ChannelSource(MIC, side=0), ChannelSource(TAB, side=1))),
        ("side2=tab,1=mic", (ChannelSource(TAB, side=1), ChannelSource(MIC, side=0))),
        ("track12=tab", (ChannelSource(TAB, track=11),)),
    ],
)
def test_every_way_of_writing_it(text: str | None, places: tuple[ChannelSource, ...]) -> None:
    assert parse_channel_map(text) == places


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("tab,tab", "one channel twice"),
        ("1=tab,left=mic", "one place twice"),
        ("track0=tab", "unknown place 'track0'"),
        ("left\n=tab,middle=mic", "unknown place 'middle'"),
        ("tab,", "`tab` .* and `mic`"),
        ("speaker", "`tab` .* and `mic`"),
    ],
)
def test_what_makes_no_sense_is_refused(text: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        parse_channel_map(text)


@given(st.text() | st.text(alphabet="tabmicleftright123, ="))
def test_no_text_is_another_exception(text: str) -> None:
    with suppress(InputError):
        places = parse_channel_map(text)
        assert len({place.channel for place in places}) == len(places) <= 2


@pytest.mark.parametrize(
    ("text", "widths", "feeds"),
    [
        ("", [1, 2], (Feed(TAB, 1),)),
        ("mic", [1, 2], (Feed(MIC, 1),)),
        ("mic,tab", [1, 2], (Feed(MIC, 0), Feed(TAB, 1))),
        ("right=mic", [1, 2], (Feed(MIC, 1, 1),)),
        ("track1=mic,left=tab", [1, 6], (Feed(MIC, 0), Feed(TAB, 1, 0))),
    ],
)
def test_storage_are_found_in_the_file(text: str, widths: list[int], feeds: tuple[Feed, ...]) -> None:
    assert resolve(parse_channel_map(text), widths, 1, "call.mkv") == feeds


def test_the_sides_of_the_only_track_are_taken_in_order() -> None:
    assert resolve(parse_channel_map("mic,tab"), [2], 0, "call.wav") == (Feed(MIC, 0, 0), Feed(TAB, 0, 1))


@pytest.mark.parametrize(
    ("text", "widths", "why"),
    [
        ("tab,mic", [1], "one mono track"),
        ("tab,mic", [6], "6 sides; say which two"),
        ("3=tab", [2], "2 sides"),
        ("track2=tab", [2], "1 audio track, so there is no track2"),
    ],
)
def test_a_place_the_file_does_not_have_is_named(text: str, widths: list[int], why: str) -> None:
    with pytest.raises(InputError, match=why) as refused:
        resolve(parse_channel_map(text), widths, 0, "call.wav")
    assert str(refused.value).startswith("call.wav")
