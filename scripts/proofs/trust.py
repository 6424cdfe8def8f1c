"""Measures what Wingman promises about trust: attacks held, what left and was written down, words taken out."""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import tempfile
import time
from collections.abc import Sequence
from operator import itemgetter
from pathlib import Path

from websockets.asyncio.client import connect

from scripts.proofs._trust_attacks import Tried, all_of
from scripts.proofs._trust_ledger import ledger
from scripts.proofs._trust_nodes import nodes
from scripts.proofs._trust_outside import outside
from scripts.proofs._trust_papers import papers
from scripts.proofs._trust_service import Running, serving
from scripts.proofs._trust_strangers import strange
from scripts.proofs.figures import Figure, progress
from tests.support.personal_data import cases, harmless
from tests.support.personal_forms import forms, harmless_forms
from wingman.app import open_service
from wingman.config.paths import SAMPLE
from wingman.config.settings import build
from wingman.core.events import Envelope, PolicyApplied, UtteranceData
from wingman.core.redaction import redact, redact_lines
from wingman.core.time import Channel
from wingman.core.utterance import ReadingStatus
from wingman.meeting.api import MeetingSpec
from wingman.transports.file import FileSource

URL_BYTES = 100_000_000
SILENT = 3000
SECRET = "Zanzibar"
LONG = 100_000
SEARCH = 400
PIECES = (
    "a.", "a.a.", "1-", "x@a-", "the quick brown fox jumps over it ", "born a1", "1 ", "one ", "four one ",
    "at ", "dot ", "bob at example dot ", "(1", "[card] ", "card ", "password is ", "born 1 ", "a1", "DE12 ",
    "cvv 1", "aB1/", "quatre vingt dix ", "sk-aaaaaaaaaaaa ", "eyJ", "4111\n", "card\n", "1.000 ", "é", "ssn ",
    "api key is is ", "um ", "double ", "@ ", "12/12/2012 ", "0 0 ", "b o b at ",
    "ab ", "A ", "AB ", "seiscientos ", "hundred ", "dot com ", "\n", "let me see ", "DE89", "1a ",
    "number ", "mars ",
)  # fmt: skip
"""What a text is made of that costs more than it should, if anything does."""


async def attacks(it: Running) -> list[Figure]:
    progress("attacks …")
    tried = [*await all_of(it), *await strange(it), *await outside(it), *await asyncio.to_thread(papers)]
    broken = [one.what for one in tried if not one.held]
    return [
        Figure("attacks_tried", len(tried), 2000, ">="),
        Figure("attacks_held", len(tried) - len(broken), len(tried), "==", note="; ".join(broken)[:300]),
    ]


async def floods(it: Running) -> list[Figure]:
    progress("a URL of 100 MB, then 3,000 silent connections …")
    before, worst = it.memory(), 0.0
    peak = before
    flooding = asyncio.create_task(asyncio.to_thread(_flood, it.port))  # in a thread: our own loop stays free
    while not flooding.done():
        worst = max(worst, await _health(it))
        peak = max(peak, it.memory())
        await asyncio.sleep(0.002)
    silent = []
    for number in range(SILENT):
        silent.append(_silent(it.port))
        if number % 100 == 0:
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.3)
    after = await _health(it)
    held = it.memory()
    for one in silent:
        one.close()
    return [
        Figure("healthz_during_100_MB_url", worst, 50, unit="ms"),
        Figure("memory_for_100_MB_url", peak - before, 5, unit="MB"),
        Figure("request_after_3000_silent", after, 100, unit="ms"),
        Figure("memory_for_3000_silent", held - peak, 64, unit="MB"),
    ]


