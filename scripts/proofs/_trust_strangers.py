"""More attacks on a running service: on the wire, on paths, on credentials, on clocks and on what is kept."""

# ruff: noqa: E501  # one attack a line reads best

from __future__ import annotations

import asyncio
import gzip
import itertools
import os
import re
import shutil
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from scripts.proofs._trust_attacks import REFUSED, Tried
from scripts.proofs._trust_service import Running
from wingman.archive.private_folder import make_private
from wingman.core.errors import InputError
from wingman.server.auth import OWNER, Access
from wingman.server.grant_store import GrantStore
from wingman.server.grants import Role

TITLE = "Quarterly Marmalade"
"""Of a meeting nobody without a credential may read of."""
HOST = b"Host: 127.0.0.1\r\n"
SECOND = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
"""A request that hides behind another."""


def _ambiguous() -> Iterator[tuple[str, bytes]]:
    """Requests of which two readers may see different ends."""
    start = b"POST /api/session HTTP/1.1\r\n" + HOST
    chunk = b"0\r\n\r\n" + SECOND
    for value in (
        "xchunked",
        "chunked, identity",
        "identity, chunked",
        "chunked\x0b",
        "\x0bchunked",
        "[chunked]",
        "chunked;q=1",
    ):
        yield f"coding {value!r}", start + f"Transfer-Encoding: {value}\r\n\r\n".encode("latin-1") + chunk
    yield "two codings", start + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n" + chunk
    yield "a space before the colon", start + b"Transfer-Encoding : chunked\r\n\r\n" + chunk
    yield "a folded coding", start + b"X: y\r\n Transfer-Encoding: chunked\r\n\r\n" + chunk
    yield "a folded length", start + b"Content-Length:\r\n 40\r\n\r\n" + SECOND
    yield "length and coding", start + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk
    for length in ("+5", "-5", "5 5", "0x5", "5,6", "1_0", "", "99999999999999999999", "5;", "٥"):
        yield f"length {length!r}", start + f"Content-Length: {length}\r\n\r\n".encode() + b"{}   " + SECOND
    for size in ("-1", "0x2", "+2", " 2", "2 2", "ffffffffffffffff1", "g", ""):
        yield (
            f"chunk {size!r}",
            start + b"Transfer-Encoding: chunked\r\n\r\n" + size.encode() + b"\r\n{}\r\n" + chunk,
        )
    yield "a chunk without its end", start + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}XX" + chunk
    yield "a bare CR", start + b"X: a\rTransfer-Encoding: chunked\r\n\r\n" + chunk
    yield "a null in a value", start + b"X: a\x00b\r\nContent-Length: 0\r\n\r\n" + SECOND
    yield "a name with a space", start + b"Content Length: 5\r\n\r\n" + SECOND
    yield "no name", start + b": 5\r\n\r\n" + SECOND
    yield "a name with a bracket", start + b"Content(Length: 5\r\n\r\n" + SECOND


