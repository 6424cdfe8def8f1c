"""The benchmark from the command line."""

from __future__ import annotations

import json

import pytest

from tests.support.cli import refused, wingman


def test_the_bench_measures_sessions() -> None:
    done = wingman("bench", "--sessions", "1", "--seconds", "3", "--json")
    assert done.returncode == 0, done.stderr
    (step,) = json.loads(done.stdout)
    assert step["sessions"] == 1
    assert step["silent"] == 0
    assert step["p50_ms"] > 0
    refused(wingman("bench", "--sessions", "many"), "--sessions")


@pytest.mark.slow
def test_the_wait_is_measured_stage_by_stage() -> None:
    done = wingman("bench", "--wait", "--sessions", "1", "--seconds", "14", "--json")
    assert done.returncode == 0, done.stderr
    table = {row["name"]: row for row in json.loads(done.stdout)}
    assert table["words on screen"]["count"] >= 2
    assert 0 <= table["words on screen"]["p50_ms"] < table["pause and transcription"]["p50_ms"]
