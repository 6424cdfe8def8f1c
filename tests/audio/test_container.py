"""A media file is opened by its bytes: its name opens nothing, a playlist opens nothing, damage is said."""

from __future__ import annotations

import io
import os
import struct
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.media_files import Sound, cut, join, tone, write
from wingman.audio.container import MediaBytes, MediaInput, display_name, unreadable
from wingman.audio.links import Link, Patch
from wingman.audio.open_header import filled_in
from wingman.audio.recording import probe, read
from wingman.core.errors import InputError
from wingman.core.media import PcmBlock

SHORT = tone(1, [(0.2, "alpha")], 16_000)
PCM = Sound("pcm_s16le", 16_000)
W64_NAME = bytes.fromhex("f3acd3118cd100c04f8edb8a")
"""With which the names of Sony's chunks end."""


def wav(path: Path) -> Path:
    return write(path, (SHORT, PCM))


def samples_in(path: Path) -> list[int]:
    """How many samples each link of a file decodes to."""
    with MediaInput(path) as media:
        counts = []
        for link in media.links:
            with media.opened(link) as container:
                counts.append(sum(frame.samples for frame in container.decode(audio=0)))
        return counts


def pcm_in(path: Path) -> bytes:
    pieces = [piece[1] for piece in read(probe(path), 16_000) if isinstance(piece, tuple)]
    return b"".join(piece.pcm for piece in pieces if isinstance(piece, PcmBlock))


@pytest.mark.parametrize(
    "name", ["12:30.wav", "http:x", "concat:a|b", "call.m3u8", "-", "a\nb%s.wav", b"\xe9t\xe9.wav"]
)
def test_a_name_is_only_a_name(tmp_path: Path, name: str | bytes) -> None:
    path = tmp_path / (os.fsdecode(name) if isinstance(name, bytes) else name)
    wav(tmp_path / "call.wav").rename(path)
    assert samples_in(path) == [pytest.approx(len(SHORT), abs=1024)]
    assert display_name(path).isprintable()


@pytest.mark.parametrize(
    "text",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{}\n",
        "ffconcat version 1.0\nfile '{}'\n",
        "v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 9 RTP/AVP 0\r\n",
    ],
    ids=["playlist", "list of files", "session description"],
)
def test_what_names_other_files_is_refused(tmp_path: Path, text: str) -> None:
    secret, path = wav(tmp_path / "secret.wav"), tmp_path / "call.wav"
    path.write_text(text.format(secret))
    with pytest.raises(InputError, match=r"call\.wav is not a media file"):
        samples_in(path)


def test_what_is_no_file_is_said(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "empty.wav").touch()
    for name, why in [
        ("none.wav", "No such file"),
        ("pipe", "not a regular file"),
        (".", "a folder"),
        ("empty.wav", "0 bytes"),
        ("a\0b", "zero byte"),
    ]:
        with pytest.raises(InputError, match=why) as refused:
            MediaInput(tmp_path / name, "the recording")
        assert "the recording" in str(refused.value)


def test_what_was_joined_is_read_link_by_link(tmp_path: Path) -> None:
    for name, codec, rate in (("a.ogg", "flac", 16_000), ("a.flv", "aac", 44_100)):
        one = write(tmp_path / name, (tone(1, [(0.2, "alpha")], rate), Sound(codec, rate)))
        path = join(tmp_path / f"both-{name}", one, one)
        assert samples_in(path) == samples_in(one) * 2
        with MediaInput(one) as alone, MediaInput(path) as media, MediaInput(cut(path, 0.9)) as broken:
            assert (alone.incomplete, media.incomplete, broken.incomplete) == (False, False, True)


