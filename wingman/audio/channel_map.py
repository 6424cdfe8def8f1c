"""Whose voice is where in a recording: `tab,mic`, `left=mic,right=tab`, `track2=tab`. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from wingman.core.errors import InputError
from wingman.core.time import Channel

HELP = "such as tab,mic or left=mic,right=tab or track1=tab,track2=mic"

_PLACE = re.compile(r"(?:(left|right)|(?:side)?([1-9]\d?)|track([1-9]\d?))\Z")


@dataclass(frozen=True, slots=True)
class ChannelSource:
    """A channel and where it comes from. Both None: the next track or side in order."""

    channel: Channel
    track: int | None = None
    """Which audio track, counted from 0."""
    side: int | None = None
    """Which side of a track, counted from 0 (left)."""


def parse_channel_map(text: str | None) -> tuple[ChannelSource, ...]:
    """What a user said about a recording's channels; empty when nothing was. Raises `InputError`.

    A list of channels takes tracks in order where there are several, else the sides of one. `left`, `right`,
    `1`, `2`, … name sides, `track1`, `track2`, … audio tracks.
    """
    if text is None or not text.strip():
        return ()
    places = tuple(_place(part.strip()) for part in text.split(","))
    channels = [place.channel for place in places]
    if len(set(channels)) != len(channels):
        raise InputError(f"channels names one channel twice; write it {HELP}", field="channels")
    named = [(place.track, place.side) for place in places]
    if len(set(named)) != len(named) and named[0] != (None, None):
        raise InputError(f"channels names one place twice; write it {HELP}", field="channels")
    return places


def _place(part: str) -> ChannelSource:
    where, equals, name = part.rpartition("=")
    try:
        channel = Channel(name.strip().lower())
    except ValueError:
        raise InputError(
            f"channels must map places to `tab` (the others) and `mic` (you), {HELP}", field="channels"
        ) from None
    if not equals:
        return ChannelSource(channel)
    match = _PLACE.match(where.strip().lower())
    if match is None:
        raise InputError(
            f"channels names an unknown place {where.strip()[:20]!r}; write it {HELP}",
            field="channels",
        )
    word, number, track = match.groups()
    if track:
        return ChannelSource(channel, track=int(track) - 1)
    return ChannelSource(channel, side=("left", "right").index(word) if word else int(number) - 1)


@dataclass(frozen=True, slots=True)
class Feed:
    """One channel of a probed recording: an audio track (counted from 0), whole or one side of it."""

    channel: Channel
    track: int
    side: int | None = None


def resolve(
    places: Sequence[ChannelSource], widths: Sequence[int], preferred: int, title: str
) -> tuple[Feed, ...]:
    """The feeds of a file whose audio tracks have `widths` sides. Raises `InputError` that names the mend.

    `preferred` is the track that is taken where nothing else is said.
    """
    if not places:
        return (Feed(Channel.TAB, preferred),)
    ordered = all(place.track is None and place.side is None for place in places)
    if ordered and len(places) == 1:
        return (Feed(places[0].channel, preferred),)
    if ordered and len(widths) >= len(places):
        return tuple(Feed(place.channel, n) for n, place in enumerate(places))
    if ordered:
        places = [ChannelSource(place.channel, side=n) for n, place in enumerate(places)]
        if widths[preferred] > 2:
            raise InputError(
                f"{title} has {widths[preferred]} sides; say which two are meant, such as channels=1=tab,2=mic",
                field="channels",
            )
    return tuple(_feed(place, widths, preferred, title) for place in places)


def _feed(place: ChannelSource, widths: Sequence[int], preferred: int, title: str) -> Feed:
    if place.track is not None:
        if place.track >= len(widths):
            raise InputError(
                f"{title} has {_count(len(widths), 'audio track')}, so there is no track{place.track + 1}",
                field="channels",
            )
        return Feed(place.channel, place.track)
    side = place.side or 0
    if side >= widths[preferred]:
        has = "one mono track" if widths[preferred] == 1 else _count(widths[preferred], "side")
        raise InputError(
            f"{title} has {has}, so it cannot be split like that; leave the channels out, or name what it has",
            field="channels",
        )
    return Feed(place.channel, preferred, side)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
