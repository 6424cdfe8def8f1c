"""Attacks on a running service, and on what reads files and writes text. Each says whether it held."""

# ruff: noqa: E501  # one attack a line reads best

from __future__ import annotations

import asyncio
import contextlib
import csv
import io
import itertools
import os
import re
import tempfile
import zipfile
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from functools import partial
from html.parser import HTMLParser
from pathlib import Path

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from scripts.proofs._trust_service import Running
from tests.support.bombs import entity_docx, inflating_docx, inflating_pdf, nested_pdf
from tests.support.hostile import HOSTILE
from wingman.archive.bundle import unpack
from wingman.audio import sandboxed
from wingman.core import encoders
from wingman.core.emotion_policy import NOTICES, Consent, check_consent, in_force
from wingman.core.errors import InputError
from wingman.sandbox.reading import Reader
from wingman.suggest.knowledge.notes_reader import read_notes
from wingman.suggest.playbook.sandboxed import parse_playbook
from wingman.transports.sdp import read_offer

FLOODED = 4429
EXTENSION = "chrome-extension://abcdefghijklmnop"
REFUSED = (400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 431, 501)


@dataclass(frozen=True, slots=True)
class Tried:
    """One attack, and whether it was held."""

    what: str
    held: bool


def routes(meeting: str) -> list[tuple[str, str]]:
    """Addresses that give something away or change something."""
    one = f"/api/meetings/{meeting}"
    return [
        ("GET", "/"), ("GET", "/overlay"), ("GET", "/metrics"), ("GET", "/api/meetings"), ("POST", "/api/meetings"),
        ("GET", one), ("DELETE", one), ("POST", f"{one}/pause"), ("POST", f"{one}/end"), ("POST", f"{one}/control"),
        ("POST", f"{one}/actions"), ("GET", f"{one}/events"), ("GET", f"{one}/stream"), ("GET", f"{one}/export"),
        ("GET", f"{one}/ledger"), ("GET", f"{one}/audio/tab"), ("POST", f"{one}/viewers"), ("GET", "/api/config"),
        ("GET", "/api/playbooks"), ("POST", "/api/pairing"), ("GET", "/api/grants"), ("POST", "/api/grants"),
        ("DELETE", "/api/grants/owner"), ("GET", "/api/audit"), ("POST", "/whip"), ("GET", f"/meetings/{meeting}"),
        ("PUT", "/api/settings"), ("GET", "/api/settings"),
    ]  # fmt: skip


async def doors(it: Running) -> AsyncIterator[Tried]:
    """Every address with no credential, wrong ones, and ones that may do something else."""
    async with it.client() as owner:
        meeting = (await owner.post("/api/meetings", json={"title": "mine"})).json()["id"]
        other = (await owner.post("/api/meetings", json={"title": "other"})).json()["id"]
        viewer = (await owner.post(f"/api/meetings/{other}/viewers")).json()["token"]
        metrics = await _grant(owner, "metrics")
        gone = await _grant(owner, "read")
        for grant in (await owner.get("/api/grants")).json()["grants"]:
            if grant["name"] == "read":
                await owner.delete(f"/api/grants/{grant['id']}")
        code = (await owner.post("/api/pairing")).json()["code"]
        paired = await owner.post("/api/pairing/redeem", json={"code": code}, headers={"Origin": EXTENSION})
    wrong = {
        "none": "", "guessed": "x" * 40, "almost": it.token[:-1], "revoked": gone, "of another meeting": viewer,
        "for metrics": metrics, "an old derived one": f"v.{meeting}.{'0' * 40}",
    }  # fmt: skip
    for (method, path), (name, token) in itertools.product(routes(meeting), wrong.items()):
        may = (name == "for metrics" and path == "/metrics") or (
            name == "of another meeting" and path == "/overlay"
        )
        async with it.client(token) as stranger:
            answer = await stranger.request(method, path)
        yield Tried(f"{method} {path} with {name}", may or answer.status_code in (401, 403, 429))
    narrow = paired.json()["token"]
    for method, path in routes(meeting):
        if method == "DELETE" or re.search(
            r"grants|audit|settings|viewers|export|audio|metrics|pairing$", path
        ):
            async with it.client(narrow) as extension:
                answer = await extension.request(method, path)
            yield Tried(f"{method} {path} with an extension's token", answer.status_code == 403)