def test_a_wav_whose_header_is_wrong_is_read_to_its_end(tmp_path: Path) -> None:
    path = wav(tmp_path / "call.wav")
    size = path.stat().st_size
    with path.open("ab") as file:
        file.write(np.tile(SHORT, 2).tobytes())
    assert samples_in(path)[0] == pytest.approx(3 * len(SHORT), abs=2048)
    with MediaInput(path) as media:
        assert media.stretch == pytest.approx(3, rel=0.1)
        assert not media.incomplete
    os.truncate(path, size // 2)
    with MediaInput(path) as media:
        assert media.stretch == pytest.approx(2, rel=0.1)
        assert media.incomplete


def test_lengths_that_a_recorder_left_open_are_those_of_the_file(tmp_path: Path) -> None:
    """Nothing, next to nothing, or everything, as crashed recorders and pipes leave them."""
    for name, codec, mark, offset, width in (
        ("a.w64", "pcm_s16le", b"data\xf3\xac", 16, 8),
        ("a.w64", "pcm_s16le", b"riff", 16, 8),
        ("a.aiff", "pcm_s16be", b"SSND", 4, 4),
        ("a.aiff", "pcm_s24be", b"SSND", 4, 4),
        ("a.au", "pcm_s16be", b".snd", 8, 4),
        ("a.caf", "pcm_s16le", b"data", 4, 8),
    ):
        whole = write(tmp_path / name, (SHORT, Sound(codec, 16_000))).read_bytes()
        at = whole.index(mark) + offset
        for length in (bytes(width), b"\xff" * width, b"\xff" * (width - 1) + b"\xf0"):
            if name == "a.caf" and length != b"\xff" * width:
                continue  # Apple's has one way to say that it is open
            path = tmp_path / f"open-{name}"
            path.write_bytes(whole[:at] + length + whole[at + width :])
            found = probe(path)
            assert samples_in(path) == samples_in(tmp_path / name), (name, mark, length)
            assert found.duration == pytest.approx(1, abs=0.1)
    film = write(tmp_path / "a.m4a", (SHORT, Sound("aac", 16_000)))
    wanted = samples_in(film)
    film.write_bytes(film.read_bytes() + b"\0\0\0\1skip" + b"\xff" * 8)
    assert samples_in(film) == wanted


def test_a_header_that_breaks_off_anywhere_asks_for_nothing_that_is_not_there(tmp_path: Path) -> None:
    for name, codec in (("a.w64", "pcm_s16le"), ("a.aiff", "pcm_s16be"), ("a.au", "pcm_s16be")):
        whole = write(tmp_path / name, (SHORT, Sound(codec, 16_000))).read_bytes()
        path = tmp_path / "begun"
        path.write_bytes(whole[:150])
        with path.open("rb") as file:
            for length in range(150, 0, -1):
                os.truncate(path, length)
                for patch in filled_in(file.fileno(), Link(0, length)):
                    assert patch.at + len(patch.content) <= length


def test_sound_that_is_stated_to_be_none_is_none(tmp_path: Path) -> None:
    """What follows are tags, which would be heard as noise."""
    path = tmp_path / "a"
    for name, codec, mark, tag in (
        ("a.w64", "pcm_s16le", b"data\xf3\xac", b"junk" + W64_NAME + struct.pack("<Q", 64) + b"text" * 10),
        ("a.aiff", "pcm_s16be", b"SSND", b"ANNO" + struct.pack(">I", 40) + b"text" * 10),
    ):
        whole = bytearray(write(tmp_path / name, (SHORT, Sound(codec, 16_000))).read_bytes())
        at = whole.index(mark)
        small = name == "a.aiff"
        none = struct.pack(">III", 8, 0, 0) if small else W64_NAME + struct.pack("<Q", 24)
        whole[at + 4 :] = none + tag
        whole[4 if small else 16 : 8 if small else 24] = struct.pack(
            ">I" if small else "<Q", len(whole) - 8 * small
        )
        path.write_bytes(whole)
        with path.open("rb") as file:
            assert filled_in(file.fileno(), Link(0, len(whole))) == (), name


def test_a_container_behind_a_tag_is_read(tmp_path: Path) -> None:
    tag = b"ID3\x04\0\0\0\0\1\x48" + bytes(200)
    for name, codec in (
        ("a.wav", "pcm_s16le"),
        ("a.aiff", "pcm_s16be"),
        ("a.m4a", "aac"),
        ("a.mp3", "libmp3lame"),
    ):
        path = write(tmp_path / name, (SHORT, Sound(codec, 16_000)))
        wanted = samples_in(path)
        path.write_bytes(tag * 2 + path.read_bytes())
        assert samples_in(path) == wanted, name
        with MediaInput(path) as media:
            assert not media.incomplete
        with MediaInput(cut(path, 0.7)) as broken:
            assert broken.incomplete == (name == "a.wav")


def test_a_wav_with_several_chunks_of_sound_is_heard_whole(tmp_path: Path) -> None:
    """Recorders that append write another one."""
    path = wav(tmp_path / "a.wav")
    sound = SHORT.tobytes()
    whole = wave(1, 16, 16, sound)
    head = whole[12 : -len(sound) - 8]
    for between in (b"", b"LIST" + struct.pack("<I", 5) + b"INFOx\0"):
        body = b"WAVE" + head
        for piece in (b"x", sound[:6000], sound[6000:20_000], sound[20_000:], b""):
            body += b"data" + struct.pack("<I", len(piece)) + piece + bytes(len(piece) % 2) + between
        path.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
        assert pcm_in(path) == sound
        with MediaInput(path) as media, MediaInput(cut(path, 0.8)) as broken:
            assert (media.incomplete, broken.incomplete) == (False, True)
    rest, tags = sound[6000:], (b"ID3\3" + bytes(40), b"TAG" + b"x" * 125)
    for stated, last in ((0, rest), (0x7FFFFFFF, rest), (0xFFFFFFFF, rest), (0, tags[0]), (0, tags[1])):
        body = b"WAVE" + head + b"data" + struct.pack("<I", 6000) + sound[:6000]
        body += b"data" + struct.pack("<I", stated) + last  # of which nobody came to say how long it is
        path.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
        assert pcm_in(path) == (sound if last is rest else sound[:6000]), (stated, last[:4])


def test_a_rate_that_no_sound_has_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    for rate in (1, 999, 0x7FFFFFFF):
        whole = bytearray(wave(1, 16, 16, SHORT.tobytes()))
        whole[24:28] = struct.pack("<I", rate)
        path.write_bytes(whole)
        with pytest.raises(InputError, match=f"a.wav says {rate} samples a second"):
            probe(path)


def test_what_is_no_recording_is_said_to_be_what_it_is() -> None:
    for head, why in (
        (b"%PDF-1.7", "it is a PDF"),
        (b"PK\x03\x04\x14", "it is a ZIP archive; unpack"),
        (b"\xef\xbb\xbf\r\n<!DOCTYPE html>", "it is a web page"),
        (b"<HTML>", "it is a web page"),
        (b"#EXTM3U\n", "it is a playlist"),
        (b"OggS", "x"),
    ):
        assert why in str(unreadable("a.mp3", ValueError("x"), head)).replace(");", ";"), head


def test_a_film_without_its_index_is_told_from_other_nonsense() -> None:
    assert "its index is missing" in str(unreadable("a.mp4", ValueError("x"), b"\0\0\0\x20ftypisom"))
    assert "(x)" in str(unreadable("a.mp4", ValueError("x\ny"), b""))


@given(st.lists(st.tuples(st.integers(-60, 60), st.integers(0, 2), st.integers(-1, 60)), max_size=9))
def test_a_stretch_of_a_file_is_a_file_of_its_own(steps: list[tuple[int, int, int]]) -> None:
    content = bytes(range(100))
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        stretch, like = MediaBytes(file.fileno(), Link(20, 70)), io.BytesIO(content[20:70])
        for offset, whence, size in steps:
            base = (0, like.tell(), 50)[whence]
            assert stretch.seek(offset, whence) == like.seek(max(0, base + offset))
            assert stretch.read(size) == like.read(size)


def wave(form: int, width: int, valid: int, sound: bytes, name: bytes = b"RIFF") -> bytes:
    """One side at 16 kHz; `valid` bits of `width` are used."""
    more = struct.pack("<HHI", 22, valid, 4) + bytes.fromhex("0100000000001000800000aa00389b71")
    head = struct.pack("<HHIIHH", form, 1, 16_000, 2000 * width, width // 8, width) + more
    body = b"WAVEfmt " + struct.pack("<I", len(head)) + head + b"data" + struct.pack("<I", len(sound)) + sound
    return name + struct.pack("<I", len(body)) + body


@pytest.mark.parametrize(("width", "valid"), [(32, 24), (32, 20), (24, 20), (32, 32), (24, 24)])
def test_samples_that_fill_their_containers_in_part_are_no_noise(
    tmp_path: Path, width: int, valid: int
) -> None:
    wanted = np.asarray(SHORT, np.int64)
    upper = wanted << (width - 16)
    content = b"".join(int(value).to_bytes(width // 8, "little", signed=True) for value in upper)
    path = tmp_path / "recorder.wav"
    path.write_bytes(wave(0xFFFE, width, valid, content))
    for chunks in (1, 2):
        heard = np.frombuffer(pcm_in(path), "<i2").astype(np.int64)
        assert len(heard) == chunks * len(wanted)
        assert int(np.abs(heard - np.tile(wanted, chunks)).max()) <= 1
        with path.open("ab") as file:
            file.write(b"data" + struct.pack("<I", len(content)) + content)


def test_many_links_and_chunks_cost_what_the_file_weighs(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    whole = wave(1, 16, 16, b"")[12:-8]
    riff = b"RIFF" + struct.pack("<I", 4) + b"WAVE"
    junk = b"JUNK" + struct.pack("<I", 200_000) + bytes(200_000)
    for content, links in (
        (riff * 10_050, 10_000),
        (riff + junk + whole + (b"data" + struct.pack("<I", 2) + b"ab") * 200, 200),
        (b"ID3\x04\0\0\0\0\0\0" * 10_050 + riff, 1),
    ):
        path.write_bytes(content)
        with MediaInput(path) as media:
            assert (len(media.links), media.incomplete) == (links, links == 10_000)
            assert sum(len(link.header.content) for link in media.links if link.header) < len(content)


def test_an_flv_may_end_without_the_length_of_its_last_tag(tmp_path: Path) -> None:
    path = write(tmp_path / "a.flv", (SHORT, Sound("libmp3lame", 44_100)))
    size = path.stat().st_size
    for less, incomplete in ((4, False), (5, True)):
        os.truncate(path, size - less)
        with MediaInput(path) as media:
            assert media.incomplete == incomplete


def test_what_would_be_noise_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "old.wav"
    path.write_bytes(wave(0xFFFE, 16, 16, bytes(32_000), name=b"RIFX"))
    with pytest.raises(InputError, match="big-endian"):
        probe(path)
    path.write_bytes(wave(0x4242, 16, 16, bytes(32_000)))
    with pytest.raises(InputError, match="coding that is not known"):
        probe(path)


@given(st.binary(max_size=40), st.integers(0, 40), st.integers(0, 50), st.binary(max_size=9))
def test_a_patch_is_read_whatever_the_pieces(data: bytes, start: int, at: int, content: bytes) -> None:
    whole = bytearray(bytes(start) + data)
    for n, byte in enumerate(content):
        if start <= at + n < len(whole):
            whole[at + n] = byte
    assert Patch(at, content).on(data, start) == bytes(whole[start:])
