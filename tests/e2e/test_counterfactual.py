"""A real meeting, stored with its sound, taken away as a bundle and run again as it might have been."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support import recordings
from tests.support.cli import refused, wingman
from wingman.app import open_service
from wingman.archive.bundle import Bundle, pack, unpack
from wingman.archive.provider_events import Finished
from wingman.config.settings import build
from wingman.core.events import MeetingStarted, UtteranceCreated
from wingman.core.time import Channel
from wingman.meeting.api import MeetingSpec
from wingman.testing.deepgram.server import DeepgramEmulator
from wingman.testing.faults import Fault, FaultScript, Kind
from wingman.testing.hume.server import HumeEmulator
from wingman.testing.scenario import Scenario, Track, say
from wingman.transports.file import FileSource

pytestmark = pytest.mark.timeout(300)  # several commands, each of which starts a recogniser
QUESTION = "Can you tell me how much"
CONSENT = "recording@1"
HELD: dict[str, bytes] = {}
"""Bundles that were made once for all tests here, by policy."""


async def hold(folder: Path, policy: str, transcriber: str = "embedded") -> bytes:
    """The bundle of a short meeting with local providers, its sound stored."""
    path, _ = recordings.turn(folder / "turn.wav", QUESTION)
    tree = {
        "transcribe": {"provider": transcriber},
        "emotion": {"provider": "prosody"},
        "suggest": {"provider": "cues"},
        "deliver": {"data_dir": str(folder / "data")},
        "report": {"store_audio": True},
    }
    async with open_service(build(tree)) as running:
        spec = MeetingSpec(title="Call", emotion_policy=policy, consent=CONSENT if policy != "off" else "")
        meeting = await running.manager.create(spec)  # live: the wall clock has its pace
        source = FileSource(path, channels=(Channel.TAB, Channel.MIC))
        await meeting.attach(source)
        await meeting.played(source)
        await meeting.end()
    environ = {"WINGMAN_DELIVER__DATA_DIR": str(folder / "data")}
    done = await asyncio.to_thread(
        wingman,
        *("export", meeting.id, "--format", "bundle", "--output", str(folder / "call.wingman")),
        environ=environ,
    )
    assert done.returncode == 0, done.stderr
    return (folder / "call.wingman").read_bytes()


@pytest_asyncio.fixture
async def call(tmp_path: Path) -> AsyncIterator[Path]:
    """A bundle of a meeting in which the tab's voice was measured."""
    if "counterpart" not in HELD:
        HELD["counterpart"] = await hold(tmp_path, "counterpart")
    path = tmp_path / "call.wingman"
    path.write_bytes(HELD["counterpart"])
    yield path


