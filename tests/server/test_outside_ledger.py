from __future__ import annotations

import asyncio
import contextlib
from urllib.parse import urlsplit

import pytest

from tests.support.counting_relay import Bodies, relay
from wingman.config.suggest import EmbeddingSettings
from wingman.egress.outlet import outlet
from wingman.server import outside_ledger
from wingman.server.auth import Access
from wingman.server.outside_ledger import OutsideLedger
from wingman.suggest.knowledge.http_encoder import HttpEncoder
from wingman.testing.openai.server import ChatEmulator


def told(access: Access) -> list[str]:
    return [entry.detail for entry in access.store.audit.entries() if entry.what == "egress"]


async def test_notes_that_are_indexed_elsewhere_are_counted() -> None:
    access = Access("token-of-the-owner")
    books = OutsideLedger(access)
    async with ChatEmulator() as server, relay(urlsplit(server.url).port or 0, Bodies) as receiver:
        encoder = HttpEncoder(EmbeddingSettings(url=f"http://127.0.0.1:{receiver.port}/v1", model="m"))
        with outlet(books.outlet):
            await encoder.encode(["our prices", "our terms"], "passage")
        await encoder.aclose()
        books.write()
        assert told(access) == [f"127.0.0.1: {receiver.payload} bytes"]
    books.write()
    assert len(told(access)) == 1, "nothing left since"
    assert access.store.audit.broken_at() == 0
    access.store.close()


async def test_it_is_written_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside_ledger, "WRITE_EVERY_S", 0.0)
    access = Access("token-of-the-owner")
    books = OutsideLedger(access)
    books.outlet.towards("collector.example").sent(10, 0.0)
    books.outlet.sent(5, 0.0)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(0.05):
            await books.run()
    assert sorted(told(access)) == ["collector.example: 10 bytes", "elsewhere: 5 bytes"]
    access.store.close()
