"""Recordings as they are in the field: every container, every fault; words come out where a player has them."""

from __future__ import annotations

import os
import pickle
import struct
import tracemalloc
import wave
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support import media_files as make
from tests.support.media_files import THREE, Container, Samples, Sound, hear, sides, tone, write
from wingman.audio.channel_map import parse_channel_map
from wingman.audio.recording import Recording, probe, read
from wingman.core.errors import InputError
from wingman.core.losses import Loss, LossCause
from wingman.core.media import PcmBlock
from wingman.core.time import SAMPLE_RATE, Channel

NEAR = 0.12
LATER = [(1, "alpha"), (9, "bravo"), (13, "charlie")]


def play(path: Path, channels: str = "", **wish: Any) -> tuple[dict[Channel, bytes], list[Loss]]:
    """Each channel's sound with its gaps as silence, and what was dropped."""
    heard: dict[Channel, bytearray] = {}
    lost: list[Loss] = []
    for piece in read(probe(path, parse_channel_map(channels), **wish), SAMPLE_RATE):
        if isinstance(piece, Loss):
            lost.append(piece)
            continue
        channel, item = piece
        sound = heard.setdefault(channel, bytearray())
        assert len(sound) == 2 * (item.start if isinstance(item, PcmBlock) else item.span.start)
        sound += item.pcm if isinstance(item, PcmBlock) else bytes(2 * item.span.length)
    return {channel: bytes(sound) for channel, sound in heard.items()}, lost


def words(path: Path, channels: str = "", **wish: Any) -> list[tuple[float, str]]:
    heard, _ = play(path, channels, **wish)
    (sound,) = heard.values()
    return hear(sound)


def alike(found: list[tuple[float, str]], wanted: make.Bursts) -> None:
    assert [word for _, word in found] == [word for _, word in wanted]
    assert [at for at, _ in found] == pytest.approx([at for at, _ in wanted], abs=NEAR)


def causes(lost: list[Loss]) -> set[LossCause]:
    return {loss.cause for loss in lost}


def hole(at: float) -> float:
    return 5.0 if at >= 3 else 0.0


ADTS, TS = Container("adts"), Container("mpegts")
FRAGMENTS = Container(None, (("movflags", "frag_keyframe+empty_moov"),))
FASTSTART = Container(None, (("movflags", "faststart"),))


@pytest.mark.parametrize(
    ("name", "sound", "container"),
    [
        ("a.wav", Sound("pcm_s16le", 16_000), Container()),
        ("a.wav", Sound("pcm_mulaw", 8_000), Container()),
        ("a.wav", Sound("pcm_f32le", 44_100), Container()),
        ("a.mp3", Sound("libmp3lame", 44_100), Container()),
        ("a.flac", Sound("flac"), Container()),
        ("a.ogg", Sound("libopus"), Container()),
        ("a.webm", Sound("libopus"), Container()),
        ("a.mkv", Sound("flac", 22_050), Container()),
        ("a.m4a", Sound("aac"), Container()),
        ("a.mp4", Sound("aac"), FRAGMENTS),
        ("a.mov", Sound("pcm_s16be"), Container()),
        ("a.ts", Sound("aac"), TS),
        ("a.aac", Sound("aac"), ADTS),
        ("a.aiff", Sound("pcm_s16be", 32_000), Container()),
        ("a.au", Sound("pcm_s16be", 16_000), Container()),
        ("a.caf", Sound("pcm_s16le", 16_000), Container()),
        ("a.avi", Sound("libmp3lame"), Container()),
        ("a.flv", Sound("aac", 44_100), Container()),
    ],
)
def test_containers(tmp_path: Path, name: str, sound: Sound, container: Container) -> None:
    path = write(tmp_path / name, (tone(10, THREE, sound.rate), sound), container=container)
    alike(words(path), THREE)


@pytest.mark.parametrize("name", ["a.webm", "a.mkv", "a.mp4", "a.mov", "a.ts", "a.flv"])
def test_a_hole_in_the_stamps_is_a_hole(tmp_path: Path, name: str) -> None:
    codec = "libopus" if name == "a.webm" else "aac"
    path = write(tmp_path / name, (tone(10, THREE), Sound(codec, jump=hole)))
    heard, lost = play(path)
    alike(hear(heard[Channel.TAB]), LATER)
    assert [loss.amount for loss in lost if loss.cause is LossCause.HOLE] == [pytest.approx(5.0, abs=0.1)]


