"""A job that was cut off says first what it had settled, and hears only what comes after that."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wingman.audio.tape import Cursor, Tape
from wingman.core.errors import Branch, InputError, Missed, Progress
from wingman.core.media import GapCause, PcmBlock
from wingman.core.speech import Final, Interim, SpeechEnded, SpeechStarted, TranscriberEvent, Word
from wingman.core.time import SAMPLE_RATE, Channel, Span
from wingman.meeting.import_journal import NAME, ImportJournals, Journal, JournaledTranscriber
from wingman.stt.base import Emit, TranscriberInfo


def said(text: str, start: int, channel: Channel = Channel.TAB) -> Final:
    span = Span(start, start + 8000)
    return Final(channel, span, (Word(text, span.start, span.end, 0.5, "tab:1"),), endpoint=True)


def upto(sample: int, channel: Channel = Channel.TAB) -> Progress:
    return Progress(Branch.TRANSCRIBE, channel, sample)


SETTLED: list[TranscriberEvent] = [
    SpeechStarted(Channel.TAB, 0),
    said("grüß dich\n🙂", 0),
    SpeechEnded(Channel.TAB, 8000),
    Missed(Branch.TRANSCRIBE, Channel.TAB, Span(8000, 16_000), GapCause.RECONNECT),
    upto(16_000),
]


def written(path: Path, *events: TranscriberEvent, job: str = "a") -> None:
    journal = Journal(path, job)
    for event in events:
        journal.note(event)
    journal.close()


def known(path: Path, job: str = "a", channel: Channel = Channel.TAB) -> list[TranscriberEvent]:
    journal = Journal(path, job)
    journal.close()
    return list(journal.known(channel))


def test_what_was_settled_comes_back_as_it_was_and_again(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    written(path, *SETTLED, said("other", 0, Channel.MIC), upto(9000, Channel.MIC))
    assert known(path) == SETTLED
    assert known(path, channel=Channel.MIC) == [said("other", 0, Channel.MIC), upto(9000, Channel.MIC)]
    journal = Journal(path, "a")
    assert journal.resumed_at == 16_000
    journal.note(said("more", 16_000))
    journal.note(upto(30_000))
    journal.done()
    journal.note(said("too late", 30_000))
    assert not path.exists()


def test_what_follows_the_last_mark_of_progress_is_left_to_be_said_again(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    interim = Interim(Channel.TAB, Span(16_000, 17_000), ())
    written(path, *SETTLED, interim, said("not yet", 16_000), said("never marked", 0, Channel.MIC))
    assert known(path) == SETTLED
    assert known(path, channel=Channel.MIC) == []


def test_another_job_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    written(path, *SETTLED)
    assert known(path, job="b") == []
    assert known(path) == [], "and what the first had is gone"


@pytest.mark.parametrize("cut", [1, 5, 40])
def test_a_line_cut_by_a_crash_costs_no_other(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "journal"
    written(path, *SETTLED, said("more", 16_000), upto(30_000))
    path.write_bytes(path.read_bytes()[:-cut])
    assert known(path) == SETTLED
    written(path, said("more", 16_000), upto(30_000))
    assert known(path) == [*SETTLED, said("more", 16_000), upto(30_000)]


@pytest.mark.parametrize(
    "line",
    [
        b"\xff\xfe",
        b"[]",
        b"null",
        b'{"kind": "Final"}',
        b'{"kind": "Path", "event": {}}',
        b'{"kind": ["Final"], "event": 1}',
        b'{"kind": "Progress", "event": {"branch": "transcribe", "channel": "roof", "upto": 99}}',
    ],
)
def test_a_damaged_line_is_passed_over(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "journal"
    written(path, *SETTLED)
    head, rest = path.read_bytes().split(b"\n", 1)
    path.write_bytes(head + b"\n" + line + b"\n" + rest)
    assert known(path) == SETTLED


@settings(max_examples=30)
@given(st.binary(max_size=200))
def test_no_file_is_an_exception(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_bytes(content)
    assert known(path) == []
    assert json.loads(path.read_text()) == {"job": "a"}


def test_a_journal_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot write"):
        Journal(tmp_path, "a")


def test_a_disk_that_takes_no_more_costs_only_the_way_back(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = Journal(path, "a")
    for event in SETTLED:
        journal.note(event)
    journal._writer.submit(list).result(60)  # all of that is written
    with journal._file, Path("/dev/full").open("wb", buffering=0) as full:
        journal._file = full
        journal.note(said("refused", 16_000))
        journal.note(upto(30_000))
        journal.close()
    assert known(path) == SETTLED


class Narrow(io.FileIO):
    """A file that takes half of what it is given."""

    def write(self, content: Any) -> int:
        return super().write(content[: (len(content) + 1) // 2])


def test_a_disk_that_takes_half_a_line_gets_the_rest_of_it(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = Journal(path, "a")
    with journal._file, Narrow(path, "ab") as narrow:
        journal._file = narrow
        for event in SETTLED:
            journal.note(event)
        journal.close()
    assert known(path) == SETTLED


def test_a_disk_that_hangs_holds_nobody_up(tmp_path: Path) -> None:
    reads, writes = os.pipe()
    journal = Journal(tmp_path / "journal", "a")
    before, journal._file = journal._file, os.fdopen(writes, "wb", buffering=0)
    before.close()
    try:
        for _ in range(900):  # a pipe takes 64 kB, then it is as a disk that does not answer
            journal.note(said("x" * 100, 0))
    finally:
        os.close(reads)  # it answers
    journal.close()


class Listener:
    """A transcriber that marks what it was given, and nothing else."""

    info = TranscriberInfo("listener", remote=False)

    def __init__(self) -> None:
        self.began: list[int] = []
        self.flushed = 0

    async def run(self, channel: Channel, audio: Cursor, emit: Emit) -> None:
        self.began.append(audio.position)
        while (item := await audio.read(SAMPLE_RATE)) is not None:
            emit(Interim(channel, item.span, ()))
            emit(upto(item.span.end, channel))

    def flush(self) -> None:
        self.flushed += 1


async def test_a_job_goes_on_where_it_stopped(tmp_path: Path) -> None:
    path, listener, told = tmp_path / "journal", Listener(), list[TranscriberEvent]()
    written(path, *SETTLED)
    tape = Tape(10)
    tape.write(PcmBlock(0, bytes(2 * 40_000)))
    tape.close()
    journal = Journal(path, "a")
    transcriber = JournaledTranscriber(listener, journal)
    await transcriber.run(Channel.TAB, tape.cursor(), told.append)
    transcriber.flush()
    journal.close()
    assert told[: len(SETTLED)] == SETTLED
    assert listener.began == [16_000]
    assert [event.upto for event in told if isinstance(event, Progress)] == [16_000, 32_000, 40_000]
    assert known(path) == [*SETTLED, upto(32_000), upto(40_000)]
    assert (listener.flushed, transcriber.info) == (1, listener.info)


async def test_a_recording_shorter_than_what_was_settled_is_heard_no_further(tmp_path: Path) -> None:
    path, listener, told = tmp_path / "journal", Listener(), list[TranscriberEvent]()
    written(path, *SETTLED)
    tape = Tape(10)
    tape.write(PcmBlock(0, bytes(2 * 100)))
    tape.close()
    journal = Journal(path, "a")
    await JournaledTranscriber(listener, journal).run(Channel.TAB, tape.cursor(), told.append)
    journal.close()
    assert (told, listener.began) == (SETTLED, [])


def test_a_crash_while_it_is_begun_anew_leaves_what_there_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "journal"
    written(path, *SETTLED)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as crash:
        crash.setattr(os, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            Journal(path, "a")
    assert known(path) == SETTLED


def test_a_sealed_journal_shows_no_word_and_opens_with_its_key(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    for _ in range(2):  # begun anew, it is sealed anew
        journal = Journal(path, "a", "a key")
        journal.close()
    journal = Journal(path, "a", "a key")
    for event in SETTLED:
        journal.note(event)
    journal.close()
    content = path.read_bytes()
    assert b"dich" not in content
    assert b"Final" not in content
    assert path.stat().st_mode & 0o077 == 0
    path.write_bytes(content[:-3])  # a crash
    again = Journal(path, "a", "a key")
    again.close()
    assert list(again.known(Channel.TAB)) == []  # its mark of progress was in what is gone
    path.write_bytes(content)
    for key, expected in (("a key", SETTLED), ("another", [])):
        copy = tmp_path / "copy"
        copy.write_bytes(content)
        opened = Journal(copy, "a", key)
        opened.close()
        assert list(opened.known(Channel.TAB)) == expected


@pytest.mark.parametrize("key", ["", "a key"])
def test_a_meetings_journal_goes_on_in_the_next_meeting(tmp_path: Path, key: str) -> None:
    journals = ImportJournals(tmp_path, key)
    first = journals.begin("job", "m-1")
    for event in SETTLED:
        first.note(event)
    first.close()
    for job, meeting, live in (("job", "m-2", {"m-1"}), ("another", "m-3", set())):
        other = journals.begin(job, meeting, live)  # that one is still at it; this is another
        other.close()
        assert other.resumed_at == 0
    (tmp_path / "meetings" / "m-2" / NAME).unlink()
    again = journals.begin("job", "m-4")
    again.close()
    assert list(again.known(Channel.TAB)) == SETTLED
    assert not (tmp_path / "meetings" / "m-1" / NAME).exists()


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "meetings").write_text("a file")
    with pytest.raises(InputError, match="cannot make"):
        ImportJournals(tmp_path).begin("job", "m-1")


def test_a_journal_that_cannot_go_leaves_no_file_open(tmp_path: Path) -> None:
    (before := tmp_path / "before").mkdir()
    opened = len(os.listdir("/dev/fd"))
    with pytest.raises(InputError, match="cannot write") as refused:
        Journal(tmp_path / "journal", "a", before=before)
    assert len(os.listdir("/dev/fd")) == opened, refused.value
