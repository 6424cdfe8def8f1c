"""Attacks from outside of further kinds: requests that are read two ways, other sites, grants in the middle of their
use, offers over HTTP, odd queries, and hostile titles all the way into every file that is written of a meeting."""

# ruff: noqa: E501  # one attack a line reads best

from __future__ import annotations

import asyncio
import contextlib
import csv
import io
import itertools
import re
import time
from collections.abc import AsyncIterator, Iterator
from html.parser import HTMLParser

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from scripts.proofs._trust_attacks import OFFER, REFUSED, Tried
from scripts.proofs._trust_frames import frames
from scripts.proofs._trust_service import Running
from scripts.proofs._trust_strangers import HOST, SECOND
from wingman.server.auth import OWNER
from wingman.server.grants import Role, Scope

CLOSED_S = 2.0
"""Within which whoever lost a right must have lost its connection."""
EVIL = (
    "https://evil.example",
    "null",
    "http://127.0.0.1:1",
    "http://localhost:9",
    "https://127.0.0.1",
    "moz-extension://a",
)


def _two_ways() -> Iterator[tuple[str, bytes]]:
    """Requests behind whose end another one hides, if it is read another way."""
    post = b"POST /api/session HTTP/1.1\r\n" + HOST
    end = b"0\r\n\r\n" + SECOND
    for name in (
        b"Transfer-Encoding\t",
        b"Transfer_Encoding",
        b"Transfer-Encoding\x00",
        b"\x00Transfer-Encoding",
        b" Transfer-Encoding",
        b"Transfer-Encoding\x0b",
        b"Transfer-Enc\xc3\xb6ding",
    ):
        yield f"a field named {name!r}", post + name + b": chunked\r\n\r\n" + end
    for value in (
        b"\x00chunked",
        b"chunked\x00",
        b"chunked, chunked",
        b"gzip, chunked, x",
        b"identity",
        b'"chunked"',
        b"chunked\r\r",
        b"\xa0chunked",
        b",",
        b"chunked,",
    ):
        yield f"a coding {value!r}", post + b"Transfer-Encoding: " + value + b"\r\n\r\n" + end
    for size in (
        b"2 \r\n{}",
        b"2\t\r\n{}",
        b"2;\n{}",
        b"2;a=\x00\r\n{}",
        b"2\n{}",
        b"2\r{}",
        b"_2\r\n{}",
        b"2h\r\n{}",
        b"\xd9\xa2\r\n{}",
        b"-0\r\n",
        b"00000000000000002x\r\n{}",
    ):
        yield f"a chunk {size[:12]!r}", post + b"Transfer-Encoding: chunked\r\n\r\n" + size + b"\r\n" + end
    for head in (
        b"Content-Length: 0\r\n\r",
        b"Content-Length: 0\n\r\n",
        b"X: y\n\n",
        b"X: y\r\n\n",
        b"X: y\r\r\n\r\n",
        b"Content-Length: 2\r\nContent-Length: 44\r\n\r\n{}",
        b"Content-Length: 44\r\nX-Y: z\r\ncontent-length: 2\r\n\r\n{}",
        b"Content-Length: 2, 2\r\n\r\n{}",
        b"Content-Length: 2\x00\r\n\r\n{}",
        b"Content-Length: \xef\xbc\x92\r\n\r\n{}",
        b"Content-Length: 2.0\r\n\r\n{}",
        b"Content-Length: 2e0\r\n\r\n{}",
        b"Content-Length: 0b10\r\n\r\n{}",
    ):
        yield f"a head that ends {head[-30:]!r}", post + head + SECOND
    for line in (
        b"POST /api/session HTTP/1.1\x00",
        b"POST /api/session\x00 HTTP/1.1",
        b"POST\x00 /api/session HTTP/1.1",
        b"P\xc3\x96ST /api/session HTTP/1.1",
        b"POST /api/session HTTP/1.1 HTTP/1.1",
        b"POST /api/session HTTP/1.10",
        b"POST /api/session HTTP/2.0",
        b"POST /api/session HTTP/0.9",
        b"POST /api/session http/1.1",
        b"POST /api/session HTTP/1,1",
        b" POST /api/session HTTP/1.1",
        b"POST /api/se\rssion HTTP/1.1",
        b"X" * 40_000 + b" / HTTP/1.1",
    ):
        yield f"a request {line[:44]!r}", line + b"\r\n" + HOST + b"Content-Length: 0\r\n\r\n"


