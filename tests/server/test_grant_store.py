from __future__ import annotations

import contextlib
import sqlite3
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog.testing

from tests.support.until import until
from wingman.core.errors import InputError
from wingman.server import grant_store, service_secret
from wingman.server.auth import OWNER, Access
from wingman.server.grant_store import GrantStore
from wingman.server.grants import SCOPES, Grant, Role

SECRET = b"s" * 32


def viewer(name: str = "Ann's phone", **extra: Any) -> Grant:
    return Grant(
        "", Role.VIEWER, SCOPES[Role.VIEWER], meeting="m-1", name=name, created=1.0, expires=99.0, **extra
    )


def test_a_token_is_found_again_and_never_stored(tmp_path: Path) -> None:
    store = GrantStore(tmp_path / "trust.db", SECRET)
    grant, token = store.add(viewer())
    assert store.find(token) == grant
    assert store.find(token + "x") is None
    assert store.find(token, "some/path") is None
    assert [found.name for found in store.all()] == ["Ann's phone"]
    store.close()
    assert all(token.encode() not in path.read_bytes() for path in tmp_path.iterdir())
    assert GrantStore(tmp_path / "trust.db", b"o" * 32).find(token) is None  # the secret is half of it


def test_a_session_is_only_found_under_its_own_path() -> None:
    store = GrantStore(None, SECRET)
    _, token = store.add(Grant("", Role.OWNER, path="abc"))
    assert store.find(token) is None
    assert store.find(token, "abd") is None
    found = store.find(token, "abc")
    assert found is not None
    assert found.path == "abc"


def test_revoking_ends_what_was_made_from_it_and_other_processes_see_it(tmp_path: Path) -> None:
    one, two = (GrantStore(tmp_path / "trust.db", SECRET) for _ in range(2))
    link, _ = one.add(viewer())
    session, token = one.add(viewer("browser"), parent=link.id)
    before = two.version()
    assert set(one.revoke(link.id, 5.0)) == {link.id, session.id}
    assert one.revoke(link.id, 6.0) == []
    assert two.version() != before
    found = two.find(token)
    assert found is not None
    assert not found.holds(6.0)
    assert set(two.dead([link.id, session.id, "nobody"], 6.0)) == {link.id, session.id, "nobody"}


def test_a_meetings_end_shortens_its_links() -> None:
    store = GrantStore(None, SECRET)
    _, token = store.add(viewer())
    store.shorten("m-2", 3.0)
    store.shorten("m-1", 50.0)
    store.shorten("m-1", 70.0)
    found = store.find(token)
    assert found is not None
    assert found.expires == 50.0


def test_a_code_is_good_once_for_a_while_and_for_few_guesses(tmp_path: Path) -> None:
    one, two = (GrantStore(tmp_path / "trust.db", SECRET) for _ in range(2))
    one.put_code("123456", "pair", 10.0)
    assert not two.take_code("123456", "login", 1.0)
    assert two.take_code("123456", "pair", 1.0)
    assert not one.take_code("123456", "pair", 1.0)
    one.put_code("old", "login", 2.0)
    assert not one.take_code("old", "login", 2.0)
    one.put_code("123456", "pair", 10.0)
    assert not any((one if n % 2 else two).take_code(f"{n:06}", "pair", 1.0) for n in range(5))
    assert not one.take_code("123456", "pair", 1.0)


def test_the_audit_log_shows_every_change(tmp_path: Path) -> None:
    store = GrantStore(tmp_path / "trust.db", SECRET)
    for number in range(20):
        store.record("pause", float(number), grant="g1", meeting="m-1")
    assert store.broken_at() == 0
    assert [entry.seq for entry in store.audit(17)] == [18, 19, 20]
    raw = sqlite3.connect(tmp_path / "trust.db")
    with pytest.raises(sqlite3.IntegrityError):
        raw.execute("UPDATE audit SET what = 'x' WHERE seq = 3")
    raw.executescript("DROP TRIGGER audit_stays; DROP TRIGGER audit_keeps;")
    raw.execute("UPDATE audit SET what = 'resume' WHERE seq = 7")
    raw.commit()
    assert store.broken_at() == 7
    raw.execute("UPDATE audit SET what = 'pause' WHERE seq = 7")
    raw.commit()
    assert store.broken_at() == 0
    raw.execute("DELETE FROM audit WHERE seq = 20")
    raw.commit()
    assert store.broken_at() == 20
    raw.execute("DELETE FROM audit WHERE seq = 12")
    raw.commit()
    assert store.broken_at() == 12
    raw.close()


