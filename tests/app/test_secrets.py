"""No credential is in anything the service tells or keeps, and the search for one finds what was put there."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import structlog
from starlette.routing import Route

from tests.support.whole_service import whole
from wingman.app import Service
from wingman.app.http import application
from wingman.config.observe import ObserveSettings
from wingman.meeting.api import MeetingSpec
from wingman.observe import metrics
from wingman.observe.logs import configure
from wingman.server.auth import OWNER
from wingman.server.grants import Role

CANARY = "canary-4c1f-of-no-known-form"
"""No credential, so that nothing masks it."""
HOLDERS = (
    "SERVER__TOKEN",
    "TRANSCRIBE__DEEPGRAM__API_KEY",
    "EMOTION__HUME__API_KEY",
    "SUGGEST__GEMINI__API_KEY",
)
KEYS = {f"WINGMAN_{name}": f"planted-{at}-9e2d-of-no-known-form" for at, name in enumerate(HOLDERS)}
QUIET = {"TRANSCRIBE__PROVIDER": "off", "EMOTION__PROVIDER": "off", "SUGGEST__PROVIDER": "cues"}


async def answers(http: httpx.AsyncClient, service: Service, meeting: str) -> AsyncIterator[tuple[str, bytes]]:
    """What each address answers its owner, for a meeting that is over and for one that never was."""
    for route in application(service).routes:
        if not isinstance(route, Route) or "GET" not in (route.methods or ()) or route.path.endswith("/stream"):
            continue  # a stream does not end; it tells what `events` has
        for named in dict.fromkeys((meeting, CANARY)) if "{id}" in route.path else (meeting,):
            path = re.sub(r"\{\w+[^}]*\}", "tab", route.path.replace("{id}", named))
            answer = await http.get(path)
            yield path, repr(answer.headers).encode() + answer.content


def files(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


async def test_no_credential_is_told_or_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    configure(ObserveSettings(log_format="json", log_level="debug"))
    async with whole(tmp_path, **KEYS, **{f"WINGMAN_{name}": value for name, value in QUIET.items()}) as (
        http,
        service,
    ):
        grant, token = service.access.make(Role.SCRAPER, by=OWNER, name=CANARY)
        session = service.access.session(grant)
        credentials = (*KEYS.values(), token, session.token, session.path)
        running = await service.manager.create(MeetingSpec(title=CANARY))
        running.note(CANARY)
        await running.end()
        structlog.get_logger("ours").debug("said", asked=[CANARY], key=[*credentials[:4]])
        service.access.store.audit.note("said", 0.0, detail=CANARY)
        metrics.TOKENS.labels(CANARY, "input").observe(1)
        try:
            outputs = dict([one async for one in answers(http, service, running.id)])
        finally:
            metrics.TOKENS.remove(CANARY, "input")
    (tmp_path / "kept").write_text(CANARY)
    outputs["log"] = "".join(capsys.readouterr()).encode()
    outputs |= files(tmp_path)
    found = {
        value: {name for name, told in outputs.items() if value.encode() in told}
        for value in (CANARY, *credentials)
    }
    at = f"/api/meetings/{running.id}"
    assert found.pop(CANARY) >= {
        "log", "/metrics", "/api/audit", "/api/grants", "/api/meetings", at, f"{at}/events", f"{at}/export",
        f"/api/meetings/{CANARY}", str(tmp_path / "kept"),
    }  # fmt: skip
    assert found == {credential: set[str]() for credential in credentials}