def test_an_ogg_whose_stamps_are_too_early_is_heard_whole_and_in_time(tmp_path: Path) -> None:
    """Nothing in it lies beside something else, whatever its stamps say."""
    path = write(tmp_path / "a.ogg", container=Container(None, (("page_duration", "200000"),)))
    whole = path.read_bytes()
    for stamp in (
        lambda number, end: end - 2 if number > 20 else end,
        lambda number, end: end - 0.2 if number > 20 else end,
        lambda number, end: end - 5 if number == 40 else end,
        lambda number, end: end / 2,
        lambda number, end: end * 441 / 480,
        lambda number, end: 1.0,
    ):
        path.write_bytes(whole)
        heard, lost = play(make.restamp(path, stamp))
        alike(hear(heard[Channel.TAB]), THREE)
        assert lost == []


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("a.webm", 100.0),
        ("a.mkv", 26 * 3600.0),
        ("a.ts", 3600.0),
        ("a.ts", 26 * 3600.0),
        ("a.mkv", 1e6),
        ("a.flv", 900.0),
    ],
)
def test_a_recording_begins_at_its_own_beginning(tmp_path: Path, name: str, start: float) -> None:
    codec = "libopus" if name == "a.webm" else "aac"
    path = write(tmp_path / name, (tone(10, THREE), Sound(codec, start=start)))
    tracemalloc.start()
    try:
        found = probe(path)
        pieces = list(read(found, SAMPLE_RATE))
        used = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert used < 20e6
    assert found.duration == pytest.approx(10.0, abs=0.5)
    alike(
        hear(b"".join(p[1].pcm for p in pieces if isinstance(p, tuple) and isinstance(p[1], PcmBlock))), THREE
    )


@pytest.mark.parametrize("late", [3.0, 26 * 3600.0])
def test_a_late_track_keeps_its_offset(tmp_path: Path, late: float) -> None:
    path = write(
        tmp_path / "a.mkv",
        (tone(10, THREE), Sound("libopus")),
        (tone(10, [(2, "delta")]), Sound("libopus", start=late)),
    )
    pieces = [p for p in read(probe(path, parse_channel_map("tab,mic")), SAMPLE_RATE) if isinstance(p, tuple)]
    first = next(item for channel, item in pieces if channel is Channel.MIC)
    assert not isinstance(first, PcmBlock)
    assert first.span.length / SAMPLE_RATE == pytest.approx(late, abs=0.05)


def test_parts_that_overlap_are_heard_once(tmp_path: Path) -> None:
    one = write(tmp_path / "1.ts", (tone(5, [(1, "alpha"), (4, "bravo")]), Sound("aac")), container=TS)
    two = write(
        tmp_path / "2.ts", (tone(7, [(1, "bravo"), (5, "charlie")]), Sound("aac", start=3.0)), container=TS
    )
    heard, lost = play(make.join(tmp_path / "a.ts", one, two))
    alike(hear(heard[Channel.TAB]), THREE)
    assert LossCause.OVERLAP in causes(lost)


@pytest.mark.parametrize(
    ("name", "one", "two"),
    [
        ("a.ogg", Sound("libopus"), Sound("libopus", layout="stereo")),
        ("a.ogg", Sound("libopus", layout="stereo"), Sound("libopus")),
        ("a.ogg", Sound("libopus"), Sound("flac", 44_100, "stereo")),
        ("a.aac", Sound("aac"), Sound("aac", 16_000)),
        ("a.aac", Sound("aac", 22_050), Sound("aac", 48_000, "stereo")),
        ("a.aac", Sound("aac"), Sound("aac", layout="stereo")),
        ("a.mp3", Sound("libmp3lame"), Sound("libmp3lame", layout="stereo")),
        ("a.mp3", Sound("libmp3lame", 44_100), Sound("libmp3lame", 22_050)),
        ("a.ts", Sound("aac"), Sound("aac", layout="stereo")),
    ],
)
def test_sound_may_change_half_way(tmp_path: Path, name: str, one: Sound, two: Sound) -> None:
    container = {"a.aac": ADTS, "a.ts": TS}.get(name, Container())
    parts: list[Any] = []
    for sound, bursts in ((one, [(1, "alpha"), (4, "bravo")]), (two, [(3, "charlie")])):
        wave = tone(5, bursts, sound.rate)
        wave = sides(wave, wave) if sound.layout == "stereo" else wave
        parts.append(write(tmp_path / f"{len(parts)}-{name}", (wave, sound), container=container))
    alike(words(make.join(tmp_path / name, *parts)), THREE)


