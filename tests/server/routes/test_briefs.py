"""What is kept for an account is there for every device of the owner's, and lies nowhere in plain."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.whole_service import whole


def stored(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def damage(folder: Path) -> None:
    (sealed,) = folder.rglob("briefs.sealed")
    sealed.write_bytes(b"x" * 40)


async def test_what_is_kept_is_there_for_every_device_and_sealed(tmp_path: Path) -> None:
    async with whole(tmp_path) as (client, _):
        assert (await client.get("/api/briefs")).json() == {"briefs": []}
        kept = await client.put("/api/briefs", json={"account": "Acme", "text": "Ada decides."})
        assert kept.json() == {"briefs": [{"account": "Acme", "text": "Ada decides."}]}
        assert (await client.get("/api/briefs")).json() == kept.json()
        assert not any(b"Ada decides" in content for content in stored(tmp_path).values())
        assert (await client.put("/api/briefs", json={"account": "Acme"})).json() == {"briefs": []}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"account": " ", "text": "x"}, "account"),
        ({"text": "x"}, "account"),
        ({"account": "A", "txt": ""}, "txt"),
    ],
    ids=["nameless", "missing", "unknown"],
)
async def test_a_mistake_is_refused_by_its_field(tmp_path: Path, body: dict[str, str], field: str) -> None:
    async with whole(tmp_path) as (client, _):
        refused = await client.put("/api/briefs", json=body)
        assert (refused.status_code, refused.json()["error"]["field"]) == (400, field)


async def test_a_seal_that_does_not_open_is_one_sentence(tmp_path: Path) -> None:
    async with whole(tmp_path) as (client, _):
        await client.put("/api/briefs", json={"account": "Acme", "text": "x"})
        damage(tmp_path)
        refused = await client.get("/api/briefs")
        assert refused.status_code == 400
        assert "remove briefs.sealed" in refused.json()["error"]["detail"]
