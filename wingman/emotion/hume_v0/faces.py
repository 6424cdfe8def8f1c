"""Faces by the v0 `face` model: single pictures in, what each face showed out, on the channel's clock.

One picture is in flight at a time and one waits, the newest; the rest are not sent. Nothing is stored, and
during a pause nothing leaves, not even the picture that waited.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial

from wingman.config.emotion import HumeV0Settings
from wingman.core.emotion import EmotionInfo, EmotionSpan, Scale
from wingman.core.errors import Branch, Progress
from wingman.core.time import Channel, SampleTime, Span, samples
from wingman.emotion.base import Emit
from wingman.emotion.faces.pictures import Picture, PictureSlot
from wingman.emotion.faces.tracking import FaceTracker, box_of
from wingman.emotion.hume_v0 import wire
from wingman.emotion.hume_v0.analyzer import info_of
from wingman.emotion.hume_v0.connection import PROVIDER, RotatingConnection, serve
from wingman.emotion.hume_v0.notices import SameErrors
from wingman.emotion.hume_v0.tokens import GatewayAccess
from wingman.link.supervisor import Identity, Outcome, Supervisor


class HumeV0FaceAnalyzer:
    """A `FaceAnalyzer`. One instance serves one channel of one meeting."""

    def __init__(self, settings: HumeV0Settings, access: GatewayAccess | None = None) -> None:
        self._settings = settings
        self._access = access or GatewayAccess(settings)
        self._errors = SameErrors()
        self._interval = samples(settings.face_every_s)
        self._slot = PictureSlot(self._interval)
        self._tracker = FaceTracker()
        self._changed = asyncio.Event()
        self._in_flight: SampleTime | None = None
        self._closed = False

    @property
    def info(self) -> EmotionInfo:
        return info_of(self._settings)

    def show(self, picture: Picture) -> bool:
        """A picture to be measured; see `FaceAnalyzer.show`."""
        kept = self._slot.offer(picture)
        self._changed.set()
        return kept

    def hold(self, held: bool) -> None:
        """See `FaceAnalyzer.hold`."""
        if held:
            self._slot.pause()
        else:
            self._slot.resume()

    def advance(self, now: SampleTime) -> SampleTime:
        """Up to where everything was told; see `FaceAnalyzer.advance`."""
        waiting = self._slot.held_at if self._in_flight is None else self._in_flight
        return now if waiting is None else max(0, waiting - self._interval // 2)

    def close(self) -> None:
        """No more pictures will come."""
        self._closed = True
        self._changed.set()

    async def run(self, channel: Channel, emit: Emit) -> None:
        """Measure what is shown until `close`."""
        supervisor = Supervisor(Identity(Branch.FACE, PROVIDER, channel), emit, self._settings.retry)
        await supervisor.run(lambda: self._connection(channel, emit, supervisor))

    async def _connection(self, channel: Channel, emit: Emit, supervisor: Supervisor) -> Outcome:
        rotating = RotatingConnection(self._settings, self._access, self._errors, supervisor.waiting)
        return await serve(rotating, supervisor, self._wait, partial(self._measure, channel=channel, emit=emit))

    async def _wait(self, idle_s: float | None) -> bool | None:
        """True: a picture waits. False: closed. None: none came for `idle_s`."""
        try:
            async with asyncio.timeout(idle_s):
                while self._slot.held_at is None and not self._closed:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return None
        return self._slot.held_at is not None

    async def _measure(self, rotating: RotatingConnection, channel: Channel, emit: Emit) -> bool:
        connection = await rotating.ready()
        picture = self._slot.take()  # the newest there is now; none after a pause
        if picture is None:
            return False
        self._in_flight = picture.at
        try:
            reply = await connection.ask(wire.image(picture.data, f"frame-{picture.at}"))
        finally:
            self._in_flight = None
        for span in face_spans(reply, picture.at, self._interval, channel, self._tracker):
            emit(span)
        emit(Progress(Branch.FACE, channel, picture.at))
        return True


def face_spans(
    reply: wire.Reply, at: SampleTime, interval: int, channel: Channel, tracker: FaceTracker
) -> list[EmotionSpan]:
    """The faces of a picture. Each stands for the time around it, half an interval either way.

    A picture without a face says that nothing was measured.
    """
    items = reply.predictions.get("face", ())
    numbers = tracker.tell_apart([box_of(item.raw) for item in items])
    where = Span(max(0, at - interval // 2), at + interval // 2)
    return [
        EmotionSpan(
            channel,
            where,
            item.scores,
            PROVIDER,
            Scale.INTENSITY,
            branch=Branch.FACE,
            subject=str(number),
        )
        for item, number in zip(items, numbers, strict=True)
    ]


async def measure_film(
    pictures: AsyncIterator[tuple[float, bytes]], settings: HumeV0Settings, access: GatewayAccess | None = None
) -> tuple[EmotionSpan, ...]:
    """The faces of a film's pictures (seconds, JPEG), or of one image, on the clock of the tab's channel.

    Raises `ProviderFault` when the gateway fails; a picture it cannot read is left out.
    """
    tracker, interval = FaceTracker(), samples(settings.face_every_s)
    found: list[EmotionSpan] = []
    async with RotatingConnection(settings, access or GatewayAccess(settings)) as rotating:
        async for at, jpeg in pictures:
            connection = await rotating.ready()
            reply = await connection.ask(wire.image(jpeg, f"frame-{samples(at)}"))
            found += face_spans(reply, samples(at), interval, Channel.TAB, tracker)
    return tuple(found)
