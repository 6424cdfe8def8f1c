from __future__ import annotations

import asyncio
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.each import each
from wingman.core.errors import InputError
from wingman.server.auth import (
    LOGIN_SECONDS,
    MOST_WRONG,
    OWNER,
    PAIRING_SECONDS,
    WRONG_SECONDS,
    Access,
)
from wingman.server.grant_store import CODE_TRIES, GrantStore
from wingman.server.grants import AFTER_MEETING, DAY, Role, Scope
from wingman.server.neighbours import Neighbours

EXTENSION = "chrome-extension://abcdefghijklmnop"


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def made() -> tuple[Access, Clock]:
    clock = Clock()
    return Access("secret-token", GrantStore(None, b"s" * 32), clock, clock), clock


def test_the_service_token_is_the_owner() -> None:
    access, _ = made()
    assert access.grant("secret-token") == OWNER
    assert access.grant("secret-token", "a-session-path") is None
    for wrong in ("", "secre", "secret-tokens", "v.m-1.", "wm_", "wm_a_b", "ünïcode", "wm_1_" + "0" * 40):
        assert access.grant(wrong) is None


def test_a_shared_link_watches_one_meeting_until_an_hour_after_it() -> None:
    access, clock = made()
    token = access.viewer("m-1.with.dots")
    grant = access.grant(token)
    assert grant is not None
    assert (grant.role, grant.meeting) == (Role.VIEWER, "m-1.with.dots")
    clock.now += 7200
    assert access.grant(token) is not None
    access.ended("m-1.with.dots")
    clock.now += AFTER_MEETING - 1
    assert access.grant(token) is not None
    clock.now += 2
    assert access.grant(token) is None
    late = access.viewer("m-1", ended=True)
    clock.now += AFTER_MEETING + 1
    assert access.grant(late) is None
    assert made()[0].grant(token) is None


def test_a_session_is_good_under_its_path_and_as_long_as_what_it_came_from() -> None:
    access, clock = made()
    session = access.session(OWNER)
    assert access.grant(session.token, session.path) is not None
    assert access.grant(session.token) is None
    assert access.grant(session.token, "other" * 6) is None
    link = access.grant(access.viewer("m-1"))
    assert link is not None
    viewing = access.session(link)
    assert viewing.root.startswith("/~v")
    assert set(access.revoke(link.id)) == {link.id, viewing.grant.id}
    assert access.grant(viewing.token, viewing.path) is None
    for _ in range(24):  # an owner who keeps coming stays in
        clock.now += 11 * 3600
        assert access.grant(session.token, session.path) is not None
    clock.now += 13 * 3600
    assert access.grant(session.token, session.path) is None


def test_use_does_not_move_the_end_that_was_told() -> None:
    access, clock = made()
    for role in (Role.OWNER, Role.EXTENSION, Role.SCRIPT):
        given, token = access.make(role, by=OWNER, expires=clock.now + DAY)
        opened = access.session(given)
        for passed in (0.0, 3, 5, 4, 6, 5, 0.9):
            clock.now += passed * 3600
            assert access.grant(token) is not None
            assert access.grant(opened.token, opened.path) is not None, role
        clock.now += 600
        assert access.grant(token) is None
        assert access.grant(opened.token, opened.path) is None


def test_a_login_link_is_good_once_and_not_for_long() -> None:
    access, clock = made()
    code = access.login_code()
    assert access.log_in("wrong") is None
    session = access.log_in(code)
    assert session is not None
    assert session.grant.role is Role.OWNER
    assert access.log_in(code) is None
    code = access.login_code()
    clock.now += LOGIN_SECONDS
    assert access.log_in(code) is None


def test_an_extension_is_paired_once_per_code_and_is_no_owner() -> None:
    access, clock = made()
    code = access.pair()
    assert len(code) == 6
    token = access.redeem(code, EXTENSION)
    grant = access.grant(token)
    assert grant is not None
    assert grant.origin == EXTENSION
    assert grant.scopes == {Scope.CAPTURE, Scope.WATCH, Scope.COACH}
    with pytest.raises(InputError, match="no pairing is open"):
        access.redeem(code, EXTENSION)
    for _ in range(3):
        clock.now += 29 * DAY
        assert access.grant(token) is not None
    clock.now += 31 * DAY
    assert access.grant(token) is None


