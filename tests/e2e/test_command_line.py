"""Every mistake on the command line gets one sentence, status 2, and no traceback."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest

from tests.support import recordings, sample
from wingman.testing.deepgram.server import DeepgramEmulator
from wingman.testing.gemini.server import GeminiEmulator
from wingman.testing.hume.server import HumeEmulator
from wingman.testing.hume_v0.server import HumeV0Emulator


def wingman(*arguments: str, environ: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.endswith("_API_KEY") and not k.startswith("WINGMAN_")}
    return subprocess.run(
        [sys.executable, "-m", "wingman", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**clean, **(environ or {})},
    )


def refused(done: subprocess.CompletedProcess[str], says: str) -> None:
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("wingman: ")
    assert says in lines[0]


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


def test_a_fault_script_that_cannot_be_used(tmp_path: Path) -> None:
    path = tmp_path / "faults.yaml"
    path.write_text("faults: [{kind: explode}]", encoding="utf-8")
    refused(wingman("demo", "--exit", "--providers", "emulated", "--faults", str(path)), "explode")
    refused(wingman("demo", "--exit", "--faults", str(path)), "--providers emulated")
    path.write_text("faults: [{provider: gemini, kind: reorder}]", encoding="utf-8")
    refused(
        wingman("demo", "--exit", "--port", "0", "--providers", "emulated", "--faults", str(path)), "reorder"
    )
    refused(wingman("emulate", "gemini", "--script", str(path)), "reorder")
    refused(wingman("emulate", "gemini", "--scenario", str(path)), "no scenario")
    refused(wingman("emulate", "hume-v0", "--grpc"), "--grpc")


def test_an_occupied_port() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused(wingman("serve", "--port", str(port)), f"port {port}")
        refused(wingman("demo", "--exit", "--port", str(port)), f"port {port}")


def test_settings_that_are_wrong(tmp_path: Path) -> None:
    path = tmp_path / "wingman.yaml"
    path.write_text("server:\n  prot: 1\n", encoding="utf-8")
    refused(wingman("serve", "--config", str(path)), "server.prot")
    refused(wingman("serve", "--config", str(tmp_path / "none.yaml")), "cannot read")


@pytest.mark.parametrize(
    ("variable", "provider", "mend"),
    [
        ("WINGMAN_TRANSCRIBE__PROVIDER", "deepgram", "DEEPGRAM_API_KEY"),
        ("WINGMAN_EMOTION__PROVIDER", "hume", "HUME_API_KEY"),
        ("WINGMAN_SUGGEST__PROVIDER", "gemini", "GEMINI_API_KEY"),
        ("WINGMAN_TRANSCRIBE__PROVIDER", "moonshine", "wingman models fetch"),
    ],
)
def test_a_named_provider_without_what_it_needs(variable: str, provider: str, mend: str) -> None:
    refused(wingman("serve", "--port", "0", environ={variable: provider}), mend)


def test_a_data_folder_that_cannot_be_written() -> None:
    refused(wingman("serve", "--port", "0", environ={"WINGMAN_DELIVER__DATA_DIR": "/proc/wingman"}), "data_dir")


def test_transcribe_prints_what_was_said(tmp_path: Path) -> None:
    path, turn = recordings.turn(tmp_path / "turn.wav", "Can you tell me")
    done = wingman("transcribe", "--stereo", "--emotion", "counterpart", str(path))
    assert done.returncode == 0, done.stderr
    (line,) = [line for line in done.stdout.splitlines() if "them" in line]
    heard = sample.plain_words(line.partition("them")[2].partition("[")[0])
    assert sample.word_errors(sample.plain_words(turn.text), heard) <= 2
    assert "[tone: unknown]" in done.stdout  # one utterance is no baseline to compare with
    as_json = wingman("transcribe", "--json", str(path))
    kinds = [json.loads(line)["type"] for line in as_json.stdout.splitlines()]
    assert kinds[0] == "meeting.started"
    assert "utterance.created" in kinds


def test_doctor_says_what_is_there_and_what_is_wrong() -> None:
    fine = wingman("doctor", "--json")
    assert fine.returncode == 0
    findings = json.loads(fine.stdout)["findings"]
    assert any("embedded" in f["what"] for f in findings)
    wrong = wingman("doctor", environ={"WINGMAN_SUGGEST__PROVIDER": "gemini"})
    assert wrong.returncode == 1
    assert "GEMINI_API_KEY" in wrong.stdout


def test_serve_says_where_it_is_and_ends_on_a_signal(tmp_path: Path) -> None:
    environ = {**os.environ, "WINGMAN_DELIVER__DATA_DIR": str(tmp_path), "DEEPGRAM_API_KEY": "sekrit-key-123"}
    process = subprocess.Popen(
        [sys.executable, "-m", "wingman", "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environ,
    )
    try:
        assert process.stdout is not None
        first, *others = (process.stdout.readline() for _ in range(5))
        assert "http://127.0.0.1:" in first
        assert "/#login=" in first
        assert "token" not in first  # what is printed ends up in journals
    finally:
        process.terminate()
        out, err = process.communicate(timeout=20)
    assert process.returncode == 0, err
    assert any("deepgram" in line for line in others)
    assert "sekrit-key-123" not in "".join([first, *others, out, err])
    assert "Traceback" not in err


def test_models_are_listed_and_never_fetched_by_themselves() -> None:
    done = wingman("models", "list")
    assert done.returncode == 0
    assert "not here" in done.stdout
    nowhere = {"https_proxy": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9"}
    refused(wingman("models", "fetch", environ=nowhere), "could not be fetched")


def test_a_python_without_a_pocketsphinx_wheel(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.util as u\n"
        "real = u.find_spec\n"
        "u.find_spec = lambda name, *rest: None if name == 'pocketsphinx' else real(name, *rest)\n",
        encoding="utf-8",
    )
    environ = {"PYTHONPATH": str(tmp_path)}
    refused(wingman("serve", "--port", "0", environ=environ), "no wheel for this Python")
    said = wingman("doctor", environ=environ)
    assert said.returncode == 1
    assert "DEEPGRAM_API_KEY" in said.stdout


async def test_analyze_joins_a_batch_job_with_the_words(tmp_path: Path) -> None:
    path, _ = recordings.turn(tmp_path / "turn.wav", "Can you tell me")
    async with HumeV0Emulator() as gateway:
        environ = {
            "WINGMAN_EMOTION__HUME_V0__URL": gateway.url,
            "WINGMAN_EMOTION__HUME_V0__HTTP_URL": gateway.http_url,
            "WINGMAN_EMOTION__HUME_V0__API_KEY": "local-key",
        }
        hiring = {**environ, "WINGMAN_SUGGEST__PLAYBOOK": "hiring"}
        for words, env in ((("analyze",), environ), (("analyze", "--consent"), hiring)):
            held = await asyncio.to_thread(wingman, *words, str(path), environ=env)
            assert held.returncode == 2
        assert gateway.jobs.jobs == {}  # nothing leaves before it is decided
        done = await asyncio.to_thread(wingman, "analyze", "--consent", str(path), environ=environ)
    assert done.returncode == 0, done.stderr
    (line,) = [line for line in done.stdout.splitlines() if "them" in line]
    assert "[tone: " in line
    assert "unknown" not in line
    refused(wingman("analyze", str(path)), "emotion.hume_v0.url")


def test_the_bench_measures_sessions() -> None:
    done = wingman("bench", "--sessions", "1", "--seconds", "3", "--json")
    assert done.returncode == 0, done.stderr
    (step,) = json.loads(done.stdout)
    assert step["sessions"] == 1
    assert step["silent"] == 0
    assert step["p50_ms"] > 0
    refused(wingman("bench", "--sessions", "many"), "--sessions")


def test_many_workers_answer_behind_one_port(tmp_path: Path) -> None:
    environ = {**os.environ, "WINGMAN_DELIVER__DATA_DIR": str(tmp_path)}
    process = subprocess.Popen(
        [sys.executable, "-m", "wingman", "serve", "--port", "0", "--workers", "2"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environ,
    )
    try:
        assert process.stdout is not None
        root, _, code = process.stdout.readline().split()[-1].partition("/#login=")
        with httpx.Client(base_url=root) as http:
            session = http.post("/api/session", json={"code": code}).json()["path"].rstrip("/")
            meetings = f"{session}/api/meetings"
            made = [http.post(meetings, json={"title": str(n)}).json()["id"] for n in range(4)]
            for meeting in made:  # each request finds the process that has the meeting, however it is written
                for name in (meeting, meeting.replace("m", "%6d", 1)):
                    assert http.get(f"{meetings}/{name}").json()["state"] == "live"
                assert http.post(f"{meetings}/{meeting}/end").status_code == 200
            for _ in range(4):  # a code made by one process is redeemed by any
                pairing = http.post(f"{session}/api/pairing").json()
                origin = {"Origin": "chrome-extension://abcdefghijklmnop"}
                digits = {"code": pairing["code"]}
                token = http.post("/api/pairing/redeem", json=digits, headers=origin).json()["token"]
                assert (
                    http.get("/api/playbooks", headers={"Authorization": f"Bearer {token}"}).status_code == 200
                )
    finally:
        process.terminate()
        process.communicate(timeout=20)
    assert process.returncode == 0


async def test_doctor_asks_the_providers_whether_the_keys_work() -> None:
    async with (
        DeepgramEmulator() as deepgram,
        HumeEmulator() as hume,
        GeminiEmulator(key="local-key") as gemini,
    ):
        urls = {
            "WINGMAN_TRANSCRIBE__DEEPGRAM__URL": deepgram.url,
            "WINGMAN_EMOTION__HUME__URL": hume.url,
            "WINGMAN_SUGGEST__GEMINI__URL": gemini.url,
        }
        keys = dict.fromkeys(("DEEPGRAM_API_KEY", "HUME_API_KEY", "GEMINI_API_KEY"), "local-key")
        await asyncio.to_thread(wingman, "doctor", environ={**urls, **keys})
        asked = deepgram.connections + hume.connections + len(gemini.requests)
        assert asked == 0, "it asks only when told to"
        fine = await asyncio.to_thread(wingman, "doctor", "--probe", environ={**urls, **keys})
        wrong = dict.fromkeys(keys, "no-such-key-7")
        refused_keys = await asyncio.to_thread(wingman, "doctor", "--probe", environ={**urls, **wrong})
    assert fine.returncode == 0, fine.stdout
    for provider in ("deepgram: the key works", "hume: the key works", "gemini: key and model answer"):
        assert provider in fine.stdout
    assert refused_keys.returncode == 1
    problems = [line for line in refused_keys.stdout.splitlines() if line.startswith("✗")]
    assert {line.split()[1].rstrip(":") for line in problems} >= {"deepgram", "gemini"}
    assert "no-such-key-7" not in refused_keys.stdout + refused_keys.stderr


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
