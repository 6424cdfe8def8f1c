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
    sources = tuple(_source(part.strip()) for part in text.split(","))
    channels = [source.channel for source in sources]
    if len(set(channels)) != len(channels):
        raise InputError(f"channels names one channel twice; write it {HELP}", field="channels")
    named = [(source.track, source.side) for source in sources]
    if len(set(named)) != len(named) and named[0] != (None, None):
        raise InputError(f"channels names one place twice; write it {HELP}", field="channels")
    return sources


def _source(part: str) -> ChannelSource:
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
    sources: Sequence[ChannelSource], widths: Sequence[int], preferred: int, title: str
) -> tuple[Feed, ...]:
    """The feeds of a file whose audio tracks have `widths` sides. Raises `InputError` that names the mend.

    `preferred` is the track that is taken where nothing else is said.
    """
    if not sources:
        return (Feed(Channel.TAB, preferred),)
    ordered = all(source.track is None and source.side is None for source in sources)
    if ordered and len(sources) == 1:
        return (Feed(sources[0].channel, preferred),)
    if ordered and len(widths) >= len(sources):
        return tuple(Feed(source.channel, n) for n, source in enumerate(sources))
    if ordered:
        sources = [ChannelSource(source.channel, side=n) for n, source in enumerate(sources)]
        if widths[preferred] > 2:
            raise InputError(
                f"{title} has {widths[preferred]} sides; say which two are meant, such as channels=1=tab,2=mic",
                field="channels",
            )
    return tuple(_feed(source, widths, preferred, title) for source in sources)


def _feed(source: ChannelSource, widths: Sequence[int], preferred: int, title: str) -> Feed:
    if source.track is not None:
        if source.track >= len(widths):
            raise InputError(
                f"{title} has {_count(len(widths), 'audio track')}, so there is no track{source.track + 1}",
                field="channels",
            )
        return Feed(source.channel, source.track)
    side = source.side or 0
    if side >= widths[preferred]:
        has = "one mono track" if widths[preferred] == 1 else _count(widths[preferred], "side")
        raise InputError(
            f"{title} has {has}, so it cannot be split like that; leave the channels out, or name what it has",
            field="channels",
        )
    return Feed(source.channel, preferred, side)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
