"""What the ledger says left, against what the receivers counted, in every fault script of every way out."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import tempfile
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import httpx2

from scripts.proofs.figures import Figure, progress
from tests.support.counting_relay import Bodies, Clips, Cut, relay
from tests.support.cutting_receiver import Ending, client_context, cutting
from tests.support.links.hume_trial import IndexedEar, MeterTrial
from tests.support.links.matrix import (
    DEEPGRAM,
    DEEPGRAM_MOMENTS,
    FINAL,
    HUME,
    HUME_MOMENTS,
    Moment,
    flapping,
    script,
    side_by_side,
)
from tests.support.links.trial import Recording, Trial
from wingman.config.emotion import HumeSettings, HumeV0Settings
from wingman.config.paths import SAMPLE
from wingman.config.report import WebhookSettings
from wingman.config.section import Secret
from wingman.config.stt import DeepgramSettings
from wingman.config.suggest import EmbeddingSettings, GeminiSettings, OpenAiSettings
from wingman.core.errors import WingmanError
from wingman.core.events import EgressRecorded, MeetingEnded
from wingman.core.time import Channel
from wingman.egress.http import counting
from wingman.egress.outlet import first_through, outlet
from wingman.emotion.hume.analyzer import HumeAnalyzer
from wingman.emotion.hume_v0.analyzer import HumeV0Analyzer
from wingman.emotion.hume_v0.batch import analyze
from wingman.emotion.hume_v0.tokens import GatewayAccess
from wingman.events.memory import MemoryLog
from wingman.events.webhook_store import DeliveryStore
from wingman.events.webhooks import Hook, Webhooks
from wingman.llm.base import Prompt, SuggestionModel
from wingman.llm.gemini.client import Counting, Gemini
from wingman.llm.gemini.legacy_client import GenerativeAiModel
from wingman.llm.openai import OpenAiModel
from wingman.stt.deepgram.token import grant
from wingman.stt.deepgram.transcriber import DeepgramTranscriber
from wingman.suggest.knowledge.http_encoder import HttpEncoder
from wingman.testing.deepgram.server import DeepgramEmulator
from wingman.testing.faults import Fault, FaultScript
from wingman.testing.gemini.server import GeminiEmulator, GeminiFault
from wingman.testing.http_server import LoopbackHttp, Reply, Request
from wingman.testing.hume.server import HumeEmulator
from wingman.testing.hume_v0.server import HumeV0Emulator
from wingman.testing.indexed_audio import IndexedSource
from wingman.testing.openai.server import ChatEmulator, ChatFault
from wingman.testing.virtual_time import run

SECONDS = 12.0
KEY = Secret("local-key")
PROMPT = Prompt("Be brief. Ünïcode.", "What would you say now? " * 40)
LONG = Prompt("Be brief.", "What would you say now? " * 20_000)
"""More than a kernel takes for a receiver that does not read."""
CALLED_OFF_S = 1.5
"""After which a card that was superseded calls its request off."""


@dataclass(slots=True)
class Books:
    """An outlet that only counts."""

    bytes: int = 0
    seconds: float = 0.0
    open: bool = True

    def sent(self, size: int, seconds: float) -> None:
        self.bytes += size
        self.seconds += seconds


ENDED = ("meeting.ended",)
Played = tuple[int, int]
"""Bytes by the books, and by the receiver."""


async def deepgram(*faults: Fault) -> Played:
    """One meeting's channel under these faults."""
    books = Books()
    async with (
        DeepgramEmulator(None, FaultScript(faults), hearing=lambda _: IndexedSource()) as emulator,
        relay(emulator.port) as receiver,
    ):
        url = emulator.url.replace(f":{emulator.port}", f":{receiver.port}")
        settings = DeepgramSettings(url=url, rest_url=emulator.rest_url, api_key=KEY)
        with outlet(books):
            await Trial(Recording(SECONDS)).run(DeepgramTranscriber(settings))
    return books.bytes, receiver.payload


async def hume(*faults: Fault) -> Played:
    """One channel's voice on Hume's realtime API."""
    books = Books()
    async with (
        HumeEmulator(FaultScript(faults), ear=IndexedEar) as emulator,
        relay(emulator.port) as receiver,
    ):
        url = emulator.url.replace(f":{emulator.port}", f":{receiver.port}")
        with outlet(books):
            await MeterTrial(Recording(SECONDS)).run(HumeAnalyzer(HumeSettings(url=url, api_key=KEY)))
    return books.bytes, receiver.payload


async def hume_v0(*faults: Fault) -> Played:
    """The same on a gateway of the v0 API, which is sent clips in text frames."""
    books = Books()
    async with (
        HumeV0Emulator(faults=FaultScript(faults)) as emulator,
        relay(emulator.port, Clips) as receiver,
    ):
        url = emulator.url.replace(f":{emulator.port}", f":{receiver.port}")
        settings = HumeV0Settings(url=url, http_url=emulator.http_url, api_key=KEY)
        with outlet(books):
            await MeterTrial(Recording(SECONDS)).play_into(HumeV0Analyzer(settings), Channel.TAB)
    return books.bytes, receiver.payload