async def wire(it: Running) -> AsyncIterator[Tried]:
    """Smuggling, upgrades, forms of the target, headers that proxies believe."""
    for what, request in _ambiguous():
        yield Tried(what, b" 200 " not in await it.raw(request))
    async with it.client() as owner:
        meeting = (await owner.post("/api/meetings", json={"title": TITLE})).json()["id"]
    bearer = f"Authorization: Bearer {it.token}\r\n".encode()
    trailing = b"POST /api/grants HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n"
    yield Tried("a credential in a trailer", b" 401 " in await it.raw(trailing + bearer + b"\r\n"))
    yield Tried(
        "ten thousand trailers", b" 200 " not in await it.raw(trailing + b"X: y\r\n" * 10_000 + b"\r\n")
    )
    upgrade = (
        b"GET /api/meetings HTTP/1.1\r\n"
        + HOST
        + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n"
    )
    yield Tried(
        "an upgrade to h2c", _secret_kept(await it.raw(upgrade)) and b" 101 " not in await it.raw(upgrade)
    )
    yield Tried("a preface of HTTP/2", b" 200 " not in await it.raw(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))
    for line in (
        "GET http://evil.example/api/meetings HTTP/1.1", "GET http://127.0.0.1/api/meetings HTTP/1.1", "CONNECT 127.0.0.1:22 HTTP/1.1",
        "OPTIONS * HTTP/1.1", "GET /api/meetings HTTP/1.0", "GET /api/meetings", "TRACE / HTTP/1.1", "get /api/meetings HTTP/1.1", "GET  /api/meetings HTTP/1.1",
    ):  # fmt: skip
        answer = await it.raw(f"{line}\r\n".encode() + HOST + b"Connection: close\r\n\r\n")
        yield Tried(line, _secret_kept(answer) and b"Cookie: " not in answer)
    for name in (
        "X-Original-URL: /api/meetings",
        "X-Rewrite-URL: /api/meetings",
        "X-Forwarded-Prefix: /api/meetings",
        "X-HTTP-Method-Override: GET",
        "X-Forwarded-For: 127.0.0.1",
        "Forwarded: for=127.0.0.1",
        "X-Real-IP: 127.0.0.1",
        "X-Forwarded-User: owner",
        "Remote-User: owner",
    ):
        for path in ("/healthz", "/api/meetings"):
            answer = await it.raw(
                f"GET {path} HTTP/1.1\r\n{name}\r\n".encode() + HOST + b"Connection: close\r\n\r\n"
            )
            yield Tried(f"{path} with {name}", _secret_kept(answer))
    forged = await it.raw(
        f"POST /api/meetings/{meeting} HTTP/1.1\r\nX-HTTP-Method-Override: DELETE\r\n".encode()
        + bearer
        + HOST
        + b"Connection: close\r\nContent-Length: 0\r\n\r\n"
    )
    yield Tried("a method that a header overrides", b" 405 " in forged or b" 404 " in forged)
    async for one in _hosts(it, bearer):
        yield one


async def _hosts(it: Running, bearer: bytes) -> AsyncIterator[Tried]:
    """Names that resolve here and are not ours: what a rebound name of a stranger's looks like."""
    for host in (
        "127.0.0.1.nip.io", "localtest.me", "127.0.0.1@evil.example", "evil.example#127.0.0.1", "127.0.0.1:80:80", "127.1", "2130706433", "0177.0.0.1",
        "[::ffff:127.0.0.1].evil.example", "localhost\\.evil.example", "127.0.0.1%00.evil.example", "127.0.0.1, evil.example", "ｌocalhost.evil.example", "wingman.local", "0.0.0.0",
    ):  # fmt: skip
        head = (
            f"GET /api/meetings HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n".encode() + bearer + b"\r\n"
        )
        yield Tried(f"a credential sent to {host}", _secret_kept(await it.raw(head)))
    for hosts in (
        b"Host: 127.0.0.1\r\nHost: evil.example\r\n",
        b"Host: evil.example\r\nHost: 127.0.0.1\r\n",
        b"",
        b"X-Forwarded-Host: 127.0.0.1\r\nHost: evil.example\r\n",
    ):
        answer = await it.raw(b"GET /api/meetings HTTP/1.1\r\nConnection: close\r\n" + hosts + bearer + b"\r\n")
        yield Tried(f"hosts {hosts!r}", _secret_kept(answer))


def _secret_kept(answer: bytes) -> bool:
    return TITLE.encode() not in answer and b"root:" not in answer