def test_a_code_dies_with_time_and_with_guessing() -> None:
    access, clock = made()
    code = access.pair()
    clock.now += PAIRING_SECONDS + 1
    with pytest.raises(InputError, match="no pairing is open"):
        access.redeem(code, EXTENSION)
    code = access.pair()
    wrong = "000000" if code != "000000" else "000001"
    for _ in range(CODE_TRIES):
        with pytest.raises(InputError, match="not the code"):
            access.redeem(wrong, EXTENSION)
    with pytest.raises(InputError, match="no pairing is open"):
        access.redeem(code, EXTENSION)


def test_revoking_ends_what_is_open() -> None:
    access, _ = made()
    grant, token = access.make(Role.SCRIPT, by=OWNER, scopes=frozenset({Scope.READ}), name="nightly")
    dropped: list[int] = []
    told: list[str] = []
    access.on_revoked.append(told.append)
    with access.connected(grant, lambda: dropped.append(1)), access.connected(grant, lambda: dropped.append(2)):
        assert access.connections(grant.id) == 2
        assert access.revoke(grant.id) == [grant.id]
    assert dropped == [1, 2]
    assert told == [grant.id]
    assert access.connections(grant.id) == 0
    assert access.grant(token) is None


async def test_another_process_can_revoke_and_time_can(tmp_path: Path) -> None:
    one, two = (Access("secret-token", GrantStore(tmp_path / "trust.db", b"s" * 32)) for _ in range(2))
    grant, _ = one.make(Role.SCRIPT, by=OWNER, scopes=frozenset({Scope.READ}))
    ended = asyncio.Event()
    watching = asyncio.create_task(one.watch())
    with one.connected(grant, ended.set):
        two.revoke(grant.id)
        await asyncio.wait_for(ended.wait(), 60)
    watching.cancel()
    await asyncio.wait([watching])
    one.store.close()
    two.store.close()


def test_wrong_tokens_are_written_down_and_not_for_ever() -> None:
    access, clock = made()
    assert not any(access.wrong("10.0.0.1") for _ in range(MOST_WRONG))
    assert access.wrong("10.0.0.1")
    assert not access.wrong("10.0.0.2")
    assert len([entry for entry in access.store.audit.entries() if entry.what == "refused"]) == MOST_WRONG + 1
    clock.now += WRONG_SECONDS + 1
    assert not access.wrong("10.0.0.1")


@pytest.mark.parametrize("origin", ["", "https://evil.example", "null", "chrome-extension://"])
def test_only_extensions_pair(origin: str) -> None:
    access, _ = made()
    with pytest.raises(InputError, match="only a browser extension"):
        access.redeem(access.pair(), origin)


