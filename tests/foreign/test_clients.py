"""WHIP clients that share no code with the service connect and are heard: two words each."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from tests.foreign import support
from tests.support.certificates import certificate_pem, key_pem, self_signed
from tests.support.media_files import Sound, hear, tone, write
from tests.transports.support import service
from wingman.config.transports import IngestSettings
from wingman.core.time import Channel
from wingman.transports.whip_client import encode

HERE = Path(__file__).parent
WAVE = tone(2, [(0.3, "alpha"), (1.2, "bravo")])
LIBRARIES = {"wrtc": "@roamhq/wrtc", "werift": "werift", "datachannel": "node-datachannel"}


async def heard_from(*command: str | Path) -> tuple[list[str], str]:
    """The words that a client brought in, and what it said on its error output."""
    async with service(IngestSettings()) as (url, meetings):
        client = await asyncio.create_subprocess_exec(
            *(str(part).replace("URL", url) for part in command),
            env={**os.environ, "FOREIGN": str(support.FOLDER)},
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            _, told = await asyncio.wait_for(client.communicate(), 40)
        except TimeoutError:
            client.kill()
            _, told = await client.communicate()
        sinks = meetings.known["m-1"].sinks if meetings.known else {}
        sink = sinks.get(Channel.TAB)
        return [word for _, word in hear(bytes(sink.pcm))] if sink else [], told.decode(errors="replace")


@pytest.mark.parametrize("library", LIBRARIES)
async def test_a_library_for_node_is_heard(tmp_path: Path, library: str) -> None:
    if not support.has_node(LIBRARIES[library]):
        pytest.skip(f"{LIBRARIES[library]} is not installed; scripts/test installs it")
    sound = tmp_path / "sound"
    packets = (bytes(packet) for packet in encode(iter([WAVE.tobytes()])))
    opus = b"".join(len(packet).to_bytes(2, "big") + packet for packet in packets)
    sound.write_bytes(WAVE.tobytes() if library == "wrtc" else opus)
    words, told = await heard_from("node", HERE / "client.mjs", library, "URL", sound)
    assert words == ["alpha", "bravo"], told


async def test_gstreamers_webrtcbin_is_heard(tmp_path: Path) -> None:
    """Its DTLS certificate is RSA."""
    if not support.has_gstreamer():
        pytest.skip("GStreamer's webrtcbin is not installed; scripts/test installs it")
    sound = write(tmp_path / "sound.wav", (WAVE, Sound("pcm_s16le")))
    words, told = await heard_from(support.SYSTEM_PYTHON, HERE / "gstreamer_client.py", "URL", sound)
    assert words == ["alpha", "bravo"], told


def _certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate and its key on P-256, as files."""
    key = ec.generate_private_key(ec.SECP256R1())
    (folder / "cert.pem").write_bytes(certificate_pem(self_signed(key)))
    (folder / "key.pem").write_bytes(key_pem(key))
    return folder / "cert.pem", folder / "key.pem"


async def test_ffmpegs_muxer_is_heard_with_a_certificate_of_its_user(tmp_path: Path) -> None:
    """The one it makes by itself on GnuTLS is on P-224, which OpenSSL has given up (RFC 8422)."""
    sound = write(tmp_path / "sound.wav", (WAVE, Sound("pcm_s16le")))
    client = (sys.executable, HERE / "ffmpeg_client.py", "URL", sound, *_certificate(tmp_path))
    words, told = await heard_from(*client)
    assert words == ["alpha", "bravo"], told
