"""The nearest construct of a peer: WhisperLiveKit's alignment of tokens with speaker segments.

Runs in its own environment (`.venv-whisperlivekit`), never in the service's. The package's `__init__` imports
torch and its models, which this job needs as little as it needs audio: only the two pure modules are loaded.

stdin: one JSON list of events, `["tokens", [[start, end, text], …]]` or `["segment", [[start, end, label]]]`,
in seconds. stdout: one JSON object `{"us_per_event", "lines"}`. argv: seconds of history to keep (`inf`: all).
"""

from __future__ import annotations

import importlib.machinery
import json
import sys
import time
import types
from typing import Any

del sys.path[0]  # this file bears the name of the package
spec = importlib.machinery.PathFinder.find_spec("whisperlivekit")
if spec is None or spec.submodule_search_locations is None:
    sys.exit("whisperlivekit is not installed in this environment")
bare = types.ModuleType("whisperlivekit")
bare.__path__ = list(spec.submodule_search_locations)
sys.modules["whisperlivekit"] = bare

from whisperlivekit.timed_objects import ASRToken, SpeakerSegment, TimedText  # noqa: E402 - after the stub
from whisperlivekit.tokens_alignment import TokensAlignment  # noqa: E402 - after the stub


def run(events: list[list[Any]], retention: float) -> tuple[float, int]:
    """Feed the events one by one and ask for the lines after each (its server asks every 50 ms)."""
    state = types.SimpleNamespace(
        new_tokens=[],
        new_diarization=[],
        new_translation=[],
        new_tokens_buffer=[],
        new_translation_buffer=TimedText(),
    )
    alignment = TokensAlignment(state, types.SimpleNamespace(diarization=True), "", retention)
    alignment.beg_loop = time.time()
    lines = 0
    began = time.process_time()
    for kind, items in events:
        if kind == "tokens":
            state.new_tokens += [ASRToken(*item) for item in items]
        else:
            state.new_diarization += [SpeakerSegment(*item) for item in items]
        alignment.update()
        found, _, _ = alignment.get_lines(diarization=True, audio_time=items[-1][1])
        lines = len(found)
    return time.process_time() - began, lines


def main() -> None:
    events = json.load(sys.stdin)
    seconds, lines = run(events, float(sys.argv[1]))
    print(json.dumps({"us_per_event": 1e6 * seconds / len(events), "lines": lines}))


if __name__ == "__main__":
    main()
