"""A file that is shorter than its own structure says is known to be cut; a whole one never is."""

from __future__ import annotations

import io
import os
import tempfile
from pathlib import Path

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.media_files import THREE, Container, Sound, tone, write
from wingman.audio.cut_short import is_cut


def cut(path: Path, content: bytes) -> bool:
    path.write_bytes(content)
    with path.open("rb") as file:
        return is_cut(file.fileno(), os.fstat(file.fileno()).st_size)


class Pipe(io.RawIOBase):
    """Nothing that was written can be changed any more, as when a browser records."""

    def __init__(self) -> None:
        super().__init__()
        self.content = b""

    def writable(self) -> bool:
        return True

    def write(self, piece: bytes) -> int:  # type: ignore[override]  # it takes bytes alone
        self.content += bytes(piece)
        return len(piece)


def recorded_live(source: Path) -> bytes:
    """The file's sound as WebM without a length or an index."""
    pipe = Pipe()
    with av.open(str(source)) as sound, av.open(pipe, "w", format="webm", options={"live": "1"}) as out:
        stream = out.add_stream_from_template(sound.streams.audio[0])
        for packet in sound.demux(audio=0):
            if packet.dts is not None:
                packet.stream = stream
                out.mux(packet)
    return pipe.content


KINDS = {
    "a.mkv": Sound("libopus"),
    "a.webm": Sound("libopus"),
    "a.mp3": Sound("libmp3lame", 44_100),
    "a.ts": Sound("aac", 44_100),
    "a.wav": Sound("pcm_s16le", 16_000),
    "a.avi": Sound("libmp3lame", 44_100),
    "a.caf": Sound("pcm_s16le", 16_000),
    "a.wma": Sound("libmp3lame", 44_100),
    "a.w64": Sound("pcm_s16le", 16_000),
}


@pytest.mark.parametrize("name", [*KINDS, "live.webm"])
def test_the_whole_is_not_cut_and_any_part_is(tmp_path: Path, name: str) -> None:
    sound = KINDS.get(name, Sound("libopus"))
    form = Container("mpegts") if name.endswith(".ts") else Container()
    path = write(tmp_path / name, (tone(10, THREE, sound.rate), sound), container=form)
    whole = recorded_live(path) if name.startswith("live") else path.read_bytes()
    assert not cut(tmp_path / "x", whole)
    lengths = [len(whole) - 9, len(whole) - 77, len(whole) // 2 + 1, len(whole) // 3 + 2]
    assert all(cut(tmp_path / "x", whole[:length]) for length in lengths)


@pytest.mark.parametrize("name", ["a.mkv", "a.mp3", "a.wav", "a.w64"])
def test_more_than_is_stated_is_not_less(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / name, (tone(3, THREE[:1], KINDS[name].rate), KINDS[name]))
    assert not cut(tmp_path / "x", path.read_bytes() + b"TAG" + bytes(125))


def test_a_wma_whose_tags_were_shortened_is_not_cut(tmp_path: Path) -> None:
    body = write(tmp_path / "a.wma", (tone(2, THREE[:1], 44_100), KINDS["a.wma"])).read_bytes()
    at = body.index(bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")) + 40
    stale = body[:at] + (len(body) + 500).to_bytes(8, "little") + body[at + 8 :]
    assert not cut(tmp_path / "x", stale)
    assert cut(tmp_path / "x", stale[: len(stale) // 2])


def test_a_length_that_nobody_knew_yet_says_nothing(tmp_path: Path) -> None:
    body = write(tmp_path / "a.wav", (tone(3, THREE[:1], 16_000), KINDS["a.wav"])).read_bytes()
    assert not cut(tmp_path / "x", body[:4] + b"\xff\xff\xff\xff" + body[8:])


HEADS = [b"", b"RIFF", b"\x1a\x45\xdf\xa3", b"ID3\x04", b"\xff\xfbXing", b"G", b"caff\0\1\0\0"]
HEADS.append(bytes.fromhex("726966662e91cf11a5d628db04c10000"))


@given(st.binary(max_size=400), st.sampled_from(HEADS))
def test_any_bytes_have_an_answer(content: bytes, head: bytes) -> None:
    with tempfile.TemporaryFile() as file:
        file.write(head + content)
        file.flush()
        assert is_cut(file.fileno(), len(head + content)) in (True, False)
