from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from wingman.core.errors import InputError
from wingman.sandbox.limits import _CALLS, Limits, program
from wingman.sandbox.reading import Reader

HERE = "tests.sandbox.readers:"
CHECKOUT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def readers_can_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(CHECKOUT))
    monkeypatch.setenv("WINGMAN_DEEPGRAM__API_KEY", "a-key-of-ours")


def read(
    reader: str, kind: Any, ask: object, content: bytes | Path = b"", limits: Limits = Limits()
) -> list[Any]:
    used: Reader[Any] = Reader(HERE + reader, kind, limits)
    return list(used.read(content, ask, "the file"))


def test_a_file_is_read_item_by_item(tmp_path: Path) -> None:
    path = tmp_path / "some.txt"
    path.write_text("one\ntwo\nthree\n")
    assert read("lines", str, 2, path) == ["one", "two"]
    assert read("lines", str, 1, b"in memory") == ["in memory"]


def test_a_reading_that_is_left_ends_its_process() -> None:
    reader: Reader[str] = Reader(HERE + "lines", str)
    reading = reader.read(b"one\ntwo\n", 2, "the file")
    assert next(reading) == "one"
    reading.close()  # that no process is left is checked after every test


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's part is Linux's")
def test_nothing_goes_out_and_nothing_is_touched(tmp_path: Path) -> None:
    path = tmp_path / "private.txt"
    path.write_text("ours")
    path.chmod(0o600)
    tried = dict(read("attempts", tuple[str, bool], str(path)))
    assert len(tried) == 17
    assert [what for what, went in tried.items() if went] == []
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("ours", 0o600)
    assert [entry.name for entry in tmp_path.iterdir()] == ["private.txt"]


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's part is Linux's")
@pytest.mark.parametrize(
    "layer", ["_limit_resources(Limits())", "_close_file_system(libc)", "_filter_calls(libc)"]
)
def test_each_layer_holds_by_itself(layer: str, tmp_path: Path) -> None:
    """What one kernel lacks another layer still keeps: files always, sockets by two of the three."""
    path = tmp_path / "private.txt"
    path.write_text("ours")
    code = (
        "import ctypes, socket; from wingman.sandbox.limits import *; from wingman.sandbox import limits\n"
        "libc = ctypes.CDLL(None, use_errno=True); libc.prctl(38, 1, 0, 0, 0)\n"
        f"limits.{layer}\n"
        f"for attempt in (lambda: open({str(path)!r}), lambda: socket.socket()):\n"
        "    try: attempt(); print('went')\n"
        "    except OSError: print('held')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=CHECKOUT
    )
    assert done.stdout.split() == ["held", "went" if "file_system" in layer else "held"], done.stderr


@pytest.mark.parametrize("machine", sorted(_CALLS))
def test_every_jump_of_the_filter_lands_on_its_answer(machine: str) -> None:
    """The filter, played on every call number there is."""
    calls = _CALLS[machine]
    answers = {number: _play(program(calls), calls.architecture, number, 0) for number in range(600)}
    assert {number for number, answer in answers.items() if answer == 0x7FFF0000} == set(calls.allowed)
    assert answers[calls.clone3] == 0x00050026
    assert _play(program(calls), calls.architecture, calls.clone, 0x10000) == 0x7FFF0000
    assert _play(program(calls), calls.architecture, calls.clone, 0x11) == 0x00050001
    assert _play(program(calls), 1, calls.allowed[0], 0) == 0x00050001
    assert _play(program(calls), calls.architecture, 0x40000000 | calls.allowed[0], 0) == 0x00050001


def _play(steps: list[tuple[int, int, int, int]], architecture: int, number: int, flags: int) -> int:
    held, at = 0, 0
    while True:
        code, yes, no, operand = steps[at]
        match code:
            case 0x20:
                held = {4: architecture, 0: number, 16: flags}[operand]
            case 0x15:
                at += yes if held == operand else no
            case 0x45:
                at += yes if held & operand else no
            case _:
                assert code == 0x06
                return operand
        at += 1


@pytest.mark.parametrize(
    ("reader", "kind", "ask", "limits"),
    [
        pytest.param("memory", int, 400_000_000, Limits(memory_mb=128), id="memory"),
        pytest.param("endless", int, 1, Limits(cpu_s=1), id="processor"),
        pytest.param("silent", int, 60, Limits(stall_s=0.5), id="waiting"),
        pytest.param("huge", bytes, 3_000_000, Limits(answer_mb=2), id="answer"),
        pytest.param("breaks", str, "recursion", Limits(), id="nesting"),
    ],
)
def test_what_costs_too_much_is_refused(reader: str, kind: Any, ask: object, limits: Limits) -> None:
    with pytest.raises(InputError, match=r"the file takes more than .* to read") as refused:
        read(reader, kind, ask, limits=limits)
    assert refused.value.status == 413


def test_what_the_reader_refuses_is_said_in_its_words() -> None:
    with pytest.raises(InputError, match="not good") as refused:
        read("refuses", str, "good")
    assert (refused.value.field, refused.value.status) == ("x", 415)


@pytest.mark.parametrize(
    ("reader", "kind", "ask"),
    [
        pytest.param("dies", int, 3, id="exit"),
        pytest.param("breaks", str, "key", id="bug"),
        pytest.param("lines", int, 1, id="wrong-type"),
    ],
)
def test_what_breaks_the_reader_is_one_sentence(reader: str, kind: Any, ask: object) -> None:
    with pytest.raises(InputError, match="the file cannot be read"):
        read(reader, kind, ask, b"text")


def test_no_secret_goes_along() -> None:
    (names,) = read("secrets", str, "")
    assert "PYTHONUTF8" in names
    assert not [name for name in names.split() if "WINGMAN" in name or "HOME" in name]


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert read("lines", str, 1, tmp_path / "pipe") == [""]