async def requests(it: Running) -> AsyncIterator[Tried]:
    """Nobody of these has a credential: a 200 is the hidden request's."""
    for what, sent in _two_ways():
        yield Tried(what, b"HTTP/1.1 200" not in await it.raw(sent))
    async with it.client() as owner:
        meeting = (await owner.post("/api/meetings", json={"title": "private"})).json()["id"]
        one = f"/api/meetings/{meeting}"
        for path in (
            f"{one}/end",
            f"{one}/pause",
            f"{one}/control",
            f"{one}/actions",
            f"{one}/viewers",
            "/api/pairing",
            "/whip",
            "/api/self-test",
        ):
            answer = await owner.get(path)
            yield Tried(f"a change by GET {path[-12:]}", answer.status_code in REFUSED)
        for origin, path in itertools.product(EVIL, (one, "/api/meetings", "/api/grants", "/whip")):
            asked = {
                "Origin": origin,
                "Access-Control-Request-Method": "DELETE",
                "Access-Control-Request-Headers": "authorization",
                "Access-Control-Request-Private-Network": "true",
            }
            answer = await owner.request("OPTIONS", path, headers=asked)
            told = {name for name in answer.headers if name.startswith("access-control-allow")}
            yield Tried(f"a preflight by {origin} for {path[:14]}", not told)
        for query in (
            "after=-1",
            "after=1e9",
            "after=9" + "9" * 400,
            "after=%00",
            "limit=99999999999",
            "limit=-5",
            "limit=NaN",
            "after=1&after=2",
            "q=" + "%28" * 2000,
            "q=" + "a*" * 5000,
            'q="',
            "q=NEAR(a b, 99999999999)",
            "q=title:x OR y",
            "format=../../etc/passwd",
            "format=%0d%0aX: y",
            "before=\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
        ):
            for path in ("/api/meetings", f"{one}/events", f"{one}/export"):
                answer = await owner.get(f"{path}?{query}")
                fine = answer.status_code < 500 and "root:" not in answer.text and "x" not in answer.headers
                yield Tried(f"{path[-8:]}?{query[:20]}", fine)
        for name in (
            "%2e%2e",
            "..%2f..%2fetc%2fpasswd",
            "a%00",
            "%ff%fe",
            "a" * 4000,
            "%f0%9f%92%a9",
            "con",
            "a%0d%0aSet-Cookie:x=y",
            "\u2024\u2024\u2215etc",
            "%c0%ae%c0%ae",
            "{{7*7}}",
            "' OR 1=1 --",
        ):
            for path in (
                f"/api/meetings/{name}",
                f"/api/meetings/{name}/export",
                f"{one}/audio/{name}",
                f"/api/playbooks/{name}",
                f"/api/notes/{name}",
            ):
                answer = await owner.get(path)
                yield Tried(
                    f"a name {name[:16]!a} in {path[:14]}",
                    answer.status_code in REFUSED and "set-cookie" not in answer.headers,
                )


