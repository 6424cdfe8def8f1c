from __future__ import annotations

import os
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from tests.support.bombs import long_silence, wide_film
from tests.support.media_files import Sound, sides, tone, write
from wingman.audio import recording, sandboxed
from wingman.config.paths import SAMPLE
from wingman.core.errors import InputError
from wingman.core.losses import Loss
from wingman.core.media import PcmBlock
from wingman.core.time import SAMPLE_RATE


def test_a_recording_is_the_same_as_it_is_here() -> None:
    found = sandboxed.probe(SAMPLE, listen=True)
    assert found == recording.probe(SAMPLE, listen=True)
    there, here = (list(islice(read(found, SAMPLE_RATE), 50)) for read in (sandboxed.read, recording.read))
    assert there == here


@pytest.mark.parametrize("factor", [0.004, 20.0])
def test_what_is_told_at_the_end_of_a_recording_is_told_there_as_well(tmp_path: Path, factor: float) -> None:
    voice = np.clip(tone(2, [(0.2, "alpha"), (1, "bravo")], 16_000) * factor, -32_768, 32_767).astype(np.int16)
    columns = sides(voice, np.zeros_like(voice), -voice)
    track = (columns, Sound("flac", 16_000, "2.1"))
    path = write(tmp_path / "a.mkv", track, track)
    found = recording.probe(path)
    there = list(sandboxed.read(found, SAMPLE_RATE))
    assert there == list(recording.read(found, SAMPLE_RATE))
    assert isinstance(there[-1], Loss)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"no sound at all" * 99, id="text"),
        pytest.param(b"ffconcat version 1.0\nfile /etc/passwd\n", id="playlist"),
        pytest.param(b"\x1aE\xdf\xa3" + b"\xff" * 4000, id="broken-matroska"),
    ],
)
def test_what_is_no_recording_is_said_in_its_own_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "call.mkv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"call\.mkv"):
        sandboxed.probe(path)


def test_a_huge_picture_beside_the_sound_costs_nothing(tmp_path: Path) -> None:
    path = tmp_path / "film.mov"
    wide_film(path, 6000)
    found = sandboxed.probe(path)
    sounds = (piece[1] for piece in sandboxed.read(found, SAMPLE_RATE) if isinstance(piece, tuple))
    heard = sum(sound.length for sound in sounds if isinstance(sound, PcmBlock))
    assert heard == pytest.approx(SAMPLE_RATE, abs=200)


def test_a_recording_without_end_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "silence.flac"
    long_silence(path, 0.05)
    monkeypatch.setattr(sandboxed, "LONGEST_H", 0.02)
    pieces = sandboxed.read(sandboxed.probe(path), SAMPLE_RATE)
    with pytest.raises(InputError, match=r"silence\.flac holds more than 0\.02 h of sound"):
        for _ in pieces:
            pass


def test_a_reading_that_is_given_up_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "silence.flac"
    long_silence(path, 0.05)
    pieces = sandboxed.read(sandboxed.probe(path), SAMPLE_RATE)
    next(pieces)
    pieces.close()


NAMES = [b"lat\xe9n.wav", b"new\nline.wav", "名前.wav".encode(), b"--help.wav", b"12:30.wav"]


@pytest.mark.parametrize("name", NAMES, ids=["latin-1", "newline", "japanese", "dashes", "colon"])
def test_a_name_is_bytes(tmp_path: Path, name: bytes) -> None:
    path = tmp_path / os.fsdecode(name)
    path.symlink_to(SAMPLE)
    pieces = sandboxed.read(sandboxed.probe(path), SAMPLE_RATE)
    assert isinstance(next(pieces), tuple)
    pieces.close()
