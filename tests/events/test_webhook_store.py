"""The delivery log: queued once, due in time, forgotten with the meeting."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.opened_databases import is_closed, watched
from wingman.events import webhook_store
from wingman.events.sqlite import drivers
from wingman.events.webhook_store import LONGEST_WAIT_S, Delivery, DeliveryStore


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DeliveryStore]:
    store = DeliveryStore(tmp_path / "webhooks.db")
    yield store
    store.close()


def delivery(number: int, meeting: str = "m-1", next_at: float = 0.0) -> Delivery:
    return Delivery(f"d-{number}", "crm", meeting, number, "summary.ready", next_at=next_at, created_at=number)


def test_a_delivery_is_queued_once(store: DeliveryStore) -> None:
    store.add([delivery(1)])
    tried = replace(delivery(1), attempts=2, status=503, next_at=60.0)
    store.update(tried)
    store.add([delivery(1)])
    assert store.get("d-1") == tried
    assert store.get("d-2") is None


def test_only_what_is_due_is_given_out(store: DeliveryStore) -> None:
    store.add([delivery(1, next_at=5.0), delivery(2, next_at=50.0)])
    store.update(replace(delivery(3), state="delivered"))
    first = store.take(10.0, 70.0)
    assert first is not None
    assert first.id == "d-1"
    assert store.take(10.0, 70.0) is None, "another process has it"
    assert [store.take(100.0, 160.0), store.take(100.0, 160.0)] != [None, None]
    assert store.take(100.0, 160.0) is None
    assert store.next_at() == 160.0, "and did not finish"


@pytest.mark.parametrize("set_back", [2 * LONGEST_WAIT_S, 86_400.0, 30 * 365 * 86_400.0])
def test_a_clock_that_is_set_back_holds_nothing_up(store: DeliveryStore, set_back: float) -> None:
    now = 1_790_000_000.0
    store.add([delivery(1, next_at=now + 5.0), delivery(2, next_at=now + LONGEST_WAIT_S)])
    assert store.take(now, now + 60.0) is None
    now -= set_back
    taken = [store.take(now, now + 60.0) for _ in range(3)]
    assert [found and found.id for found in taken] == ["d-1", "d-2", None]


def test_a_clock_that_is_put_right_by_a_little_makes_nothing_due(store: DeliveryStore) -> None:
    now = 1_790_000_000.0
    store.add([delivery(1, next_at=now + LONGEST_WAIT_S)])
    assert [store.take(now - step, now + 60.0) for step in (0.001, 0.5, 30.0)] == [None] * 3


def test_a_deleted_meeting_leaves_no_row(store: DeliveryStore, tmp_path: Path) -> None:
    store.add([delivery(1, "m-secret"), delivery(2, "m-other")])
    store.forget("m-secret")
    assert store.get("d-1") is None
    assert store.get("d-2") is not None
    assert not any(b"m-secret" in path.read_bytes() for path in tmp_path.iterdir())


def test_only_finished_ones_are_trimmed(store: DeliveryStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook_store, "KEPT", 1)
    store.add([delivery(number) for number in range(4)])
    store.update(replace(delivery(0), state="delivered"))
    store.update(replace(delivery(1), state="failed"))
    store.trim()
    assert [store.get(f"d-{number}") is not None for number in range(4)] == [False, False, True, True]


def test_it_survives_a_restart(tmp_path: Path) -> None:
    first = DeliveryStore(tmp_path / "w.db")
    first.add([delivery(1)])
    first.close()
    again = DeliveryStore(tmp_path / "w.db")
    assert again.get("d-1") == delivery(1)
    again.close()


def test_a_file_that_is_no_database_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "webhooks.db").write_bytes(b"this is no database" * 100)
    opened = watched(monkeypatch)
    with pytest.raises(drivers.Error):
        DeliveryStore(tmp_path / "webhooks.db")
    assert [is_closed(one) for one in opened] == [True]
