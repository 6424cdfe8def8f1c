"""One channel from packets to the sink: loss, reordering, restarts."""

from __future__ import annotations

import asyncio
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transports.support import TapeSink, rms, tone
from wingman.audio.decode import LibopusDecoder
from wingman.audio.stream_sync import PeerTimeline
from wingman.core.losses import LossCause, LossUnit
from wingman.core.media import GapCause
from wingman.core.time import SAMPLE_RATE, Channel
from wingman.transports.inbound_track import InboundTrack
from wingman.transports.whip_client import encode

FRAME = 320
PACKETS = [bytes(packet) for packet in encode(iter([tone(440, 3.0)]))]
WRAP = 1 << 32


def make(conceal: bool = True, depth: int = 5) -> tuple[InboundTrack, TapeSink]:
    sink = TapeSink()
    track = InboundTrack(Channel.TAB, sink, PeerTimeline(0), depth)
    track.use(LibopusDecoder(), conceal)
    return track, sink


def play(track: InboundTrack, numbers: list[int], origin: int = 0) -> None:
    for number in numbers:
        track.packet((65_500 + number) % 65_536, (origin + number * 960) % WRAP, PACKETS[number], number / 50)


async def test_nothing_lost_nothing_changed() -> None:
    track, sink = make()
    play(track, list(range(100)), origin=WRAP - 5000)
    track.close()
    decoder = LibopusDecoder()
    assert bytes(sink.pcm) == b"".join(decoder.decode(packet) for packet in PACKETS[:100])
    assert (track.lost, track.broken) == (0, 0)


@pytest.mark.parametrize("conceal", [True, False])
async def test_one_lost_packet_costs_at_most_20_ms_and_no_delay(conceal: bool) -> None:
    track, sink = make(conceal)
    play(track, [n for n in range(100) if n != 50])
    assert track.lost == 1
    assert sink.position == 100 * FRAME  # everything sent is there: no lasting delay
    decoder = LibopusDecoder()
    whole = b"".join(decoder.decode(packet) for packet in PACKETS[:100])
    assert bytes(sink.pcm[: 50 * 2 * FRAME]) == whole[: 50 * 2 * FRAME]
    hole = bytes(sink.pcm[50 * 2 * FRAME : 51 * 2 * FRAME])
    assert (rms(hole) > 3000) if conceal else hole == bytes(2 * FRAME)
    assert rms(sink.pcm[52 * 2 * FRAME : 60 * 2 * FRAME]) == pytest.approx(rms(whole[32_000:]), rel=0.1)
    track.close()


async def test_five_percent_loss_loses_five_percent() -> None:
    track, sink = make(conceal=False)
    rng = random.Random(1)
    kept = [0, *(n for n in range(1, 149) if rng.random() > 0.05), 149]
    play(track, kept)
    track.close()
    silent = sum(not any(sink.pcm[at : at + 2 * FRAME]) for at in range(0, len(sink.pcm), 2 * FRAME))
    assert silent <= 150 - len(kept)
    assert sink.position == 150 * FRAME


async def test_a_loss_at_the_end_is_given_up_by_time() -> None:
    track, sink = make()
    loop = asyncio.get_running_loop()
    for number in (0, 1, 3):
        track.packet(number, number * 960, PACKETS[number], loop.time())
    assert sink.position == 2 * FRAME
    await asyncio.sleep(0.15)
    assert sink.position == 4 * FRAME
    track.close()


@pytest.mark.parametrize("every", [1, 5, 50])
async def test_a_packet_without_sound_takes_a_number_and_no_time(every: int) -> None:
    track, sink = make()
    number = 65_500
    for n in range(100):
        track.packet(number % 65_536, n * 960, PACKETS[n], n / 50)
        assert sink.position == (n + 1) * FRAME, "nothing is waited for"
        number += 1
        if n % every == 0:
            track.packet(number % 65_536, n * 960, b"", n / 50)
            number += 1
    track.close()
    assert (track.lost, sink.gaps, sink.losses) == (0, [], [])


async def test_a_lost_packet_behind_one_without_sound_is_bridged() -> None:
    track, sink = make()
    play(track, list(range(20)))
    for number, n in ((20, None), (22, 21), (23, 22), (24, 23), (25, 24), (26, 25)):
        sound = b"" if n is None else PACKETS[n]
        track.packet((65_500 + number) % 65_536, 960 * (19 if n is None else n), sound, number / 50)
    track.close()
    assert track.lost == 1
    assert rms(sink.pcm[20 * 2 * FRAME : 21 * 2 * FRAME]) > 3000
    assert sink.position == 26 * FRAME


@given(st.lists(st.tuples(st.integers(3, 8), st.integers(0, 12)), min_size=1, max_size=6))
def test_each_single_loss_is_bridged_however_many_without_sound_come_behind_it(
    parts: list[tuple[int, int]],
) -> None:
    async def heard() -> None:
        track, sink = make()
        number = sounded = 0
        for sounds, empty in (*parts, (9, 0)):
            for _ in range(sounds):
                track.packet(number, 960 * sounded, PACKETS[sounded], sounded / 50)
                number, sounded = number + 1, sounded + 1
            if not empty and sounds == 9:
                break
            number, sounded = number + 1, sounded + 1  # this one is lost
            for _ in range(empty):
                track.packet(number, 960 * sounded, b"", sounded / 50)
                number += 1
        track.close()
        assert (track.lost, sink.position, sink.gaps) == (len(parts), sounded * FRAME, [])
        assert min(rms(sink.pcm[at * 2 * FRAME : (at + 1) * 2 * FRAME]) for at in range(1, sounded)) > 100

    asyncio.run(heard())


