"""The command line as a whole."""

from __future__ import annotations

import argparse
import errno
import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.commands.test_output_file import LARGEST
from tests.support import recordings
from tests.support.event_log import full_disk
from wingman.commands import export
from wingman.commands.cli import INTERRUPTED, PIPE_CLOSED, SYSTEM_ERROR, USAGE_ERROR, build_parser, main
from wingman.core.errors import InputError


def test_a_reader_that_has_had_enough_ends_it_quietly(tmp_path: Path) -> None:
    path, _ = recordings.turn(tmp_path / "turn.wav", "Can you tell me")
    command = [sys.executable, "-m", "wingman", "transcribe", "--json", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline()
        process.stdout.close()
        said = process.stderr.read()
        process.wait(timeout=60)
    assert process.returncode in (0, 141)
    assert "Traceback" not in said


def test_the_number_of_a_stream_that_was_closed_is_nobody_elses(tmp_path: Path) -> None:
    """A log that got it would be written into by whatever is printed."""
    asked = "import os, sys; from wingman.commands.cli import main; main([]); "
    asked += f"open({str(tmp_path / 'said')!r}, 'w').write(str(os.open({str(tmp_path)!r}, os.O_RDONLY)))"
    done = subprocess.run(["sh", "-c", f'exec {sys.executable} -c "$0" <&- >&- 2>&-', asked], check=False)
    assert done.returncode == 0
    assert int((tmp_path / "said").read_text()) > 2


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_that_cannot_show_it_ends_no_command(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    monkeypatch.setattr(sys, "stdout", out)
    main(["doctor"])
    out.flush()
    out.buffer.seek(0)
    assert out.buffer.read().startswith(b"\\u2713 Wingman")


def _broken(*_: Any) -> int:
    raise BrokenPipeError(errno.EPIPE, "Broken pipe")


def _broken_in_a_group(*_: Any) -> int:
    raise ExceptionGroup("tasks", [BrokenPipeError(errno.EPIPE, "Broken pipe")])


@pytest.mark.parametrize("raising", [_broken, _broken_in_a_group], ids=["alone", "in a group"])
def test_a_closed_pipe_is_no_fault_of_a_file(
    raising: Callable[..., int], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    reads, writes = os.pipe()
    os.close(reads)
    monkeypatch.setattr("wingman.commands.doctor.main", raising)
    with open(writes, "w", encoding="utf-8") as out:
        monkeypatch.setattr(sys, "stdout", out)
        assert main(["doctor"]) == PIPE_CLOSED
    assert capfd.readouterr().err == ""


def test_another_pipe_that_breaks_is_told(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("wingman.commands.doctor.main", _broken)
    reads, writes = os.pipe()
    with open(writes, "w", encoding="utf-8") as out:
        monkeypatch.setattr(sys, "stdout", out)
        assert main(["doctor"]) == SYSTEM_ERROR
    os.close(reads)
    assert capfd.readouterr().err == "wingman: Broken pipe\n"


def test_output_that_cannot_be_written_is_told() -> None:
    """What is short stands in a buffer until Python ends, where nobody catches anything any more."""
    command = [sys.executable, "-m", "wingman", "completion", "bash"]
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    reads, gone = os.pipe()
    os.close(reads)
    for out, code, says in (
        ("/dev/full", SYSTEM_ERROR, "wingman: No space left on device\n"),
        (gone, PIPE_CLOSED, ""),
    ):
        with open(out, "wb") as file:
            done = subprocess.run(
                command, stdout=file, stderr=subprocess.PIPE, env=buffered, text=True, check=False
            )
        assert (done.returncode, done.stderr) == (code, says)


@pytest.mark.parametrize("value", ["99999", "-1", "http"])
@pytest.mark.parametrize(
    "command", [["serve", "--port"], ["emulate", "hume", "--port"], ["mcp", "--http"]], ids=" ".join
)
def test_what_is_no_port_is_refused(command: list[str], value: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*command[:-1], f"{command[-1]}={value}"])
    assert ended.value.code == 2
    assert "port" in capsys.readouterr().err.splitlines()[-1]


def test_numbers_and_flags_that_make_no_sense_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    for line, says in (
        ("meetings --limit 0", "--limit: must be a whole number from 1 to 500"),
        ("audit --limit -5", "--limit: must be"),
        ("audit --after 99999999999999999999", "--after: must be"),
        ("bench --chunk-ms 0", "--chunk-ms: must be"),
        ("bench --seconds nan", "--seconds: must be a number, and more than 0"),
        ("bench --seconds abc", "--seconds: must be a number, and more than 0"),
        ("bench --workers x", "--workers: must be a whole number from 1 to 64"),
        ("serve --workers x", "--workers: must be a whole number from 1"),
        ("emulate hume --port x", "--port: 'x' is no port; use 0 to 65535"),
        ("transcribe x.wav --stereo --channels tab,mic", "not allowed with argument"),
    ):
        with pytest.raises(SystemExit) as ended:
            main(line.split())
        assert ended.value.code == 2
        assert says in capsys.readouterr().err.splitlines()[-1]


def _valued(parser: argparse.ArgumentParser) -> Iterator[tuple[argparse.ArgumentParser, str]]:
    """All flags that take a value, and whose."""
    for action in parser._actions:  # argparse has no public way to list them
        if isinstance(action, argparse._SubParsersAction):
            for each in action.choices.values():
                yield from _valued(each)
        elif action.option_strings and action.nargs != 0:
            yield parser, action.option_strings[-1]


def test_a_flag_with_nothing_behind_it_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    for parser, flag in _valued(build_parser()):
        for value in ("", " "):
            with pytest.raises(SystemExit) as ended:
                parser.parse_args([f"{flag}={value}"])
            assert ended.value.code == 2
            assert flag in capsys.readouterr().err.splitlines()[-1]
    with pytest.raises(SystemExit):
        main(["delete", "--yes", ""])
    assert "ID: is empty" in capsys.readouterr().err


def test_output_has_its_short_name_everywhere() -> None:
    for parser in {each for each, flag in _valued(build_parser()) if flag == "--output"}:
        assert "-o" in parser.format_usage()


def test_flags_that_do_nothing_together_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    for line, says in (
        ("transcribe x.wav --json --format srt", "cannot both be printed"),
        ("demo --measure self", "add --audio FILE"),
        ("models list junk", "takes no name"),
        ("models remove", "needs a name"),
    ):
        assert main(line.split()) == USAGE_ERROR
        assert says in capsys.readouterr().err


def test_a_file_is_written_once_the_command_has_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    kept, new = tmp_path / "kept", tmp_path / "new"
    kept.write_text("what was there, and is longer than what comes")
    kept.chmod(0o644)
    monkeypatch.setattr("wingman.commands.doctor.main", _broken)
    for file in (kept, new):
        assert main(["doctor", "-o", str(file)]) == SYSTEM_ERROR
    monkeypatch.setattr("wingman.commands.doctor.main", lambda _: sys.stdout.write(2 * LARGEST * "x"))
    with full_disk(LARGEST):
        assert main(["doctor", "-o", str(kept)]) == SYSTEM_ERROR
        with pytest.raises(InputError, match=f"cannot write {kept}"):
            export._put(argparse.Namespace(output=str(kept), format="md"), bytes(2 * LARGEST))
    for command, status, said in (
        (["doctor"], INTERRUPTED, "half of it\n"),
        (["doctor"], USAGE_ERROR, ""),
        (["analyze", "call.wav"], SYSTEM_ERROR, "half of it\n"),
        (["trace", "m-1"], SYSTEM_ERROR, "half of it\n"),
        (["rehearse", "call.jsonl"], USAGE_ERROR, "half of it\n"),
    ):
        monkeypatch.setattr(
            f"wingman.commands.{command[0]}.main", lambda _, s=status, w=said: (sys.stdout.write(w), s)[1]
        )
        assert main([*command, "-o", str(kept)]) == status
    assert (kept.read_text()[:8], [*tmp_path.iterdir()]) == ("what was", [kept])
    capfd.readouterr()
    monkeypatch.setattr("wingman.commands.doctor.main", lambda _: int(bool(sys.stdout.write("all well\n"))))
    monkeypatch.setattr("wingman.commands.grants.main", sys.modules["wingman.commands.doctor"].main)
    for judge, name in (("audit", kept), ("doctor", new), ("doctor", "-"), ("doctor", os.devnull)):
        assert main([judge, "-o", str(name)]) == 1
    assert (kept.read_text(), new.read_text(), capfd.readouterr().out) == ("all well\n",) * 3
    monkeypatch.setattr("wingman.commands.analyze.main", lambda _: 3 * bool(sys.stdout.write("most of it\n")))
    assert main(["analyze", "call.wav", "-o", str(kept)]) == 3
    assert kept.read_text() == "most of it\n"
    assert kept.stat().st_mode & 0o777 == 0o644