async def paths(it: Running) -> AsyncIterator[Tried]:
    """Other ways to write an address that needs a credential, or a file that is nobody's business."""
    for path in (
        "//api/meetings", "/api//meetings", "/./api/meetings", "/static/../api/meetings", "/static/%2e%2e/api/meetings", "/static/..%2fapi%2fmeetings", "/healthz/../api/meetings",
        "/healthz;/api/meetings", "/healthz/api/meetings", "/healthz%2f..%2fapi%2fmeetings", "/api/meetings%00", "/api/meetings%20", "/api/meetings/", "/API/MEETINGS", "/api/meetings;x", "/api/meetings?x=/static/",
        "/api/openapi.json/../meetings", "/api/session/../meetings", "/%61pi/meetings", "/api/%6deetings", "/api%2fmeetings", "/favicon.ico/../api/meetings", "/~/api/meetings", "/~aaaaaaaaaaaa/api/meetings", "/~aaaaaaaaaaaa//api/meetings",
        "/static/..%2f..%2f..%2f..%2fetc%2fpasswd", "/static/%2e%2e/%2e%2e/%2e%2e/etc/passwd", "/static/....//....//etc/passwd", "/static/..%5c..%5cetc%5cpasswd", "/static/%252e%252e/%252e%252e/etc/passwd", "/static//etc/passwd", "/static/%2fetc%2fpasswd", "/static/\u2025/etc/passwd", "/static/__init__.py", "/static/..%2f__init__.py", "/static/%00", "/static/con", "/static/.",
    ):  # fmt: skip
        answer = await it.raw(f"GET {path} HTTP/1.1\r\n".encode() + HOST + b"Connection: close\r\n\r\n")
        yield Tried(
            f"{path} by nobody",
            _secret_kept(answer) and b"from __future__" not in answer and b" 500 " not in answer,
        )


async def documents(it: Running) -> AsyncIterator[Tried]:
    """JSON of which two readers make two things, and bodies that are not what they say."""
    huge, deep = "9" * 5000, '{"a":' * 64 + "1" + "}" * 64
    texts: dict[str, bytes] = {
        "two titles": b'{"title":"a","title":"b"}', "a number without end": f'{{"title":{huge}}}'.encode(), "1e400": b'{"title":1e400}', "NaN": b'{"title":NaN}', "Infinity": b'{"title":-Infinity}',
        "half a surrogate": b'{"title":"\\ud800"}', "a null": b'{"title":"\\u0000"}', "a mark of order": b"\xef\xbb\xbf{}", "UTF-16": '{"title":"a"}'.encode("utf-16"), "UTF-7": b'+AHs-"title":"a"+AH0-',
        "a comment": b'{/*x*/"title":"a"}', "a comma too many": b'{"title":"a",}', "depth": deep.encode(), "a long title": f'{{"title":"{"x" * 200_000}"}}'.encode(), "a prototype": b'{"__proto__":{"admin":true}}', "a constructor": b'{"constructor":{"prototype":{}}}',
        "a list of titles": b'{"title":["a"]}', "an object as a title": b'{"title":{"$gt":""}}', "true": b'{"title":true}', "bytes after it": b'{} {"title":"b"}', "a very long key": f'{{"{"k" * 200_000}":1}}'.encode(),
    }  # fmt: skip
    async with it.client() as owner:
        for what, content in texts.items():
            answer = await owner.post("/api/meetings", content=content)
            told = answer.status_code in REFUSED or (
                answer.status_code == 201
                and what
                in ("two titles", "half a surrogate", "a null", "a mark of order", "a long title", "UTF-16")
            )
            yield Tried(f"a body with {what}", told)
        bomb = gzip.compress(b"{" + b" " * 50_000_000)
        packed = await owner.post("/api/meetings", content=bomb, headers={"Content-Encoding": "gzip"})
        yield Tried("a body that unpacks", packed.status_code in REFUSED)
        for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"):
            simple = await owner.post(
                "/api/meetings",
                content=b"title=a",
                headers={"Content-Type": kind, "Origin": "https://evil.example"},
            )
            yield Tried(f"a form of another site's as {kind}", simple.status_code == 403)