Asking = Callable[[str, Books], Awaitable[object]]
"""Sends what a way out sends to this address."""


async def http(port: int, ask: Asking, cut: Cut) -> Played:
    """One request, called off when it takes too long, to the server at `port`."""
    books = Books()
    async with relay(port, Bodies, cut) as receiver:
        with contextlib.suppress(WingmanError, TimeoutError, ValueError):
            async with asyncio.timeout(CALLED_OFF_S):
                await ask(f"127.0.0.1:{receiver.port}", books)
        await asyncio.sleep(0.05)
    return books.bytes, receiver.payload


async def _answer(model: SuggestionModel, books: Books, prompt: Prompt = PROMPT) -> None:
    try:
        async for _ in first_through(books, model.stream(prompt)):
            pass
    finally:
        await model.aclose()


async def _gemini(where: str, books: Books) -> None:
    await _answer(Gemini(GeminiSettings(api_key=KEY, url=f"http://{where}")), books)


async def _legacy(where: str, books: Books) -> None:
    await _answer(GenerativeAiModel(GeminiSettings(api_key=KEY, url=f"http://{where}")), books)


async def _chat(where: str, books: Books) -> None:
    await _answer(OpenAiModel(OpenAiSettings(url=f"http://{where}/v1", model="local-model")), books)


async def _embedded(where: str, books: Books) -> None:
    encoder = HttpEncoder(EmbeddingSettings(url=f"http://{where}/v1", model="m"))
    try:
        with outlet(books):
            await encoder.encode(["How much is it?", "Ünïcode"], "query")
    finally:
        await encoder.aclose()


async def _batch(where: str, books: Books) -> None:
    settings = HumeV0Settings(url=f"ws://{where}", http_url=f"http://{where}", api_key=KEY)
    with outlet(books):
        await analyze(SAMPLE, settings)


async def _hume_token(where: str, books: Books) -> None:
    settings = HumeV0Settings(
        url=f"ws://{where}", http_url=f"http://{where}", api_key=KEY, secret_key=Secret("local-secret")
    )
    with outlet(books):
        await GatewayAccess(settings).mint()


async def _deepgram_token(where: str, books: Books) -> None:
    with outlet(books):
        await grant(DeepgramSettings(url=f"ws://{where}", rest_url=f"http://{where}", api_key=KEY))


async def _hooked(where: str, books: Books) -> None:
    """A webhook, whose ledger is the meeting's log itself."""
    log = MemoryLog()
    with tempfile.TemporaryDirectory() as folder:
        settings = WebhookSettings(url=f"http://{where}/hook", secret=Secret("whsec_" + "A" * 32), events=ENDED)
        hooks = Webhooks([Hook.of("crm", settings)], log, DeliveryStore(Path(folder) / "webhooks.db"))
        hooks.offer([log.append("m-1", MeetingEnded("stopped", 1.0), at=1.0)])
        running = asyncio.create_task(hooks.run())
        try:
            await asyncio.sleep(CALLED_OFF_S * 0.6)
        finally:
            running.cancel()
            await asyncio.wait([running])
            for entry in await log.read("m-1", 0, 100):
                if isinstance(entry.data, EgressRecorded):
                    books.sent(entry.data.bytes, entry.data.seconds)
            await hooks.aclose()


Play = Callable[..., Coroutine[Any, Any, Played]]


def sockets(
    name: str, play: Play, faults: Mapping[str, Fault], moments: Mapping[str, Moment]
) -> dict[str, Played]:
    """Every fault at every moment of a link; in virtual time."""
    trials = {name: play(), f"{name}, flapping": play(*flapping(Moment(1, 0.3), 6))}
    for when, moment in moments.items():
        trials |= {f"{name}, {fault}, {when}": play(*script(made, moment)) for fault, made in faults.items()}
    trials |= {f"{name}, refused {s}": play(*script(made, Moment(1, 0.0))) for s, made in FINAL.items()}
    return run(side_by_side(trials))


async def requests() -> dict[str, Played]:
    """What goes by HTTP: each fault of the servers, and the connection broken off everywhere."""
    found: dict[str, Played] = {}
    for cut in Cut:
        found |= await _cut(cut)
    for fault in GeminiFault:
        found |= await _models(fault)
    for chat_fault in ChatFault:
        async with ChatEmulator() as chat:
            chat.play(chat_fault)
            found[f"openai, {chat_fault}"] = await http(_port(chat.url), _chat, Cut.NEVER)
    return found


async def _models(fault: GeminiFault) -> dict[str, Played]:
    async with GeminiEmulator() as rest:
        rest.play(fault, fault)
        both = await asyncio.gather(*(http(_port(rest.url), ask, Cut.NEVER) for ask in (_gemini, _legacy)))
    return {f"gemini, {fault}": both[0], f"generativeai, {fault}": both[1]}


