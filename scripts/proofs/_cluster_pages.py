"""A real browser on two nodes behind one address: a page captures, another one watches, and the node dies.

The microphone says words that count round and round (`_cluster_talk`), so what is missing or doubled shows.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import wave
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from playwright.async_api import BrowserContext, CDPSession, Page, WebSocket, async_playwright, expect

from scripts.proofs._cluster_calls import client, left_out, shown_twice
from scripts.proofs._cluster_talk import Transcriber, differences, sound
from scripts.proofs.figures import Figure, progress
from tests.browser.support.chromium import BASE_FLAGS, CHROMIUM
from tests.browser.support.extension import EXTENSION
from tests.support.cluster import TOKEN
from tests.support.nats import Servers
from tests.support.node_processes import Process, processes

WITHIN_S = 40.0
TALK_S = 12.0
SLACK_S, PAUSE_S = 0.3, 2.0
"""Two sentences overlap by less, and are no further apart, where nothing is wrong."""
TAB = "A call in another tab"
CALL_PAGE = f"""<!doctype html><title>{TAB}</title><h1>A call</h1>
<audio src="/talk.wav" autoplay loop></audio>"""


async def pages(running: Servers, folder: Path) -> list[Figure]:
    """The capture page with an overlay beside it, and the extension: each loses the node its meeting is on."""
    talk = folder / "talk.wav"
    with wave.open(str(talk), "wb") as file:
        file.setparams((1, 2, 48_000, 0, "NONE", ""))
        for frame in sound():
            file.writeframes(frame)
    async with Transcriber().open() as deepgram:
        heard = {"url": f"ws://127.0.0.1:{deepgram.port}", "api_key": "a key of nobody"}
        more: dict[str, Any] = {"transcribe": {"provider": "deepgram", "deepgram": heard}}
        async with (
            processes(running, folder, 2, **more) as nodes,
            _balancer(nodes) as address,
            _chromium(folder / "page", talk) as context,
        ):
            page = await _capture(context, address, nodes)
        async with (
            processes(running, folder, 2, **more) as nodes,
            _balancer(nodes) as address,
            _chromium(folder / "extension", talk) as context,
            _call(talk.read_bytes()) as call,
        ):
            extension = await _extension(context, address, call, nodes)
    return [*page, *extension]


@dataclass
class _Told:
    """What one page was told over all its sockets, in the order it came."""

    events: list[dict[str, Any]] = field(default_factory=list)
    sockets: int = 0

    def follow(self, page: Page) -> None:
        page.on("websocket", self._opened)

    def hear(self, text: str | bytes) -> None:
        told = json.loads(text)
        for event in told if isinstance(told, list) else [told]:
            if "seq" in event and event["type"] not in ("stream.caught_up", "stream.reset"):
                self.events.append(event)

    def _opened(self, socket: WebSocket) -> None:
        if "/ws?" in socket.url:
            self.sockets += 1
            socket.on("framereceived", self.hear)

    @property
    def seqs(self) -> list[int]:
        return [event["seq"] for event in self.events]

    def count(self, kind: str) -> int:
        return sum(event["type"] == kind for event in self.events)

    @property
    def words(self) -> list[str]:
        said = [event["data"]["text"] for event in self.events if event["type"] == "utterance.created"]
        return [word.lower().strip(".,") for text in said for word in text.split()]


async def _capture(context: BrowserContext, address: str, nodes: list[Process]) -> list[Figure]:
    progress("a page captures and another one watches")
    reply = await context.request.post(f"{address}/api/session", data={"token": TOKEN})
    home = f"{address}{(await reply.json())['path']}"
    captures, watches = _Told(), _Told()
    page = await context.new_page()
    captures.follow(page)
    await page.goto(f"{home}new")
    await page.locator("#tab").set_checked(False)
    await page.locator("#mic").set_checked(True)
    await page.click("#start")
    state = page.locator(".channel[data-channel=mic]")
    await expect(state).to_have_attribute("data-state", "capturing", timeout=20_000)
    meeting = await _newest(nodes)
    overlay = await context.new_page()
    watches.follow(overlay)
    await overlay.goto(f"{home}overlay?meeting={meeting}")
    await page.bring_to_front()
    await _until(lambda: captures.count("utterance.created") >= 2)
    await _kill_owner(nodes, meeting)
    await _until(lambda: captures.count("meeting.moved") == 1)
    await asyncio.sleep(TALK_S)
    await expect(state).to_have_attribute("data-state", "capturing")
    kept = await _log(nodes[0], meeting)
    await _until(lambda: all(told.events[-1]["seq"] >= kept[-1]["seq"] for told in (captures, watches)))
    lost, twice, cut = differences(captures.words)
    twice_shown = sum(shown_twice(told.seqs) for told in (captures, watches))
    missing = sum(left_out(told.seqs, kept) for told in (captures, watches))
    note = f"{len(captures.words)} words, {len(kept)} events, {captures.sockets + watches.sockets} sockets"
    return [
        Figure("pages: events shown twice", twice_shown, 0, "==", "", note),
        Figure("pages: events left out", missing, 0, "==", "", "but for partial words that others replaced"),
        Figure("pages: words lost when the node died", lost, 0, "=="),
        Figure("pages: words said twice or cut", twice + cut, 0, "=="),
    ]


async def _extension(context: BrowserContext, address: str, call: str, nodes: list[Process]) -> list[Figure]:
    progress("the extension listens")
    assert context.browser is not None
    cdp = await context.browser.new_browser_cdp_session()
    loaded = await cdp.send("Extensions.loadUnpacked", {"path": str(EXTENSION)})
    await _pair(context, loaded["id"], address)
    page = await context.new_page()
    await page.goto(call)
    await page.bring_to_front()
    await _click(cdp, loaded["id"])
    await _until_async(partial(_newest, nodes))
    meeting = await _newest(nodes)
    await _said(nodes[0], meeting, 2)
    await _kill_owner(nodes, meeting)
    before = await _log(nodes[0], meeting)
    await _until_async(lambda: _moved(nodes[0], meeting))
    moved = await _log(nodes[0], meeting)
    await _said(nodes[0], meeting, sum(e["type"] == "utterance.created" for e in moved) + 2)
    kept = await _log(nodes[0], meeting)
    seqs = [event["seq"] for event in kept]
    told = [event for event in kept if event["type"] in ("utterance.created", "transcript.gap")]
    spans = [_spans(told, channel) for channel in ("tab", "mic")]
    twice = [pair for each in spans for pair in pairwise(each) if pair[1][0] < pair[0][1] - SLACK_S]
    # the microphone hears what the tab plays: an echo is dropped
    untold = [pair for pair in pairwise(spans[0]) if pair[1][0] > pair[0][1] + PAUSE_S]
    for odd in (*twice, *untold):
        progress(f"side by side: {odd}")
    gap = sum(e["media"]["end"] - e["media"]["start"] for e in kept if e["type"] == "transcript.gap")
    return [
        Figure("extension: seq doubled or left out", sum(b != a + 1 for a, b in pairwise(seqs)), 0, "=="),
        Figure("extension: stored events gone", len({e["seq"] for e in before} - set(seqs)), 0, "=="),
        Figure("extension: stretches written down twice", len(twice), 0, "=="),
        Figure(
            "extension: stretches lost and not told", len(untold), 0, "==", "", f"{gap:.1f} s were told as lost"
        ),
    ]


def _spans(events: list[dict[str, Any]], channel: str) -> list[tuple[float, float, int]]:
    """From when to when, in media seconds, and which event told it."""
    media = [(event["media"], event["seq"]) for event in events]
    return sorted((at["start"], at["end"], seq) for at, seq in media if at["channel"] == channel)


async def _pair(context: BrowserContext, extension: str, address: str) -> None:
    reply = await context.request.post(
        f"{address}/api/pairing", headers={"Authorization": f"Bearer {TOKEN}", "Origin": address}
    )
    code = (await reply.json())["code"]
    options = await context.new_page()
    await options.goto(f"chrome-extension://{extension}/options.html")
    await options.fill("#url", address)
    await options.fill("#code", code)
    await options.click("#pair")
    await expect(options.locator("#paired")).to_contain_text("Paired. Click", timeout=10_000)
    await options.close()


async def _click(cdp: CDPSession, extension: str) -> None:
    targets = await cdp.send("Target.getTargets", {"filter": [{"type": "tab"}]})
    (tab,) = [one["targetId"] for one in targets["targetInfos"] if one["title"] == TAB]
    await cdp.send("Extensions.triggerAction", {"id": extension, "targetId": tab})


async def _kill_owner(nodes: list[Process], meeting: str) -> None:
    """kill -9 of the node that runs the meeting."""
    for node in tuple(nodes):
        async with client(node) as http:
            text = (await http.get("/metrics")).text
        live = [line for line in text.splitlines() if line.startswith("wingman_meetings_live ")]
        if live and float(live[0].split()[1]) > 0:
            node.process.kill()
            await node.process.wait()
            nodes.remove(node)
            return
    raise RuntimeError(f"nobody runs {meeting}")


async def _newest(nodes: list[Process]) -> str:
    async with client(nodes[0]) as http:
        rows = (await http.get("/api/meetings")).json()["meetings"]
    return str(rows[0]["id"]) if rows else ""


async def _log(node: Process, meeting: str) -> list[dict[str, Any]]:
    async with client(node) as http:
        page = await http.get(f"/api/meetings/{meeting}/events", params={"limit": 10_000})
    return list(page.json()["events"])


async def _said(node: Process, meeting: str, count: int) -> None:
    async def enough() -> bool:
        return len([e for e in await _log(node, meeting) if e["type"] == "utterance.created"]) >= count

    await _until_async(enough)


async def _moved(node: Process, meeting: str) -> bool:
    return any(event["type"] == "meeting.moved" for event in await _log(node, meeting))


async def _until(held: Callable[[], bool]) -> None:
    async with asyncio.timeout(WITHIN_S):
        while not held():  # noqa: ASYNC110 - pages tell when they like
            await asyncio.sleep(0.05)


async def _until_async(held: Callable[[], Any]) -> None:
    async with asyncio.timeout(WITHIN_S):
        while not await held():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.2)


@asynccontextmanager
async def _chromium(profile: Path, microphone: Path) -> AsyncIterator[BrowserContext]:
    flags = [
        *BASE_FLAGS,
        "--autoplay-policy=no-user-gesture-required",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={microphone}",
        "--auto-accept-camera-and-microphone-capture",
        "--enable-unsafe-extension-debugging",
    ]
    async with async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(
            str(profile),
            executable_path=str(CHROMIUM),
            args=flags,
            ignore_default_args=["--mute-audio", "--disable-extensions"],
        )
        try:
            yield context
        finally:
            await context.close()


@asynccontextmanager
async def _balancer(nodes: list[Process]) -> AsyncIterator[str]:
    """One address for all nodes: a connection goes to the next one that takes it."""
    turn = 0
    open_ends: set[asyncio.StreamWriter] = set()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal turn
        turn += 1
        for at in range(len(nodes)):
            try:
                up, down = await asyncio.open_connection("127.0.0.1", nodes[(turn + at) % len(nodes)].port)
            except OSError:
                continue
            open_ends.update((writer, down))
            await asyncio.gather(_pump(reader, down), _pump(up, writer))
            return
        writer.close()

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for end in open_ends:
            end.close()


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await source.read(65_536):
            sink.write(data)
            await sink.drain()
    sink.close()


@asynccontextmanager
async def _call(talk: bytes) -> AsyncIterator[str]:
    """A page of somebody else that plays the talk."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = await reader.readline()
        while (await reader.readline()).strip():
            pass
        wav = b"talk.wav" in line
        body, kind = (talk, "audio/wav") if wav else (CALL_PAGE.encode(), "text/html")
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
        head += "Connection: close\r\n\r\n"
        with contextlib.suppress(OSError):
            writer.write(head.encode() + body)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.2", 0)
    try:
        yield f"http://127.0.0.2:{server.sockets[0].getsockname()[1]}/"
    finally:
        server.close()