async def _grant(owner: httpx.AsyncClient, scope: str) -> str:
    made = await owner.post("/api/grants", json={"name": scope, "scopes": [scope]})
    return str(made.json()["token"])


async def neighbours(it: Running) -> AsyncIterator[Tried]:
    """Foreign hosts and origins, on pages, the API and sockets."""
    hosts = (
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "",
        "[",
        "0x7f000001",
        "a b",
        "evil:1",
    )
    origins = (
        "https://evil.example",
        "null",
        "http://127.0.0.1:1",
        "file://",
        "http://localhost",
        EXTENSION,
        "http://[",
    )
    async with it.client() as owner:
        meeting = (await owner.post("/api/meetings", json={})).json()["id"]
        for path, host in itertools.product(("/", "/api/meetings", "/healthz"), hosts):
            answer = await it.raw(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
            yield Tried(f"{path} as {host!r}", b" 200 " not in answer.split(b"\r\n", 1)[0])
        for (method, path), origin in itertools.product(routes(meeting)[3:10], origins):
            answer_ = await owner.request(method, path, headers={"Origin": origin})
            yield Tried(f"{method} {path} from {origin}", answer_.status_code == 403)
    for origin in origins:
        url = f"ws://127.0.0.1:{it.port}/api/meetings/{meeting}/ws?token={it.token}"
        yield Tried(f"a socket from {origin}", await _shut(url, origin))


async def _shut(url: str, origin: str) -> bool:
    try:
        async with connect(url, origin=origin, proxy=None):  # type: ignore[arg-type]  # a text is taken as it is
            return False
    except InvalidStatus as refused:
        return refused.response.status_code in (401, 403)


async def sessions(it: Running) -> AsyncIterator[Tried]:
    """Cookies and paths that somebody else got hold of."""
    async with it.client("") as thief:
        moved = await thief.get("/", params={"token": it.token})
        home, cookie = moved.headers["location"].rstrip("/"), moved.headers["set-cookie"].partition(";")[0]
        yield Tried("the cookie holds no token of the owner's", it.token not in cookie + home)
        yield Tried(
            "the cookie goes to its session's path alone", f"Path={home}" in moved.headers["set-cookie"]
        )
        thief.cookies.clear()
        for path, headers in (
            ("/api/meetings", {"Cookie": cookie}),
            (f"{home}/api/meetings", {}),
            (f"{home}/api/meetings", {"Cookie": cookie + "x"}),
            (f"{home}x/api/meetings", {"Cookie": cookie}),
            ("/api/meetings", {"Authorization": f"Bearer {cookie.partition('=')[2]}"}),
        ):
            answer = await thief.get(path, headers=headers)
            yield Tried(f"{path[:4]}… with half a session", answer.status_code in (401, 429))
        code = it.access.login_code()
        first = await thief.post("/api/session", json={"code": code})
        again = await thief.post("/api/session", json={"code": code})
        yield Tried("a login link works once", first.status_code == 201 and again.status_code in (401, 429))


async def guests(it: Running) -> AsyncIterator[Tried]:
    """What somebody with a narrow grant may cost, and what may not be given away to anybody."""
    async with it.client() as owner:
        meeting = (await owner.post("/api/meetings", json={"title": "x"})).json()["id"]
        made = await owner.get(f"/api/meetings/{meeting}/export", params={"format": "json"})
        yield Tried("a record of the moment a meeting began in", "1970-01-01" not in made.text)
        page = await owner.get(f"/meetings/{meeting}")
        yield Tried(
            "the report in a frame", "frame-ancestors" in page.headers.get("content-security-policy", "")
        )
        escaped = await owner.get(f"/api/meetings/%6d{meeting[1:]}")
        yield Tried("an escaped name", escaped.status_code in (200, 404))
        viewer = (await owner.post(f"/api/meetings/{meeting}/viewers")).json()["token"]
        token = (await owner.post("/api/grants", json={"name": "s", "scopes": ["capture"]})).json()["token"]
    url = f"ws://127.0.0.1:{it.port}/api/meetings/{meeting}/ws?token={viewer}"
    async with contextlib.AsyncExitStack() as stack:
        opened = 0
        with contextlib.suppress(InvalidStatus):
            for _ in range(40):
                await stack.enter_async_context(connect(url, proxy=None))
                opened += 1
        yield Tried("sockets of one viewer", opened <= 16)
    await asyncio.sleep(0.2)
    async with connect(url, proxy=None) as socket:
        await socket.send("[" * 100_000)
        for _ in range(400):
            with contextlib.suppress(ConnectionClosed):
                await socket.send('{"type":"ping"}')
        with contextlib.suppress(TimeoutError, ConnectionClosed):
            async with asyncio.timeout(5):
                async for _ in socket:  # what was sent before the end
                    continue
        yield Tried("a flood of messages", socket.close_code == FLOODED)
    async with it.client(token) as sender:
        answers = [
            await sender.post("/whip", content=OFFER, headers={"Content-Type": "application/sdp"})
            for _ in range(9)
        ]
        codes = [answer.status_code for answer in answers]
        yield Tried("sessions without media", codes[-1] == 429 and codes[0] == 201)
        for answer in answers[:-1]:
            for line in answer.text.splitlines():
                if line.startswith("a=candidate:"):
                    yield Tried(f"media on {line.split()[4]}", line.split()[4] in ("127.0.0.1", "::1"))
        yield Tried("the audit log by a sender", (await sender.get("/api/audit")).status_code == 403)


OFFER = (
    "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=fingerprint:sha-256 " + ":".join(["AA"] * 32) + "\r\n"
    "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=setup:actpass\r\na=sendonly\r\n"
    "a=ice-ufrag:abcd\r\na=ice-pwd:" + "p" * 22 + "\r\na=rtcp-mux\r\na=rtpmap:111 opus/48000/2\r\n"
)


async def heads(it: Running) -> AsyncIterator[Tried]:
    """Request heads without end."""
    start = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    for name, head in {
        "a long header": start + b"X: " + b"a" * 40_000 + b"\r\n\r\n",
        "many headers": start + b"".join(b"A%d: b\r\n" % n for n in range(200)) + b"\r\n",
        "a long line": b"GET /" + b"a" * 50_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        "no end": b"GET /" + b"a" * 3_000_000,
        "no request": b"\x00" * 5000,
        "two lengths": start + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "length and chunks": start + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "a bare line feed": b"GET /healthz HTTP/1.1\nHost: evil\n\n",
        "an odd version": b"GET /healthz HTTP/9.9\r\n\r\n",
        "a null": b"GET /\x00 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    }.items():
        answer = await it.raw(head)
        yield Tried(name, b" 200 " not in answer.split(b"\r\n", 1)[0])


async def bodies(it: Running) -> AsyncIterator[Tried]:
    """Bodies that name files, nest without end, or claim what is not so."""
    files = (
        "/etc/shadow",
        "/etc/passwd",
        "../sales",
        "sales.yaml",
        "/dev/zero",
        "a/b",
        "file:///etc/passwd",
        "~/x.yaml",
    )
    odd = (
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"\xff\xfe",
        b"null",
        b"[]",
        b'{"title":1e999}',
        b'{"tit\\u0000le":1}',
        b"{",
    )
    words = (
        "no",
        ".",
        "yes",
        "I do NOT consent",
        "counterpart",
        "counterpart@2",
        "sample@1",
        "voices@1 ",
        "x" * 5000,
    )
    async with it.client() as owner:
        meeting = (await owner.post("/api/meetings", json={})).json()["id"]
        control = f"/api/meetings/{meeting}/control"
        for name in files:
            made = await owner.post("/api/meetings", json={"playbook": name})
            yield Tried(f"a meeting with the playbook {name}", _refused_blindly(made))
            changed = await owner.post(control, json={"setting": "playbook", "value": name})
            yield Tried(f"a switch to the playbook {name}", _refused_blindly(changed))
        for raw, path in itertools.product(odd, ("/api/meetings", control, "/api/grants", "/api/session")):
            answer = await owner.post(path, content=raw)
            yield Tried(f"{raw[:9]!r} to {path}", answer.status_code in REFUSED)
        for text in words:
            spec = {"emotion_policy": "counterpart", "consent": text}
            made = await owner.post("/api/meetings", json=spec)
            yield Tried(
                f"consent: {text[:20]}", made.status_code == (201 if text.strip() == "voices@1" else 400)
            )
        for body in PLAYLISTS:
            sent = await owner.post(f"/api/meetings/{meeting}/recording", content=body)
            yield Tried(f"a recording {body[:16]!r}", sent.status_code in REFUSED)


PLAYLISTS = (
    b"ffconcat version 1.0\nfile /etc/passwd\n", b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n",
    b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\nm=audio 9 RTP/AVP 0\r\n", b"[playlist]\nFile1=http://127.0.0.1:1/\n",
    b"<?xml version='1.0'?><MPD xmlns='urn:mpeg:dash:schema:mpd:2011'/>", b"concat:/etc/passwd|/etc/group", b"\x00" * 4096,
)  # fmt: skip


def _refused_blindly(answer: httpx.Response) -> bool:
    return answer.status_code == 400 and "root:" not in answer.text and "must be a name" in answer.text


def files() -> Iterator[Tried]:
    """Playbooks and bundles that were made to do harm."""
    good = "name: m\ntitle: M\npersona: P\ntriggers: [{name: a, kind: price, phrases: [b], card: {title: t, text: '%s'}}]"
    for text in (
        "{quote:d}",
        "{quote:>900000000}",
        "{quote!r}",
        "{quote.a}",
        "{quote[0]}",
        "{0}",
        "{",
        "{}",
        "{nobody}",
    ):
        yield _held(f"a card of {text}", partial(parse_playbook, good % text, "x"))
    bomb = "a: &a [x,x]\n" + "".join(
        f"{c}: &{c} [{','.join(['*' + p] * 10)}]\n" for p, c in itertools.pairwise("abcdefgh")
    )
    for text in (
        bomb,
        "[" * 3000,
        "{a: " * 3000,
        "facts: [" + "a," * 60_000 + "]",
        "x" * 10**6,
        "name: &n x\ntitle: *n",
    ):
        yield _held(f"a playbook {text[:9]!r}", partial(parse_playbook, text, "x"))
    for name, content in _bundles():
        yield _held(f"a bundle {name}", partial(unpack, content))


def readers() -> Iterator[Tried]:
    """What a file could do to the process that reads it, and that process to everything else."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        private = folder / "private.txt"
        private.write_text("ours")
        with _readers_found():
            taken_over: Reader[tuple[str, bool]] = Reader("tests.sandbox.readers:attempts", tuple[str, bool])
            for what, went in taken_over.read(b"", str(private), "a file"):
                yield Tried(f"a decoder that was taken over: {what}", not went)
            seen: Reader[str] = Reader("tests.sandbox.readers:secrets", str)
            (variables,) = seen.read(b"", "", "a file")
        yield Tried("it sees no key of ours", not re.search(r"KEY|TOKEN|WINGMAN|HOME", variables))
        bombs = {
            "forms.pdf": nested_pdf(6), "unpacks.pdf": inflating_pdf(300_000_000), "x.docx": inflating_docx(300_000_000),
            "laughs.docx": entity_docx(), "brackets.pdf": b"%PDF-1.7\n" + b"[" * 100_000,
        }  # fmt: skip
        for title, content in bombs.items():
            (folder / title).write_bytes(content)
            (note,) = read_notes([(title, folder / title)])
            yield Tried(
                f"notes {title}", bool(note.problem) or sum(len(body) for _, body in note.parts) < 10**6
            )
        for title, content in {
            "a.mkv": b"\x1aE\xdf\xa3" + b"\xff" * 9000,
            "b.ogg": b"OggS" * 9000,
            "c": PLAYLISTS[0],
        }.items():
            (folder / title).write_bytes(content)
            yield _held(f"a recording {title}", partial(sandboxed.probe, folder / title))


@contextlib.contextmanager
def _readers_found() -> Iterator[None]:
    """The reading process finds the readers of the tests, too."""
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = str(Path(__file__).parents[2])
    try:
        yield
    finally:
        del os.environ["PYTHONPATH"]
        if before is not None:
            os.environ["PYTHONPATH"] = before


def _held(what: str, attempt: Callable[[], object]) -> Tried:
    try:
        attempt()
    except InputError:
        return Tried(what, held=True)
    return Tried(what, held=False)


def _bundles() -> Iterator[tuple[str, bytes]]:
    head = b'{"format":"wingman-bundle","version":1,"meeting":"m","events":%d,"audio":%s}'
    yield "that is none", b"PK\x03\x04garbage"
    for name, entries in {
        "of zeros": {"manifest.json": head % (1, b"{}"), "events.jsonl": b"\n" * 50_000_000},
        "of too many events": {"manifest.json": head % (5, b"{}"), "events.jsonl": b"{}\n" * 500_000},
        "with sound of zeros": {"manifest.json": head % (0, b'{"tab":"audio/tab.opus"}'), "events.jsonl": b"", "audio/tab.opus": b"\x00" * 80_000_000},
        "that climbs": {"manifest.json": head % (0, b'{"tab":"audio/../../x.opus"}'), "events.jsonl": b""},
        "of another format": {"manifest.json": b'{"format":"x","version":1}', "events.jsonl": b""},
        "of the future": {"manifest.json": head.replace(b'"version":1', b'"version":99') % (0, b"{}"), "events.jsonl": b""},
        "with a huge manifest": {"manifest.json": b" " * 10**6, "events.jsonl": b""},
    }.items():  # fmt: skip
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
            for entry, content in entries.items():
                file.writestr(entry, content)
        yield name, out.getvalue()


def sinks() -> Iterator[Tried]:
    """Hostile strings through every encoder."""
    control = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
    for text in HOSTILE:
        shown = ascii(text[:24])
        yield Tried(f"terminal {shown}", not control.search(encoders.terminal(text)))
        yield Tried(
            f"html {shown}", _elements(f'<p title="{encoders.html(text)}">{encoders.html(text)}</p>') == ["p"]
        )
        yield Tried(f"markdown {shown}", not re.search(r"(?<!\\)[<\[`]", encoders.markdown(text)))
        row = next(csv.reader([encoders.csv_cell(text).replace("\n", " ")]), [""])
        yield Tried(
            f"csv {shown}",
            not (row or [""])[0].strip(" \u00a0").startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠")),
        )
        for made in (encoders.subtitle(text), encoders.webvtt(text)):
            yield Tried(f"subtitle {shown}", "-->" not in made and "<" not in made and "\n" not in made)
        yield Tried(f"prompt {shown}", not re.search(r"[<>\n\r＜＞]", encoders.prompt_line(text)))


def _elements(text: str) -> list[str]:
    seen: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: object) -> None:
            seen.append(tag)

    Reader().feed(text)
    return seen


def strangers() -> Iterator[Tried]:
    """Addresses in offers, and what is taken for an acknowledgement."""
    head = (
        "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=fingerprint:sha-256 "
        + ":".join(["AA"] * 32)
        + "\r\n"
    )
    media = (
        "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=setup:actpass\r\na=sendonly\r\n"
    )
    media += "a=ice-ufrag:abcd\r\na=ice-pwd:" + "p" * 22 + "\r\na=rtcp-mux\r\na=rtpmap:111 opus/48000/2\r\n"
    for address in (
        "8.8.8.8",
        "1.1.1.1",
        "169.254.169.254",
        "224.0.0.1",
        "255.255.255.255",
        "0.0.0.0",
        "fe80::1",
        "2606:4700::1111",
    ):
        line = f"a=candidate:1 1 udp 2113937151 {address} 53 typ host\r\n"
        yield Tried(
            f"a candidate {address}",
            f" {address} " not in read_offer((head + media + line).encode(), far=False).sdp,
        )
    for policy, notice in itertools.product(("counterpart", "self"), NOTICES):
        refused = in_force(policy, Consent(notice, "g"), "an interview")  # type: ignore[arg-type]  # what a stranger may send
        yield Tried(f"{policy} under {notice.name} where a playbook refuses", refused.policy == "off")
    for words in ("no", "ok", "consent", "sample@1", "@1", "voices@0"):
        yield _held(f"the acknowledgement {words}", partial(check_consent, words, "g"))


async def all_of(it: Running) -> list[Tried]:
    tried = [*files(), *await asyncio.to_thread(lambda: list(readers())), *sinks(), *strangers()]
    for kind in (doors, neighbours, sessions, heads, bodies, guests):
        tried += [one async for one in kind(it)]
    await asyncio.sleep(0)
    return tried