async def names(it: Running) -> AsyncIterator[Tried]:
    """Names and scopes of grants: look-alikes, line breaks, escapes."""
    async with it.client() as owner:
        for scope in (
            "ｒead",
            "READ",
            "read\u200b",
            "rеad",
            "read,delete",
            "*",
            "owner",
            "",
            " read",
            "read\n",
            "pair\x00",
        ):
            made = await owner.post("/api/grants", json={"name": "x", "scopes": [scope]})
            yield Tried(f"the scope {scope!a}", made.status_code in REFUSED)
        for role in ("Owner", "ｏwner", "root", "owner\u200b"):
            made = await owner.post("/api/grants", json={"name": "x", "role": role})
            yield Tried(f"the role {role!a}", made.status_code in REFUSED or "configure" not in made.text)
        for name in (
            "a\nrevoked owner",
            "\x1b[2J\x1b]0;x\x07",
            "\u202eowner",
            "x" * 10_000,
            "<img src=x>",
            "\x9b31m",
        ):
            made = await owner.post("/api/grants", json={"name": name, "scopes": ["read"]})
            listed = (await owner.get("/api/grants")).json()["grants"]
            shown = (
                [grant["name"] for grant in listed if grant["id"] == made.json().get("id")]
                if made.is_success
                else []
            )
            audit = (await owner.get("/api/audit")).text
            fine = all(
                len(text) <= 200 and not re.search(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e]", text) for text in shown
            )
            yield Tried(f"the name {name[:12]!a}", fine and "revoked owner" not in audit)
        for expires in (-1, 0, 1e308, "soon", None, True, 10**30):
            made = await owner.post("/api/grants", json={"name": "x", "scopes": ["read"], "days": expires})
            yield Tried(f"a grant for {expires!r} days", made.status_code in REFUSED)
        reader = (await owner.post("/api/grants", json={"name": "r", "scopes": ["read", "pair"]})).json()[
            "token"
        ]
    async with it.client(reader) as climber:
        for wish in (["delete"], ["configure"], ["read", "listen"]):
            made = await climber.post("/api/grants", json={"name": "up", "scopes": wish})
            yield Tried(f"a reader that makes itself {wish}", made.status_code in REFUSED)


async def logins(it: Running) -> AsyncIterator[Tried]:
    """Login links that are raced for, fixed, or taken for something else."""
    code = it.access.login_code()
    async with it.client("") as crowd:
        answers = await asyncio.gather(*(crowd.post("/api/session", json={"code": code}) for _ in range(20)))
    yield Tried("twenty who redeem one link at once", [a.status_code for a in answers].count(201) == 1)
    async with it.client("") as fixed:
        cookie = {"Cookie": "wingman_session=wm_00000000_attackers"}
        made = await fixed.post("/api/session", json={"code": it.access.login_code()}, headers=cookie)
        yield Tried(
            "a session that was chosen before", "attackers" not in made.headers.get("set-cookie", "attackers")
        )
        flags = made.headers.get("set-cookie", "").lower()
        yield Tried("a cookie that scripts read", "httponly" in flags and "samesite=strict" in flags)
        yield Tried("a session that is kept by a cache", "no-store" in made.headers.get("cache-control", ""))
        pairing = it.access.pair()
        wrong = await fixed.post("/api/session", json={"code": pairing})
        yield Tried("a pairing code as a login", wrong.status_code in (401, 429))
        login = it.access.login_code()
        redeemed = await fixed.post(
            "/api/pairing/redeem",
            json={"code": login},
            headers={"Origin": "chrome-extension://abcdefghijklmnop"},
        )
        yield Tried("a login as a pairing code", redeemed.status_code in REFUSED)
        guesses = [
            await fixed.post(
                "/api/pairing/redeem",
                json={"code": f"{n:06}"},
                headers={"Origin": "chrome-extension://abcdefghijklmnop"},
            )
            for n in range(12)
        ]
        late = await fixed.post(
            "/api/pairing/redeem",
            json={"code": pairing},
            headers={"Origin": "chrome-extension://abcdefghijklmnop"},
        )
        yield Tried(
            "a pairing code after guesses",
            not any(g.is_success for g in guesses) and late.status_code in REFUSED,
        )
    async for one in _sockets_of_others(it):
        yield one


