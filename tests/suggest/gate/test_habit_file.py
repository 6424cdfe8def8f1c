"""What feedback has taught outlives the process, and whatever else lies in its file harms nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.until import until
from wingman.suggest.gate.habit_file import NAME, HabitFile, described
from wingman.suggest.gate.taught import MOST_LASTING


def test_it_is_there_in_the_next_process(tmp_path: Path) -> None:
    HabitFile(tmp_path).learn("price", 0.15)
    HabitFile(tmp_path).learn("risk", -0.1)
    assert HabitFile(tmp_path).bars == {"price": 0.15, "risk": -0.1}


def test_another_process_forgets_for_all(tmp_path: Path) -> None:
    running = HabitFile(tmp_path)
    running.learn("price", 0.15)
    HabitFile(tmp_path).forget()
    assert running.bars == {}
    running.learn("risk", 0.1)
    assert HabitFile(tmp_path).bars == {"risk": 0.1}


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[1]", b"7", b'{"price": "much"}', b'{"price": true}', b'{"price": 1e999}', b"\xff\xfe"],
    ids=["empty", "half", "list", "number", "words", "truth", "endless", "bytes"],
)
def test_a_damaged_file_teaches_nothing_and_is_mended(tmp_path: Path, content: bytes) -> None:
    (tmp_path / NAME).write_bytes(content)
    habit = HabitFile(tmp_path)
    assert habit.bars == {}
    habit.learn("price", 0.15)
    assert HabitFile(tmp_path).bars == {"price": 0.15}


def test_no_file_moves_a_bar_out_of_bounds(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text('{"price": 99, "risk": -99}')
    assert HabitFile(tmp_path).bars == {"price": MOST_LASTING, "risk": -MOST_LASTING}


def test_where_nothing_can_be_written_it_holds_for_now(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    habit = HabitFile(tmp_path / "file" / "below")
    habit.learn("price", 0.15)
    assert habit.bars == {"price": 0.15}


async def test_a_meeting_does_not_wait_for_the_disk(tmp_path: Path) -> None:
    habit = HabitFile(tmp_path)
    with habit._writing:  # the disk is busy
        for _ in range(3):
            habit.learn("price", 0.05)
        assert habit.bars == {"price": pytest.approx(0.15)}
        assert not (tmp_path / NAME).exists()
    await until(lambda: (tmp_path / NAME).exists() and not habit._unwritten)
    assert HabitFile(tmp_path).bars == habit.bars == {"price": pytest.approx(0.15)}


def test_it_is_said_in_words() -> None:
    assert described({}).startswith("nothing yet")
    assert described({"risk": 0.1, "price": -0.3}) == "price more readily (-0.30), risk rarer (+0.10)"
