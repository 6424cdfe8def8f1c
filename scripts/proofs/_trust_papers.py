"""More attacks by what is handed in: documents, archives, playbooks, offers, and what is written of it."""

# ruff: noqa: E501  # one attack a line reads best

from __future__ import annotations

import csv
import io
import re
import struct
import tempfile
import time
import zipfile
import zlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from scripts.proofs._trust_attacks import OFFER, Tried, _held
from wingman.archive.bundle import unpack
from wingman.core import encoders
from wingman.core.errors import InputError
from wingman.suggest.knowledge.notes_reader import read_notes
from wingman.suggest.playbook.sandboxed import parse_playbook
from wingman.transports.sdp import read_offer

MARK = "root:x:0"
QUICK_S = 2.0
"""CPU seconds an answer may take."""


def playbooks() -> Iterator[Tried]:
    """YAML that runs, grows, or says the same thing twice."""
    good = "name: m\ntitle: M\npersona: P\ntriggers: [{name: a, kind: price, phrases: [b], card: {title: t, text: c}}]\n"
    for text in (
        "name: !!python/object/apply:os.system ['id']\n", "name: !!python/name:os.system\n", "!!python/module:os\n", "name: !<tag:yaml.org,2002:python/object/new:type> []\n",
        "a: &a {b: c}\n<<: *a\nname: m\n", "a: &a [*a]\n", "name: &n m\npersona: *n\n", "&a a: *a\n", good + "facts: !!set {a, b}\n", good + "facts: !!binary " + "QUFB" * 100_000 + "\n",
        good + "name: twice\n", "name: " + "9" * 20_000 + "\n", "name: 0x" + "f" * 20_000 + "\n", "name: 1:60:60:60:60\n", "name: !!timestamp 9999999-99-99\n", "name: m\x00n\n", "\ufeffname: m\n---\nname: n\n", "%YAML 9.9\n---\nname: m\n",
        "? " * 3000 + "\n", "- " * 3000 + "\n", "a: |\n" + " x\n" * 300_000, "'" + "a" * 500_000, "k" * 200_000 + ": v\n", good.replace("price", "x" * 10_000), good.replace("phrases: [b]", "phrases: [" + "b," * 50_000 + "]"), "name: {m\n", "name: m: n\n", "@name: m\n", "`: m\n", "\t name: m\n",
        good + "include: /etc/passwd\n", good + "knowledge: [/etc/passwd]\n", good + "extends: ../../etc/passwd\n",
    ):  # fmt: skip
        yield _held(f"a playbook {text[:9]!r} … {text[-24:]!r}", partial(parse_playbook, text, "x"))
    for phrase in ("(a+)+$", "(a|a)*b", "[", "(?=", "\\", ".*" * 50, "a{1,99999999}"):
        text = good.replace("phrases: [b]", f"phrases: ['{phrase}']")
        begin = time.process_time()
        answer = _quietly(partial(parse_playbook, text, "x"))
        yield Tried(f"the phrase {phrase[:12]}", time.process_time() - begin < QUICK_S and MARK not in answer)


def _quietly(attempt: object) -> str:
    try:
        return str(attempt())  # type: ignore[operator]  # a partial
    except InputError as refused:
        return str(refused)


def archives() -> Iterator[Tried]:
    """Bundles whose directory and content disagree, link somewhere, or hide inside one another."""
    for what, content in _zips():
        yield _held(f"a bundle {what}", partial(unpack, content))


