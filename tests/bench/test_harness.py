"""Sessions are held only while nothing is late, lost or silent; what they cost is read from the system."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from wingman.bench.harness import CALM, LIMIT_MS, WHOLE, Step, cpu_seconds, rss_mb, wingman

GOOD = Step(sessions=10, p50_ms=40, p99_ms=LIMIT_MS, cpu_ms=9, cpu_share=0.1, rss_mb=90, delivered=WHOLE)

needs_proc = pytest.mark.skipif(sys.platform != "linux", reason="read from Linux's /proc")


@contextmanager
def waiting(program: Path) -> Iterator[int]:
    """A shell script that waits until it is told to end: its process id."""
    program.write_text("#!/bin/sh\necho up\nread line\n")
    program.chmod(0o700)
    with subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"up\n"
        yield process.pid
        process.communicate(b"\n")


def test_a_step_just_within_its_limits_is_held() -> None:
    assert GOOD.held
    assert GOOD.complete


@pytest.mark.parametrize(
    ("worse", "complete"),
    [
        ({"p99_ms": LIMIT_MS + 0.1}, True),
        ({"p99_ms": float("inf")}, True),
        ({"silent": 1}, False),
        ({"delivered": WHOLE - 0.001}, False),
    ],
)
def test_anything_late_lost_or_silent_is_not_held(worse: dict[str, Any], complete: bool) -> None:
    step = replace(GOOD, **worse)
    assert not step.held
    assert step.complete == complete


@pytest.mark.parametrize(
    ("seen", "clear"),
    [
        ({"p99_ms": LIMIT_MS / 2, "cpu_share": CALM}, True),
        ({"p99_ms": LIMIT_MS / 2 + 0.1}, False),
        ({"p99_ms": 5.0, "cpu_share": CALM + 0.01}, False),
        ({"p99_ms": 5.0, "silent": 1}, False),
        ({"p99_ms": 5.0, "limit_ms": 9.0}, False),
    ],
    ids=["far", "near", "a full core", "silent", "another limit"],
)
def test_a_step_is_clear_far_from_the_limit_alone(seen: dict[str, Any], clear: bool) -> None:
    assert replace(GOOD, **seen).clear == clear


@pytest.mark.parametrize(("workers", "pinned"), [(1, True), (2, False)])
def test_wingman_is_started_with_what_was_asked_for(workers: int, pinned: bool) -> None:
    subject = wingman(chunk_ms=20, media_path="direct", workers=workers)
    command = list(subject.command(4711))
    flags = dict(zip(command[3::2], command[4::2], strict=True))
    assert command[:3] == [sys.executable, "-m", "wingman.bench.server"]
    assert flags == {
        "--providers": "4711",
        "--chunk-ms": "20",
        "--media-path": "direct",
        "--workers": str(workers),
    }
    assert subject.pinned is pinned
    assert subject.outlets == ("transcribe", "emotion")
    assert subject.limit_ms == LIMIT_MS
    assert wingman(chunk_ms=100).limit_ms == LIMIT_MS - 80


@needs_proc
def test_the_figures_are_the_systems() -> None:
    children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    theirs = sum(cpu_seconds(int(child)) for child in children)  # what other tests of this process still run
    before = sum(os.times()[:2])
    read = cpu_seconds(os.getpid())
    assert before - 0.05 <= read <= sum(os.times()[:2]) + theirs + 1.0
    assert 5 < rss_mb(os.getpid()) < 100_000


@needs_proc
def test_children_count_and_no_name_misleads(tmp_path: Path) -> None:
    with waiting(tmp_path / "x) R 9 9 (") as pid:
        assert 0 <= cpu_seconds(pid) < 5
        assert rss_mb(pid) > 0.1
        status = Path("/proc/self/status").read_text()
        alone = int(status.partition("VmRSS:")[2].split()[0]) / 1024
        assert rss_mb(os.getpid()) > alone + rss_mb(pid) / 2
