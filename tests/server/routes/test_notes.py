"""Documents that cards may quote are put, shown as they were understood, tried and removed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.whole_service import whole

PRICES = (
    b"# Prices\n\nThe enterprise plan costs forty euros per seat.\n\n# Training\n\nTraining takes two days.\n"
)


def files(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file()]


async def test_a_document_is_read_quoted_and_removed(tmp_path: Path) -> None:
    async with whole(tmp_path) as (client, _):
        put = await client.put("/api/notes/prices.md", content=PRICES)
        assert put.status_code == 201, put.text
        assert (put.json()["name"], put.json()["problem"]) == ("prices.md", "")
        assert [part["heading"] for part in put.json()["headings"]] == ["Prices", "Training"]
        assert [d["name"] for d in (await client.get("/api/notes")).json()["documents"]] == ["prices.md"]
        asked = {"q": "How much does the enterprise plan cost?"}
        (best, *_) = (await client.get("/api/notes-search", params=asked)).json()["found"]
        assert "forty euros" in best["text"]
        assert (await client.delete("/api/notes/prices.md")).status_code == 204
        assert (await client.delete("/api/notes/prices.md")).status_code == 404
        assert (await client.get("/api/notes-search", params=asked)).json()["found"] == []


@pytest.mark.parametrize(
    ("name", "content", "status", "field"),
    [
        ("prices.exe", PRICES, 415, "name"),
        (".hidden.md", PRICES, 400, "name"),
        ("a%5Cb.md", PRICES, 400, "name"),
        ("x" * 130 + ".md", PRICES, 400, "name"),
        ("empty.md", b"", 400, "body"),
        ("broken.pdf", b"%PDF-1.7 not really", 400, "body"),
    ],
)
async def test_what_cannot_be_read_is_refused_and_leaves_nothing(
    tmp_path: Path, name: str, content: bytes, status: int, field: str
) -> None:
    async with whole(tmp_path) as (client, _):
        refused = await client.put(f"/api/notes/{name}", content=content)
        assert (refused.status_code, refused.json()["error"]["field"]) == (status, field)
        assert (await client.get("/api/notes")).json() == {"documents": []}
    assert files(tmp_path / "notes") == []


async def test_a_name_never_leads_out_of_the_folder(tmp_path: Path) -> None:
    async with whole(tmp_path / "data") as (client, _):
        for name in ("..%2Fout.md", "%2Fetc%2Fout.md", "..%5Cout.md"):
            assert (await client.put(f"/api/notes/{name}", content=PRICES)).status_code in (400, 404, 405)
    assert "wingman.db" in files(tmp_path)
    assert "out.md" not in files(tmp_path)


@pytest.mark.parametrize("query", ["", "?q=", "?q=%20%20"])
async def test_a_search_without_a_question_is_refused(tmp_path: Path, query: str) -> None:
    async with whole(tmp_path) as (client, _):
        refused = await client.get(f"/api/notes-search{query}")
        assert (refused.status_code, refused.json()["error"]["field"]) == (400, "q")
