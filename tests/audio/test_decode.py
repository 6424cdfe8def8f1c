"""Opus to 16 kHz mono, by either decoder."""

from __future__ import annotations

import pytest

from tests.transports.support import pitch, rms, tone
from wingman.audio.decode import AvDecoder, DecodeError, Decoder, LibopusDecoder, libopus, opus_decoder
from wingman.transports.whip_client import encode

FRAME = 320


def packets(seconds: float = 1.0) -> list[bytes]:
    return [bytes(p) for p in encode(iter([tone(440, seconds)]))]


@pytest.mark.parametrize("make", [LibopusDecoder, AvDecoder])
def test_a_tone_survives(make: type[Decoder]) -> None:
    decoder = make()
    pcm = b"".join(decoder.decode(packet) for packet in packets())
    assert len(pcm) / 2 == pytest.approx(16_000, abs=20)
    assert pitch(pcm) == pytest.approx(440, abs=2)
    assert rms(pcm[6400:]) == pytest.approx(0.4 * 32767 / 2**0.5, rel=0.1)


@pytest.mark.parametrize("make", [LibopusDecoder, AvDecoder])
def test_a_bad_packet_is_named_and_the_decoder_lives_on(make: type[Decoder]) -> None:
    decoder = make()
    first, second = packets(0.04)
    decoder.decode(first)
    with pytest.raises(DecodeError, match="not valid Opus"):
        decoder.decode(b"\xff\xff\xff\xff")
    assert len(decoder.decode(second)) / 2 == pytest.approx(FRAME, abs=20)


def test_concealment_sounds_like_what_came_before() -> None:
    decoder = LibopusDecoder()
    for packet in packets(0.5):
        decoder.decode(packet)
    assert rms(decoder.conceal(FRAME)) > 0.1 * 32767
    assert len(decoder.recover(packets(0.1)[2], FRAME)) == 2 * FRAME


def test_the_wheel_of_pyav_brings_libopus() -> None:
    assert libopus() is not None
    assert isinstance(opus_decoder(), LibopusDecoder)