async def _cut(cut: Cut) -> dict[str, Played]:
    async with contextlib.AsyncExitStack() as stack:
        opened = stack.enter_async_context
        rest, chat = await opened(GeminiEmulator()), await opened(ChatEmulator())
        v0, hears = await opened(HumeV0Emulator()), await opened(DeepgramEmulator())
        hooked = await opened(LoopbackHttp(_taken))
        trials = {
            "gemini": http(_port(rest.url), _gemini, cut),
            "generativeai": http(_port(rest.url), _legacy, cut),
            "openai": http(_port(chat.url), _chat, cut),
            "embeddings": http(_port(chat.url), _embedded, cut),
            "batch": http(_port(v0.http_url), _batch, cut),
            "hume token": http(_port(v0.http_url), _hume_token, cut),
            "deepgram token": http(_port(hears.rest_url), _deepgram_token, cut),
            "webhook": http(hooked.port, _hooked, cut),
        }
        played = await asyncio.gather(*trials.values())
    return {f"{name}, {cut.name.lower()}": one for name, one in zip(trials, played, strict=True)}


async def _long_gemini(where: str, books: Books) -> None:
    await _answer(Gemini(GeminiSettings(api_key=KEY, url=f"http://{where}")), books, LONG)


async def _long_legacy(where: str, books: Books) -> None:
    await _answer(GenerativeAiModel(GeminiSettings(api_key=KEY, url=f"http://{where}")), books, LONG)


async def _long_chat(where: str, books: Books) -> None:
    await _answer(OpenAiModel(OpenAiSettings(url=f"http://{where}/v1", model="m")), books, LONG)


async def _sealed(where: str, books: Books) -> None:
    """Over TLS, as all of them are with providers elsewhere."""
    async with httpx.AsyncClient(transport=counting(client_context()), timeout=CALLED_OFF_S) as http:
        with outlet(books), contextlib.suppress(httpx.HTTPError):
            await http.post(f"https://{where}/", content=LONG.user.encode())


async def _sealed_gemini(where: str, books: Books) -> None:
    way = Counting(httpx2.Limits(), client_context())
    async with httpx2.AsyncClient(transport=way, timeout=CALLED_OFF_S) as http:
        with outlet(books), contextlib.suppress(httpx2.HTTPError):
            await http.post(f"https://{where}/", content=LONG.user.encode())


BODIES: dict[str, Asking] = {
    "gemini": _long_gemini, "generativeai": _long_legacy, "openai": _long_chat, "embeddings": _embedded,
    "batch": _batch, "hume token": _hume_token, "deepgram token": _deepgram_token, "webhook": _hooked,
    "httpx by TLS": _sealed, "httpx2 by TLS": _sealed_gemini,
}  # fmt: skip
"""What each way out sends as the body of a request."""


async def broken() -> dict[str, Played]:
    """Bodies that are cut in their middle, by receivers that break off in every way."""
    found: dict[str, Played] = {}
    for ending, after in itertools.product(Ending, (0, 1, 40_000)):
        names = [f"{name}, {ending.name.lower()} after {after} bytes" for name in BODIES]
        asked = (_broken(ask, ending, after, secure="TLS" in name) for name, ask in BODIES.items())
        found |= dict(zip(names, await asyncio.gather(*asked), strict=True))
    return found


async def _broken(ask: Asking, ending: Ending, after: int, *, secure: bool) -> Played:
    books = Books()
    async with cutting(ending, after, secure=secure) as receiver:
        with contextlib.suppress(WingmanError, TimeoutError, ValueError):
            async with asyncio.timeout(CALLED_OFF_S):
                await ask(f"127.0.0.1:{receiver.port}", books)
        await receiver.idle.wait()
    return books.bytes, receiver.payload


async def _taken(_: Request, reply: Reply) -> None:
    await reply.whole(204, b"", "text/plain")


def _port(url: str) -> int:
    return urlsplit(url).port or 0


def ledger() -> list[Figure]:
    progress("the ledger against the receivers: sockets, fault by fault …")
    counted = {
        **sockets("deepgram", deepgram, DEEPGRAM, DEEPGRAM_MOMENTS),
        **sockets("hume", hume, HUME, HUME_MOMENTS),
        **sockets("hume-v0", hume_v0, HUME, HUME_MOMENTS),
    }
    progress("the ledger against the receivers: HTTP, cut by cut …")
    counted |= asyncio.run(requests())
    progress("the ledger against the receivers: bodies cut in their middle …")
    counted |= asyncio.run(broken())
    wrong = {name: said - got for name, (said, got) in counted.items() if said != got}
    ways = {name.split(",")[0] for name, (_, got) in counted.items() if got}
    return [
        Figure("fault_scripts_played", len(counted), 400, ">="),
        Figure("ways_out_that_sent", len(ways), 11, ">=", note=", ".join(sorted(ways))),
        Figure("bytes_received", sum(got for _, got in counted.values()), unit="B"),
        Figure(
            "ledger_bytes_wrong", sum(map(abs, wrong.values())), 0, "==", "B", str(wrong)[:300] if wrong else ""
        ),
    ]
