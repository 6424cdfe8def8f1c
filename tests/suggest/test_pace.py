from __future__ import annotations

import itertools
import statistics

from wingman.testing.gemini.server import INSTANT, LIVELIKE, Pace


def waits(pace: Pace, seed: str, count: int = 400) -> list[float]:
    return list(itertools.islice(pace.waits(seed), count))


def test_an_exact_pace_is_exact() -> None:
    assert waits(Pace(first_s=0.3, gap_s=0.1), "r1", 3) == [0.3, 0.1, 0.1]
    assert waits(INSTANT, "r1", 3) == [0.0, 0.0, 0.0]


def test_a_livelike_pace_spreads_and_repeats_itself() -> None:
    assert waits(LIVELIKE, "r1") == waits(LIVELIKE, "r1")
    assert waits(LIVELIKE, "r1") != waits(LIVELIKE, "r2")
    firsts = [waits(LIVELIKE, f"r{number}", 1)[0] for number in range(400)]
    assert 0.54 < statistics.median(firsts) < 0.66
    assert max(firsts) > 2 * min(firsts)