def test_many_writers_keep_one_chain(tmp_path: Path) -> None:
    stores = [GrantStore(tmp_path / "trust.db", SECRET) for _ in range(4)]
    threads = [
        threading.Thread(target=lambda s=store: [s.record("login", 1.0) for _ in range(25)]) for store in stores
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert stores[0].broken_at() == 0
    assert len(stores[0].audit()) == 100


def test_the_service_secret_is_kept_and_only_its_owners(tmp_path: Path) -> None:
    made = service_secret.load(tmp_path)
    path = tmp_path / service_secret.NAME
    path.chmod(0o644)
    assert service_secret.load(tmp_path) == made
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_bytes(b"short")
    with pytest.raises(InputError, match="32 bytes"):
        service_secret.load(tmp_path)
    path.unlink()
    path.symlink_to("/etc/hostname")
    with pytest.raises(InputError):
        service_secret.load(tmp_path)


def test_a_disk_that_refuses_costs_no_entry_and_delays_nobody(tmp_path: Path) -> None:
    store = GrantStore(tmp_path / "trust.db", SECRET)
    _, token = store.add(viewer())
    store.record("login", 1.0)
    other = sqlite3.connect(tmp_path / "trust.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    store.record("end", 2.0, meeting="m-1")
    store.renew("unknown", 2.0, 3.0)
    assert store.find(token) is not None
    assert [entry.what for entry in store.audit()] == ["login"]
    with pytest.raises(InputError, match="free some space") as refused:
        store.add(viewer())
    assert refused.value.status == 503
    other.execute("COMMIT")
    other.close()
    store.record("delete", 4.0, meeting="m-1")
    assert [(entry.what, entry.at) for entry in store.audit()] == [
        ("login", 1.0),
        ("end", 2.0),
        ("delete", 4.0),
    ]
    assert store.broken_at() == 0
    store.close()


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
        store.note("end", 51.0, meeting="m-1")
        access.ended("m-1")
        access.wrong("192.0.2.1")
    await until(lambda: not store.stuck)
    assert {entry.what for entry in await access.ask(store.audit)} == {"end", "refused"}
    assert await access.known("wm_somebody_else") is None
    access.close([known.id])
    with hung(store), pytest.raises(InputError, match="does not answer"):
        await store.ask(lambda: None, 0.01)
    store.close()


async def test_a_disk_that_hangs_at_the_end_is_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grant_store, "STOP_S", 0.01)
    store = GrantStore(tmp_path / "trust.db", SECRET)
    with hung(store), structlog.testing.capture_logs() as said:
        store.note("end", 1.0)
        store.close()
    assert "does not answer" in said[-1]["event"]
    await until(lambda: not any(thread.name == "wingman-grants" for thread in threading.enumerate()))


async def test_what_another_program_holds_back_is_written_later(tmp_path: Path) -> None:
    store = GrantStore(tmp_path / "trust.db", SECRET)
    grant, token = await store.ask(lambda: store.add(viewer()))
    other = sqlite3.connect(tmp_path / "trust.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    store.note("end", 2.0)
    store.later(lambda: store.shorten("m-1", 3.0))  # is not stored, which is said
    with pytest.raises(InputError, match="free some space"):
        await store.ask(lambda: store.revoke(grant.id, 4.0))
    assert await store.ask(lambda: store.find(token)) is not None
    other.execute("COMMIT")
    other.close()
    assert [entry.what for entry in await store.ask(store.audit)] == ["end"]
    store.close()