def test_a_recording_joined_to_itself_goes_on(tmp_path: Path) -> None:
    part = write(tmp_path / "p.webm", codec="libopus")
    found = words(make.join(tmp_path / "a.webm", part, part))
    alike(found, [*THREE, *((at + 10, word) for at, word in THREE)])


def test_joined_recordings_are_heard_to_the_end(tmp_path: Path) -> None:
    """As `cat` makes them: the second has a header of its own, which players pass over with what follows."""
    bursts = ([(1, "alpha"), (4, "bravo")], [(3, "charlie")])
    for name, codec, container in (
        ("a.wav", "pcm_s16le", Container()),
        ("a.w64", "pcm_s16le", Container()),
        ("a.aiff", "pcm_s16be", Container()),
        ("a.caf", "pcm_s16le", Container()),
        ("a.m4a", "aac", Container()),
        ("a.mp4", "aac", FRAGMENTS),
    ):
        parts = [
            write(tmp_path / f"{n}-{name}", (tone(5, part), Sound(codec)), container=container)
            for n, part in enumerate(bursts)
        ]
        heard, lost = play(make.join(tmp_path / name, *parts))
        alike(hear(heard[Channel.TAB]), THREE)
        assert lost == [], name
        assert causes(play(make.cut(tmp_path / name, 0.9))[1]) >= {LossCause.CUT_OFF}, name


def test_joined_recordings_of_odd_length_may_lack_the_padding(tmp_path: Path) -> None:
    sound = tone(5, [(1, "alpha")], 11_025)
    with wave.open(str(tmp_path / "part.wav"), "wb") as file:  # which pads nothing
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(11_025)
        file.writeframes(((sound >> 8) + 128).astype(np.uint8).tobytes())
    part = (tmp_path / "part.wav").read_bytes()
    assert len(part) % 2
    for padding in (b"", b"\0"):
        path = tmp_path / "all.wav"
        path.write_bytes(padding.join([part] * 3))
        heard, lost = play(path)
        alike(hear(heard[Channel.TAB]), [(1, "alpha"), (6, "alpha"), (11, "alpha")])
        assert lost == [], padding


def test_one_recording_in_pieces_that_each_begin_with_a_header_keeps_its_hole(tmp_path: Path) -> None:
    """Segments of a stream (DASH, HLS) as they were saved; one of them is missing."""
    options = (("movflags", "empty_moov+default_base_moof"), ("frag_duration", "2000000"))
    path = write(tmp_path / "a.mp4", codec="aac", container=Container(None, options))
    header, *pieces = path.read_bytes().split(b"moof")  # each but the last ends with the length of the next one
    lengths = [part[-4:] for part in (header, *pieces)]
    pieces = [
        length + b"moof" + piece[:-4]
        for length, piece in zip(lengths, [*pieces[:-1], pieces[-1] + bytes(4)], strict=False)
    ]
    path.write_bytes(b"".join(header[:-4] + piece for n, piece in enumerate(pieces) if n != 2))
    heard, lost = play(path)
    alike(hear(heard[Channel.TAB]), [THREE[0], THREE[2]])
    assert causes(lost) == {LossCause.HOLE}


TWO = (
    (tone(10, []), Sound("aac", title="desktop")),
    (tone(10, THREE), Sound("aac", title="voice", default=True)),
)


@pytest.mark.parametrize("name", ["a.mkv", "a.mka"])
def test_the_default_track_is_taken_and_the_other_is_told(tmp_path: Path, name: str) -> None:
    heard, lost = play(write(tmp_path / name, *TWO))
    alike(hear(heard[Channel.TAB]), THREE)
    (told,) = (loss for loss in lost if loss.cause is LossCause.NOT_TAKEN)
    assert "track 2 (voice) was taken, track 1 (desktop) was not" in told.detail


