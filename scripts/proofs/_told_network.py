"""Senders whose network changes, and such as stall: how long their sound is away, and where it is put."""

# ruff: noqa: SLF001 - the way of a plain client is changed under its hands

from __future__ import annotations

import asyncio
import itertools
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aioice.ice
import httpx
from aiortc import RTCPeerConnection
from playwright.sync_api import sync_playwright

from scripts.proofs.figures import Figure, progress
from tests.browser.support.chromium import launch
from tests.browser.support.extension import chromium_with_extension, copied
from tests.browser.support.networks import Network, by_relay, newest_way
from tests.browser.support.service import BrowserService
from tests.browser.support.sound import bad_windows, make_sounds
from tests.browser.support.wire import Wire
from tests.support.rtp_reports import EPOCH, LOUD, NTP, PCM, CountingSink
from tests.support.whip import client, packets, peer
from tests.support.whip_restart import PATCH, connected, transport
from tests.transports.support import TapeSink, service
from wingman.audio.stream_sync import PeerTimeline
from wingman.audio.tape import Tape
from wingman.core.time import SAMPLE_RATE, Channel
from wingman.transports import aiortc_seam as seam
from wingman.transports.ice_fragment import IceFragment, parse
from wingman.transports.inbound_track import InboundTrack

LIMIT_S = 10.0
CHANGES = 4
"""Networks that Chromium loses one after the other in one call."""


@asynccontextmanager
async def calling() -> AsyncIterator[tuple[httpx.AsyncClient, RTCPeerConnection, str, TapeSink]]:
    """A plain client that sends sound all the time: its HTTP, its connection, its resource, what arrives."""
    async with service() as (url, meetings), client(url) as http, peer() as (connection, offer):
        reply = await connected(http, connection, offer)
        sender = seam.PacketSender(connection, 96)

        async def speak() -> None:
            for packet in itertools.chain.from_iterable(itertools.repeat(packets(1500), 1)):
                sender.send(packet)
                await asyncio.sleep(0.02)

        speaking = asyncio.create_task(speak())
        await asyncio.sleep(0.5)
        try:
            yield http, connection, reply.headers["location"], meetings.known["m-1"].sinks[Channel.TAB]
        finally:
            speaking.cancel()
            await asyncio.wait([speaking])


async def until_heard(sink: TapeSink, since: float) -> float:
    """Seconds since then until sound arrives again."""
    loop = asyncio.get_running_loop()
    await asyncio.sleep(0.1)  # what was on its way
    before = sink.position
    while sink.position < before + SAMPLE_RATE // 5 and loop.time() - since < LIMIT_S:  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0.01)
    return loop.time() - since - 0.2


class Nowhere:
    """A network that is gone: what is sent by it arrives nowhere."""

    def sendto(self, data: bytes, addr: object) -> None:
        """Lose it."""


async def rebound() -> float:
    """A router gives the sender another address in mid-call."""
    async with calling() as (_, connection, _, sink):
        loop = asyncio.get_running_loop()
        moved, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, ("127.0.0.1", 0))
        pair = transport(connection)._connection._nominated[1]
        stock, pair.protocol.transport = pair.protocol.transport, moved
        away = await until_heard(sink, loop.time())
        pair.protocol.transport = stock
        moved.close()
        return away


async def restarted() -> float:
    """The sender's network is gone; it has another, and says so by PATCH."""
    async with calling() as (http, connection, where, sink):
        loop = asyncio.get_running_loop()
        way = transport(connection)
        pair = way._connection._nominated[1]
        stock, pair.protocol.transport = pair.protocol.transport, Nowhere()
        gone = loop.time()
        fresh = aioice.ice.Connection(ice_controlling=True)
        await fresh.gather_candidates()
        lines = tuple(candidate.to_sdp() for candidate in fresh.local_candidates)
        ours = IceFragment(fresh.local_username, fresh.local_password, lines, complete=True)
        answer = await http.patch(where, content=ours.text(("0",)), headers={**PATCH, "If-Match": "*"})
        theirs = parse(answer.content)
        fresh.remote_username, fresh.remote_password = theirs.ufrag, theirs.password
        for line in theirs.candidates:
            await fresh.add_remote_candidate(aioice.Candidate.from_sdp(line))
        await fresh.add_remote_candidate(None)
        async with asyncio.timeout(LIMIT_S):
            await fresh.connect()
        old, way._connection = way._connection, fresh
        away = await until_heard(sink, gone)
        pair.protocol.transport = stock
        way._connection = old
        await fresh.close()
        return away