def _zips() -> Iterator[tuple[str, bytes]]:
    head = b'{"format":"wingman-bundle","version":1,"meeting":"m","events":0,"audio":{"tab":"audio/tab.opus"}}'
    rest = {"manifest.json": head, "events.jsonl": b""}
    link = zipfile.ZipInfo("audio/tab.opus")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    yield "with a link", _zip([*rest.items(), (link, b"/etc/passwd")])
    for name in (
        "/etc/cron.d/x",
        "C:\\x",
        "audio/\x00tab.opus",
        "../../x",
        "audio/tab.opus/..",
        "audio//tab.opus",
        "AUDIO/TAB.OPUS",
    ):
        yield (
            f"with {name!a}",
            _zip(
                [
                    ("manifest.json", head.replace(b"audio/tab.opus", name.encode("unicode_escape"))),
                    ("events.jsonl", b""),
                    (name, b"OggS"),
                ]
            ),
        )
    for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        yield (
            f"packed by {method}",
            _zip(
                [
                    *rest.items(),
                    (
                        "audio/tab.opus",
                        b"\x00" * 300_000_000 if method == zipfile.ZIP_BZIP2 else b"\x00" * 100_000_000,
                    ),
                ],
                method,
            ),
        )
    yield (
        "inside itself",
        _zip(
            [*rest.items(), ("audio/tab.opus", _zip([*rest.items(), ("audio/tab.opus", b"\x00" * 90_000_000)]))]
        ),
    )
    yield (
        "with the same name twice",
        _zip([("manifest.json", head), ("manifest.json", head.replace(b'"m"', b'"n"')), ("events.jsonl", b"")]),
    )
    yield "of fifty thousand members", _zip([*rest.items(), *((f"x{n}", b"") for n in range(50_000))])
    lying = bytearray(_zip([*rest.items(), ("audio/tab.opus", b"\x00" * 50_000_000)]))
    at = lying.rindex(b"PK\x01\x02")
    lying[at + 24 : at + 28] = struct.pack("<I", 10)
    yield "that lies about a size", bytes(lying)
    wide = bytearray(_zip(list(rest.items())))
    at = wide.rindex(b"PK\x05\x06")
    wide[at + 8 : at + 12] = b"\xff\xff\xff\xff"
    yield "of zip64 without its record", bytes(wide)
    scrambled = bytearray(_zip(list(rest.items())))
    for found in re.finditer(rb"PK\x01\x02", bytes(scrambled)):
        scrambled[found.start() + 8] |= 1
    yield "that is encrypted", bytes(scrambled)
    yield "that is empty", b"PK\x05\x06" + b"\x00" * 18
    yield "with a tail", _zip([("events.jsonl", b"")]) + b"A" * 70_000
    yield (
        "with a manifest that names a device",
        _zip([("manifest.json", head.replace(b"audio/tab.opus", b"/dev/zero")), ("events.jsonl", b"")]),
    )
    yield "with a manifest of depth", _zip([("manifest.json", b"[" * 60_000), ("events.jsonl", b"")])
    yield (
        "with numbers without end",
        _zip(
            [("manifest.json", head.replace(b'"events":0', b'"events":' + b"9" * 5000)), ("events.jsonl", b"")]
        ),
    )


