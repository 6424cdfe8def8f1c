from __future__ import annotations

import contextlib
import gc
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog.testing

from tests.server.test_grant_store import SECRET, viewer
from tests.support.opened_databases import is_closed, watched
from tests.support.until import until
from wingman.core.errors import InputError
from wingman.events.sqlite import drivers
from wingman.server import grants_file
from wingman.server.auth import OWNER, Access
from wingman.server.grant_store import GrantStore


@contextlib.contextmanager
def hung(store: GrantStore) -> Iterator[None]:
    """The disk takes the next call and answers when this is left."""
    answers = threading.Event()
    store.later(answers.wait)
    try:
        yield
    finally:
        answers.set()


async def test_a_disk_that_hangs_holds_up_nobody_who_does_not_ask_it(tmp_path: Path) -> None:
    store = GrantStore(tmp_path / "trust.db", SECRET)
    _, token = store.add(viewer())
    access = Access("the token of the owner", store, clock=lambda: 50.0)
    known = await access.known(token)
    assert known is not None
    with hung(store):
        assert await access.known(token) == known, "good a moment ago"
        assert store.stuck
        assert await access.known("the token of the owner") == OWNER
        with pytest.raises(InputError, match="does not answer") as refused:
            await access.known("wm_somebody_else")
        assert refused.value.status == 503
        store.audit.note("end", 51.0, meeting="m-1")
        access.ended("m-1")
        access.wrong("192.0.2.1")
    await until(lambda: not store.stuck)
    assert {entry.what for entry in await access.ask(store.audit.entries)} == {"end", "refused"}
    assert await access.known("wm_somebody_else") is None
    access.close([known.id])
    with hung(store), pytest.raises(InputError, match="does not answer"):
        await store.ask(lambda: None, 0.01)
    store.close()


async def test_a_disk_that_hangs_at_the_end_is_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grants_file, "STOP_S", 0.01)
    store = GrantStore(tmp_path / "trust.db", SECRET)
    with hung(store), structlog.testing.capture_logs() as said:
        store.audit.note("end", 1.0)
        store.close()
    assert "does not answer" in said[-1]["event"]
    await until(lambda: not any(thread.name == "wingman-grants" for thread in threading.enumerate()))
    store.close()  # it answers again


async def test_what_another_program_holds_back_is_written_later(tmp_path: Path) -> None:
    store = GrantStore(tmp_path / "trust.db", SECRET)
    grant, token = await store.ask(lambda: store.add(viewer()))
    other = sqlite3.connect(tmp_path / "trust.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    store.audit.note("end", 2.0)
    store.later(lambda: store.shorten("m-1", 3.0))  # is not stored, which is said
    with pytest.raises(InputError, match="free some space"):
        await store.ask(lambda: store.revoke(grant.id, 4.0))
    assert await store.ask(lambda: store.find(token)) is not None
    other.execute("COMMIT")
    other.close()
    assert [entry.what for entry in await store.ask(store.audit.entries)] == ["end"]
    store.close()


def test_a_file_that_is_no_database_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "trust.db").write_bytes(b"this is no database" * 100)
    opened = watched(monkeypatch)
    with pytest.raises(drivers.Error):
        GrantStore(tmp_path / "trust.db", SECRET)
    assert [is_closed(one) for one in opened] == [True]


def test_a_store_in_memory_is_closed_with_its_last_user(monkeypatch: pytest.MonkeyPatch) -> None:
    opened = watched(monkeypatch)
    Access("some token of the owner's")
    gc.collect()
    assert [is_closed(one) for one in opened] == [True]
