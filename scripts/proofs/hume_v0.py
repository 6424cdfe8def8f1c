"""Measure what Wingman promises about the v0 contract of Hume; run it as `scripts/prove hume-v0 [--json]`.

Everything but the vendor's SDK runs in jumping time against the local gateway, on audio that knows its own
index: "0 clips lost" is counted, not believed.
"""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from scripts.proofs.figures import Figure, progress
from tests.support.links.hume_v0_trial import VoiceAccount, VoiceTrial, settings_for
from tests.support.links.trial import Recording
from wingman.config.section import Secret
from wingman.core.emotion import EmotionEvent, EmotionSpan
from wingman.core.errors import Health, InputError
from wingman.core.speech import Final, Word
from wingman.core.time import Channel, Span, seconds
from wingman.emotion.hume_v0 import wire
from wingman.emotion.hume_v0.analyzer import HumeV0Analyzer, HumeV0TextAnalyzer
from wingman.emotion.hume_v0.batch import analyze
from wingman.emotion.hume_v0.tokens import GatewayAccess, browser_token
from wingman.testing.faults import Fault, FaultScript, Kind
from wingman.testing.hume_v0.names import BURSTS, LANGUAGE, VOICE
from wingman.testing.hume_v0.server import GatewayHabits, HumeV0Emulator
from wingman.testing.indexed_audio import IndexedSpeech
from wingman.testing.virtual_time import run

ROOT = Path(__file__).parents[2]
KINDS = (
    *(
        Fault(kind=kind)
        for kind in (Kind.DROP, Kind.HALF_OPEN, Kind.DEAF, Kind.HANG, Kind.UNKNOWN, Kind.REPEAT)
    ),
    *(Fault(kind=Kind.CLOSE, code=code) for code in (1000, 1008, 1011)),
    *(Fault(kind=kind, delay=0.4) for kind in (Kind.LATE, Kind.SLOW)),
    Fault(kind=Kind.STALL, delay=3.0),
    Fault(kind=Kind.MALFORMED, count=2),
    Fault(kind=Kind.REFUSE, status=503),
    Fault(kind=Kind.REFUSE, status=429, retry_after=0.5),
)
RARE = IndexedSpeech(word=15, between=5, phrase=1, pause=7000)
"""One word every 140 s."""


async def attempt(
    *faults: Fault,
    recording: Recording = Recording(20.0),
    habits: GatewayHabits = GatewayHabits(),
    errors: dict[int, tuple[str, str]] | None = None,
    **changes: Any,
) -> tuple[VoiceAccount, HumeV0Emulator]:
    async with HumeV0Emulator(FaultScript(faults), habits, errors=errors) as gateway:
        meter = HumeV0Analyzer(settings_for(gateway, **changes))
        return await VoiceTrial(recording).run(meter, gateway), gateway


def long_session() -> list[Figure]:
    progress("35 minutes with rotation and token renewals (jumping time)")
    habits = GatewayHabits(token_s=900.0, session_s=1800.0)
    begun = time.monotonic()
    account, gateway = run(attempt(recording=Recording(2100.0), habits=habits, auth="token"))
    calm = {state.health for state in account.states} == {Health.CONNECTING, Health.UP, Health.ENDED}
    keyed, keyed_gateway = run(attempt(recording=Recording(2100.0)))
    return [
        Figure("long session, clips", account.clips, 700, ">=", note="answered in 35 min of media time"),
        Figure("long session, clips lost", len(account.missed) + account.unexplained, 0, "=="),
        Figure("long session, samples doubled", account.doubled, 0, "=="),
        Figure("long session, time error", account.error + account.misplaced, 0, "==", "samples"),
        Figure("long session, token renewals", gateway.minted - 1, 2, ">="),
        Figure("long session, rotations", gateway.connections - 1, 2, ">="),
        Figure("the same with a key, clips lost", len(keyed.missed) + keyed.unexplained, 0, "=="),
        Figure("the same with a key, samples doubled", keyed.doubled, 0, "=="),
        Figure("the same with a key, rotations", keyed_gateway.connections - 1, 1, "==", note="30 min limit"),
        Figure("long session, user saw it", 0 if calm else 1, 0, "==", note="states other than up"),
        Figure("long session, real time taken", time.monotonic() - begun, None, "<=", "s"),
    ]


async def _matrix() -> list[tuple[VoiceAccount, HumeV0Emulator]]:
    async with asyncio.TaskGroup() as group:
        trials = [
            group.create_task(attempt(msgspec.structs.replace(fault, at=at), auth=auth))
            for fault in KINDS
            for at in (0.0, 2.0, 5.0)
            for auth in ("header", "query", "token")
        ]
    return [trial.result() for trial in trials]


