"""The service against its own OpenAPI document, with inputs nobody would think of."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from tests.support.meetings import SupportMeetings
from tests.support.service import TOKEN, service
from wingman.audio.source import AudioSource
from wingman.core.errors import InputError
from wingman.server import auth
from wingman.server.routes.upload import Upload

PLAYBOOK = {"name": "sales", "title": "Sales", "voice_emotion": "allow", "own": False, "triggers": 1}


def refuse(wish: Upload) -> AudioSource:
    raise InputError("this is not a media file", field="body")


@pytest.mark.timeout(1200)  # ten seconds of a processor, of which a busy machine gives little
@pytest.mark.parametrize("phases", ["fuzzing", pytest.param("coverage", marks=pytest.mark.slow)])
async def test_no_input_breaks_the_contract(
    tmp_path: Path, phases: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth, "MOST_WRONG", 10_000)  # every operation is tried with wrong tokens, too
    async with service(playbooks=lambda: [PLAYBOOK], recording=refuse) as it:
        assert isinstance(it.meetings, SupportMeetings)
        meeting = await it.meetings.create_titled("x")
        config = tmp_path / "schemathesis.toml"
        config.write_text(f'[parameters]\n"path.id" = "{meeting.id}"\n')
        command = [
            *(sys.executable, "-W", "ignore", "-m", "schemathesis.cli", "--config-file", str(config)),
            *("run", f"{it.url}/api/openapi.json", "--header", f"Authorization: Bearer {TOKEN}"),
            *("--exclude-operation-id", "streamEvents", "--exclude-operation-id", "deleteMeeting"),
            *("--exclude-operation-id", "endMeeting"),
            *("--exclude-path-regex", "^/whip"),  # it cannot write SDP; tests/transports do
            *("--phases", phases, "--max-examples", "12", "--seed", "1", "--generation-database", "none"),
            *("--request-timeout", "30"),  # a request that hangs is named
            *("--exclude-checks", "positive_data_acceptance,unsupported_method"),
        ]
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=tmp_path,
            env={**os.environ, "NO_PROXY": "127.0.0.1"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        out, _ = await process.communicate()
        assert process.returncode == 0, out.decode()