def _flood(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as one, contextlib.suppress(OSError):
        one.sendall(b"GET /")
        for _ in range(URL_BYTES // 65_536):
            one.sendall(b"a" * 65_536)
        one.recv(4096)


def _silent(port: int) -> socket.socket:
    one = socket.socket()
    one.settimeout(0.0)
    with contextlib.suppress(BlockingIOError):
        one.connect(("127.0.0.1", port))
    return one


async def _health(it: Running) -> float:
    begin = time.perf_counter()
    answer = await it.raw(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
    took = (time.perf_counter() - begin) * 1000
    return took if b" 200 " in answer else 60_000.0


async def revoked(it: Running) -> list[Figure]:
    """A grant that another process takes back closes the sockets it opened."""
    progress("a revoked grant …")
    async with it.client() as owner:
        meeting = (await owner.post("/api/meetings", json={})).json()["id"]
        made = (await owner.post("/api/grants", json={"name": "watcher", "scopes": ["watch"]})).json()
    url = f"ws://127.0.0.1:{it.port}/api/meetings/{meeting}/ws?token={made['token']}"
    sockets = [await connect(url, proxy=None) for _ in range(5)]
    begin = time.perf_counter()
    it.access.revoke(made["id"])
    await asyncio.gather(*(one.wait_closed() for one in sockets))
    took = time.perf_counter() - begin
    return [
        Figure("sockets_closed_after_revoking", took, 1.0, unit="s"),
        Figure("audit_entries_that_do_not_fit", it.access.store.audit.broken_at(), 0, "=="),
    ]


def redaction() -> list[Figure]:
    progress("what is taken out of prompts …")
    seed = random.SystemRandom().randrange(1 << 30)
    tried, stay = [*cases(seed), *forms(seed)], [*harmless(seed), *harmless_forms(seed)]
    left = [c for c in tried if any(part and part in "\n".join(redact_lines(c.lines)) for part in c.secret)]
    changed = [text for text in stay if "\n".join(redact_lines(text.split("\n"))) != text]
    dice = random.Random(seed)
    slow = [_cost(piece) for piece in PIECES]
    slow += [_cost("".join(dice.choices(PIECES, k=dice.randint(2, 4)))) for _ in range(30)]
    slow += [_cost("".join(dice.choices(PIECES, k=LONG // 3))) for _ in range(5)]
    slow.append(_slowest(dice))
    return [
        Figure("personal_forms_tried", len(tried), 200, ">=", note=f"seed {seed}"),
        Figure("languages", len({case.language[:2] for case in tried}), 6, ">="),
        Figure(
            "redaction_recall", 1 - len(left) / len(tried), 0.95, ">=", note=str([c.lines for c in left])[:120]
        ),
        Figure("false_alarms", len(changed) / len(stay), 0.02, "<=", note=f"{len(stay)} tried"),
        Figure("redaction_of_100000_characters", max(slow), 50, unit="ms"),
    ]


def _slowest(dice: random.Random) -> float:
    """The cost of what a search by mutation finds in `SEARCH` steps, the worst of it measured once more."""
    known: list[tuple[float, list[str]]] = []
    for step in range(SEARCH):
        pieces = (
            list(dice.choice(known[:8])[1])
            if step > SEARCH // 8
            else dice.choices(PIECES, k=dice.randint(1, 12))
        )
        where = dice.randrange(len(pieces) + 1)
        pieces[where : where + dice.randint(0, 2)] = dice.choices(PIECES, k=dice.randint(0, 2))
        if pieces:
            known.append((_cost("".join(pieces)), pieces))
            known.sort(reverse=True, key=itemgetter(0))
    return max(min(cost, _cost("".join(pieces))) for cost, pieces in known[:8])


def _cost(piece: str) -> float:
    text, best = (piece * (LONG // len(piece) + 1))[:LONG], float("inf")
    for _ in range(3):
        begin = time.thread_time()
        redact(text)
        best = min(best, time.thread_time() - begin)
    return best * 1000


async def policies() -> list[Figure]:
    """Playbook, policy and consent changed in a running meeting: is anybody measured who may not be?"""
    progress("policy at every change …")
    measured = changes = 0
    settings = build({"suggest": {"provider": "cues"}, "emotion": {"provider": "prosody"}})
    async with open_service(settings, keep=False) as service:
        seen: list[Envelope] = []
        service.hub.tap(seen.extend)
        spec = MeetingSpec(playbook="sales", emotion_policy="counterpart", consent="voices@1")
        meeting = await service.manager.create(spec, live=False)
        await meeting.attach(FileSource(SAMPLE, channels=(Channel.TAB, Channel.MIC)))
        for setting, value in (
            ("playbook", "hiring"), ("emotion_policy", "off"), ("emotion_policy", "counterpart"),
            ("playbook", "sales"), ("emotion_policy", {"policy": "self", "consent": "self@1"}),
            ("playbook", "hiring"),
        ):  # fmt: skip
            meeting.control(setting, value)
            changes += 1
            await service.log.flush()
            hiring = meeting.status().playbook == "hiring"
            measured += hiring and meeting.status().emotion_policy != "off"
            mark = len(seen)
            await asyncio.sleep(1.5)
            running = [e.data for e in seen[mark:] if isinstance(e.data, UtteranceData)]
            measured += hiring and any(said.emotion.status is ReadingStatus.PENDING for said in running)
        await meeting.end("stopped")
        applied = sum(isinstance(envelope.data, PolicyApplied) for envelope in seen)
    return [
        Figure("policy_changes_tried", changes),
        Figure("policy_events", applied, 5, ">="),
        Figure("measured_against_policy", measured, 0, "=="),
    ]


async def sealed() -> list[Figure]:
    """Words, titles and a posted recording under a key, and after a kill: is any of it to be found in clear?"""
    progress("plain text outside the sealed store …")
    with tempfile.TemporaryDirectory() as name:
        folder, scratch = Path(name) / "data", Path(name) / "tmp"
        folder.mkdir(mode=0o755)
        scratch.mkdir()
        async with serving(folder, WINGMAN_DELIVER__ENCRYPTION_KEY="a key", TMPDIR=str(scratch)) as it:
            async with it.client() as owner:
                spec = {"title": f"Call with {SECRET}", "brief": f"{SECRET} wants more"}
                meeting = (await owner.post("/api/meetings", json=spec)).json()["id"]
                await owner.post("/api/grants", json={"name": f"{SECRET} phone", "scopes": ["read"]})
                sound = SAMPLE.read_bytes()
                await owner.post(f"/api/meetings/{meeting}/recording", content=sound)
                await asyncio.sleep(2)
            it.process.kill()
            await it.process.wait()
        found = [path for path in _files(name) if _tells(path, sound)]
        open_ = [path for path in _files(str(folder)) if path.stat().st_mode & 0o077]
    return [
        Figure("files_with_plain_text", len(found), 0, "==", note=str([path.name for path in found])[:120]),
        Figure("files_others_may_read", len(open_), 0, "==", note=str([path.name for path in open_])[:120]),
    ]


def _files(folder: str) -> list[Path]:
    return [path for path in Path(folder).rglob("*") if path.is_file()]


def _tells(path: Path, sound: bytes) -> bool:
    content = path.read_bytes()
    return SECRET.encode() in content or sound[2000:2100] in content


async def _at_the_door() -> Sequence[Figure]:
    with tempfile.TemporaryDirectory() as name:
        async with serving(Path(name)) as it:
            return [*await attacks(it), *await floods(it), *await revoked(it)]


async def measure() -> list[Figure]:
    figures = [*await _at_the_door(), *await nodes(), *await policies(), *await sealed(), *redaction()]
    return [*figures, *await asyncio.to_thread(ledger)]


__all__ = ["Tried", "measure"]
