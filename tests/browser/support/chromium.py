"""How Chromium is started: nothing faked that a test relies on.

`--use-fake-ui-for-media-stream` is never among the flags: it would replace the picked tab by a beeper that
passes any test for "some sound".
"""

from __future__ import annotations

from pathlib import Path

CHROMIUM = Path("/usr/bin/chromium")
PLAYER_TITLE = "WM-PLAYER"
"""Title of the page whose tab `getDisplayMedia` picks by itself."""

BASE_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
