"""The examples of docs/api.md, run as they stand there, one after the other, against a fresh service."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.browser.support.whole_service import FORKED, TOKEN, WholeService, deepgram_emulator

PAGE = Path(__file__).parents[2] / "docs" / "api.md"
EXAMPLES = re.findall(r"```sh\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)


def test_there_are_ten_of_them() -> None:
    numbered = re.findall(r"^\*\*(\d+)\. ", PAGE.read_text("utf-8"), re.MULTILINE)
    assert numbered == [str(number) for number in range(1, 11)]
    assert len(EXAMPLES) == 10


@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("jq")), reason="needs curl and jq")
def test_every_example_works_as_it_stands(tmp_path: Path) -> None:
    with deepgram_emulator(begin=FORKED) as deepgram:
        variables = {"WINGMAN_TRANSCRIBE__DEEPGRAM__URL": deepgram, "DEEPGRAM_API_KEY": "local-key"}
        service = WholeService(tmp_path / "data", variables, FORKED)
        service.start()
        try:
            done = _run_all(service, tmp_path)
        finally:
            service.stop()
    told = dict(re.findall(r"^## (\d+)\n(.*?)(?=^## |\Z)", done.stdout, re.DOTALL | re.MULTILINE))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "live" in told["2"]
    assert "meeting.started" in told["3"]
    assert "id: 1" in told["4"]
    assert told["7"].strip() == "ended"
    assert "# Renewal with Acme" in told["8"]
    assert told["9"].split() == ["acme", "1"]
    assert told["10"].strip() == "204"


def _documented(service: WholeService) -> str:
    """The token that the page has one make."""
    scopes = re.findall(r"--role script --scopes (\S+)", PAGE.read_text("utf-8"))[0].split(",")
    made = httpx.post(
        f"{service.url}/api/grants",
        headers={"Authorization": f"Bearer {TOKEN}"},
        json={"role": "script", "scopes": scopes, "name": "my-program"},
    )
    return str(made.json()["token"])


def _run_all(service: WholeService, folder: Path) -> subprocess.CompletedProcess[str]:
    """One shell for all of them: later ones use what earlier ones have learnt."""
    script = "set -euo pipefail\n" + "\n".join(f"echo '## {n}'\n{text}" for n, text in enumerate(EXAMPLES, 1))
    return subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env={**os.environ, "URL": service.url, "TOKEN": _documented(service)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