def browser_moves() -> list[Figure]:
    """Chromium's network goes without a word, again and again, in a call: of the page, and of the extension."""
    progress(f"Chromium, whose network goes {CHANGES} times in one call")
    page, lost = _moved(_page_with_microphone, Channel.MIC)
    progress("the extension, likewise")
    extension, _ = _moved(_tab_of_the_extension, Channel.TAB)
    return [
        Figure("Chromium, another network: sound away", page, 3.0, "<=", "s", f"{CHANGES} times"),
        Figure("sound lost or doubled by that", lost, 0.2, "<=", "s", "in windows of 20 ms"),
        Figure("the extension, another network: sound away", extension, 3.0, "<=", "s", f"{CHANGES} times"),
    ]


@dataclass(frozen=True)
class _Ways:
    """How a browser reaches the service."""

    service: BrowserService
    networks: list[Network]
    """One after the other, as each is gone."""
    wire: Wire
    folder: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.wire.port}"


def _moved(begin: Callable[[_Ways, ExitStack], None], channel: Channel) -> tuple[float, float]:
    """For how long the sound was away at most, and how much of it is lost or doubled, in seconds."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        service = BrowserService(folder, make_sounds(folder))
        service.start()
        stack.callback(service.stop)
        ways = (Network(lambda: newest_way(service.newest.plays)) for _ in range(4 * CHANGES))
        networks = [stack.enter_context(way) for way in ways]
        wire = stack.enter_context(Wire(service.port))
        begin(_Ways(service, networks, wire, folder), stack)
        meeting = service.newest
        tape, away = meeting.inputs[channel].tape, list[float]()
        for _ in range(CHANGES):
            _goes_on(tape, 2.0)
            for network in networks:
                if network.used:
                    network.cut()
            wire.forget()
            away.append(_goes_on(tape, 0.2, settle=0.1))
            progress(f"  away for {away[-1]:.2f} s")
        _goes_on(tape, 1.0)
        sound = meeting.heard(channel, LIMIT_S * (CHANGES + 1))[SAMPLE_RATE:]
        return max(away), bad_windows(sound) * sound.size / SAMPLE_RATE


def _page_with_microphone(ways: _Ways, stack: ExitStack) -> None:
    browser = launch(stack.enter_context(sync_playwright()), ways.folder)
    stack.callback(browser.close)
    context = browser.new_context()
    context.grant_permissions(["microphone"], origin=ways.url)
    context.add_init_script(by_relay(*ways.networks))
    page = context.new_page()
    page.goto(ways.service.root.replace(ways.service.url, ways.url))
    page.locator("#tab").set_checked(False)
    page.click("#start")
    page.wait_for_selector(".channel[data-state=capturing]")


def _tab_of_the_extension(ways: _Ways, stack: ExitStack) -> None:
    playwright = stack.enter_context(sync_playwright())
    folder = copied(ways.folder / "extension", by_relay(*ways.networks))
    running = chromium_with_extension(
        playwright, ways.folder / "profile", ways.folder / "me.wav", folder=folder
    )
    extension = stack.enter_context(running)
    extension.pair(ways.service.root, ways.url)
    page = extension.context.new_page()
    page.goto(f"{ways.service.url}/static/test/player?title=A meeting")
    page.bring_to_front()
    extension.click(page)
    meetings = ways.service.meetings
    ways.service.wait(lambda: bool(meetings.all) and Channel.TAB in meetings.all[-1].inputs, "the start")
    _goes_on(ways.service.newest.inputs[Channel.TAB].tape, 0.5)


def _goes_on(tape: Tape, seconds: float, settle: float = 0.0) -> float:
    """Wait until so much more has come; for how long it did not."""
    began = time.monotonic()
    time.sleep(settle)  # what is on its way
    goal = tape.end + seconds * SAMPLE_RATE
    while tape.end < goal and time.monotonic() - began < LIMIT_S:
        time.sleep(0.01)
    return time.monotonic() - began - seconds


def shift_after(late: float, every: int, lasts: int) -> float:
    """Milliseconds by which a timeline is off for good after its sender was late and caught up."""
    sink, sent = CountingSink(), 0
    track = InboundTrack(Channel.TAB, sink, PeerTimeline(0), 5)
    for number in range(60 * 50):
        captured = number / 50
        behind = late if 20 <= captured < 20 + lasts else 0.0
        spoken = number % 100 < 60
        track.pcm(number * 960, LOUD if spoken else PCM, 1000.0 + captured + behind)
        sent += 320
        if number % (50 * every) == 0:
            track.report(round((EPOCH + captured + behind) * NTP), number * 960)
    return abs(sink.position - sent) / SAMPLE_RATE * 1000


async def network() -> list[Figure]:
    """All of them."""
    progress("senders whose address, or whole network, changes; senders that stall")
    tries = itertools.product((0.3, 0.6, 1.0, 2.0, 3.0), (1, 5), (5, 12))
    return [
        Figure("another address in mid-call: sound away", await rebound(), 3.0, "<=", "s"),
        Figure("another network, ICE restart: sound away", await restarted(), 3.0, "<=", "s"),
        Figure("time error after a sender stalled", max(shift_after(*t) for t in tries), 20, "<=", "ms"),
    ]
