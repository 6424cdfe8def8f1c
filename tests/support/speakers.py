"""What people are called before anyone names them: the same in the overlay, the report and every export."""

from __future__ import annotations

CALLED = {
    "mic": "You",
    "mic:1.0": "You",  # the microphone is one person's, whatever the transcriber believes
    "tab": "Them",
    "tab:0": "Speaker 1",
    "tab:1": "Speaker 2",
    "tab:1.0": "Speaker 1",  # first connection, first voice
    "tab:1.1": "Speaker 2",
    "tab:2.0": "Speaker 1 (2)",  # second connection: perhaps the same person, perhaps not
    "tab:Ada": "Speaker Ada",
    "tab:x<b>": "Speaker x<b>",
    f"tab:{10**9}": f"Speaker {10**9}",
    "phone": "phone",
}
"""Name by speaker id."""