async def replayed(
    call: Path, *changes: str, environ: dict[str, str] | None = None, options: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    changed = [word for change in changes for word in ("--with", change)]
    return await asyncio.to_thread(wingman, "replay", str(call), *changed, *options, environ=environ)


def deepgram(emulator: DeepgramEmulator) -> dict[str, str]:
    return {"DEEPGRAM_API_KEY": "local-key", "WINGMAN_TRANSCRIBE__DEEPGRAM__URL": emulator.url}


async def test_the_bundle_holds_events_record_and_sound(call: Path) -> None:
    bundle = unpack(call)
    assert isinstance(bundle.heard[-1], Finished)
    assert set(bundle.audio) == {Channel.TAB, Channel.MIC}
    assert all(content.startswith(b"OggS") for content in bundle.audio.values())
    assert any(isinstance(e.data, UtteranceCreated) for e in bundle.events)


async def test_a_changed_join_is_shown_from_the_command_line(call: Path) -> None:
    same = await replayed(call, "correlate.echo.enabled=false")
    assert (same.returncode, same.stdout) == (0, "no difference\n")
    cut = await replayed(call, "correlate.max_utterance_s=1", options=("--json",))
    assert cut.returncode == 0, cut.stderr
    shorter = json.loads(cut.stdout.splitlines()[0])
    assert len(shorter["after"]) >= 2  # the one utterance was cut
    assert len(shorter["before"]) == 1
    again = await replayed(call, "correlate.max_utterance_s=1", options=("--json",))
    assert again.stdout == cut.stdout


async def test_the_same_transcriber_hears_the_same(call: Path) -> None:
    """Through Opus and back nothing that matters is lost."""
    again = await replayed(call, "transcriber=embedded", options=("--json",))
    assert again.returncode == 0, again.stderr
    once_more = await replayed(call, "transcriber=embedded", options=("--json",))
    assert again.stdout == once_more.stdout
    for line in again.stdout.splitlines():
        moment = json.loads(line)
        assert "much" in " ".join(moment["after"]) or not moment["before"], moment


async def test_another_transcriber_shows_what_it_would_have_heard(call: Path) -> None:
    said = say("we will leave for a competitor next week", 0.6)
    script = Scenario({"tab": Track((said,)), "mic": Track()})
    async with DeepgramEmulator(script) as emulator:
        done = await replayed(call, "transcriber=deepgram", environ=deepgram(emulator))
        assert len(emulator.traffic) == 2
        sent = sum(traffic.audio_bytes for traffic in emulator.traffic)
    assert done.returncode == 0, done.stderr
    assert "+ tab" in done.stdout
    assert "competitor next week" in done.stdout
    assert "moments differ" in done.stdout
    assert f"sent {sent / 32000:.0f} s of audio to deepgram" in done.stderr


async def test_another_meter_hears_only_who_may_be_measured(call: Path) -> None:
    script = Scenario({"tab": Track((say("x y z a b c d e f g", 0.5, emotion="Doubt"),))})
    async with HumeEmulator(scenario=script) as emulator:
        environ = {"HUME_API_KEY": "local-key", "WINGMAN_EMOTION__HUME__URL": emulator.url}
        done = await replayed(call, "meter=hume", environ=environ)
        assert len(emulator.traffic) == 1  # the tab; the user's own voice was not to be measured
    assert done.returncode == 0, done.stderr
    assert "Doubt" in done.stdout or "doubt" in done.stdout, done.stdout
    assert "s of audio to hume" in done.stderr


async def test_what_a_meter_could_not_keep_up_with_is_told(call: Path) -> None:
    script = Scenario({"tab": Track((say("x y z a b c d e f g", 0.5, emotion="Doubt"),))})
    late = FaultScript((Fault(kind=Kind.HANG, on=(1, 2)),))
    async with HumeEmulator(scenario=script, faults=late) as emulator:
        environ = {
            "HUME_API_KEY": "local-key",
            "WINGMAN_EMOTION__HUME__URL": emulator.url,
            "WINGMAN_EMOTION__HUME__CONNECT_TIMEOUT_S": "1.5",
        }
        done = await replayed(call, "meter=hume", environ=environ)
    assert "reached hume too late to be answered" in done.stderr, done.stderr


async def test_a_setting_of_a_provider_can_be_tried(call: Path) -> None:
    script = Scenario({"tab": Track((say("hello there", 0.6),))})
    async with DeepgramEmulator(script) as emulator:
        changes = ("transcriber=deepgram", "transcribe.deepgram.model=nova-2")
        done = await replayed(call, *changes, environ=deepgram(emulator))
        assert [traffic.query["model"] for traffic in emulator.traffic] == [["nova-2"]] * 2
    assert done.returncode == 0, done.stderr


async def test_a_transcriber_that_refuses_says_so(call: Path) -> None:
    script = FaultScript((Fault(kind=Kind.REFUSE, status=401, on="every"),))
    async with DeepgramEmulator(faults=script) as emulator:
        done = await replayed(call, "transcriber=deepgram", environ=deepgram(emulator))
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "key" in done.stderr.splitlines()[-1]
    assert done.stdout == ""


async def test_what_cannot_be_heard_anew_is_one_sentence(call: Path, tmp_path: Path) -> None:
    bundle = unpack(call)
    silent, bare = tmp_path / "silent.wingman", tmp_path / "bare.wingman"
    silent.write_bytes(pack(Bundle(bundle.meeting, bundle.events, heard=bundle.heard)))
    bare.write_bytes(pack(Bundle(bundle.meeting, bundle.events, bundle.audio, bundle.suffixes)))
    refused(await replayed(silent, "transcriber=embedded"), "holds no sound")
    refused(await replayed(bare, "meter=prosody"), "--with transcriber=NAME")
    refused(await replayed(call, "transcriber=deepgram"), "DEEPGRAM_API_KEY")
    refused(await replayed(call, "meter=hume"), "HUME_API_KEY")
    refused(await replayed(call, "transcriber=vosk"), "deepgram, whisper, moonshine, embedded")
    refused(await replayed(call, "transcribe.deepgram.colour=red"), "transcribe.deepgram.colour")


async def test_without_the_record_both_are_heard_anew(call: Path, tmp_path: Path) -> None:
    bundle = unpack(call)
    bare = tmp_path / "bare.wingman"
    bare.write_bytes(pack(Bundle(bundle.meeting, bundle.events, bundle.audio, bundle.suffixes)))
    done = await replayed(bare, "transcriber=embedded", "meter=prosody", options=("--json",))
    assert done.returncode == 0, done.stderr
    for line in done.stdout.splitlines():
        assert "much" in " ".join(json.loads(line)["after"]) or not json.loads(line)["before"], line


async def test_nobody_is_measured_who_did_not_agree(tmp_path: Path) -> None:
    call = tmp_path / "off.wingman"
    call.write_bytes(await hold(tmp_path, "off", transcriber="off"))
    assert isinstance(unpack(call).events[0].data, MeetingStarted)
    refused(await replayed(call, "meter=prosody"), "nobody agreed to be measured")