def _zip(entries: list[tuple[str | zipfile.ZipInfo, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        for name, content in entries:
            file.writestr(name, content, method)
    return out.getvalue()


WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def documents() -> Iterator[Tried]:
    """Notes with entities, links to files, and streams that unpack."""
    entity = f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/passwd"><!ENTITY % p SYSTEM "http://127.0.0.1:9/x">]><w:document xmlns:w="{WORD}"><w:body><w:p><w:r><w:t>&e;</w:t></w:r></w:p></w:body></w:document>'
    include = f'<w:document xmlns:w="{WORD}" xmlns:xi="http://www.w3.org/2001/XInclude"><w:body><w:p><w:r><w:t><xi:include href="file:///etc/passwd" parse="text"/></w:t></w:r></w:p></w:body></w:document>'
    deep = (
        f'<w:document xmlns:w="{WORD}"><w:body>'
        + "<w:p>" * 50_000
        + "</w:p>" * 50_000
        + "</w:body></w:document>"
    )
    wide = (
        f'<w:document xmlns:w="{WORD}"><w:body>'
        + "<w:p><w:r><w:t>a</w:t></w:r></w:p>" * 400_000
        + "</w:body></w:document>"
    )
    relations = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" Type="t" Target="file:///etc/passwd" TargetMode="External"/></Relationships>'
    packed = zlib.compress(b"a" * 400_000_000, 9)
    twice = zlib.compress(zlib.compress(b"a" * 200_000_000, 9), 9)
    files: dict[str, bytes] = {
        "entity.docx": _zip([("word/document.xml", entity.encode())]), "include.docx": _zip([("word/document.xml", include.encode())]), "deep.docx": _zip([("word/document.xml", deep.encode())]),
        "wide.docx": _zip([("word/document.xml", wide.encode())]), "relations.docx": _zip([("word/document.xml", entity.encode()), ("word/_rels/document.xml.rels", relations.encode())]), "utf7.docx": _zip([("word/document.xml", b'<?xml version="1.0" encoding="UTF-7"?>' + entity.encode())]),
        "link.docx": _zip([(_link("word/document.xml"), b"/etc/passwd")]), "bzip2.docx": _zip([("word/document.xml", b"\x00" * 200_000_000)], zipfile.ZIP_BZIP2), "lzma.docx": _zip([("word/document.xml", b"\x00" * 100_000_000)], zipfile.ZIP_LZMA), "none.docx": b"PK\x05\x06" + b"\x00" * 18,
        "file.pdf": b"%PDF-1.7\n1 0 obj<</Type/Catalog/OpenAction<</S/Launch/F(/bin/sh)>>/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>", "outside.pdf": b"%PDF-1.7\n1 0 obj<</Length 9/F(/etc/passwd)/FFilter/FlateDecode>>stream\nendstream endobj\ntrailer<</Root 1 0 R>>",
        "packed.pdf": b"%%PDF-1.7\n1 0 obj<</Length %d/Filter/FlateDecode>>stream\n" % len(packed) + packed + b"\nendstream endobj\ntrailer<</Root 1 0 R>>", "twice.pdf": b"%%PDF-1.7\n1 0 obj<</Length %d/Filter[/FlateDecode/FlateDecode]>>stream\n" % len(twice) + twice + b"\nendstream endobj\ntrailer<</Root 1 0 R>>",
        "loop.pdf": b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[2 0 R 2 0 R]/Count 99999999>>endobj\ntrailer<</Root 1 0 R/Prev 0>>\nstartxref\n0\n%%EOF", "strings.pdf": b"%PDF-1.7\n" + b"(" * 200_000, "numbers.pdf": b"%PDF-1.7\n1 0 obj " + b"9" * 200_000 + b" endobj",
        "references.pdf": b"%PDF-1.7\n" + b"".join(b"%d 0 obj %d 0 R endobj\n" % (n, n + 1) for n in range(1, 20_000)) + b"trailer<</Root 1 0 R>>", "escapes.md": b"\x1b]0;x\x07" * 1000, "null.txt": b"\x00" * 100_000, "long.md": b"# " + b"a" * 3_000_000, "lines.md": b"#\n" * 500_000, "utf16.txt": ("a" * 1000).encode("utf-16"), "bracket.html": b"<" * 500_000,
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for title, content in files.items():
            (folder / title).write_bytes(content)
            begin = time.process_time()
            (note,) = read_notes([(title, folder / title)])
            told = str(note.problem) + "".join(body for _, body in note.parts)
            yield Tried(
                f"notes {title}",
                MARK not in told and len(told) < 4_000_000 and time.process_time() - begin < QUICK_S,
            )


def _link(name: str) -> zipfile.ZipInfo:
    link = zipfile.ZipInfo(name)
    link.create_system, link.external_attr = 3, 0o120777 << 16
    return link


def offers() -> Iterator[Tried]:
    """Session descriptions of ten thousand candidates, of names, of addresses written oddly."""
    lines = {
        "ten thousand candidates": "".join(f"a=candidate:{n} 1 udp 2113937151 127.0.0.1 {n % 60_000 + 1} typ host\r\n" for n in range(10_000)),
        "a thousand media": OFFER.partition("m=")[2] * 1000, "a long ufrag": "a=ice-ufrag:" + "x" * 60_000 + "\r\n", "a null": "a=x:\x00\r\n", "a line of 200 kB": "a=" + "y" * 200_000 + "\r\n", "groups": "a=group:BUNDLE " + "0 " * 30_000 + "\r\n", "formats": "a=rtpmap:111 opus/48000/2\r\n" * 20_000,
    }  # fmt: skip
    for what, more in lines.items():
        begin = time.process_time()
        try:
            told = read_offer((OFFER + more).encode(), far=False).sdp
            fine = told.count("a=candidate:") <= 24
        except InputError:
            fine = True
        yield Tried(f"an offer with {what}", fine and time.process_time() - begin < QUICK_S)
    for address in (
        "evil.example",
        "localhost",
        "abc.local",
        "::ffff:8.8.8.8",
        "0177.0.0.1",
        "2130706433",
        "0x7f000001",
        "127.1",
        "fe80::1%eth0",
        "ff02::1",
        "[::1]",
        "169.254.169.254",
        "64:ff9b::808:808",
        "2002:808:808::1",
        "8.8.8.8\r\na=x",
    ):
        for form in (
            "a=candidate:1 1 udp 1 {} 53 typ host",
            "a=candidate:1 1 udp 1 {} 53 typ srflx raddr 127.0.0.1 rport 1",
            "a=candidate:1 1 tcp 1 {} 53 typ host tcptype passive",
        ):
            try:
                told = read_offer((OFFER + form.format(address) + "\r\n").encode(), far=False).sdp
            except InputError:
                told = ""
            yield Tried(f"{form[18:21]} {form[31:-10][:12]} {address!a}", f" {address} " not in told)
    for port in ("0", "22", "99999", "-1", "1e3", "٥٣"):
        try:
            told = read_offer(
                (OFFER + f"a=candidate:1 1 udp 1 8.8.4.4 {port} typ host\r\n").encode(), far=False
            ).sdp
        except InputError:
            told = ""
        yield Tried(f"a candidate's port {port}", "8.8.4.4" not in told)


WRITTEN = (
    "x\n\n2\n00:00:00,000 --> 00:59:00,000\nowned", "x\r\r00:00.000 --> 00:09.000\rowned", "x\u2028\u202800:00.000 --> 00:09.000", "x\x85\x8500:00.000 --> 00:09.000", "NOTE\nx", "STYLE\n::cue{background:url(http://evil)}", "X-TIMESTAMP-MAP=LOCAL:00:00:00.000", "WEBVTT\n\n", "<00:00:01.000>x", "&lt;v&gt;",
    "\u200b=1+1", "\ufeff=1+1", "\u00ad=1+1", "\x0b=1+1", "\x0c=1+1", "\x00=1+1", "\u2009=1+1", "\u3000@SUM(A1)", "'=1+1", '"=1+1', "=\n1+1", "-2+3+cmd|' /C calc'!A0", "@SUM(1+1)*cmd|' /C calc'!A0", "+A1", "＝cmd", "\u200e=1", "∑=1", "DDE(\"cmd\")",
    "\x1b]8;;http://evil\x1b\\click\x1b]8;;\x1b\\", "\x9d0;x\x9c", "\x90q\x9c", "\x1b[6n", "\x1b[21t", "\x1b]50;x\x07", "\x1bPq\x1b\\", "a\x1b", "\u061cx", "\u2066x\u2069", "x\u0000y", "\x7f\x7f", "\x1b[?1049h", "a\x0e\x0fb",
    "<svg/onload=alert(1)>", "<a href=javas&#99;ript:alert(1)>", "</title><script>", "<math><mi//xlink:href=\"data:x\">", "\u003cimg src=x\u003e", "`-alert(1)-`", "{{7*7}}", "${7*7}", "<%= 7*7 %>", "[a](javascript:alert(1))", "[a]: javascript:alert(1)", "![a][b]", "<javascript:alert(1)>", "[x]\\(y)", "\\<b>", "a&#x3c;b",
)  # fmt: skip
"""What a title, a name or a sentence may hold."""


def writings() -> Iterator[Tried]:
    """Each through each encoder, judged by what a reader of that format would see."""
    control = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
    for text in WRITTEN:
        shown = ascii(text[:28])
        yield Tried(
            f"terminal {shown}",
            not control.search(encoders.terminal(text)) and "\n" not in encoders.terminal(text),
        )
        for name, made in (("srt", encoders.subtitle(text)), ("vtt", encoders.webvtt(text))):
            lines = re.split(r"[\r\n\x85\u2028\u2029]", made)
            yield Tried(f"{name} {shown}", len(lines) == 1 and "-->" not in made and "<" not in made)
        cell = encoders.csv_cell(text)
        file = io.StringIO()
        csv.writer(file).writerow([cell.replace("\n", " ")])  # as the export does: it is what quotes
        row = next(csv.reader([file.getvalue()]), [""])
        first = re.sub(r"^[\s\u00ad\u200b-\u200f\ufeff]+", "", (row or [""])[0])
        yield Tried(
            f"csv {shown}",
            not first.startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠")) and not control.search(cell),
        )
        yield Tried(f"html {shown}", not re.search(r"[<>\"]", encoders.html(text)))
        yield Tried(f"markdown {shown}", not re.search(r"(?<!\\)(?:\\\\)*[<\[]", encoders.markdown(text)))


def papers() -> list[Tried]:
    """All of them. Blocking."""
    return [*playbooks(), *archives(), *documents(), *offers(), *writings()]
