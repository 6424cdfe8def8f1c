"""Raw PCM over a real WebSocket."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

import numpy as np
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.audio.test_pcm_format import encoded
from tests.audio.test_splice import voice
from tests.support.media_files import Samples, hear, sides
from tests.support.media_files import tone as bursts
from tests.support.until import until
from tests.transports.support import Meetings, TapeSink, pitch, service, tone
from wingman.audio.pcm_format import Encoding
from wingman.core.losses import LossCause
from wingman.core.media import PcmBlock
from wingman.core.time import SAMPLE_RATE, Channel
from wingman.meeting.api import MeetingSpec
from wingman.testing.indexed_audio import IndexedSource, IndexedSpeech


async def _meeting(meetings: Meetings) -> str:
    return (await meetings.create(MeetingSpec())).id


@pytest.mark.parametrize("rate", [16_000, 48_000])
async def test_samples_reach_the_channel(rate: int) -> None:
    async with service() as (url, meetings):
        name = await _meeting(meetings)
        target = f"{url.replace('http', 'ws')}/api/meetings/{name}/pcm?channel=mic&rate={rate}"
        async with connect(target) as socket:
            pcm = tone(440, 1.0, rate)
            for at in range(0, len(pcm), rate // 5):
                await socket.send(pcm[at : at + rate // 5])
            await socket.send(json.dumps({"type": "end"}))
            with pytest.raises(ConnectionClosed) as closed:
                await socket.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1000
        sink = meetings.known[name].sinks[Channel.MIC]
        assert sink.position == pytest.approx(SAMPLE_RATE, abs=40)
        assert pitch(sink.pcm) == pytest.approx(440, abs=2)
        assert sink.states[-1] == "ended"


@pytest.mark.parametrize(
    ("query", "field"),
    [("channel=them", "channel"), ("rate=fast", "rate"), ("rate=1", "rate")],
)
async def test_a_wrong_parameter_is_named(query: str, field: str) -> None:
    async with service() as (url, meetings):
        name = await _meeting(meetings)
        async with connect(f"{url.replace('http', 'ws')}/api/meetings/{name}/pcm?{query}") as socket:
            answer = json.loads(await socket.recv())
            assert answer["field"] == field
            assert answer["code"] == "bad_input"


async def test_an_unknown_meeting_is_named() -> None:
    async with (
        service() as (url, _),
        connect(f"{url.replace('http', 'ws')}/api/meetings/nope/pcm") as socket,
    ):
        assert "nope" in json.loads(await socket.recv())["detail"]


async def play(socket: ClientConnection, messages: Iterable[bytes | str]) -> None:
    """Send everything and wait for the end."""
    for message in messages:
        await socket.send(message)
    with pytest.raises(ConnectionClosed) as closed:
        await socket.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1000


@asynccontextmanager
async def stream(query: str) -> AsyncIterator[tuple[ClientConnection, Mapping[Channel, TapeSink]]]:
    async with service() as (url, meetings):
        name = await _meeting(meetings)
        target = f"{url.replace('http', 'ws')}/api/meetings/{name}/pcm?{query}"
        async with connect(target) as socket:
            yield socket, meetings.known[name].sinks


END = '{"type":"end"}'


def one_word(pcm: bytes, at: float, word: str) -> None:
    ((found, heard),) = hear(pcm)
    assert heard == word
    assert found == pytest.approx(at, abs=0.03)


@pytest.mark.parametrize("encoding", ["linear16", "mulaw", "alaw"])
@pytest.mark.parametrize("rate", [8_000, 16_000, 24_000, 48_000])
@pytest.mark.parametrize("size", [160, 3201])
async def test_every_shape_of_samples(encoding: str, rate: int, size: int) -> None:
    data = encoded(bursts(2, [(0.5, "alpha")], rate), Encoding(encoding), rate)
    async with stream(f"rate={rate}&encoding={encoding}") as (socket, sinks):
        await play(socket, [*(data[at : at + size] for at in range(0, len(data), size)), END])
        one_word(bytes(sinks[Channel.TAB].pcm), 0.5, "alpha")
        assert sinks[Channel.TAB].states == ["capturing", "ended"]


@pytest.mark.parametrize(("channels", "first"), [("tab,mic", Channel.TAB), ("mic,tab", Channel.MIC)])
async def test_two_sides_are_two_channels(channels: str, first: Channel) -> None:
    sound = sides(bursts(2, [(0.5, "alpha")], 8000), bursts(2, [(1, "bravo")], 8000)).tobytes()
    async with stream(f"channels={channels}&rate=8000") as (socket, sinks):
        await play(socket, [*(sound[at : at + 641] for at in range(0, len(sound), 641)), END])
        heard = {channel: hear(bytes(sink.pcm)) for channel, sink in sinks.items()}
    (second,) = set(Channel) - {first}
    assert [word for _, word in heard[first]] == ["alpha"]
    assert [word for _, word in heard[second]] == ["bravo"]


RATES = [8_000, 16_000, 24_000, 48_000]
ENCODINGS = ["linear16", "mulaw", "alaw"]


def interleaved(encoding: str, rate: int) -> bytes:
    """Two seconds with "alpha" on the one side and "bravo" on the other, sample by sample in turn."""
    one, two = (
        np.frombuffer(encoded(bursts(2, [(at, word)], rate), Encoding(encoding), rate), np.uint8)
        for at, word in ((0.4, "alpha"), (1.2, "bravo"))
    )
    width, length = Encoding(encoding).width, min(len(one), len(two))
    pieces = [side[:length].reshape(-1, width) for side in (one, two)]
    return np.stack(pieces, axis=1).tobytes()


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("rate", RATES)
async def test_every_shape_of_two_sides(encoding: str, rate: int) -> None:
    data = interleaved(encoding, rate)
    async with stream(f"channels=tab,mic&rate={rate}&encoding={encoding}") as (socket, sinks):
        await play(socket, [*(data[at : at + 3201] for at in range(0, len(data), 3201)), END])
        one_word(bytes(sinks[Channel.TAB].pcm), 0.4, "alpha")
        one_word(bytes(sinks[Channel.MIC].pcm), 1.2, "bravo")


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("channels", [1, 2])
async def test_every_shape_in_the_framing_of_telephones(encoding: str, rate: int, channels: int) -> None:
    mono = encoded(bursts(2, [(0.4, "alpha")], rate), Encoding(encoding), rate)
    data = mono if channels == 1 else interleaved(encoding, rate)
    form = {"encoding": f"audio/{encoding}", "sampleRate": rate, "channels": channels}
    messages = [json.dumps({"event": "start", "start": {"mediaFormat": form}})]
    for at in range(0, len(data), 4001):
        media = {"track": "inbound", "payload": base64.b64encode(data[at : at + 4001]).decode()}
        messages.append(json.dumps({"event": "media", "media": media}))
    async with stream("") as (socket, sinks):
        await play(socket, [*messages, '{"event":"stop"}'])
        one_word(bytes(sinks[Channel.TAB].pcm), 0.4, "alpha")
        if channels == 2:
            one_word(bytes(sinks[Channel.MIC].pcm), 1.2, "bravo")


def telephone(tracks: Mapping[str, Samples], *, hole: float = 0.0, spelled: str = "twilio") -> list[str]:
    """A call as a telephone service streams it: 20 ms of µ-law a message, both tracks in turn."""
    start: dict[str, Any] = {"event": "start", "start": {"tracks": list(tracks)}}
    kind = {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}
    if spelled == "telnyx":
        start["start"] = {"media_format": {"encoding": "PCMU", "sample_rate": 8000, "channels": 1}}
    else:
        start["start"]["mediaFormat"] = kind
    messages = ['{"event":"connected","protocol":"Call"}', json.dumps(start)]
    data = {track: encoded(sound, Encoding.MULAW, 8000) for track, sound in tracks.items()}
    for n in range(max(map(len, data.values())) // 160):
        at = n * 20 + (hole * 1000 if n >= 50 else 0)
        for track, sound in data.items():
            payload = base64.b64encode(sound[n * 160 : n * 160 + 160]).decode()
            media = {"track": track, "chunk": str(n), "timestamp": str(round(at)), "payload": payload}
            messages.append(json.dumps({"event": "media", "media": media}))
        if n == 10:
            messages.append('{"event":"mark","mark":{"name":"x"}}')
    return [*messages, '{"event":"stop"}']


CALL = {"inbound": bursts(2, [(0.2, "alpha")], 8000), "outbound": bursts(2, [(1.2, "bravo")], 8000)}


@pytest.mark.parametrize("spelled", ["twilio", "telnyx"])
@pytest.mark.parametrize(
    ("query", "caller"), [("", Channel.TAB), ("tracks=inbound=mic,outbound=tab", Channel.MIC)]
)
async def test_a_telephone_call_is_two_channels(spelled: str, query: str, caller: Channel) -> None:
    async with stream(query) as (socket, sinks):
        await play(socket, telephone(CALL, spelled=spelled))
    (agent,) = set(Channel) - {caller}
    one_word(bytes(sinks[caller].pcm), 0.2, "alpha")
    one_word(bytes(sinks[agent].pcm), 1.2, "bravo")


@pytest.mark.parametrize("hole", [1.0, 30.0])
async def test_a_pause_in_the_stamps_is_a_pause(hole: float) -> None:
    async with stream("") as (socket, sinks):
        await play(socket, telephone({"inbound": bursts(2, [(0.2, "alpha"), (1.2, "bravo")], 8000)}, hole=hole))
        sink = sinks[Channel.TAB]
        assert sink.position / SAMPLE_RATE == pytest.approx(2 + hole, abs=0.1)
        assert bool(sink.gaps) == (hole > 2)


async def test_what_comes_twice_out_of_order_or_not_at_all_moves_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("wingman.server.routes.pcm.WAIT_S", 60.0)
    speech = IndexedSpeech()
    form = {"encoding": "audio/x-l16", "sampleRate": SAMPLE_RATE, "channels": 1}
    start = json.dumps({"event": "start", "streamSid": "MZ1", "start": {"mediaFormat": form}})
    whole = speech.words(0, 2 * SAMPLE_RATE)
    for come, losses in (
        ([4, 3, 5, 8, 6, 7], []),
        ([3, 4, 5, 4, 6, 7, 8], [(LossCause.OVERLAP, 0.02)]),
        ([3, 5, 6, 7, 8], [(LossCause.HOLE, 0.02)]),
        ([3, 5, 6, 7, 8, 9, 10, 4], [(LossCause.HOLE, 0.02)]),
    ):
        messages = [start]
        for n in [0, 1, 2, *come, *range(max(come) + 1, 100)]:
            payload = base64.b64encode(speech.pcm(n * 320, 320)).decode()
            media = {"track": "inbound", "chunk": str(n + 1), "timestamp": str(n * 20), "payload": payload}
            messages.append(json.dumps({"event": "media", "streamSid": "MZ1", "media": media}))
        async with stream("") as (socket, sinks):
            await play(socket, [*messages, '{"event":"stop"}'])
        sink = sinks[Channel.TAB]
        source = IndexedSource(speech)
        source.feed(bytes(sink.pcm))
        heard = [word for word in source.words(0, sink.position) if "[" not in word.text]
        assert heard == (whole[1:] if losses and losses[0][0] is LossCause.HOLE else whole)
        assert [(loss.cause, round(loss.amount, 3)) for loss in sink.losses] == losses


async def test_a_stream_that_begins_anew_soon_after_its_beginning_is_heard_whole() -> None:
    for size_ms, before in ((20, 5), (20, 14), (200, 6), (10, 20), (10, 25)):
        sound = IndexedSpeech().pcm(0, (before + 50) * size_ms * 16)
        messages = ['{"event":"start","start":{"mediaFormat":{"encoding":"linear16","sampleRate":16000}}}']
        for n in range(before + 50):
            payload = base64.b64encode(sound[n * size_ms * 32 : (n + 1) * size_ms * 32]).decode()
            number = n if n < before else n - before
            media = {"track": "inbound", "chunk": number, "timestamp": number * size_ms, "payload": payload}
            messages.append(json.dumps({"event": "media", "media": media}))
        async with stream("") as (socket, sinks):
            await play(socket, [*messages, '{"event":"stop"}'])
        assert bytes(sinks[Channel.TAB].pcm) == sound, (size_ms, before)
        assert not sinks[Channel.TAB].losses


async def test_what_waits_for_a_lost_message_is_heard_in_a_pause() -> None:
    media = {"track": "inbound", "payload": base64.b64encode(bytes(160)).decode()}
    async with stream("encoding=mulaw&rate=8000") as (socket, sinks):
        for n in (1, 2, 4, 5):
            said = media | {"chunk": str(n), "timestamp": str(n * 20)}
            await socket.send(json.dumps({"event": "media", "media": said}))
        await until(lambda: Channel.TAB in sinks and sinks[Channel.TAB].position >= 0.118 * SAMPLE_RATE)
        await play(socket, [END])


async def test_what_has_no_times_says_how_much_of_it_is_older_than_its_arrival() -> None:
    media = {"track": "inbound", "timestamp": "0", "payload": base64.b64encode(bytes(160)).decode()}
    timed = [
        json.dumps({"event": "media", "media": media | {"track": track}}) for track in ("inbound", "outbound")
    ]
    untimed = [text.replace("timestamp", "time") for text in timed]
    later = [text.replace('"0"', '"12300"') for text in timed]
    for query, messages, begun in (
        ("channel=tab&rate=8000", [bytes(32_000)], {Channel.TAB: [2.0]}),
        ("encoding=mulaw&rate=8000", timed, {Channel.TAB: [0.02], Channel.MIC: [None]}),
        ("encoding=mulaw&rate=8000", later, {Channel.TAB: [12.32], Channel.MIC: [None]}),
        ("encoding=mulaw&rate=8000", untimed, {Channel.TAB: [0.02], Channel.MIC: [0.02]}),
    ):
        async with stream(query) as (socket, sinks):
            await play(socket, [*messages, END])
        assert {channel: sink.begun for channel, sink in sinks.items()} == begun


async def test_sound_of_another_stream_is_refused() -> None:
    async with stream("") as (socket, _):
        await socket.send('{"event":"start","streamSid":"MZ1"}')
        await socket.send('{"event":"media","streamSid":"MZ2","media":{"track":"inbound","payload":"AAAA"}}')
        assert json.loads(await socket.recv())["field"] == "stream"


async def test_a_track_nobody_named_is_asked_about() -> None:
    for track, named in (("agent-7", "agent-7"), ("4:+1555", "4:%2B1555"), ("8:acs:" + "7" * 80,) * 2):
        async with stream("") as (socket, _):
            for message in telephone({track: CALL["inbound"]})[:3]:
                await socket.send(message)
            answer = json.loads(await socket.recv())
            assert answer["field"] == "tracks"
            assert f"tracks={named}=tab" in answer["detail"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("chanel=mic", "chanel"),
        ("sample_rate=8000", "sample_rate"),
        ("encoding=opus", "encoding"),
        ("channel=tab&channels=tab,mic", "channels"),
        ("channels=left", "channels"),
        ("tracks=inbound", "tracks"),
        ("rate=8000.5", "rate"),
    ],
)
async def test_what_nobody_knows_is_refused_by_name(query: str, field: str) -> None:
    async with stream(query) as (socket, _):
        assert json.loads(await socket.recv())["field"] == field


async def test_a_greeting_says_the_rate_that_the_address_leaves_open() -> None:
    greeting = '{"event":"websocket:connected","content-type":"audio/l16;rate=8000"}'
    for query in ("", "rate=8000", "encoding=linear16"):
        async with stream(query) as (socket, sinks):
            await play(socket, [greeting, bursts(2, [(0.5, "alpha")], 8000).tobytes(), END])
            one_word(bytes(sinks[Channel.TAB].pcm), 0.5, "alpha")
    for query, field in (("rate=16000", "rate"), ("encoding=mulaw", "encoding")):
        async with stream(query) as (socket, _):
            await socket.send(greeting)
            assert json.loads(await socket.recv())["field"] == field


async def test_jambonz_greets_with_the_attributes_of_the_call() -> None:
    """Documentation of `listen`: one text frame, then binary ones of 16 bits; `mixType` tells the sides."""
    call = {"callSid": "c1", "direction": "inbound", "from": "+15550100", "callStatus": "in-progress"}
    mono = bursts(2, [(0.5, "alpha")], 8000)
    async with service() as (url, meetings):
        for query, mix, sound in (
            ("channel=tab", {"mixType": "mono", "type": "crm"}, mono),
            ("channels=tab,mic", {"mixType": "stereo"}, sides(mono, mono[::-1].copy())),
        ):
            name = await _meeting(meetings)
            address = f"{url.replace('http', 'ws')}/api/meetings/{name}/pcm?{query}"
            async with connect(address, subprotocols=[Subprotocol("audio.jambonz.org")]) as socket:
                assert socket.subprotocol == "audio.jambonz.org"
                greeting = json.dumps(call | {"sampleRate": 8000} | mix)
                await play(socket, [greeting, sound.tobytes(), '{"event":"dtmf","dtmf":"2"}', END])
            one_word(bytes(meetings.known[name].sinks[Channel.TAB].pcm), 0.5, "alpha")
        async with connect(address.replace("channels=tab,mic", "")) as socket:
            await socket.send(json.dumps(call | {"sampleRate": 8000, "mixType": "stereo"}))
            answer = json.loads(await socket.recv())
            assert (answer["field"], "channels=tab,mic" in answer["detail"]) == ("channels", True)


async def test_the_end_of_the_meeting_ends_the_stream() -> None:
    async with service() as (url, meetings):
        name = await _meeting(meetings)
        async with connect(f"{url.replace('http', 'ws')}/api/meetings/{name}/pcm") as socket:
            await socket.send(tone(440, 0.1, 16_000))
            await until(lambda: meetings.known[name].sinks)
            await meetings.known[name].end()
            with pytest.raises(ConnectionClosed):
                await socket.recv()


async def test_a_client_that_goes_away_is_reported() -> None:
    async with service() as (url, meetings):
        name = await _meeting(meetings)
        async with connect(f"{url.replace('http', 'ws')}/api/meetings/{name}/pcm") as socket:
            await socket.send(tone(440, 0.1, 16_000))
        async with asyncio.timeout(20):
            await meetings.known[name].idle()
        assert meetings.known[name].sinks[Channel.TAB].states[-1] == "gone"


async def test_whether_anybody_is_there_can_be_asked_at_any_time() -> None:
    async with back() as (socket, sink):
        await socket.send(json.dumps({"type": "ping"}))
        assert json.loads(await socket.recv()) == {"type": "pong"}
        await socket.send(tone(440, 0.1, SAMPLE_RATE))
        await socket.send(json.dumps({"type": "ping"}))
        assert json.loads(await socket.recv()) == {"type": "pong"}
        await play(socket, [json.dumps({"type": "end"})])
        assert sink.position == 5 * SAMPLE_RATE + SAMPLE_RATE // 10


@asynccontextmanager
async def back(query: str = "channel=mic") -> AsyncIterator[tuple[ClientConnection, TapeSink]]:
    """A client that was away, and a channel that has heard 5 s of what it kept."""
    async with service() as (url, meetings):
        name = await _meeting(meetings)
        sink = meetings.known[name].sinks.setdefault(Channel.MIC, TapeSink())
        sink.write(PcmBlock(0, voice(1)[: 5 * SAMPLE_RATE].tobytes()))
        sink.known = 5 * SAMPLE_RATE - 2000  # by a clock that is wrong by an eighth of a second
        async with connect(f"{url.replace('http', 'ws')}/api/meetings/{name}/pcm?{query}") as socket:
            yield socket, sink


async def test_a_client_that_was_away_sends_what_it_kept_and_nothing_twice() -> None:
    async with back() as (socket, sink):
        await socket.send(json.dumps({"type": "kept", "seconds": 12.0}))
        answer = json.loads(await socket.recv())
        assert answer["type"] == "kept"
        assert 0 < answer["known"] < 5 * SAMPLE_RATE
        kept = voice(1).tobytes()
        await play(socket, [kept[2 * answer["known"] :], json.dumps({"type": "end"})])
        assert bytes(sink.pcm) == kept
        assert sink.details[0] == "the client kept the 7.12 s before this"
        assert sink.begun == [12.0], "older than its arrival, where it is the first to come"


@pytest.mark.parametrize(
    ("query", "messages", "field"),
    [
        ("channel=mic", [{"type": "kept", "seconds": 61}], "seconds"),
        ("channel=mic", [{"type": "kept", "seconds": "2"}], "seconds"),
        ("channel=mic", [{"type": "kept", "seconds": True}], "seconds"),
        ("channel=mic", [{"type": "kept"}], "seconds"),
        ("channels=tab,mic", [{"type": "kept", "seconds": 2}], "kept"),
        ("channel=mic", [{"type": "kept", "seconds": 2}, {"type": "kept", "seconds": 2}], "kept"),
    ],
    ids=["too-long", "text", "true", "none", "two-channels", "twice"],
)
async def test_what_is_said_of_kept_sound_is_checked(
    query: str, messages: list[dict[str, Any]], field: str
) -> None:
    async with back(query) as (socket, _):
        for message in messages:
            await socket.send(json.dumps(message))
        answers = [json.loads(answer) async for answer in _answers(socket)]
        assert answers[-1]["field"] == field
        assert socket.close_code == 4400


async def _answers(socket: ClientConnection) -> AsyncIterator[str | bytes]:
    """All that comes until the service closes the socket."""
    with suppress(ConnectionClosed):
        while True:
            yield await socket.recv()


@pytest.mark.parametrize("name", ["\U0001f600" * 40, "\\ud800" * 40, "x" * 400], ids=["signs", "half", "long"])
async def test_the_reason_of_a_close_fits_whatever_was_sent(name: str) -> None:
    async with service() as (url, meetings):
        target = f"{url.replace('http', 'ws')}/api/meetings/{await _meeting(meetings)}/pcm"
        async with connect(target) as socket:
            await socket.send(f'{{"event":"start","start":{{"mediaFormat":{{"encoding":"{name}"}}}}}}')
            assert json.loads(await socket.recv())["field"] == "encoding"
            with pytest.raises(ConnectionClosed) as closed:
                await socket.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 4400
