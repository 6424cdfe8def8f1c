"""Recordings in, transcripts out: what is written where, what is said, and the exit status."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support import media_files as make
from tests.support import recordings, sample
from tests.support.cli import refused, wingman
from tests.support.media_files import THREE, Sound, tone, write
from tests.support.tone_transcriber import ToneTranscriber
from wingman.audio import recording as media
from wingman.audio import sandboxed
from wingman.commands import transcribe
from wingman.commands.cli import main
from wingman.commands.transcribe import Job, jobs_of
from wingman.core.errors import InputError
from wingman.meeting.providers import ProviderFactory


@pytest.fixture(autouse=True)
def _heard_by_tone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each burst of tone is a word, of a file that this process reads; nothing is remembered between tests."""
    monkeypatch.setattr(transcribe, "probe", media.probe)
    monkeypatch.setattr(sandboxed, "read", media.read)
    monkeypatch.setattr(ProviderFactory, "transcriber", lambda *_: ToneTranscriber())
    monkeypatch.setenv("WINGMAN_DELIVER__DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    ToneTranscriber.heard_s = 0.0


def recording(path: Path, codec: str = "pcm_s16le") -> Path:
    return write(path, (tone(10, THREE, 16_000), Sound(codec, 16_000)))


def run(*arguments: object) -> int:
    return main(["transcribe", *map(str, arguments)])


def test_lines_are_shown_as_they_come(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run(recording(tmp_path / "a.wav")) == 0
    shown = capsys.readouterr().out
    assert all(word in shown for word in ("Alpha.", "Bravo.", "Charlie."))


def test_json_is_one_envelope_a_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run(recording(tmp_path / "a.wav"), "--json") == 0
    kinds = [json.loads(line)["type"] for line in capsys.readouterr().out.splitlines()]
    assert kinds[0] == "meeting.started"
    assert "utterance.created" in kinds


@pytest.mark.parametrize("form", ["txt", "srt", "vtt", "md", "json", "csv"])
def test_every_format_is_written(capsys: pytest.CaptureFixture[str], tmp_path: Path, form: str) -> None:
    out = tmp_path / f"notes.{form}"
    assert run(recording(tmp_path / "a.wav"), "-o", out) == 0
    text = out.read_text()
    assert [word for word in ("Alpha", "Bravo", "Charlie") if word in text] == ["Alpha", "Bravo", "Charlie"]
    assert run(tmp_path / "a.wav", "--format", form) == 0
    assert "Bravo" in capsys.readouterr().out
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["a.wav", out.name]


def test_many_recordings_fill_a_folder(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    files = [recording(tmp_path / name) for name in ("a.wav", "b.wav")]
    files.append(recording(tmp_path / "b.flac", "flac"))
    broken = tmp_path / "c.wav"
    broken.write_bytes(b"no sound")
    assert run(*files, broken, "--format", "srt", "-o", tmp_path / "out") == 1
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.srt", "b.flac.srt", "b.wav.srt"]
    assert "c.wav is not a media file" in capsys.readouterr().err
    heard = ToneTranscriber.heard_s
    assert run(*files, "--format", "srt", "-o", tmp_path / "out") == 0
    assert ToneTranscriber.heard_s == heard
    assert "is there already" in capsys.readouterr().err
    assert run(*files, "--format", "srt", "-o", tmp_path / "out", "--force") == 0
    assert ToneTranscriber.heard_s == pytest.approx(2 * heard)


def test_what_was_kept_can_be_asked_for(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run(recording(tmp_path / "call.wav"), "--store") == 0
    told = capsys.readouterr().err
    meeting = told.partition("is kept as meeting ")[2].partition(";")[0]
    assert main(["export", meeting, "--format", "md"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("# call.wav")
    assert "Alpha. Bravo. Charlie." in text
    assert "Nothing was said" not in text


def silence(path: Path) -> Path:
    return write(path, (tone(3, [], 16_000), Sound("pcm_s16le", 16_000)))


BAD_ENDS: dict[str, tuple[Callable[[Path], object], int, str]] = {
    "silence": (silence, 1, "silent from beginning"),
    "noise": (lambda p: p.write_bytes(b"x" * 5000), 2, "is not a media file"),
    "missing": (lambda p: None, 2, "cannot open"),
    "empty": (lambda p: p.write_bytes(b""), 2, "is empty"),
    "cut": (lambda p: make.cut(recording(p), 0.6), 3, "breaks off at 00:06 of 00:10"),
}


@pytest.mark.parametrize("kind", BAD_ENDS)
@pytest.mark.parametrize("flags", [[], ["--format", "txt"], ["--json"]])
def test_the_status_says_how_it_went(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, kind: str, flags: list[str]
) -> None:
    prepare, status, told = BAD_ENDS[kind]
    prepare(tmp_path / "a.wav")
    assert run(tmp_path / "a.wav", *flags) == status
    shown = capsys.readouterr()
    assert told in shown.err + shown.out
    assert "Traceback" not in shown.err


@pytest.mark.parametrize("fault", ["down", "defect", "deaf", "gap"])
def test_a_transcriber_that_fails_is_never_success(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fault: str
) -> None:
    monkeypatch.setattr(ToneTranscriber, "fault", fault)
    assert run(recording(tmp_path / "a.wav")) == (3 if fault == "gap" else 1)
    assert "a.wav" in capsys.readouterr().err


def test_both_sides_of_a_call(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    wave = make.sides(tone(10, [(1, "alpha")], 16_000), tone(10, [(4, "delta")], 16_000))
    path = write(tmp_path / "a.wav", (wave, Sound("pcm_s16le", 16_000, "stereo")))
    assert run(path, "--channels", "left=mic,right=tab", "--format", "txt") == 0
    assert capsys.readouterr().out.splitlines() == ["[00:01] You: Alpha.", "[00:04] Them: Delta."]
    assert run(path, "--stereo", "--format", "txt") == 0
    assert capsys.readouterr().out.splitlines() == ["[00:01] Them: Alpha.", "[00:04] You: Delta."]
    assert run(path, "--channels", "up=mic") == 2
    assert "such as tab,mic" in capsys.readouterr().err


def test_a_job_that_was_cut_off_goes_on(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The process is killed when the second word has been settled."""
    path, out = recording(tmp_path / "a.wav"), tmp_path / "a.txt"
    script = (
        "import sys; from tests.support.tone_transcriber import ToneTranscriber as T\n"
        "from wingman.meeting.providers import ProviderFactory; from wingman.commands.cli import main\n"
        "ProviderFactory.transcriber = lambda *_: T(); T.die_after = 2\n"
        f"main(['transcribe', {str(path)!r}, '-o', {str(out)!r}])\n"
    )
    died = asyncio.run(_killed(script))
    assert died != 0
    assert not out.exists()
    assert (tmp_path / "a.txt.part").exists()
    assert run(path, "-o", out) == 0
    assert "a.wav goes on at" in capsys.readouterr().err
    assert [line.split(" ")[-1] for line in out.read_text().splitlines()] == ["Alpha.", "Bravo.", "Charlie."]
    assert ToneTranscriber.heard_s < 7
    assert not (tmp_path / "a.txt.part").exists()


async def _killed(script: str) -> int:
    root = str(Path(__file__).parents[2])
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, cwd=root, stderr=asyncio.subprocess.DEVNULL
    )
    return await process.wait()


def test_another_file_of_that_name_is_begun_anew(tmp_path: Path) -> None:
    path, out = recording(tmp_path / "a.wav"), tmp_path / "a.txt"
    part = tmp_path / "a.txt.part"
    part.write_text(json.dumps({"job": "another"}) + '\n{"kind":"Final"}\n')
    assert run(path, "-o", out) == 0
    assert len(out.read_text().splitlines()) == 3
    assert not part.exists()


def test_where_it_goes() -> None:
    one, two = Path("x/a.wav"), Path("b.wav")
    assert jobs_of([one], "", "")[0].target is None
    assert jobs_of([one], "", "n.srt")[0].format == "srt"
    assert jobs_of([one], "", "n")[0].format == "txt"
    assert [job.target for job in jobs_of([one, two], "vtt", "d")] == [Path("d/a.vtt"), Path("d/b.vtt")]
    with pytest.raises(InputError, match="name a folder with -o"):
        jobs_of([one, two], "srt", "")


def test_only_a_file_is_made_anew(tmp_path: Path) -> None:
    """A device or a pipe is written to: whoever is root would have a file in the place of `/dev/null`."""
    source, kept = recording(tmp_path / "a.wav"), tmp_path / "kept.txt"
    kept.touch()
    link, pipe = tmp_path / "link.txt", tmp_path / "pipe"
    link.symlink_to(kept)
    os.mkfifo(pipe)
    assert Job(source, target=Path(os.devnull)).made is None
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    assert Job(source, target=loop).made == loop
    loop.unlink()
    with ThreadPoolExecutor(1) as reader:
        read = reader.submit(pipe.read_text)
        assert run(source, "-o", pipe) == 0
        assert run(source, "-o", link) == 0
        assert read.result() == kept.read_text()
    assert link.is_symlink()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.wav", "kept.txt", "link.txt", "pipe"]


def test_files_that_are_no_recordings(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("these are words, not sound\n" * 50, encoding="utf-8")
    empty = tmp_path / "empty.wav"
    empty.touch()
    broken = tmp_path / "broken.ogg"
    broken.write_bytes((sample.FOLDER / "meeting.ogg").read_bytes()[:60] + b"\0" * 500)
    for path in (text, empty, broken, tmp_path / "missing.wav"):
        refused(wingman("transcribe", str(path)), path.name)
    refused(wingman("demo", "--exit", "--audio", str(text)), text.name)


def test_transcribe_prints_what_was_said(tmp_path: Path) -> None:
    path, turn = recordings.turn(tmp_path / "turn.wav", "Can you tell me")
    done = wingman("transcribe", "--stereo", "--emotion", "counterpart", str(path))
    assert done.returncode == 0, done.stderr
    (line,) = [line for line in done.stdout.splitlines() if "Them" in line]
    heard = sample.plain_words(line.partition("Them")[2].partition("[")[0])
    assert sample.word_errors(sample.plain_words(turn.text), heard) <= 2
    assert "[tone: unknown]" in done.stdout  # one utterance is no baseline to compare with
