"""Sends a recording by WHIP with FFmpeg's own muxer: ffmpeg_client.py URL FILE CERTIFICATE KEY.

It needs a process of its own: the muxer blocks.
"""

from __future__ import annotations

import sys
import time
from fractions import Fraction

import av


def main(url: str, file: str, certificate: str, key: str) -> None:
    options = {"cert_file": certificate, "key_file": key}
    with av.open(file) as sound, av.open(f"{url}/whip", "w", format="whip", options=options) as out:
        stream = out.add_stream("libopus", rate=48_000, layout="stereo", options={"frame_duration": "20"})
        shape = av.AudioResampler(format="s16", layout="stereo", rate=48_000, frame_size=960)
        began, count = time.monotonic(), 0
        for frame in sound.decode(audio=0):
            for piece in shape.resample(frame):
                piece.pts, piece.time_base = count * 960, Fraction(1, 48_000)
                count += 1
                time.sleep(max(0.0, began + count * 0.02 - time.monotonic()))
                out.mux(stream.encode(piece))


if __name__ == "__main__":
    main(*sys.argv[1:5])
