from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from tests.server.test_grant_store import SECRET, viewer
from wingman.core.errors import InputError
from wingman.server.grant_store import GrantStore


def test_the_audit_log_shows_every_change(tmp_path: Path) -> None:
    store = GrantStore(tmp_path / "trust.db", SECRET)
    for number in range(20):
        store.audit.record("pause", float(number), grant="g1", meeting="m-1")
    assert store.audit.broken_at() == 0
    assert [entry.seq for entry in store.audit.entries(17)] == [18, 19, 20]
    raw = sqlite3.connect(tmp_path / "trust.db")
    with pytest.raises(sqlite3.IntegrityError):
        raw.execute("UPDATE audit SET what = 'x' WHERE seq = 3")
    raw.executescript("DROP TRIGGER audit_stays; DROP TRIGGER audit_keeps;")
    raw.execute("UPDATE audit SET what = 'resume' WHERE seq = 7")
    raw.commit()
    assert store.audit.broken_at() == 7
    raw.execute("UPDATE audit SET what = 'pause' WHERE seq = 7")
    raw.commit()
    assert store.audit.broken_at() == 0
    raw.execute("DELETE FROM audit WHERE seq = 20")
    raw.commit()
    assert store.audit.broken_at() == 20
    raw.execute("DELETE FROM audit WHERE seq = 12")
    raw.commit()
    assert store.audit.broken_at() == 12
    raw.close()


def test_many_writers_keep_one_chain(tmp_path: Path) -> None:
    stores = [GrantStore(tmp_path / "trust.db", SECRET) for _ in range(4)]
    threads = [
        threading.Thread(target=lambda s=store: [s.audit.record("login", 1.0) for _ in range(25)])
        for store in stores
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for store in stores:
        store.audit.settle()  # a writer that waited too long for the others keeps its entries for later
    assert stores[0].audit.broken_at() == 0
    assert len(stores[0].audit.entries()) == 100
    for store in stores:
        store.close()


def test_a_disk_that_refuses_costs_no_entry_and_delays_nobody(tmp_path: Path) -> None:
    store = GrantStore(tmp_path / "trust.db", SECRET)
    _, token = store.add(viewer())
    store.audit.record("login", 1.0)
    other = sqlite3.connect(tmp_path / "trust.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    store.audit.record("end", 2.0, meeting="m-1")
    store.renew("unknown", 2.0, 3.0)
    assert store.find(token) is not None
    assert [entry.what for entry in store.audit.entries()] == ["login"]
    with pytest.raises(InputError, match="free some space") as refused:
        store.add(viewer())
    assert refused.value.status == 503
    other.execute("COMMIT")
    other.close()
    store.audit.record("delete", 4.0, meeting="m-1")
    assert [(entry.what, entry.at) for entry in store.audit.entries()] == [
        ("login", 1.0),
        ("end", 2.0),
        ("delete", 4.0),
    ]
    assert store.audit.broken_at() == 0
    store.close()