async def rights(it: Running) -> AsyncIterator[Tried]:
    """Grants that end, or are taken back, in the middle of their use; and what can be made of one."""
    async with it.client() as owner:
        meeting = (await owner.post("/api/meetings", json={"title": "private"})).json()["id"]
    ws = f"ws://127.0.0.1:{it.port}/api/meetings/{meeting}"
    for what, url, scope in (("events", f"{ws}/ws?", "watch"), ("sound", f"{ws}/pcm?", "capture")):
        grant, token = it.access.make(Role.SCRIPT, by=OWNER, scopes=frozenset({Scope(scope)}), name="x")
        async with connect(f"{url}token={token}", proxy=None) as one:
            it.access.revoke(grant.id)
            yield Tried(f"{what} after the grant was taken back", await _closes(one))
        _, brief = it.access.make(
            Role.SCRIPT, by=OWNER, scopes=frozenset({Scope(scope)}), name="x", expires=time.time() + 1
        )
        async with connect(f"{url}token={brief}", proxy=None) as one:
            yield Tried(f"{what} after the grant's end", await _closes(one, 1 + CLOSED_S))
        try:
            async with connect(f"{url}token={token}", proxy=None):
                yield Tried(f"{what} again", held=False)
        except InvalidStatus as refused:
            yield Tried(f"{what} again", refused.response.status_code in (401, 429))
    for what, head, scope in (
        ("a stream", f"GET /api/meetings/{meeting}/stream HTTP/1.1\r\n", "watch"),
        (
            "an upload",
            f"POST /api/meetings/{meeting}/recording HTTP/1.1\r\nTransfer-Encoding: chunked\r\n",
            "capture",
        ),
    ):
        grant, token = it.access.make(Role.SCRIPT, by=OWNER, scopes=frozenset({Scope(scope)}), name="x")
        reader, writer = await asyncio.open_connection("127.0.0.1", it.port)
        writer.write(f"{head}Authorization: Bearer {token}\r\n".encode() + HOST + b"\r\n")
        if scope == "capture":
            writer.write(b"1000\r\n" + b"\0" * 4096 + b"\r\n")
        await asyncio.sleep(0.3)
        it.access.revoke(grant.id)
        yield Tried(f"{what} after the grant was taken back", await _over(reader))
        writer.transport.abort()
    async for one_ in _made_of(it, meeting):
        yield one_


async def _closes(one: object, limit: float = CLOSED_S) -> bool:
    try:
        async with asyncio.timeout(limit):
            while True:
                await one.recv()  # type: ignore[attr-defined]  # a connection
    except ConnectionClosed as closed:
        return closed.rcvd is not None and closed.rcvd.code == 4401
    except TimeoutError:
        return False


async def _over(reader: asyncio.StreamReader) -> bool:
    seen = b""
    with contextlib.suppress(TimeoutError, OSError):
        async with asyncio.timeout(CLOSED_S):
            while data := await reader.read(65_536):
                seen += data
            return b"HTTP/1.1 20" not in seen or b"text/event-stream" in seen
    return False


async def _made_of(it: Running, meeting: str) -> AsyncIterator[Tried]:
    """A narrow grant that makes itself a wider one, by every address that hands out credentials."""
    for scopes in (
        ["pair"],
        ["pair", "read"],
        ["watch"],
        ["capture"],
        ["coach"],
        ["configure"],
        ["read", "export"],
    ):
        async with it.client() as owner:
            token = (await owner.post("/api/grants", json={"name": "x", "scopes": scopes})).json()["token"]
        async with it.client(token) as climber:
            answers = {
                "a pairing code": await climber.post("/api/pairing"),
                "a viewer's link": await climber.post(f"/api/meetings/{meeting}/viewers"),
                "an owner": await climber.post("/api/grants", json={"name": "up", "role": "owner"}),
                "an extension": await climber.post("/api/grants", json={"name": "up", "role": "extension"}),
                "a scraper": await climber.post("/api/grants", json={"name": "up", "role": "scraper"}),
                "all scopes": await climber.post(
                    "/api/grants", json={"name": "up", "scopes": [str(scope) for scope in Scope]}
                ),
                "a session": await climber.post("/api/session", json={"code": token}),
                "a vendor's token": await climber.post("/api/hume/token"),
            }
        for what, answer in answers.items():
            may = what == "a vendor's token" and "configure" in scopes
            yield Tried(
                f"{what} for {' and '.join(scopes)}", may or answer.status_code in (400, 401, 403, 422, 429)
            )