def fault_matrix() -> list[Figure]:
    progress("the fault matrix")
    accounts = [account for account, _ in run(_matrix())]
    return [
        Figure("fault matrix, cases", len(accounts), len(KINDS) * 9, "=="),
        Figure("fault matrix, samples lost", sum(a.unexplained for a in accounts), 0, "=="),
        Figure("fault matrix, clips given up", sum(len(a.missed) for a in accounts), 0, "=="),
        Figure("fault matrix, samples doubled", sum(a.doubled for a in accounts), 0, "=="),
        Figure("fault matrix, time error", sum(a.error + a.misplaced for a in accounts), 0, "==", "samples"),
        Figure("fault matrix, late spans", sum(a.late_spans for a in accounts), 0, "=="),
        Figure(
            "fault matrix, branches given up", sum(_ended(a) is not Health.ENDED for a in accounts), 0, "=="
        ),
    ]


def _ended(account: VoiceAccount) -> Health:
    return account.states[-1].health


def families() -> list[Figure]:
    progress("error families")
    final = {"E0100": 2, "E0101": 2, "E0102": 2, "E0300": 2}
    stopped = 0
    for code, sent in final.items():
        account, gateway = run(attempt(errors={2: (code, "because")}))
        said = account.states[-1]
        stopped += said.health is Health.DOWN and code in said.detail and gateway.requests == sent
    dropped = 0
    for code in ("E0200", "E0201", "E0202", "E0203"):
        account, _ = run(attempt(errors={2: (code, "because")}))
        kept = account.unexplained == account.doubled == 0
        dropped += _ended(account) is Health.ENDED and len(account.missed) == 1 and kept
    again = 0
    for code in ("I0100", "I0200", "E0714"):
        account, gateway = run(attempt(errors={2: (code, "because")}))
        again += not account.missed and account.unexplained == 0 and gateway.connections == 2
    account, gateway = run(
        attempt(recording=Recording(60.0), errors=dict.fromkeys(range(1, 99), ("E0200", "because")))
    )
    return [
        Figure("E01xx/E03xx stop and say why", stopped, len(final), "==", "cases"),
        Figure("E02xx drop one clip and say so", dropped, 4, "==", "cases"),
        Figure("I0xxx/E0714 reconnect, no clip lost", again, 3, "==", "cases"),
        Figure("identical errors sent in a row", gateway.requests, 9, "<="),
    ]


def credentials() -> list[Figure]:
    progress("credentials")
    wrong = 0
    for auth in ("header", "query", "token"):
        account, _ = run(attempt(auth=auth, api_key=Secret("wrong-key")))
        detail = account.states[-1].detail
        wrong += _ended(account) is Health.DOWN and "wrong-key" not in detail
    expired, expired_gateway = run(_expired())
    revoked, revoked_gateway = run(_revoked())
    rates = run(_handshakes())
    worst = max(sum(at <= other < at + 1.0 for other in rates) for at in rates)
    issued, refused = run(_browser())
    return [
        Figure("wrong key is final and not shown", wrong, 3, "==", "of 3 ways"),
        Figure("expired token, clips lost", len(expired.missed) + expired.unexplained, 0, "=="),
        Figure("expired token, tokens fetched", expired_gateway.minted, 2, "=="),
        Figure("revoked in mid-stream, clips lost", len(revoked.missed) + revoked.unexplained, 0, "=="),
        Figure("revoked in mid-stream, samples doubled", revoked.doubled, 0, "=="),
        Figure("revoked in mid-stream, tokens fetched", revoked_gateway.minted, 2, "=="),
        Figure("handshakes in the worst second", worst, 50, "<=", note="140 wanted at once"),
        Figure("browser tokens, keys shown", issued, 0, "=="),
        Figure("browser tokens without a secret, refused", refused, 1, "=="),
    ]


async def _expired() -> tuple[VoiceAccount, HumeV0Emulator]:
    async with HumeV0Emulator() as gateway:
        settings = settings_for(gateway, auth="token")
        access = GatewayAccess(settings)
        await access.target()
        gateway.revoke_tokens()
        return await VoiceTrial(Recording(10.0)).run(HumeV0Analyzer(settings, access), gateway), gateway


async def _revoked() -> tuple[VoiceAccount, HumeV0Emulator]:
    async with HumeV0Emulator() as gateway, asyncio.TaskGroup() as group:
        meter = HumeV0Analyzer(settings_for(gateway, auth="token"))
        running = group.create_task(VoiceTrial(Recording(20.0)).run(meter, gateway))
        await asyncio.sleep(7.0)
        gateway.revoke_tokens()
        return await running, gateway


async def _handshakes() -> list[float]:
    async with HumeV0Emulator() as gateway:
        access = GatewayAccess(settings_for(gateway))
        times: list[float] = []

        async def one() -> None:
            await access.target()
            times.append(asyncio.get_running_loop().time())

        async with asyncio.TaskGroup() as group:
            for _ in range(140):
                group.create_task(one())
        return times