async def _sockets_of_others(it: Running) -> AsyncIterator[Tried]:
    """Sockets that another site opens with the browser's cookie."""
    async with it.client("") as browser:
        made = await browser.post("/api/session", json={"code": it.access.login_code()})
    cookie = made.headers["set-cookie"].partition(";")[0]
    home = re.search(r"path=(/~[^;]+)", made.headers["set-cookie"], re.IGNORECASE)
    async with it.client() as owner:
        meeting = (await owner.post("/api/meetings", json={})).json()["id"]
    for origin, host in itertools.product(
        ("https://evil.example", "http://evil.example", "null", None), ("127.0.0.1", "evil.example")
    ):
        if origin is None and host == "127.0.0.1":
            continue  # a program of the owner's own
        headers = {"Cookie": cookie, "Host": f"{host}:{it.port}"}
        url = f"ws://127.0.0.1:{it.port}{home[1] if home else ''}/api/meetings/{meeting}/ws"
        try:
            async with connect(url, additional_headers=headers, origin=origin, proxy=None):  # type: ignore[arg-type]  # a text is taken as it is
                yield Tried(f"a socket from {origin} by way of {host}", held=False)
        except (InvalidStatus, ValueError, OSError):
            yield Tried(f"a socket from {origin} by way of {host}", held=True)


class _Clock:
    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def clocks() -> Iterator[Tried]:
    """A clock that is set back, and grants at the edge of their time."""
    clock = _Clock(1_000_000.0)
    access = Access("a-token-of-the-owner", GrantStore(None, b"x" * 32), clock)
    _, token = access.make(Role.VIEWER, by=OWNER, meeting="m", expires=clock.now + 60)
    code = access.login_code()
    clock.now += 61
    yield Tried("a grant after its time", access.grant(token) is None)
    clock.now -= 120
    yield Tried("the same after the clock was set back", access.grant(token) is None)
    clock.now += 1000
    yield Tried("a login link after its time", access.log_in(code) is None)
    clock.now -= 2000
    yield Tried("the same after the clock was set back again", access.log_in(code) is None)
    _, forever = access.make(Role.SCRIPT, by=OWNER)
    access.revoke(forever.split("_")[1])
    clock.now = 0.0
    yield Tried("a revoked grant before its beginning", access.grant(forever) is None)
    access.store.close()


def books() -> Iterator[Tried]:
    """An audit log that somebody with the file, and without the secret, wants to tell another story."""

    def drop(db: sqlite3.Connection) -> None:
        db.execute("DROP TRIGGER audit_stays")
        db.execute("DROP TRIGGER audit_keeps")

    changes: dict[str, Callable[[sqlite3.Connection], object]] = {
        "the last entry cut off": lambda db: db.execute("DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)"),
        "the first entry cut off": lambda db: db.execute("DELETE FROM audit WHERE seq = 1"),
        "one in the middle cut out": lambda db: db.execute("DELETE FROM audit WHERE seq = 3"),
        "all but one cut off": lambda db: db.execute("DELETE FROM audit WHERE seq > 1"),
        "everything cut off": lambda db: db.execute("DELETE FROM audit"),
        "a word changed": lambda db: db.execute("UPDATE audit SET detail = 'x' WHERE seq = 2"),
        "a time changed": lambda db: db.execute("UPDATE audit SET at = 77 WHERE seq = 2"),
        "a grant changed": lambda db: db.execute("UPDATE audit SET \"grant\" = 'x' WHERE seq = 2"),
        "two that changed places": lambda db: db.executescript("UPDATE audit SET seq = 99 WHERE seq = 2; UPDATE audit SET seq = 2 WHERE seq = 3; UPDATE audit SET seq = 3 WHERE seq = 99"),
        "an entry of one's own": lambda db: db.execute("INSERT INTO audit SELECT seq + 50, at, what, \"grant\", meeting, detail, hash FROM audit WHERE seq = 2"),
        "the head taken out": lambda db: db.execute("DELETE FROM audit_head"),
        "the head of an earlier day": lambda db: db.executescript("DELETE FROM audit WHERE seq > 2; UPDATE audit_head SET hash = (SELECT hash FROM audit WHERE seq = 2)"),
    }  # fmt: skip
    for what, change in changes.items():
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "trust.db"
            store = GrantStore(path, b"x" * 32)
            for number in range(6):
                store.audit.record("login", float(number), grant="g", detail=str(number))
            with sqlite3.connect(path) as db:
                drop(db)
                change(db)
            yield Tried(f"the audit log with {what}", store.audit.broken_at() > 0)
            store.close()


