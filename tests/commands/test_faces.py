"""Faces of films and images from the command line, against a stranger's gateway."""

from __future__ import annotations

import asyncio
from pathlib import Path

import av
import numpy as np
import pytest

from tests.support.cli import refused, wingman
from tests.support.v0_gateway import FACE_COLOURS, Gateway, picture
from tests.testing.pictures import picture as drawn
from wingman.audio.video_file import LONGEST_SIDE, is_image, pictures
from wingman.commands import faces
from wingman.config.paths import SAMPLE
from wingman.config.settings import Settings, build
from wingman.core.errors import InputError
from wingman.core.time import seconds
from wingman.emotion.faces.pictures import check_picture, picture_size


def film(path: Path, plan: list[str], width: int = 1280, height: int = 720) -> Path:
    """Four seconds of each expression, on the left half; one picture a second."""
    with av.open(str(path), "w", format="webm") as file:
        stream = file.add_stream("libvpx", rate=1, options={"g": "2", "deadline": "realtime", "cpu-used": "8"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for name in plan:
            pixels = np.full((height, width, 3), 20, np.uint8)
            pixels[:, : width // 2] = FACE_COLOURS[name]
            for _ in range(4):
                file.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        file.mux(stream.encode())
    return path


def settings(url: str = "") -> Settings:
    return build({"emotion": {"hume_v0": {"url": url, "api_key": "spec-key"}}})


def test_a_film_gives_small_pictures_two_seconds_apart(tmp_path: Path) -> None:
    found = list(pictures(film(tmp_path / "f.webm", ["Joy", "Doubt"])))
    assert [round(at) for at, _ in found] == [0, 2, 4, 6]
    for _, jpeg in found:
        check_picture(jpeg)
        assert max(picture_size(jpeg)) == LONGEST_SIDE


def test_what_holds_no_picture_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("no film")
    with pytest.raises(InputError, match=r"words\.txt"):
        list(pictures(path))
    assert not is_image(path)


async def test_a_film_s_faces_are_what_was_planted(tmp_path: Path) -> None:
    path = film(tmp_path / "f.webm", ["Joy", "Doubt", "Boredom"])
    async with Gateway() as gateway:
        seen = await faces.measure(path, settings(gateway.url))
        assert gateway.pictures == len(seen.left.sendings) == 6
        assert gateway.received == seen.left.size, "the ledger of the meeting that follows has every byte"
    told = [(round(seconds(span.span.end) - 1), span.scores[0].label) for span in seen.spans]
    assert told == [(0, "joy"), (2, "joy"), (4, "doubt"), (6, "doubt"), (8, "boredom"), (10, "boredom")]


async def test_an_image_shows_a_line_a_face(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "two.jpg"
    path.write_bytes(picture("Joy", "Confusion"))
    assert is_image(path)
    async with Gateway() as gateway:
        assert await faces.show(path, settings(gateway.url), consent=True) == 0
    shown = capsys.readouterr().out
    assert "face 1: joy 0.77" in shown
    assert "face 2: confusion 0.77" in shown


def test_nothing_is_sent_without_leave_or_a_gateway() -> None:
    with pytest.raises(InputError, match="acknowledgement"):
        faces.decide(settings("ws://127.0.0.1:1"), consent=False)
    with pytest.raises(InputError, match="no gateway"):
        faces.decide(settings(), consent=True)
    hiring = build({"emotion": {"hume_v0": {"url": "ws://x"}}, "suggest": {"playbook": "hiring"}})
    with pytest.raises(InputError, match="not measured here"):
        faces.decide(hiring, consent=True)


def test_an_image_is_one_picture(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(drawn(64, 64))
    assert is_image(path)
    assert len(list(pictures(path))) == 1


def test_a_film_without_sound_is_one(tmp_path: Path) -> None:
    assert faces.is_silent(film(tmp_path / "f.webm", ["Joy"]))
    assert not faces.is_silent(SAMPLE)
    (tmp_path / "words.txt").write_text("neither")
    assert not faces.is_silent(tmp_path / "words.txt")


async def test_images_and_films_without_sound_are_taken_by_both_commands(tmp_path: Path) -> None:
    image = tmp_path / "two.jpg"
    image.write_bytes(picture("Joy", "Confusion"))
    silent = film(tmp_path / "f.webm", ["Doubt"])
    refused(await asyncio.to_thread(wingman, "transcribe", str(image)), "--faces")
    async with Gateway() as gateway:
        environ = {
            "WINGMAN_EMOTION__HUME_V0__URL": gateway.url,
            "WINGMAN_EMOTION__HUME_V0__API_KEY": "spec-key",
        }
        for words in (("transcribe", "--faces"), ("analyze", "--consent", "--faces")):
            shown = await asyncio.to_thread(wingman, *words, str(image), environ=environ)
            assert "face 2: confusion 0.77" in shown.stdout, shown.stderr
            assert "1 picture\n" in shown.stderr
            shown = await asyncio.to_thread(wingman, *words, str(silent), environ=environ)
            assert "2.0 s  face 1: doubt" in shown.stdout, shown.stderr