async def _browser() -> tuple[int, int]:
    """Keys found in what a browser gets, and refusals of a server that cannot mint."""
    async with HumeV0Emulator() as gateway:
        settings = settings_for(gateway)
        shown = msgspec.json.encode(await browser_token(GatewayAccess(settings), settings)).decode()
        without = settings_for(gateway, secret_key=Secret())
        refused = 0
        try:
            await browser_token(GatewayAccess(without), without)
        except InputError:
            refused = 1
        return sum(secret in shown for secret in ("local-key", "local-secret")), refused


def limits() -> list[Figure]:
    progress("limits")
    account, gateway = run(attempt(recording=Recording(60.0, speech=IndexedSpeech(pause=5)), clip_ms=9000))
    longest = max(len(taken.audio) for taken in gateway.taken)
    quiet, quiet_gateway = run(attempt(recording=Recording(560.0, speech=RARE)))
    refused = 0
    makers: tuple[Callable[[], object], ...] = (
        lambda: wire.clip(bytes(160_002), "x"),
        lambda: wire.text("x" * 10_001, "x"),
        lambda: wire.image(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x0b\xb9\0\0\0\x01", "x"),
    )
    for make in makers:
        try:
            make()
        except InputError:
            refused += 1
    kept = _ended(account) is Health.ENDED and account.exact
    return [
        Figure("longest clip sent", seconds(longest), 5.0, "<=", "s", "with clip_ms set to 9000"),
        Figure("... and its trial is exact", int(kept), 1, "=="),
        Figure("over-long clip, text, image not encoded", refused, 3, "=="),
        Figure("9 quiet minutes, connections", quiet_gateway.connections, 1, "==", note="60 s idle limit"),
        Figure("9 quiet minutes, words lost", quiet.unexplained, 0, "==", "samples"),
    ]


async def _texts() -> list[EmotionEvent]:
    events: list[EmotionEvent] = []
    async with HumeV0Emulator(FaultScript((Fault(kind=Kind.DROP, at=0.0),))) as gateway:
        meter = HumeV0TextAnalyzer(settings_for(gateway))
        for n in range(40):
            words = tuple(
                Word(w, n * 80_000 + 4000 * k, n * 80_000 + 4000 * k + 3000)
                for k, w in enumerate(["well", "then"])
            )
            meter.hear(Final(Channel.TAB, Span(n * 80_000, n * 80_000 + 7000), words))
        meter.close()
        await meter.run(Channel.TAB, events.append)
    return events


def texts_and_batch() -> list[Figure]:
    progress("text, names and batch")
    spans = [event for event in run(_texts()) if isinstance(event, EmotionSpan)]
    right = sum(span.span == Span(n * 80_000, n * 80_000 + 7000) for n, span in enumerate(spans))
    with tempfile.TemporaryDirectory() as folder:
        path, speech = Path(folder) / "call.wav", IndexedSpeech()
        path.write_bytes(wire.wav(speech.pcm(0, 10 * speech.period)))
        error, found = asyncio.run(_batch(path, speech))
    return [
        Figure("texts scored once, at their time", right, 40, "==", "of 40"),
        Figure("names: voice", len(set(VOICE)), 48, "=="),
        Figure("names: language", len(set(LANGUAGE)), 53, "=="),
        Figure("names: bursts", len(set(BURSTS)), 67, "=="),
        Figure("batch job, spans", found, 10, "=="),
        Figure("batch job, time error", error, 0, "==", "samples"),
    ]


async def _batch(path: Path, speech: IndexedSpeech) -> tuple[int, int]:
    async with HumeV0Emulator() as gateway:
        found = await analyze(path, settings_for(gateway))
    wanted = [Span(n * speech.period, n * speech.period + 24_000) for n in range(10)]
    pairs = zip([span.span for span in found], wanted, strict=False)
    return sum(abs(a.start - b.start) + abs(a.end - b.end) for a, b in pairs), len(found)


def vendor() -> list[Figure]:
    progress("the vendor's SDK (built on first use)")
    script = ROOT / "scripts" / "conformance.d" / "hume.sh"
    judged = subprocess.run([script, "-k", "v0", "-rs"], cwd=ROOT, capture_output=True, text=True, check=False)
    content = judged.returncode == 0 and "skipped" not in judged.stdout
    return [Figure("hume 0.13.13, unmodified, is content", int(content), 1, "==")]


def measure() -> list[Figure]:
    figures: list[Figure] = []
    with contextlib.chdir(ROOT):
        for part in (long_session, fault_matrix, families, credentials, limits, texts_and_batch, vendor):
            figures += part()
    return figures
