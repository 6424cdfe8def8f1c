"""Turns are counted over all processes, and never more than so many lie in a second."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from wingman.link.shared_turns import SharedTurns, next_turn


def busiest(times: list[float]) -> int:
    """Most turns within any second."""
    ordered = sorted(times)
    return max((sum(at <= other < at + 1.0 - 1e-6 for other in ordered) for at in ordered), default=0)


@given(st.lists(st.floats(0, 0.2), max_size=200), st.integers(1, 10))
def test_no_second_holds_too_many(steps: list[float], limit: int) -> None:
    taken: list[float] = []
    now, times = 100.0, []
    for step in steps:
        now += step
        times.append(next_turn(taken, now, limit))
    assert busiest(times) <= limit
    assert all(at >= 100.0 for at in times)


def test_two_readers_share_one_file(tmp_path: Path) -> None:
    one, other = (SharedTurns("gateway", 5, tmp_path) for _ in range(2))
    times = [turns.take(50.0) for _ in range(6) for turns in (one, other)]
    assert busiest(times) <= 5
    assert max(times) >= 52.0
    assert SharedTurns("another", 5, tmp_path).take(50.0) == 50.0


def test_processes_share_it(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from wingman.link.shared_turns import SharedTurns\n"
        "turns = SharedTurns('g', 10, Path(sys.argv[1])); print(*[turns.take(500.0) for _ in range(15)])"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    times = [float(at) for process in running for at in process.communicate(timeout=30)[0].split()]
    assert len(times) == 30
    assert busiest(times) <= 10


def test_a_file_that_cannot_be_shared_counts_this_process(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    turns = SharedTurns("g", 2, tmp_path / "file")
    assert [turns.take(1.0) for _ in range(3)] == [1.0, 1.0, 2.0]


def test_times_of_another_boot_are_forgotten(tmp_path: Path) -> None:
    turns = SharedTurns("g", 1, tmp_path)
    turns.take(1e9)
    assert turns.take(5.0) == 5.0
