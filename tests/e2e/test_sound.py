"""A meeting's sound from the first sample to the last trace: stored, played, taken away, deleted."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from tests.archive.test_audio_recorder import read_only_disk
from tests.support import recordings
from tests.support.cli import wingman
from tests.support.event_log import full_disk
from tests.support.http import http_client
from tests.support.sounds import chirp, decoded, delay
from tests.support.until import until
from wingman.app import Service, open_service
from wingman.app.http import serve_http
from wingman.archive.bundle import unpack
from wingman.audio.source import ChannelSink
from wingman.commands.common import background
from wingman.config.settings import build
from wingman.core.events import AudioState, Envelope, MeetingEnded, StorageState
from wingman.core.media import PcmBlock
from wingman.core.time import SAMPLE_RATE, Channel
from wingman.events.sqlite.rescue import NotStored
from wingman.meeting.api import MeetingSpec
from wingman.meeting.meeting import Meeting
from wingman.transports.file import FileSource

BLOCK = 320
TAB, MIC = Channel.TAB, Channel.MIC


class Script:
    """Plays parts on both channels as fast as the loop turns; a part that is a callable is called instead."""

    channels = (TAB, MIC)
    recorded = False

    def __init__(self, *parts: Any) -> None:
        self._parts = parts

    async def run(self, sinks: Mapping[Channel, ChannelSink]) -> None:
        for part in self._parts:
            if callable(part):
                part()
                continue
            for at in range(0, len(part), BLOCK):
                for sink in sinks.values():
                    sink.write(PcmBlock(sink.position, part[at : at + BLOCK].tobytes()))
                await asyncio.sleep(0.001)


def speech(seconds: float) -> np.ndarray:
    noise = np.random.default_rng(2).integers(-5000, 5000, round(seconds * SAMPLE_RATE), dtype=np.int16)
    noise[: len(chirp())] = chirp()
    return noise


@asynccontextmanager
async def service(
    folder: Path, *, key: str = "", store: bool = True, transcriber: str = "off"
) -> AsyncIterator[Service]:
    tree = {
        "transcribe": {"provider": transcriber},
        "suggest": {"provider": "cues"},
        "deliver": {"data_dir": str(folder), "encryption_key": key},
        "report": {"store_audio": store},
        "server": {"host": "127.0.0.1", "port": 0, "token": "t" * 24},
    }
    async with open_service(build(tree)) as running:
        yield running


@asynccontextmanager
async def served(running: Service) -> AsyncIterator[httpx.AsyncClient]:
    port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    async with background(serve_http(running, port.set_result)):
        root = f"http://127.0.0.1:{await port}"
        headers = {"authorization": f"Bearer {running.token}"}
        async with http_client(root, headers=headers, timeout=60) as http:
            yield http


async def hold(running: Service, *parts: Any) -> Meeting:
    meeting = await running.manager.create(MeetingSpec(title="Call"), live=False)
    script = Script(*(part(meeting) if getattr(part, "late", False) else part for part in parts))
    await meeting.attach(script)
    await meeting.played(script)
    await meeting.end("source_ended")
    await running.log.flush()
    return meeting


async def events_of(running: Service, meeting: Meeting) -> list[Envelope]:
    return list(await running.log.read(meeting.id))


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def late(what: str) -> Any:
    """A call of the meeting's own method, for a script."""

    def of(meeting: Meeting) -> Any:
        return getattr(meeting, what)

    of.late = True  # type: ignore[attr-defined]  # told from a part that is called as it is
    return of


@pytest.mark.parametrize("key", ["", "a secret of the house"])
async def test_a_pause_is_silence_and_the_bundle_has_the_sound(tmp_path: Path, key: str) -> None:
    async with service(tmp_path, key=key) as running:
        meeting = await hold(running, speech(2), late("pause"), speech(3), late("resume"), speech(2))
        async with served(running) as http:
            bundle = unpack((await http.get(f"/api/meetings/{meeting.id}/export?format=bundle")).content)
        told = [e.data for e in await events_of(running, meeting) if isinstance(e.data, AudioState)]
    assert told == [AudioState("storing")]
    assert set(bundle.audio) == {TAB, MIC}
    assert set(bundle.suffixes.values()) == {".opus"}
    for content in bundle.audio.values():
        heard = decoded(content)
        assert len(heard) == 7 * SAMPLE_RATE
        assert (delay(chirp(), heard, 0), delay(chirp(), heard, 5 * SAMPLE_RATE)) == (0, 0)
        assert np.abs(heard[2 * SAMPLE_RATE + 1600 : 5 * SAMPLE_RATE - 1600]).max() <= 4
    stored = [content for name, content in files(tmp_path).items() if name.startswith("meetings/")]
    assert len(stored) == 2
    assert all((b"OggS" in content) == (not key) for content in stored)