@each(
    ("host", "known"),
    [
        ("127.0.0.1:8710", True),
        ("localhost", True),
        ("LOCALHOST:1", True),
        ("[::1]:8710", True),
        ("wingman.example:443", True),
        ("evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("", False),
        ("[", False),
        ("a b", False),
    ],
)
def test_hosts(host: str, known: bool) -> None:
    neighbours = Neighbours.of("127.0.0.1", ("wingman.example",), ())
    assert neighbours.knows_host(host) is known


@pytest.mark.parametrize(
    ("origin", "known"),
    [
        ("http://127.0.0.1:8710", True),
        (EXTENSION, True),
        ("http://127.0.0.1:9999", False),
        ("https://evil.example", False),
        ("null", False),
        ("chrome-extension://other", False),
    ],
)
def test_origins(origin: str, known: bool) -> None:
    neighbours = Neighbours.of("127.0.0.1", (), (EXTENSION,))
    assert neighbours.knows_origin(origin, "127.0.0.1:8710") is known


def test_what_was_found_expired_stays_so_when_the_clock_is_set_back() -> None:
    now = [1000.0]
    access = Access("a-token-of-the-owner", clock=lambda: now[0])
    _, token = access.make(Role.VIEWER, by=OWNER, meeting="m", expires=1060.0)
    assert access.grant(token) is not None
    now[0] = 1061.0
    assert access.grant(token) is None
    now[0] = 1000.0
    assert access.grant(token) is None
    access.store.close()


async def test_a_clock_that_is_set_changes_no_count_and_no_memory() -> None:
    clock, lasts = Clock(), Clock()
    access = Access("secret-token", GrantStore(None, b"s" * 32), clock, lasts)
    for _ in range(MOST_WRONG):
        access.wrong("10.0.0.1")
    for set_by in (86_400.0, -2 * 86_400.0, 3600.0):
        clock.now += set_by
        assert access.wrong("10.0.0.1")
    lasts.now += WRONG_SECONDS + 1
    clock.now -= 86_400.0
    assert not access.wrong("10.0.0.1")


@pytest.mark.parametrize("set_by", [13 * 3600.0, 2 * DAY, 20 * 365 * DAY])
def test_a_clock_that_is_set_throws_nobody_out_who_is_connected(set_by: float) -> None:
    clock, lasts = Clock(), Clock()
    access = Access("secret-token", GrantStore(None, b"s" * 32), clock, lasts)
    session, away, link = access.session(OWNER), access.session(OWNER), access.viewer("m-1")
    found = access.grant(link)
    assert found is not None
    opened = access.session(found)  # its link is in use nowhere
    bare = access.viewer("m-1")

    def passes(seconds: float, set_by: float = 0.0) -> bool:
        lasts.now += seconds
        clock.now += seconds + set_by
        return access.grant(session.token, session.path) is not None

    def watched() -> bool:
        return access.grant(opened.token, opened.path) is not None and access.grant(bare) is not None

    here = access.grant(session.token, session.path)
    with ExitStack() as connected:
        for one in (here, access.grant(opened.token, opened.path), access.grant(bare)):
            assert one is not None
            connected.enter_context(access.connected(one, lambda: None))
        assert passes(0.2, set_by)
        for _ in range(2):
            assert watched()
        assert (access.grant(link) is None) is (set_by > DAY)  # a second guest comes, late or not
        assert watched()
        assert access.grant(away.token, away.path) is None
        assert passes(11 * 3600.0)
        assert watched()
        assert not passes(12 * 3600.0 + 1)  # time that passes is no clock that was set
        assert opened.grant.id in access.revoke(found.id), "taken back, if over itself or not"
        assert not watched()


def test_an_end_is_moved_once_however_many_workers_see_the_clock_being_set(tmp_path: Path) -> None:
    clock, lasts = Clock(), Clock()
    workers = [
        Access("secret-token", GrantStore(tmp_path / "trust.db", b"s" * 32), clock, lasts) for _ in range(2)
    ]
    link, script = workers[0].viewer("m-1"), workers[0].make(Role.SCRIPT, by=OWNER)[1]
    with ExitStack() as connected:
        for worker in workers:
            connected.callback(worker.store.close)
            for token in (link, script):
                found = worker.grant(token)
                assert found is not None
                connected.enter_context(worker.connected(found, lambda: None))
        created = clock.now
        for set_by in (3 * DAY, 2 * DAY, -5 * DAY, 100 * DAY):
            clock.now, lasts.now, created = clock.now + 1 + set_by, lasts.now + 1, created + set_by
            for worker in workers:
                assert worker.grant(link) is not None
        ends = {round(one.expires - created) for one in workers[0].store.all()}
        assert ends == {DAY, 90 * DAY}


@pytest.mark.parametrize("set_by", [13 * 3600.0, 20 * 365 * DAY])
def test_nothing_lives_longer_for_a_clock_that_was_ahead_for_a_moment(set_by: float) -> None:
    clock, lasts = Clock(), Clock()
    access = Access("secret-token", GrantStore(None, b"s" * 32), clock, lasts)
    session = access.session(OWNER)
    link, (_, script) = access.viewer("m-1"), access.make(Role.SCRIPT, by=OWNER)
    _, away = access.make(Role.EXTENSION, by=OWNER)
    _, told = access.make(Role.OWNER, by=OWNER, expires=clock.now + 100 * 365 * DAY)
    found = [access.grant(session.token, session.path), access.grant(link), access.grant(script)]
    here, watching, running = (one for one in found if one is not None)
    with ExitStack() as connected:
        for one in (here, watching, running):
            connected.enter_context(access.connected(one, lambda: None))
        lasts.now, clock.now = lasts.now + 1, clock.now + 1 + set_by
        access.grant(away)  # renewed, or over for good
        assert access.grant(told) is not None
        late, code = access.viewer("m-1"), access.login_code()
        assert access.grant(session.token, session.path) is not None
        clock.now -= set_by
        assert access.grant(session.token, session.path) is not None, "it is not over yet"
        assert access.log_in(code) is None
        for lives, ended in ((12 * 3600.0, session.token), (DAY, link), (DAY, late), (90 * DAY, script)):
            seconds = max(0.0, here.created + lives - clock.now) + 2.0
            lasts.now, clock.now = lasts.now + seconds, clock.now + seconds
            assert access.grant(ended, session.path if ended == session.token else "") is None
        assert access.grant(away) is None
        assert access.grant(told) is not None, "its end is what whoever made it was told"
