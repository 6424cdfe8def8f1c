"""Raw sound over a WebSocket: for programs that have samples and no WebRTC, and for telephone services.

Binary messages are interleaved samples, of any length, as the query says. Text messages are JSON:
`{"type":"end"}`, or the framing of telephone media streams, whose `start` says what the sound is and whose
`media` holds it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from wingman.audio.pcm_format import MOST_SIDES, RATES, Encoding, PcmFormat, PcmReader
from wingman.core.errors import InputError
from wingman.core.time import BYTES_PER_SAMPLE, SAMPLE_RATE, Channel
from wingman.meeting.api import MeetingHandle, Meetings
from wingman.server.http import only_known, origin_of
from wingman.transports.media_order import WAIT_S, InOrder, MediaOrder
from wingman.transports.pushed import PushedSource
from wingman.transports.sdp import parse_channels
from wingman.transports.telephony import (
    JAMBONZ,
    BinaryForm,
    KeptAudio,
    MediaPayload,
    Other,
    Ping,
    Start,
    Stop,
    parse_tracks,
    read_message,
)

MAX_MESSAGE = 1 << 20
"""Bytes of one message; half a minute of 16 kHz sound."""
LONGEST_REASON = 120
"""Bytes: a close frame has room for 123 (RFC 6455, 5.5)."""
FASTEST, AHEAD_S = 2.0, 30.0
"""How many seconds of sound are taken in a second, and how many at once: what a client has kept for a while."""
LONGEST_TRACK = 100
"""Of a track's name so much is said; Azure's are nearly as long."""
PARAMETERS = frozenset({"channel", "channels", "rate", "encoding", "tracks"})


@dataclass(frozen=True, slots=True)
class StreamRequest:
    """What the query says."""

    form: PcmFormat
    channels: tuple[Channel, ...]
    """Whose voice each side is."""
    tracks: Mapping[str, Channel]
    """Whose voice each track of a telephone stream is."""
    stated: frozenset[str] = frozenset()
    """Which of `rate` and `encoding` the query says; the others may be told by the stream itself."""

    def told(self, form: PcmFormat) -> StreamRequest:
        """The same with what the stream tells of its binary messages. Raises `InputError` where both say it and
        differ."""
        for name, ours, theirs in (
            ("rate", self.form.rate, form.rate),
            ("encoding", self.form.encoding, form.encoding),
        ):
            if name in self.stated and ours != theirs:
                raise InputError(
                    f"the address says {name}={ours} and the stream {theirs}; leave {name} out of the address",
                    field=name,
                )
        if form.sides != self.form.sides:
            mend = (
                "add channels=tab,mic to the address" if form.sides > 1 else "leave channels out of the address"
            )
            raise InputError(f"the stream has {form.sides} side(s); {mend}", field="channels")
        return replace(self, form=form)


def wish_of(socket: WebSocket) -> StreamRequest:
    """Raises `InputError`; also for a parameter nobody knows."""
    only_known(socket, PARAMETERS)
    query = socket.query_params
    if "channel" in query and "channels" in query:
        raise InputError("say `channel` or `channels`, not both", field="channels")
    try:
        channels = parse_channels(query.get("channels")) or (Channel(query.get("channel", Channel.TAB)),)
    except ValueError:
        raise InputError("channel must be `tab` or `mic`", field="channel") from None
    try:
        encoding = Encoding(query.get("encoding", Encoding.LINEAR16))
    except ValueError:
        raise InputError(f"encoding must be one of {', '.join(Encoding)}", field="encoding") from None
    form = PcmFormat(encoding, _rate(query.get("rate", str(SAMPLE_RATE))), len(channels))
    stated = frozenset({"rate", "encoding"} & query.keys())
    return StreamRequest(form, channels, parse_tracks(query.get("tracks")), stated)


class _Track:
    """One track of a telephone stream: its messages put in order, and their sound."""

    def __init__(self, form: PcmFormat) -> None:
        self.order = MediaOrder(form.frame * form.rate)
        self.reader = PcmReader(form)


class PcmSession:
    """One socket on its way into a meeting."""

    def __init__(self, socket: WebSocket, meeting: MeetingHandle, wish: StreamRequest) -> None:
        self._socket = socket
        self._meeting = meeting
        self._wish = wish
        self._origin = origin_of(socket, "pcm")
        self._form = wish.form
        self._reader: PcmReader | None = None
        self._stream = ""
        self._tracks: dict[str, _Track] = {}
        self._sources: dict[Channel, PushedSource] = {}
        self._task: asyncio.Task[None] | None = None
        self.problem: InputError | None = None
        self._pushed = 0
        self._began = asyncio.get_running_loop().time()

    async def run(self) -> None:
        """Read the socket to its end, or to that of the meeting."""
        async with asyncio.TaskGroup() as tasks:
            self._task = tasks.create_task(self._read())

    async def _read(self) -> None:
        state, detail = "ended", ""
        try:
            while await self._message():
                await self._pace()
            self._flush()
        except InputError as bad:
            self.problem, detail = bad, str(bad)
        except (ConnectionError, WebSocketDisconnect):
            self._flush()
            state, detail = "gone", "the PCM client went away"
        finally:
            self._task = None  # nobody is to be cancelled any more
            for source in self._sources.values():
                source.close(state, detail)
                await self._meeting.detach(source)

    async def open(
        self, channels: Sequence[Channel], kept_s: float = 0.0, begun_s: float | None = None
    ) -> None:
        """Take these channels of the meeting. Raises `InputError` (409) where one is taken."""
        for channel in channels:
            if channel not in self._sources:
                source = PushedSource(channel, self._over, kept_s=kept_s, begun_s=begun_s)
                await self._meeting.attach(source, self._origin)
                self._sources[channel] = source
                await source.started.wait()

    def _over(self) -> None:
        """The meeting has let go of a channel: there is nobody left to read for."""
        if self._task is not None:
            self._task.cancel()

    async def _message(self) -> bool:
        """Deal with one message; False when the stream is over."""
        waiting = any(track.order.holding for track in self._tracks.values())
        try:
            async with asyncio.timeout(WAIT_S if waiting else None):
                message = await self._socket.receive()
        except TimeoutError:  # the service sends nothing of silence
            for track in (one for one in self._tracks.values() if one.order.holding):
                self._in_order(track, track.order.flush())
            return True
        if message["type"] == "websocket.disconnect":
            raise ConnectionError
        data, text = message.get("bytes"), message.get("text") or ""
        if max(len(data or b""), len(text)) > MAX_MESSAGE:
            raise InputError(f"a message is longer than {MAX_MESSAGE} bytes; send less", field="pcm")
        if data is not None:
            await self._samples(data)
            return True
        match read_message(text):
            case Stop():
                return False
            case KeptAudio(seconds=kept_s):
                await self._kept(kept_s)
            case Ping():
                await self._socket.send_json({"type": "pong"})
            case Start(form=form, stream=stream):
                self._flush_tracks()
                self._form, self._stream = form, stream
            case BinaryForm(form=form):
                self._wish = self._wish.told(form)
            case MediaPayload() as media:
                await self._media(media)
            case Other():
                pass
        return True

    async def _kept(self, kept_s: float) -> None:
        """A client that is back says how much it kept, and hears from where on it is to send."""
        if self._sources or len(self._wish.channels) != 1:
            raise InputError(
                "say what was kept once, before any sound, on a socket of one channel", field="kept"
            )
        await self.open(self._wish.channels, kept_s, begun_s=kept_s)
        known = self._sources[self._wish.channels[0]].known
        await self._socket.send_json({"type": "kept", "known": known})

    async def _pace(self) -> None:
        """Read no faster than twice real time: the sound of a live call comes as it is spoken."""
        loop = asyncio.get_running_loop()
        taken = self._pushed / (BYTES_PER_SAMPLE * SAMPLE_RATE)
        ahead = (taken - AHEAD_S) / FASTEST - (loop.time() - self._began)
        if ahead > 0:
            await asyncio.sleep(ahead)

    async def _samples(self, data: bytes) -> None:
        form = self._wish.form
        await self.open(self._wish.channels, begun_s=len(data) / (form.frame * form.rate))
        if self._reader is None:
            self._reader = PcmReader(form)
        self._push(self._wish.channels, self._reader.push(data))

    async def _media(self, media: MediaPayload) -> None:
        if media.stream and self._stream and media.stream != self._stream:
            raise InputError(
                f"the sound is of the stream {media.stream[:40]!r} and not of {self._stream[:40]!r}, which has "
                "started here; give each stream a socket of its own",
                field="stream",
            )
        track = self._tracks.setdefault(media.track, _Track(self._form))
        timed = self._sources and media.at is not None  # on the time of the tracks before it
        older = track.order.length(media) + (media.at or 0.0)  # its place is that of the stream's beginning
        await self.open(self._channels(media.track), begun_s=None if timed else older)
        self._in_order(track, track.order.push(media))
        for other in self._tracks.values():
            if other is not track:
                self._in_order(other, other.order.meanwhile(track.order.length(media)))

    def _in_order(self, track: _Track, messages: Sequence[InOrder]) -> None:
        for message in messages:
            media = message.media
            channels = self._channels(media.track)
            if message.late:
                for channel in () if message.lost else channels:
                    self._sources[channel].late(track.order.length(media))
            else:
                for channel, pcm in zip(channels, self._taken(track.reader.push(media.payload)), strict=True):
                    self._sources[channel].push(pcm, media.at, lost=message.lost, anew=message.anew)

    def _channels(self, track: str) -> tuple[Channel, ...]:
        if self._form.sides == MOST_SIDES:
            return self._wish.channels if len(self._wish.channels) == MOST_SIDES else tuple(Channel)
        if not track:
            return self._wish.channels[:1]
        if track not in self._wish.tracks:
            name = track[:LONGEST_TRACK]
            raise InputError(
                f"the track {name!r} is nobody's yet; add tracks={quote(name, safe=':')}=tab to the address",
                field="tracks",
            )
        return (self._wish.tracks[track],)

    def _taken(self, sides: Sequence[bytes]) -> Sequence[bytes]:
        self._pushed += max(map(len, sides), default=0)
        return sides

    def _push(self, channels: Sequence[Channel], sides: Sequence[bytes]) -> None:
        for channel, pcm in zip(channels, self._taken(sides), strict=True):
            self._sources[channel].push(pcm)

    def _flush(self) -> None:
        if self._reader is not None:
            self._push(self._wish.channels, self._reader.finish())
        self._flush_tracks()

    def _flush_tracks(self) -> None:
        for name, track in self._tracks.items():
            self._in_order(track, track.order.flush())
            self._push(self._channels(name), track.reader.finish())
        self._tracks.clear()


def routes(meetings: Meetings) -> list[WebSocketRoute]:
    """`WS /api/meetings/{id}/pcm?channel=mic&rate=16000&encoding=linear16`."""

    async def pcm(socket: WebSocket) -> None:
        await socket.accept(JAMBONZ if JAMBONZ in socket.scope.get("subprotocols", ()) else None)
        try:
            meeting = meetings.live(socket.path_params["id"])
            session = PcmSession(socket, meeting, wish_of(socket))
        except InputError as bad:
            await _refuse(socket, bad)
            return
        await session.run()
        if session.problem is not None:
            await _refuse(socket, session.problem)
        elif socket.client_state is WebSocketState.CONNECTED:
            await socket.close(1000)

    return [WebSocketRoute("/api/meetings/{id}/pcm", pcm)]


def _rate(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 6 or int(text) not in RATES:
        raise InputError("rate must be a whole number from 8000 to 96000 (Hz)", field="rate")
    return int(text)


async def _refuse(socket: WebSocket, bad: InputError) -> None:
    error = {"type": "error", "code": "bad_input", "field": bad.field, "detail": str(bad)}
    if socket.client_state is WebSocketState.CONNECTED:
        await socket.send_json(error)
        await socket.close(4000 + bad.status, str(bad).encode()[:LONGEST_REASON].decode(errors="ignore"))
