"""In what order tests run, which of them keep time with the clock, and what stays together."""

from __future__ import annotations

from pathlib import Path

# The longest first: whoever begins one of these last is waited for by all others.
LONGEST = (
    "browser/test_capture.py",
    "browser/test_people.py",
    "browser/",
    "e2e/test_counterfactual.py",
    "e2e/test_sound.py",
    "e2e/",  # the demos are begun before everything else
    "packaging/",
    "server/test_schemathesis.py",
    "server/routes/test_whip.py",
    "suggest/card/test_answer_check.py",
    "faults/",
    "transports/test_senders.py",
    "emotion/hume_v0/test_analyzer.py",
    "cluster/",
    "commands/test_transcribe.py",
    "foreign/",
    "docs/test_api_examples.py",
    "commands/",
    "audio/test_sandboxed.py",
    "audio/test_recording.py",
    "local/",
    "transports/",
    "meeting/",
    "suggest/test_wires.py",
    "testing/test_reconnect_memory.py",
)

# Real sound in real time, nodes that miss one another, commands somebody waits for.
PACED = ("browser/", "client/", "cluster/", "commands/", "e2e/", "events/", "foreign/", "local/", "transports/")

# Each of these begins a browser or two, and a service: they share them with whatever is tried in the same ones.
TOGETHER = (
    (
        "browser/test_capture.py",
        "browser/test_faces.py",
        "browser/test_foreign_client.py",
        "browser/test_people.py",
        "browser/test_spoken.py",
    ),
    ("browser/",),
)


def _is_one(path: Path, parts: tuple[str, ...]) -> bool:
    return any(f"/tests/{part}" in path.as_posix() for part in parts)


def rank(path: Path) -> int:
    """The place of a file among all others."""
    return next((n for n, part in enumerate(LONGEST) if _is_one(path, (part,))), len(LONGEST))


def is_paced(path: Path) -> bool:
    """Whether its tests keep time with the clock, so that they mostly wait and must not be kept waiting."""
    return _is_one(path, PACED)


def group(path: Path) -> str:
    """What runs in one process, one file after another."""
    return next((parts[0] for parts in TOGETHER if _is_one(path, parts)), str(path))
