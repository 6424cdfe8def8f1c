"""The benchmark from the command line."""

from __future__ import annotations

import json

from tests.support.cli import refused, wingman


def test_the_bench_measures_sessions() -> None:
    done = wingman("bench", "--sessions", "1", "--seconds", "3", "--json")
    assert done.returncode == 0, done.stderr
    (step,) = json.loads(done.stdout)
    assert step["sessions"] == 1
    assert step["silent"] == 0
    assert step["p50_ms"] > 0
    refused(wingman("bench", "--sessions", "many"), "--sessions")
