"""Raw sound in every shape that programs and telephones send."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.each import each
from tests.support.media_files import THREE, Samples, hear, tone
from wingman.audio.pcm_format import Encoding, PcmFormat, PcmReader

CODECS = {Encoding.MULAW: "pcm_mulaw", Encoding.ALAW: "pcm_alaw"}


def encoded(samples: Samples, encoding: Encoding, rate: int) -> bytes:
    """Written by FFmpeg, which knows G.711 better than we do."""
    if encoding is Encoding.LINEAR16:
        return samples.astype("<i2").tobytes()
    codec = av.CodecContext.create(CODECS[encoding], "w")
    assert isinstance(codec, av.AudioCodecContext)
    codec.sample_rate, codec.layout, codec.format, codec.time_base = rate, "mono", "s16", Fraction(1, rate)
    frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
    frame.sample_rate = rate
    return b"".join(bytes(packet) for packet in [*codec.encode(frame), *codec.encode(None)])


@each("encoding", Encoding)
@each("rate", [8_000, 11_025, 16_000, 24_000, 44_100, 48_000])
@each("piece", [160, 3201])
def test_every_rate_and_encoding(encoding: Encoding, rate: int, piece: int) -> None:
    data = encoded(tone(10, THREE, rate), encoding, rate)
    reader = PcmReader(PcmFormat(encoding, rate))
    parts = [reader.push(data[at : at + piece]) for at in range(0, len(data), piece)]
    sound = b"".join(part for (part,) in [*parts, reader.finish()])
    assert len(sound) / 32_000 == pytest.approx(10, abs=0.01)
    found = hear(sound)
    assert [word for _, word in found] == [word for _, word in THREE]
    assert [at for at, _ in found] == pytest.approx([at for at, _ in THREE], abs=0.03)


@pytest.mark.parametrize("encoding", [Encoding.MULAW, Encoding.ALAW])
def test_each_code_has_the_value_that_ffmpeg_gives_it(encoding: Encoding) -> None:
    decoder = av.CodecContext.create(CODECS[encoding], "r")
    assert isinstance(decoder, av.AudioCodecContext)
    decoder.sample_rate, decoder.layout = 16_000, "mono"
    (frame,) = decoder.decode(av.Packet(bytes(range(256))))
    ours = np.frombuffer(PcmReader(PcmFormat(encoding)).push(bytes(range(256)))[0], "<i2")
    assert ours.tolist() == frame.to_ndarray().ravel().tolist()


@given(st.binary(max_size=400), st.lists(st.integers(0, 50), max_size=20), st.sampled_from(Encoding))
def test_where_a_stream_is_cut_makes_no_difference(data: bytes, cuts: list[int], encoding: Encoding) -> None:
    form = PcmFormat(encoding, sides=2)
    whole = PcmReader(form).push(data)
    reader, at, parts = PcmReader(form), 0, []
    for size in [*cuts, len(data)]:
        parts.append(reader.push(data[at : at + size]))
        at += size
    assert tuple(b"".join(part[side] for part in parts) for side in (0, 1)) == whole