async def test_without_being_asked_nothing_is_stored(tmp_path: Path) -> None:
    async with service(tmp_path, store=False) as running:
        meeting = await hold(running, speech(2))
        assert not [e for e in await events_of(running, meeting) if isinstance(e.data, AudioState)]
        async with served(running) as http:
            answer = await http.get(f"/api/meetings/{meeting.id}/audio/tab")
            assert answer.status_code == 404
            assert "report.store_audio" in answer.json()["error"]["detail"]
            assert "<audio" not in (await http.get(f"/meetings/{meeting.id}")).text
    assert not (tmp_path / "meetings").exists()


async def test_the_page_plays_it_and_a_viewer_may_not(tmp_path: Path) -> None:
    async with service(tmp_path) as running:
        meeting = await hold(running, speech(2))
        one = f"/api/meetings/{meeting.id}"
        async with served(running) as http:
            page = await http.get(f"/meetings/{meeting.id}")
            assert f'src="..{one}/audio/tab"' in page.text
            assert "media-src 'self'" in page.headers["content-security-policy"]
            whole = await http.get(f"{one}/audio/tab")
            assert (whole.status_code, whole.headers["content-type"]) == (200, "audio/ogg")
            some = await http.get(f"{one}/audio/tab", headers={"range": "bytes=10-19"})
            assert (some.status_code, some.content) == (206, whole.content[10:20])
            assert some.headers["content-range"] == f"bytes 10-19/{len(whole.content)}"
            tail = await http.get(f"{one}/audio/tab", headers={"range": "bytes=-5"})
            assert tail.content == whole.content[-5:]
            past = await http.get(f"{one}/audio/tab", headers={"range": f"bytes={len(whole.content)}-"})
            assert past.status_code == 416
            odd = await http.get(f"{one}/audio/tab", headers={"range": "lines=1-2"})
            assert (odd.status_code, odd.content) == (200, whole.content)
            for channel in ("them", "tab.opus"):
                assert (await http.get(f"{one}/audio/{channel}")).status_code == 404
            viewer = {"authorization": f"Bearer {(await http.post(f'{one}/viewers')).json()['token']}"}
            assert (await http.get(f"{one}/audio/tab", headers=viewer)).status_code in (401, 403)
            taken = await http.get(f"{one}/export", params={"format": "bundle"}, headers=viewer)
            assert taken.status_code in (401, 403)
            assert "<audio" not in (await http.get(f"/meetings/{meeting.id}", headers=viewer)).text


def traces(folder: Path, meeting: str) -> list[bytes]:
    """Bytes that lie on the disk because of a meeting and of no other one: its rows, and parts of its sound."""
    with contextlib.closing(sqlite3.connect(folder / "wingman.db")) as database:
        (number,) = database.execute("SELECT number FROM meetings WHERE id=?", (meeting,)).fetchone()
        chunks = [chunk for (chunk,) in database.execute("SELECT chunk FROM heard WHERE meeting=?", (number,))]
        lines = [line for (line,) in database.execute("SELECT line FROM events WHERE meeting=?", (number,))]
    sound = [content for name, content in files(folder).items() if meeting in name]
    assert (bool(chunks), len(lines) > 5, len(sound)) == (True, True, 2)
    parts = [*(chunk[:64] for chunk in chunks), *(content[2000:2064] for content in sound)]
    return [meeting.encode(), b"xylophone", *lines, *parts]


def found(folder: Path, wanted: Sequence[bytes]) -> list[bytes]:
    # the audit log keeps that a meeting was deleted, and by whom: its id, none of its content
    kept = {name: content for name, content in files(folder).items() if not name.startswith("trust.db")}
    return [trace for trace in wanted if any(trace in content for content in kept.values())]


async def test_deleting_leaves_neither_words_nor_voices(tmp_path: Path) -> None:
    """Of a meeting in which words were recognised, recorded as they came (`heard`), and the sound stored."""
    data = tmp_path / "data"
    async with service(data, transcriber="embedded") as running:
        meetings = []
        for title, begins in (("xylophone", "Can you tell me how much"), ("other", "Good morning")):
            path, _ = recordings.turn(tmp_path / f"{title}.wav", begins)
            meeting = await running.manager.create(MeetingSpec(title=title), live=False)
            source = FileSource(path, realtime=False, channels=(TAB, MIC), gate=meeting.room)
            await meeting.attach(source)
            await meeting.played(source)
            await meeting.end()
            meetings.append(meeting.id)
        gone, stays = meetings
        async with served(running) as http:
            await http.get(f"/meetings/{gone}")
            wanted, others = traces(data, gone), traces(data, stays)
            assert found(data, wanted) == wanted
            assert (await http.delete(f"/api/meetings/{gone}")).status_code == 204
        assert found(data, wanted) == []
        assert not [name for name in files(data) if gone in name]
        assert found(data, others[2:]) == others[2:]
    assert found(data, wanted) == []


