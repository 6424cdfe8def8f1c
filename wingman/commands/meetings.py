"""`wingman meetings`: the meetings there are, or where something was said."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import datetime

import msgspec

from wingman.commands.common import run_until_signal, settings_of
from wingman.commands.stored_meetings import open_kept
from wingman.config.settings import Settings
from wingman.core.encoders import terminal
from wingman.core.time import clock
from wingman.events.index import SearchHit
from wingman.meeting.api import MeetingStatus


def main(arguments: argparse.Namespace) -> int:
    """Run the subcommand; returns the exit status."""
    settings = settings_of(arguments, quiet=True)
    return run_until_signal(_list(arguments, settings))


async def _list(arguments: argparse.Namespace, settings: Settings) -> int:
    async with open_kept(arguments, settings) as kept:
        found: Sequence[MeetingStatus] | Sequence[SearchHit]
        if arguments.search is not None:
            found = hits = await kept.search(arguments.search, arguments.limit)
            lines = [_hit(hit) for hit in hits]
        else:
            found = listed = await kept.meetings(arguments.limit)
            lines = [_meeting(status) for status in listed]
    if arguments.json:
        lines = [msgspec.json.encode(item).decode() for item in found]
    elif not lines:
        lines = ["nothing found" if arguments.search is not None else "no meetings yet"]
    sys.stdout.write("".join(f"{terminal(line)}\n" for line in lines))
    return 0


def _meeting(status: MeetingStatus) -> str:
    began = datetime.fromtimestamp(status.started_at).astimezone().strftime("%Y-%m-%d %H:%M")
    length = clock(status.seconds)
    return f"{status.id}  {began}  {length:>8}  {status.state:<6}  {status.title}".rstrip()


def _hit(hit: SearchHit) -> str:
    where = clock(hit.start) if hit.channel else "-"
    snippet = " ".join(hit.snippet.split())
    return f"{hit.meeting}  {where:>8}  {hit.title}: {snippet}"
