"""The demo's other end: a process of its own that sends a recording by WHIP, as a browser would.

`python -m wingman.commands.send URL FILE [KEY=VALUE …]`; the access token comes in `WINGMAN_SEND_TOKEN`, so
that it shows in no process list.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from wingman.audio.recording import probe
from wingman.core.errors import WingmanError
from wingman.core.time import Channel
from wingman.transports.whip_client import file_tracks, send

TOKEN_VARIABLE = "WINGMAN_SEND_TOKEN"


def main(argv: list[str]) -> int:
    """Play a file at a running service; returns the exit status."""
    url, path, *pairs = argv
    query = dict(pair.partition("=")[::2] for pair in pairs)
    try:
        tracks = file_tracks(Path(path), channels_of(Path(path)))
        asyncio.run(send(url, os.environ.get(TOKEN_VARIABLE, ""), tracks, query=query))
    except WingmanError as failed:
        print(f"wingman: {failed}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def channels_of(path: Path) -> tuple[Channel, ...]:
    """The others on the left and the user on the right; a recording of one side is the others'."""
    recording = probe(path)
    both = recording.tracks[recording.feeds[0].track].sides > 1
    return (Channel.TAB, Channel.MIC) if both else (Channel.TAB,)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