def test_another_track_can_be_asked_for(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mkv", *TWO)
    heard, lost = play(path, track=0)
    assert hear(heard[Channel.TAB]) == []
    assert {LossCause.SILENT, LossCause.NOT_TAKEN} <= causes(lost)
    with pytest.raises(InputError, match="no track 3"):
        probe(path, track=2)


def test_the_first_track_is_taken_where_none_is_the_default(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mkv", (tone(10, THREE), Sound("aac")), (tone(10, []), Sound("aac")))
    alike(words(path), THREE)


LEFT, RIGHT = [(1, "alpha"), (8, "charlie")], [(4, "delta")]
CALL: Samples = sides(tone(10, LEFT), tone(10, RIGHT))


@pytest.mark.parametrize(
    ("channels", "tab", "mic"),
    [
        ("tab,mic", LEFT, RIGHT),
        ("mic,tab", RIGHT, LEFT),
        ("left=mic,right=tab", RIGHT, LEFT),
        ("1=tab,2=mic", LEFT, RIGHT),
        ("right=tab", RIGHT, None),
        ("mic", None, [*LEFT[:1], *RIGHT, *LEFT[1:]]),
    ],
)
@pytest.mark.parametrize(("name", "codec"), [("a.wav", "pcm_s16le"), ("a.m4a", "aac"), ("a.ogg", "libopus")])
def test_whose_voice_is_on_which_side(
    tmp_path: Path, name: str, codec: str, channels: str, tab: make.Bursts | None, mic: make.Bursts | None
) -> None:
    heard, _ = play(write(tmp_path / name, (CALL, Sound(codec, layout="stereo"))), channels)
    for channel, wanted in ((Channel.TAB, tab), (Channel.MIC, mic)):
        assert (channel in heard) == (wanted is not None)
        if wanted is not None:
            alike(hear(heard[channel]), wanted)


def test_tracks_can_be_channels(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mkv", (tone(10, LEFT), Sound("aac")), (tone(10, RIGHT), Sound("aac")))
    for channels in ("mic,tab", "track1=mic,track2=tab"):
        heard, lost = play(path, channels)
        alike(hear(heard[Channel.MIC]), LEFT)
        alike(hear(heard[Channel.TAB]), RIGHT)
        assert not causes(lost)


def surround(at: int) -> Samples:
    return sides(*(tone(10, THREE) if n == at else tone(10, []) for n in range(6)))


def test_surround_is_mixed_and_its_sides_can_be_named(tmp_path: Path) -> None:
    path = write(tmp_path / "a.flac", (surround(2), Sound("flac", layout="5.1")))
    alike(words(path), THREE)
    alike(words(path, "3=tab"), THREE)
    with pytest.raises(InputError, match="6 sides; say which two"):
        probe(path, parse_channel_map("tab,mic"))


def test_a_voice_is_heard_on_a_side_that_is_called_low_effects_and_effects_are_not(tmp_path: Path) -> None:
    """Recorders number their microphones as a layout does, in which the fourth is for effects."""
    voice = tone(10, THREE, 16_000)
    rumble = (9000 * np.sin(2 * np.pi * 80 * np.arange(len(voice)) / 16_000)).astype(np.int16)
    for effects, others in ((voice, np.zeros_like(voice)), (rumble, voice)):
        columns = sides(*(effects if n == 3 else others for n in range(6)))
        alike(words(write(tmp_path / "a.flac", (columns, Sound("flac", 16_000, "5.1")))), THREE)


@pytest.mark.parametrize(("microphones", "at"), [(3, 2), (6, 3), (10, 9), (16, 4)])
def test_a_voice_is_heard_at_any_of_many_microphones(tmp_path: Path, microphones: int, at: int) -> None:
    wave_of = tone(10, THREE, 16_000)
    columns = [wave_of if n == at else np.zeros_like(wave_of) for n in range(microphones)]
    with wave.open(str(tmp_path / "a.wav"), "wb") as file:  # names no layout, as recorders do
        file.setparams((microphones, 2, 16_000, 0, "NONE", ""))
        file.writeframes(sides(*columns).tobytes())
    heard, lost = play(tmp_path / "a.wav")
    assert (hear(heard[Channel.TAB]), lost) == (hear(wave_of.tobytes()), [])
    alike(words(tmp_path / "a.wav", f"{at + 1}=mic"), THREE)


def test_sides_in_antiphase_are_heard(tmp_path: Path) -> None:
    wave = tone(10, THREE)
    path = write(tmp_path / "a.wav", (sides(wave, -wave), Sound("pcm_s16le", layout="stereo")))
    alike(words(path), THREE)


def test_one_empty_side_does_not_hide_the_other(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.wav", (sides(tone(10, []), tone(10, THREE)), Sound("pcm_s16le", layout="stereo"))
    )
    alike(words(path), THREE)


@pytest.mark.parametrize(
    "name",
    [
        b"call-2026-11-20T12:30:05.wav",
        b"12:30.wav",
        b"http:call.wav",
        b"file:x.wav",
        "gespr\xe4ch.wav".encode("latin-1"),
        b"\xff\xfe.wav",
        "é 会議 🎙.wav".encode(),
        b"pipe:0",
        b"-.wav",
        b"concat:a|b.wav",
        b"%d.wav",
    ],
)
def test_a_name_is_bytes_and_no_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: bytes) -> None:
    made = write(tmp_path / "made.wav", (tone(10, THREE, 16_000), Sound("pcm_s16le", 16_000)))
    monkeypatch.chdir(tmp_path)
    os.rename(os.fsencode(made), name)
    path = Path(os.fsdecode(name))
    found = probe(path)
    found.title.encode("utf-8")  # can be stored and printed
    alike(words(path), THREE)


LISTS = {
    "concat": "ffconcat version 1.0\nfile other.wav\n",
    "hls": "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nother.wav\n#EXT-X-ENDLIST\n",
    "hls-absolute": "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{folder}/other.wav\n#EXT-X-ENDLIST\n",
    "dash": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><Period>'
    '<AdaptationSet mimeType="audio/wav"><Representation id="1"><BaseURL>other.wav</BaseURL></Representation>'
    "</AdaptationSet></Period></MPD>",
    "sdp": "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n",
    "imf": '<?xml version="1.0"?><CompositionPlaylist xmlns="http://www.smpte-ra.org/schemas/2067-3/2016"/>',
    "m3u": "other.wav\n",
    "text": "Dear all, the minutes of the meeting are below.\n",
    "ffmetadata": ";FFMETADATA1\ntitle=x\n",
}


@pytest.mark.parametrize("kind", LISTS)
@pytest.mark.parametrize("name", ["meeting.wav", "meeting.m3u8", "meeting"])
def test_a_media_file_cannot_name_other_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "other.wav", (tone(10, THREE, 16_000), Sound("pcm_s16le", 16_000)))
    Path(name).write_text(LISTS[kind].replace("{folder}", str(tmp_path)))
    with pytest.raises(InputError, match=name) as refused:
        list(read(probe(Path(name)), SAMPLE_RATE))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "codec", "container"),
    [
        ("a.wav", "pcm_s16le", Container()),
        ("a.webm", "libopus", Container()),
        ("a.flac", "flac", Container()),
        ("a.ogg", "libopus", Container()),
        ("a.mp4", "aac", FRAGMENTS),
        ("a.m4a", "aac", FASTSTART),
        ("a.mkv", "aac", Container()),
        ("a.avi", "libmp3lame", Container()),
    ],
)
def test_a_file_that_breaks_off_gives_what_it_holds(
    tmp_path: Path, name: str, codec: str, container: Container
) -> None:
    # noise, so that bytes follow time
    wave = tone(10, THREE) + np.random.default_rng(5).integers(-40, 40, 480_000).astype(np.int16)
    path = make.cut(write(tmp_path / name, (wave, Sound(codec)), container=container), 0.65)
    heard, lost = play(path)
    alike(hear(heard[Channel.TAB]), THREE[:2])
    (told,) = (loss for loss in lost if loss.cause is LossCause.CUT_OFF)
    assert f"{name} breaks off at 00:0" in told.detail


