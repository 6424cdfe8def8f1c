from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from wingman.server.grant_store import GrantStore
from wingman.server.grants import SCOPES, Grant, Role, Scope

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
    assert two.ends_of([link.id, session.id, "nobody"]) == {}
    one.close()
    two.close()


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
    one.close()
    two.close()


def test_a_newer_versions_row_is_taken_in_and_handed_on_whole() -> None:
    """It has a scope, a role and a column that nobody here knows: they open nothing, and nothing breaks."""
    here, there = GrantStore(None, SECRET), GrantStore(None, SECRET)
    grant, token = there.add(viewer())
    name = f"grant.{grant.id}"
    known = msgspec.msgpack.decode(there.rows()[name])
    newer = [*known[:2], "painter", "watch paint", *known[4:], "a new column"]
    row = msgspec.msgpack.encode(newer)
    assert here.merge(name, row) == row, "told as it came: two versions do not answer each other for ever"
    found = here.find(token)
    assert found is not None
    assert found.scopes == {Scope.WATCH}
    assert [one.id for one in here.all()] == [grant.id]
    here.revoke(grant.id, 7.0)
    merged = msgspec.msgpack.decode(here.merge(name, row))
    assert merged[10] == 7.0
    assert merged[-1] == "a new column"