async def cookies(it: Running) -> AsyncIterator[Tried]:
    """A session's cookie that is written otherwise, sent elsewhere, or put beside another one."""
    async with it.client("") as browser:
        made = await browser.post("/api/session", json={"code": it.access.login_code()})
        other = await browser.post("/api/session", json={"code": it.access.login_code()})
    cookie, home = made.headers["set-cookie"].partition(";")[0], made.json()["path"].rstrip("/")
    elsewhere = other.json()["path"].rstrip("/")
    name, _, value = cookie.partition("=")
    variants = {
        "cut short": f"{name}={value[:-1]}", "longer": f"{name}={value}A", "in capitals": f"{name}={value.upper()}", "of another name": f"__Host-{name}={value}", "with a capital name": f"{name.upper()}={value}",
        "of nothing": f"{name}=", "of a star": f"{name}=*", "of SQL": f"{name}=' OR 1=1 --", "of a path": f"{name}=../../{value}", "escaped": f"{name}=" + "".join(f"%{ord(sign):02x}" for sign in value), "in a list": f"{name}[]={value}", "very long": f"{name}={'A' * 8000}",
        "of a thousand": "; ".join(f"{name}{n}=x" for n in range(1000)), "of signs": f"{name}=\x01\x02", "in Latin": f"{name}=\xe9".encode("latin-1").decode("latin-1"),
    }  # fmt: skip
    async with it.client("") as thief:
        for what, sent in variants.items():
            answer = await it.raw(
                f"GET {home}/api/meetings HTTP/1.1\r\nCookie: {sent}\r\n".encode("latin-1")
                + HOST
                + b"Connection: close\r\n\r\n"
            )
            yield Tried(f"a cookie {what}", b"HTTP/1.1 200" not in answer and b"HTTP/1.1 5" not in answer)
        for path in (
            f"{elsewhere}/api/meetings",
            f"{home[:-1]}/api/meetings",
            f"{home.upper()}/api/meetings",
            f"{home}{elsewhere}/api/meetings",
            f"{home}/..{elsewhere}/api/meetings",
        ):
            there = await thief.get(path, headers={"Cookie": cookie})
            yield Tried(f"a cookie at {path[:3]}…{path[-14:]}", there.status_code in REFUSED)
        simple = await thief.post(
            f"{home}/api/meetings",
            content="{}",
            headers={"Cookie": cookie, "Content-Type": "text/plain", "Origin": "https://evil.example"},
        )
        yield Tried("a cookie that another site sends", simple.status_code == 403)


OFFERS = (
    "a=fingerprint:md5 " + ":".join(["AA"] * 16), "a=fingerprint:sha-256 zz", "a=ice-pwd:short", "a=ice-ufrag:a\x00b", "a=setup:holdconn", "a=rtpmap:111 opus/0/2", "a=rtpmap:111 opus/99999999999/2", "a=rtpmap:111 opus/48000/255", "a=rtpmap:999 opus/48000/2",
    "a=ptime:0", "a=ptime:-20", "a=maxptime:99999999999", "a=extmap:0 urn:x", "a=extmap:99999 urn:x", "a=mid:" + "m" * 10_000, "a=mid:0\r\na=mid:1", "a=msid:<script> \x1b[2J", "a=ssrc:99999999999 cname:x", "a=ssrc:-1 cname:x", "a=rtcp:9 IN IP4 8.8.4.4", "a=remote-candidates:1 8.8.4.4 9",
    "a=candidate:1 1 udp 1 8.8.4.4 53 typ relay raddr 8.8.4.4 rport 1", "a=candidate:1 1 UDP 99999999999999 8.8.4.4 53 typ host", "a=candidate:", "a=candidate:1 1 udp", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAA", "a=fmtp:111 " + "x=y;" * 5000, "a=fmtp:111 maxaveragebitrate=-1;sprop-stereo=2", "c=IN IP4 224.0.0.1", "b=AS:-1",
    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel", "m=audio 0 UDP/TLS/RTP/SAVPF 111", "m=audio 9 RTP/AVP 0", "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1", "m=audio 99999 UDP/TLS/RTP/SAVPF 111", "m=audio 9 UDP/TLS/RTP/SAVPF " + "111 " * 3000, "a=group:BUNDLE 0 0 0 1", "a=simulcast:send 1;2;3", "a=rid:1 send pt=111", "z=1\r\nk=clear:x",
)  # fmt: skip
"""A line more in an offer."""


