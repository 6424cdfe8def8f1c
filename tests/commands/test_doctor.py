"""What `wingman doctor` says of the transcriber it would take."""

from __future__ import annotations

import asyncio
import importlib.util
import json
from pathlib import Path

import pytest

from tests.support.cli import refused, wingman
from wingman.commands.cli import main
from wingman.commands.doctor import links, providers, understood
from wingman.config.settings import build
from wingman.testing.deepgram.server import DeepgramEmulator
from wingman.testing.gemini.server import GeminiEmulator
from wingman.testing.hume.server import HumeEmulator


@pytest.mark.parametrize(
    ("transcriber", "language", "said"),
    [
        ("whisper", "auto", ["whisper understands en, es, fr, it, pt"]),
        ("whisper", "pt-BR", ["whisper understands en, es, fr, it, pt"]),
        ("whisper", "hu", ["whisper understands en, es, fr, it, pt"]),
        ("embedded", "hu", ["embedded understands en"]),
        ("deepgram", "hu", []),
        ("off", "auto", []),
    ],
)
def test_languages_are_told(transcriber: str, language: str, said: list[str]) -> None:
    settings = build({"transcribe": {"whisper": {"language": language}}})
    assert [finding.what for finding in understood(settings, transcriber)] == said


def test_what_a_provider_can_do_is_told_of_the_one_that_is_chosen() -> None:
    settings = build({"emotion": {"hume": {"api_key": "hu-hidden", "connections": 3}}})
    told = [finding.what for finding in providers(settings)]
    assert "hume serves 3 channels at once, over all meetings" in told
    assert any(what.endswith("tells when each word was said") for what in told)


def test_doctor_says_what_is_there_and_what_is_wrong() -> None:
    fine = wingman("doctor", "--json")
    assert fine.returncode == 0
    findings = json.loads(fine.stdout)["findings"]
    assert any("embedded" in f["what"] for f in findings)
    wrong = wingman("doctor", environ={"WINGMAN_SUGGEST__PROVIDER": "gemini"})
    assert wrong.returncode == 1
    assert "GEMINI_API_KEY" in wrong.stdout


def test_a_python_without_a_pocketsphinx_wheel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if name == "pocketsphinx" else real(name, *rest)
    )
    monkeypatch.setenv("WINGMAN_DELIVER__DATA_DIR", str(tmp_path))
    assert main(["serve", "--port", "0"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("wingman: ")
    assert "no wheel for this Python" in line
    assert main(["doctor"]) == 1
    assert "DEEPGRAM_API_KEY" in capsys.readouterr().out


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


def test_what_the_settings_name_is_looked_at_before_a_meeting_is() -> None:
    wrong = wingman("doctor", environ={"WINGMAN_SUGGEST__PLAYBOOK": "nope"})
    assert wrong.returncode == 1
    assert "✗ suggest.playbook: there is no playbook named 'nope'" in wrong.stdout
    refused(wingman("serve", "--port", "0", environ={"WINGMAN_SUGGEST__PLAYBOOK": "nope"}), "suggest.playbook")


def test_addresses_with_which_no_service_starts_are_told() -> None:
    secret = "whsec_" + "a" * 32
    for section, field in (
        (
            {"report": {"webhooks": {"crm": {"url": "crm.example.com/in", "secret": secret}}}},
            "report.webhooks.crm.url",
        ),
        ({"report": {"webhooks": {"crm": {"url": "https://crm.example.com"}}}}, "report.webhooks.crm.secret"),
        ({"suggest": {"openai": {"url": "HTTP://models.example.com/v1"}}}, "suggest.openai.url"),
    ):
        (wrong,) = links(build(section))
        assert (wrong.level, field in wrong.what) == ("problem", True)
    assert list(links(build({}))) == []