@pytest.mark.parametrize(
    ("factor", "cause"), [(0.004, LossCause.QUIET), (20.0, LossCause.CLIPPED), (1.0, None)]
)
def test_speech_that_is_too_quiet_or_too_loud_is_told(
    tmp_path: Path, factor: float, cause: LossCause | None
) -> None:
    loud = np.clip(tone(10, [*THREE], 16_000) * factor, -32_768, 32_767).astype(np.int16)
    path = write(tmp_path / "a.wav", (sides(loud, np.zeros_like(loud)), Sound("pcm_s16le", 16_000, "stereo")))
    _, lost = play(path, "left=tab,right=mic")
    assert [loss.cause for loss in lost] == ([cause] if cause else [])
    assert all(loss.detail.startswith("side 1 of track 1 of a.wav is") for loss in lost)


def test_what_is_encrypted_is_said_to_be(tmp_path: Path) -> None:
    key = (("encryption_scheme", "cenc-aes-ctr"), ("encryption_key", "76" * 16), ("encryption_kid", "a7" * 16))
    for container in (Container(None, key), Container(None, key + FRAGMENTS.options)):
        path = write(tmp_path / "a.mp4", codec="aac", container=container)
        whole = path.read_bytes()
        index = whole.index(b"moov") - 4
        size, content = whole[index : index + 4], whole[index + 8 :]
        long = b"\0\0\0\1moov" + struct.pack(">Q", int.from_bytes(size) + 8) + content
        open_end = bytes(4) + b"moov" + content
        for moov in (whole[index:], *(() if container.options != key else (long, open_end))):
            path.write_bytes(whole[:index] + moov)
            with pytest.raises(InputError, match=r"a\.mp4 is encrypted"):
                probe(path)