async def offers(it: Running) -> AsyncIterator[Tried]:
    """By HTTP, as a sender would."""
    kind = {"Content-Type": "application/sdp"}
    async with it.client() as owner:
        for line in OFFERS:
            answer = await owner.post("/whip", content=OFFER + line + "\r\n", headers=kind)
            if answer.status_code == 201:
                await owner.delete(answer.headers["location"])
            fine = answer.status_code in (201, *REFUSED) and not re.search(
                r"8\.8\.4\.4|<script|[\x00\x1b]", answer.text
            )
            yield Tried(f"an offer with {line[:36]!a}", fine)
        for content, media in (
            (OFFER, "text/plain"),
            (OFFER, ""),
            ("", "application/sdp"),
            ("v=0\r\n", "application/sdp"),
            (OFFER.replace("\r\n", "\r"), "application/sdp"),
            (OFFER * 200, "application/sdp"),
            ("\x00" * 5000, "application/sdp"),
            (OFFER.replace("v=0", "v=1"), "application/sdp"),
        ):
            answer = await owner.post(
                "/whip", content=content, headers={"Content-Type": media} if media else {}
            )
            yield Tried(f"an offer {content[:8]!a} as {media}", answer.status_code in REFUSED)
        for fragment in ("a=ice-ufrag:x\r\n", "\x00", "a=candidate:1 1 udp 1 8.8.4.4 53 typ host\r\n" * 5000):
            answer = await owner.patch(
                "/whip/nobody", content=fragment, headers={"Content-Type": "application/trickle-ice-sdpfrag"}
            )
            yield Tried(f"a fragment {fragment[:12]!a} for nobody", answer.status_code in REFUSED)


TITLES = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "![x](http://evil/x.png)", "[x](javascript:alert(1))", "=HYPERLINK(\"http://evil\")", "@SUM(1)", "x\r\n\r\n00:00.000 --> 00:09.000\r\nowned", "\x1b]0;x\x07", "\u202egnp.exe", "# owned\n\n| a | b |", "</title><meta http-equiv=refresh content=0>", "{{7*7}}${7*7}", "javascript:alert(1)//", "<svg/onload=alert(1)>", "a\u2028b\u2029c", "`x` <http://evil> www.evil.example",
)  # fmt: skip


class _Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.bad = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [
            name
            for name, value in attrs
            if name.startswith("on") or (value or "").strip().lower().startswith("javascript:")
        ]
        refreshes = any(value == "refresh" for _, value in attrs)
        self.bad += (
            len(names)
            + refreshes
            + (tag in ("svg", "iframe", "object", "embed", "math"))
            + (tag == "img" and dict(attrs).get("src") == "x")
        )


async def titles(it: Running) -> AsyncIterator[Tried]:
    """A meeting that its site named, in every file that is written of it."""
    async with it.client() as owner:
        for title in TITLES:
            made = await owner.post("/api/meetings", json={"title": title, "brief": title})
            if made.status_code != 201:
                yield Tried(f"the title {title[:16]!a}", made.status_code in REFUSED)
                continue
            one = f"/api/meetings/{made.json()['id']}"
            for form in ("md", "html", "csv", "srt", "vtt"):
                text = (await owner.get(f"{one}/export", params={"format": form})).text
                yield Tried(f"{title[:16]!a} as {form}", _harmless(form, text))
            page = (await owner.get(one.removeprefix("/api"))).text
            yield Tried(f"{title[:16]!a} on its page", _harmless("html", page))
            await owner.post(f"{one}/end")


def _harmless(form: str, text: str) -> bool:
    if form == "html":
        seen = _Seen()
        seen.feed(text)
        return not seen.bad and "<script>alert" not in text and not re.search("[\u202e\x1b]", text)
    if form == "md":
        return not re.search(
            r"(?<!\\)(?:\]\(|<(?:script|img|svg|http|meta))|^# owned|[\x1b\u202e]", text, re.MULTILINE
        )
    if form == "csv":
        cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
        return not any(cell.lstrip().startswith(("=", "@")) for cell in cells) and "\x1b" not in text
    return "owned" not in text.splitlines() and "<" not in re.sub(r"</?[vcib][^>]*>", "", text)


async def outside(it: Running) -> list[Tried]:
    """All of them."""
    tried: list[Tried] = []
    for kind in (requests, rights, cookies, offers, titles, frames):
        try:
            tried += [one async for one in kind(it)]
        except (httpx.HTTPError, OSError) as failed:  # a service that is gone has not held
            tried.append(Tried(f"{kind.__name__}: {type(failed).__name__}", held=False))
    return tried