async def test_padding_is_no_sound_and_takes_no_channel_over() -> None:
    track, sink = make()
    track.packet(1, 0, b"", 0.0)
    assert track.last_arrival is None
    track.packet(2, 0, PACKETS[0], 0.0)
    track.packet(9, 0, b"", 5.0, ssrc=7)
    assert track.last_arrival == 0.0
    track.packet(3, 960, PACKETS[1], 0.02)
    assert sink.position == 2 * FRAME
    track.close()


async def test_a_long_hole_stays_silent() -> None:
    track, sink = make()
    play(track, [*range(20), *range(60, 80)])
    track.close()
    assert sink.position == 80 * FRAME
    assert sink.gaps == [(20 * FRAME, 40 * FRAME, GapCause.LOST)], "no silence anybody knows of"


async def test_a_long_hole_is_a_loss_where_the_numbers_went_on() -> None:
    for missing, cause in ((0, GapCause.NOT_SENT), (500, GapCause.LOST), (2900, GapCause.LOST)):
        track, sink = make()
        play(track, list(range(20)))
        hole = missing or 500
        for n in range(20, 30):
            number = (65_500 + missing + n) % 65_536
            track.packet(number, (hole + n) * 960, PACKETS[n], (hole + n) / 50)
        track.close()
        assert sink.gaps == [(20 * FRAME, hole * FRAME, cause)], missing


@pytest.mark.parametrize("count", [1, 4, 5, 99])
async def test_packets_lost_in_a_row_are_a_gap_when_a_word_may_be_missing(count: int) -> None:
    track, sink = make(conceal=False)
    play(track, [*range(20), *range(20 + count, 130)])
    track.close()
    told = [(20 * FRAME, count * FRAME, GapCause.LOST)] if count >= 5 else []
    assert sink.gaps == told
    assert sink.position == 130 * FRAME


async def test_packets_that_cannot_be_decoded_are_lost_as_well() -> None:
    track, sink = make()
    play(track, list(range(20)))
    for number in range(20, 30):
        track.packet((65_500 + number) % 65_536, number * 960, b"\xff" * 7, number / 50)
    play(track, list(range(30, 50)))
    track.close()
    assert sink.gaps == [(20 * FRAME, 10 * FRAME, GapCause.LOST)]
    assert sink.position == 50 * FRAME


async def test_dtx_is_not_taken_for_loss() -> None:
    track, sink = make()
    for sequence, number in enumerate((0, 1, 21, 22)):
        track.packet(sequence, number * 960, PACKETS[number], number / 50)
    assert track.lost == 0
    assert not any(sink.pcm[2 * 2 * FRAME : 21 * 2 * FRAME])


async def test_a_sender_that_starts_anew_leaves_a_gap() -> None:
    track, sink = make()
    play(track, list(range(50)))
    track.packet(20_000, 123, PACKETS[50], 2.0)
    track.packet(20_001, 123 + 960, PACKETS[51], 2.02)
    assert [cause for _, _, cause in sink.gaps] == [GapCause.REANCHOR]
    assert sink.position == pytest.approx(2.02 * SAMPLE_RATE, abs=2 * FRAME)


async def test_what_the_stamps_say_twice_is_told() -> None:
    track, sink = make()
    for number in range(100):  # a clock of 16 kHz, which Opus never has (RFC 7587)
        track.packet(number, number * 320, PACKETS[number], number / 50)
    track.close()
    (told,) = sink.losses
    assert (told.cause, told.unit) == (LossCause.OVERLAP, LossUnit.SECONDS)
    assert told.amount + sink.position / SAMPLE_RATE == pytest.approx(2.0, abs=0.1)


async def test_a_broken_packet_is_silence() -> None:
    track, sink = make()
    play(track, list(range(10)))
    track.packet((65_500 + 10) % 65_536, 10 * 960, b"\xff\xff\xff", 0.2)
    play(track, list(range(11, 20)))
    assert track.broken == 1
    assert not any(sink.pcm[10 * 2 * FRAME : 11 * 2 * FRAME])
    assert sink.position == 20 * FRAME


@pytest.mark.parametrize(("sounding", "told_after"), [(0, 10), (1, 60), (3, 60)])
async def test_a_channel_that_was_heard_may_pause_for_longer(sounding: int, told_after: int) -> None:
    """Also one that was heard in its very first packet."""
    track, _ = make()
    for number in range(sounding or 1):
        track.pcm(number * 960, (b"\1\0" if sounding else bytes(2)) * FRAME, 5.0)
    for after, told in ((told_after - 1, False), (told_after + 1, True)):
        track.pcm(after * 48_000, bytes(2 * FRAME), 5.0 + after)
        assert track.no_signal is told


async def test_two_channels_share_one_zero() -> None:
    peer_timeline = PeerTimeline(1000)
    sinks = [TapeSink(1000), TapeSink(1000)]
    tracks = [
        InboundTrack(channel, sink, peer_timeline, 5) for channel, sink in zip(Channel, sinks, strict=True)
    ]
    tracks[0].pcm(0, bytes(2 * FRAME), 5.0)
    tracks[1].pcm(0, bytes(2 * FRAME), 5.5)
    assert sinks[0].position == 1000 + FRAME
    assert sinks[1].position == 1000 + SAMPLE_RATE // 2 + FRAME
    assert sinks[0].anchors


async def test_channels_that_begin_almost_together_begin_together() -> None:
    peer_timeline = PeerTimeline(0)
    sinks = [TapeSink(), TapeSink()]
    tracks = [
        InboundTrack(channel, sink, peer_timeline, 5) for channel, sink in zip(Channel, sinks, strict=True)
    ]
    tracks[0].pcm(0, bytes(2 * FRAME), 5.0)
    tracks[1].pcm(0, bytes(2 * FRAME), 5.06)
    assert sinks[0].position == sinks[1].position == FRAME