@pytest.mark.parametrize("name", ["a.mkv", "a.mp4"])
def test_what_ends_before_the_rest_of_the_file_is_whole(tmp_path: Path, name: str) -> None:
    voice, longer = (tone(5, THREE[:2]), Sound("aac")), (tone(10, THREE), Sound("aac"))
    _, lost = play(write(tmp_path / name, voice, longer))
    assert causes(lost) == {LossCause.NOT_TAKEN}


def test_pictures_that_come_up_on_the_way_are_passed_over(tmp_path: Path) -> None:
    path = write(tmp_path / "a.flv", codec="aac")
    tag = b"\x09\x00\x00\x09\x00\x27\x10\x00\x00\x00\x00" + b"\x12" + bytes(8) + struct.pack(">I", 20)
    path.write_bytes(path.read_bytes() + tag)
    alike(words(path), THREE)


def test_one_subtitle_as_long_as_a_film_does_not_make_half_of_it_whole(tmp_path: Path) -> None:
    path = make.cut(make.with_subtitle(tmp_path / "a.mkv", (tone(10, THREE), Sound("flac")), 10), 0.6)
    (told,) = (loss for loss in play(path)[1] if loss.cause is LossCause.CUT_OFF)
    assert told.amount > 2


@pytest.mark.parametrize("stated", [0, 1, 96_000, 0x7FFFFFFF, 0xFFFFFFFF])
def test_a_wav_whose_header_was_never_finished(tmp_path: Path, stated: int) -> None:
    path = write(tmp_path / "a.wav", (tone(10, THREE, 16_000), Sound("pcm_s16le", 16_000)))
    data = path.read_bytes()
    at = data.index(b"data") + 4
    path.write_bytes(data[:at] + struct.pack("<I", stated) + data[at + 4 :])
    alike(words(path), THREE)


