"""The settings page shows what is in force, stores what may be changed, and refuses the rest by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.whole_service import whole
from wingman.config.editable import GROUPS, NAMES


async def shown(client: httpx.AsyncClient) -> dict[str, dict[str, Any]]:
    groups = (await client.get("/api/settings")).json()["groups"]
    return {each["name"]: each for group in groups for each in group["settings"]}


async def test_everything_that_may_be_changed_is_shown_with_its_value(tmp_path: Path) -> None:
    async with whole(tmp_path) as (client, _):
        groups = (await client.get("/api/settings")).json()["groups"]
        assert [group["title"] for group in groups] == list(GROUPS)
        settings = await shown(client)
    elsewhere = {name for name in NAMES if name.startswith("transcribe.whisper.")}  # another one listens
    assert set(NAMES) - elsewhere <= set(settings)
    assert not elsewhere & set(settings)
    facts = [each for name, each in settings.items() if name not in NAMES]
    assert facts
    assert {each["kind"] for each in facts} == {"fact"}
    for each in settings.values():
        if each["kind"] == "choice":
            assert each["value"] in [choice["value"] for choice in each["choices"]]


async def test_the_language_is_that_of_the_transcriber_in_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wingman.meeting.admin.Admin._transcriber", lambda _: "whisper")
    async with whole(tmp_path) as (client, _):
        settings = await shown(client)
        assert "transcribe.deepgram.language" not in settings
        offered = [choice["value"] for choice in settings["transcribe.whisper.language"]["choices"]]
        assert offered[0] == "auto"
        assert {"en", "es"} < set(offered)
        wish = {"transcribe.whisper.language": "es"}
        assert (await client.patch("/api/settings", json={"values": wish})).status_code == 200
        assert (await shown(client))["transcribe.whisper.language"]["value"] == "es"


async def test_a_change_is_in_force_survives_a_restart_and_can_be_taken_back(tmp_path: Path) -> None:
    wish = {"suggest.verbosity": "quiet", "transcribe.deepgram.keyterms": ["Lovelace", "Ada"]}
    async with whole(tmp_path) as (client, _):
        default = (await shown(client))["suggest.verbosity"]["value"]
        assert default != "quiet"
        assert (await client.patch("/api/settings", json={"values": wish})).status_code == 200
        settings = await shown(client)
        assert {name: settings[name]["value"] for name in wish} == wish
    async with whole(tmp_path) as (client, _):
        settings = await shown(client)
        assert {name: settings[name]["value"] for name in wish} == wish
        await client.patch("/api/settings", json={"values": {"suggest.verbosity": None}})
        assert (await shown(client))["suggest.verbosity"]["value"] == default


async def test_the_answer_names_what_needs_a_restart(tmp_path: Path) -> None:
    later = [name for name, each in NAMES.items() if each.restart]
    async with whole(tmp_path) as (client, _):
        values = {**dict.fromkeys(later), "suggest.mode": None}
        answer = await client.patch("/api/settings", json={"values": values})
    assert answer.json() == {"restart": later}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("server.token", "mine"),
        ("transcribe.deepgram.api_key", "mine"),
        ("__class__", "x"),
        ("deliver.retention_days", -1),
        ("deliver.retention_days", True),
        ("deliver.retention_days", "7"),
        ("suggest.cost.budget", [1]),
        ("transcribe.deepgram.keyterms", "Ada"),
        ("transcribe.deepgram.keyterms", ["Ada", 3]),
        ("transcribe.deepgram.keyterms", ["x"] * 101),
        ("suggest.verbosity", "shouting"),
        ("report.store_audio", "maybe"),
    ],
)
async def test_a_wrong_wish_is_named_and_nothing_of_it_is_stored(tmp_path: Path, name: str, value: Any) -> None:
    async with whole(tmp_path) as (client, _):
        before = await shown(client)
        refused = await client.patch("/api/settings", json={"values": {"suggest.mode": "manual", name: value}})
        assert (refused.status_code, refused.json()["error"]["field"]) == (400, name), refused.text
        assert await shown(client) == before


async def test_a_wish_for_nothing_is_refused(tmp_path: Path) -> None:
    async with whole(tmp_path) as (client, _):
        wishes: list[dict[str, Any]] = [{}, {"values": {}}, {"values": []}]
        for body in wishes:
            refused = await client.patch("/api/settings", json=body)
            assert (refused.status_code, refused.json()["error"]["field"]) == (400, "values")