async def test_deleting_a_running_meeting_leaves_no_summary_behind(tmp_path: Path) -> None:
    """Its summary is written once it has ended, which deleting makes it do."""
    path, _ = recordings.turn(tmp_path / "turn.wav", "Can you tell me how much")
    data = tmp_path / "data"
    async with service(data, transcriber="embedded") as running, served(running) as http:
        meeting = await running.manager.create(MeetingSpec(title="xylophone"), live=False)
        source = FileSource(path, realtime=False, channels=(TAB,), gate=meeting.room)
        await meeting.attach(source)
        await meeting.played(source)
        assert (await http.delete(f"/api/meetings/{meeting.id}")).status_code == 204
    assert found(data, [meeting.id.encode(), b"xylophone", b"summary.ready"]) == []


async def test_the_retention_timer_takes_the_sound_with_it(tmp_path: Path) -> None:
    async with service(tmp_path) as running:
        meeting = await hold(running, speech(1))
        log = running.log
        log.append("m-old", MeetingEnded("stopped", 1.0), at=1.0)
        file = running.background.audio_store and running.background.audio_store.create("m-old", TAB)
        assert file
        file.write(b"OggS")
        file.close()
        await log.flush()
    tree = {"deliver": {"data_dir": str(tmp_path), "retention_days": 1}, "suggest": {"provider": "cues"}}
    async with open_service(build(tree)):
        await until(lambda: not (tmp_path / "meetings" / "m-old").exists())
    assert (tmp_path / "meetings" / meeting.id).is_dir()


async def test_a_full_disk_ends_the_sound_and_not_the_meeting(tmp_path: Path) -> None:
    async with service(tmp_path) as running:
        meeting = await running.manager.create(MeetingSpec(), live=False)
        with full_disk(5000):
            script = Script(speech(20))
            await meeting.attach(script)
            await meeting.played(script)
            assert meeting.status().state == "live"
            assert meeting.now(TAB) == 20.0
        await meeting.end()
        await running.log.flush()
        events = await events_of(running, meeting)
    assert [e.data.state for e in events if isinstance(e.data, AudioState)] == ["storing", "lost"]
    assert [e.data.reason for e in events if isinstance(e.data, MeetingEnded)] == ["stopped"]
    assert [e.seq for e in events] == list(range(1, len(events) + 1))


async def test_a_disk_that_turns_read_only_is_told_and_the_meeting_goes_on(tmp_path: Path) -> None:
    """The kernel refuses every write from the middle of the meeting on, as it does after a disk error."""
    disk = tmp_path / "disk"
    disk.mkdir()
    with read_only_disk(disk) as make_read_only:
        folder = disk / "data"
        watched: list[Envelope] = []
        with pytest.RaisesGroup(
            NotStored, allow_unwrapped=True, flatten_subgroups=True
        ):  # and the exit status says it
            async with service(folder) as running:
                running.hub.tap(watched.extend)
                meeting = await running.manager.create(MeetingSpec(), live=False)
                script = Script(speech(3), make_read_only, speech(3))
                await meeting.attach(script)
                await meeting.played(script)
                await meeting.end()
                await running.log.flush()
                told = [e.data for e in watched if isinstance(e.data, (StorageState, AudioState))]
        assert [e.seq for e in watched] == list(range(1, len(watched) + 1))
        assert [e.data.reason for e in watched if isinstance(e.data, MeetingEnded)] == ["stopped"]
    assert "memory" in {t.state for t in told if isinstance(t, StorageState)}
    assert "lost" in {t.state for t in told if isinstance(t, AudioState)}


def test_the_doctor_says_that_sound_is_stored(tmp_path: Path) -> None:
    environ = {"WINGMAN_DELIVER__DATA_DIR": str(tmp_path)}
    assert "sound" not in wingman("doctor", environ=environ).stdout
    done = wingman("doctor", environ={**environ, "WINGMAN_REPORT__STORE_AUDIO": "true"})
    assert "their sound is stored as well" in done.stdout