@pytest.mark.parametrize("kind", [b"RF64", b"BW64"])
@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_a_large_wav_whose_header_was_never_finished(tmp_path: Path, kind: bytes, share: float) -> None:
    small = write(tmp_path / "a.wav", (tone(10, THREE, 16_000), Sound("pcm_s16le", 16_000))).read_bytes()
    form, sound = small[12 : 12 + 24], small[small.index(b"data") + 8 :]
    stated = int(len(sound) * share)
    lengths = struct.pack("<4sIQQQI", b"ds64", 28, stated + 72, stated, stated // 2, 0)
    path = tmp_path / "large.wav"
    path.write_bytes(kind + b"\xff" * 4 + b"WAVE" + lengths + form + b"data" + b"\xff" * 4 + sound)
    assert probe(path).duration == pytest.approx(10, abs=0.1)
    alike(words(path), THREE)
    if not share:  # or so
        path.write_bytes(path.read_bytes().replace(lengths[8:32], b"\xff" * 24))
        alike(words(path), THREE)
    assert (LossCause.CUT_OFF in causes(play(make.cut(path, 0.5))[1])) is (share == 1)


def test_what_follows_the_samples_of_a_wav_is_no_sound(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", (tone(10, THREE, 16_000), Sound("pcm_s16le", 16_000)))
    path.write_bytes(path.read_bytes() + b"LIST" + struct.pack("<I", 4000) + b"\x55\xaa" * 2000)
    heard, lost = play(path)
    assert len(heard[Channel.TAB]) / 2 / SAMPLE_RATE < 10.1
    assert not lost


@pytest.mark.parametrize("name", ["a.mp4", "a.webm", "a.flac", "a.ogg", "a.mp3", "a.ts"])
def test_damage_in_the_middle_costs_the_middle(tmp_path: Path, name: str) -> None:
    codec = {"a.flac": "flac", "a.mp3": "libmp3lame", "a.mp4": "aac", "a.ts": "aac"}.get(name, "libopus")
    wave = tone(10, THREE) + np.random.default_rng(5).integers(-40, 40, 480_000).astype(np.int16)
    share = 0.2 if name == "a.webm" else 0.5  # Matroska goes on at its next cluster, five seconds later
    path = make.damage(write(tmp_path / name, (wave, Sound(codec))), share, share + 0.1)
    found = words(path)
    assert found[0][1] == "alpha"
    assert found[-1][1] == "charlie"


def test_a_telephone_that_sends_little_in_pauses_is_heard_in_time(tmp_path: Path) -> None:
    voice = Sound("libopencore_amrnb", 8000, options=(("dtx", "1"),))
    for name in ("a.amr", "a.3gp"):
        heard, lost = play(write(tmp_path / name, (tone(10, THREE, 8000), voice)))
        alike(hear(heard[Channel.TAB]), THREE)
        assert not lost, name
    wide_band, gsm = tmp_path / "a.awb", tmp_path / "a.gsm"
    wide_band.write_bytes(b"#!AMR-WB\n" + (b"\x4c" + bytes(5) + b"\x7c" * 7) * 25)  # RFC 4867: comfort, nothing
    gsm.write_bytes((b"\xd0" + bytes(32)) * 200)
    for path in (wide_band, gsm):
        heard, lost = play(path)
        assert len(heard[Channel.TAB]) == 4 * 2 * SAMPLE_RATE, path
        assert not causes(lost) & {LossCause.UNDECODABLE, LossCause.HOLE, LossCause.CUT_OFF}


def wide(path: Path) -> None:
    with wave.open(str(path), "wb") as file:
        file.setparams((65, 2, 16_000, 0, "NONE", ""))
        file.writeframes(bytes(65 * 2 * 160))


BAD: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing.wav": (lambda path: None, "cannot open missing.wav"),
    "empty.wav": (lambda path: path.write_bytes(b""), "empty.wav is empty"),
    "folder": (lambda path: path.mkdir(), "folder is a folder"),
    "noise.mp3": (lambda path: path.write_bytes(bytes(range(256)) * 8), "noise.mp3"),
    "head.wav": (lambda path: path.write_bytes(b"RIFF\x00\x00\x00\x00WAVE"), "head.wav"),
    "fifo.wav": (lambda path: os.mkfifo(path), "fifo.wav is not a regular file"),
    "wide.wav": (wide, "65 sides, more than 64"),
    "index.mp4": (
        lambda path: make.cut(write(path, (tone(10, THREE), Sound("aac"))), 0.5),
        "its index is missing",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_read_is_refused_in_one_sentence(tmp_path: Path, name: str) -> None:
    prepare, told = BAD[name]
    prepare(tmp_path / name)
    with pytest.raises(InputError, match=told) as refused:
        list(read(probe(tmp_path / name), SAMPLE_RATE))
    assert "\n" not in str(refused.value)


def conversation(alternating: bool) -> Samples:
    rng = np.random.default_rng(3)
    one, two = (rng.normal(0, 3000, 16_000 * 20) for _ in range(2))
    turns = (np.arange(len(one)) // 16_000) % 2 == 0
    left, right = (one * turns, two * ~turns) if alternating else (one, one * 0.7)
    return sides(left.astype(np.int16), right.astype(np.int16))


@pytest.mark.parametrize("alternating", [True, False])
def test_a_call_with_two_sides_is_recognised(tmp_path: Path, alternating: bool) -> None:
    sound = Sound("pcm_s16le", 16_000, "stereo")
    found = probe(write(tmp_path / "a.wav", (conversation(alternating), sound)), listen=True)
    assert found.sides is not None
    assert found.sides.two_voices is alternating


def test_what_is_known_of_a_file_can_cross_to_another_process(tmp_path: Path) -> None:
    found = probe(write(tmp_path / "a.ogg"))
    assert pickle.loads(pickle.dumps(found)) == found
    assert all(pickle.loads(pickle.dumps(piece)) == piece for piece in read(found, SAMPLE_RATE))
    assert isinstance(replace(found, title="x"), Recording)