def folders() -> Iterator[Tried]:
    """A data folder somebody else has prepared."""
    with tempfile.TemporaryDirectory() as name:
        outside = Path(name) / "outside.txt"
        outside.write_text("theirs")
        outside.chmod(0o644)
        folder = Path(name) / "data"
        folder.mkdir(mode=0o777)
        folder.chmod(0o777)
        for file in ("wingman.db", "wingman.db-wal", "trust.db", "notes/a.md"):
            (folder / file).parent.mkdir(exist_ok=True, mode=0o755)
            (folder / file).write_bytes(b"")
            (folder / file).chmod(0o666)
        (folder / "link").symlink_to(outside)
        make_private(folder)
        loose = [
            path
            for path in (folder, *folder.rglob("*"))
            if not path.is_symlink() and path.stat().st_mode & 0o077
        ]
        yield Tried("files that were there before", not loose)
        yield Tried("a link to a file of another's keeps its mode", outside.stat().st_mode & 0o777 == 0o644)
        if os.geteuid() == 0:
            os.lchown(folder / "link", 65_534, 65_534)
            yield Tried("a link that somebody else has put there", _refused(folder))
            (folder / "link").unlink()
            shutil.chown(folder / "trust.db", 65_534, 65_534)
            yield Tried("a file that somebody else has put there", _refused(folder))


def _refused(folder: Path) -> bool:
    try:
        make_private(folder)
    except InputError:
        return True
    return False


async def consents(it: Running) -> AsyncIterator[Tried]:
    """An acknowledgement that is used twice, or for something else."""
    async with it.client() as owner:
        first = (
            await owner.post("/api/meetings", json={"emotion_policy": "counterpart", "consent": "voices@1"})
        ).json()
        again = await owner.post("/api/meetings", json={"emotion_policy": "counterpart"})
        yield Tried("one meeting's acknowledgement for the next", again.status_code == 400)
        control = f"/api/meetings/{first['id']}/control"
        await owner.post(control, json={"setting": "playbook", "value": "hiring"})
        refused = await owner.post(
            control,
            json={"setting": "emotion_policy", "value": {"policy": "counterpart", "consent": "voices@1"}},
        )
        state = (await owner.get(f"/api/meetings/{first['id']}")).json()
        yield Tried(
            "an acknowledgement where the playbook refuses",
            refused.status_code in REFUSED or state["emotion_policy"] == "off",
        )
        await owner.post(control, json={"setting": "playbook", "value": "sales"})
        state = (await owner.get(f"/api/meetings/{first['id']}")).json()
        yield Tried(
            "an acknowledgement that comes back with the old playbook", state["emotion_policy"] == "off"
        )
        viewer = (await owner.post(f"/api/meetings/{first['id']}/viewers")).json()["token"]
    async with it.client(viewer) as watcher:
        given = await watcher.post(
            control,
            json={"setting": "emotion_policy", "value": {"policy": "counterpart", "consent": "voices@1"}},
        )
        yield Tried("an acknowledgement by a viewer", given.status_code == 403)


async def strange(it: Running) -> list[Tried]:
    """All of them."""
    tried = [*clocks(), *books(), *folders()]
    for kind in (wire, paths, documents, names, logins, consents):
        tried += [one async for one in kind(it)]
    return tried
