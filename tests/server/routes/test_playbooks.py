"""Shipped playbooks can be read and copied, one's own changed and brought back, and drafts checked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.offered import offered
from tests.support.whole_service import whole
from wingman.meeting.rehearse_cards import RehearsedCard, RehearsedTurn
from wingman.server.routes.playbooks import PlaybookRoutes
from wingman.suggest.playbook.playbook import Playbook
from wingman.suggest.playbook.user_playbooks import UserPlaybooks


async def draft(client: httpx.AsyncClient, **changed: Any) -> dict[str, Any]:
    """The shipped sales playbook under another name."""
    page = (await client.get("/api/playbooks/sales")).json()
    return {**page["playbook"], "name": "acme", "title": "Acme calls", **changed}


async def test_one_s_own_is_made_changed_and_brought_back(tmp_path: Path) -> None:
    async with whole(tmp_path) as (client, _):
        made = await client.put("/api/playbooks/acme", json={"playbook": await draft(client)})
        assert made.status_code == 200, made.text
        assert (made.json()["own"], made.json()["versions"]) == (True, [])
        changed = await draft(client, title="Acme calls, second try")
        (version,) = (await client.put("/api/playbooks/acme", json={"playbook": changed})).json()["versions"]
        back = await client.post("/api/playbooks/acme/restore", json={"version": version["id"]})
        assert back.json()["playbook"]["title"] == "Acme calls"
        assert len(back.json()["versions"]) == 2
        never = await client.post("/api/playbooks/acme/restore", json={"version": "../acme"})
        assert (never.status_code, never.json()["error"]["field"]) == (404, "version")
        assert (await client.delete("/api/playbooks/acme")).status_code == 204
        assert (await client.get("/api/playbooks/acme")).status_code == 404


async def test_a_shipped_one_stays_as_it_is(tmp_path: Path) -> None:
    async with whole(tmp_path) as (client, _):
        page = (await client.get("/api/playbooks/sales")).json()
        stored = await client.put("/api/playbooks/sales", json={"playbook": page["playbook"]})
        assert stored.status_code == 409
        assert (await client.delete("/api/playbooks/sales")).status_code == 409
        assert (await client.get("/api/playbooks/sales")).json() == page
        rows = (await client.get("/api/playbooks")).json()["playbooks"]
        assert ("sales", False) in [(row["name"], row["own"]) for row in rows]


@pytest.mark.parametrize("name", ["Acme", "acme.yaml", "a b", "-acme", "x" * 41])
async def test_a_name_that_cannot_be_one_is_refused(tmp_path: Path, name: str) -> None:
    async with whole(tmp_path) as (client, _):
        refused = await client.put(f"/api/playbooks/{name}", json={"playbook": await draft(client, name=name)})
        assert (refused.status_code, refused.json()["error"]["field"]) == (400, "name")
        assert (await client.get(f"/api/playbooks/{name}")).status_code == 404


async def test_a_draft_is_checked_and_not_stored(tmp_path: Path) -> None:
    async with whole(tmp_path) as (client, _):
        good = await client.post("/api/playbooks/check", json={"playbook": await draft(client)})
        assert good.json() == {"ok": True, "detail": "", "field": ""}
        wrong: list[dict[str, Any]] = [{"text": "name: ["}, {"text": "[]"}, {"playbook": {}}]
        for bad in [*wrong, {"playbook": {"name": 3}}]:
            answer = await client.post("/api/playbooks/check", json=bad)
            assert (answer.status_code, answer.json()["ok"]) == (200, False), bad
            assert answer.json()["detail"]
        assert (await client.get("/api/playbooks/acme")).status_code == 404


async def test_a_draft_is_rehearsed_on_what_was_said(tmp_path: Path) -> None:
    async def play(playbook: Playbook, meeting: str, turns: Sequence[RehearsedTurn]) -> Sequence[RehearsedCard]:
        """A card for whatever the others say."""
        theirs = [turn.text for turn in turns if turn.speaker == "tab"]
        return [RehearsedCard(0.0, "cue", playbook.title, "", "", text, meeting) for text in theirs]

    turns = [{"text": "Hello.", "speaker": "mic"}, {"text": "Too expensive."}]
    admin = UserPlaybooks(tmp_path)
    async with offered(PlaybookRoutes(admin, play).routes()) as client:
        wish = {"playbook": await draft(client), "turns": turns}
        (card,) = (await client.post("/api/rehearse", json=wish)).json()["cards"]
        assert (card["title"], card["quote"]) == ("Acme calls", "Too expensive.")
        broken = await client.post("/api/rehearse", json={**wish, "playbook": {"name": 3}})
        assert broken.status_code == 400
    async with offered(PlaybookRoutes(admin).routes()) as client:
        assert (await client.post("/api/rehearse", json=wish)).status_code == 501


@pytest.mark.parametrize(
    ("turns", "field"),
    [
        ([], "turns"),
        ([{"text": "Hello"}, {"text": "  "}], "turns[1]"),
        ([{"text": "Hello", "speaker": "left"}], "turns[0]"),
        ([{"text": "x" * 4001}], "turns[0]"),
    ],
)
async def test_turns_that_make_no_sense_are_named(
    tmp_path: Path, turns: list[dict[str, str]], field: str
) -> None:
    async with whole(tmp_path) as (client, _):
        refused = await client.post("/api/rehearse", json={"playbook": {}, "turns": turns})
        assert (refused.status_code, refused.json()["error"]["field"]) == (400, field)
        assert ("split it" in refused.text) is any(len(turn["text"]) > 4000 for turn in turns)


async def test_the_playbook_of_every_new_meeting_stays(tmp_path: Path) -> None:
    admin = UserPlaybooks(tmp_path)
    async with offered(PlaybookRoutes(admin, None, lambda: "mine").routes()) as client:
        refused = await client.delete("/api/playbooks/mine")
        assert (refused.status_code, refused.json()["error"]["field"]) == (409, "name")
        assert (await client.delete("/api/playbooks/other")).status_code == 404
