"""LiveKit's Deepgram client on the scripts of `prove links`: what a lost connection costs there.

`.venv/bin/python -m scripts.peers.livekit_links`; needs the environment of `scripts/conformance deepgram`.
"""

from __future__ import annotations

import sys

from scripts.peers.links import Peer, main

if __name__ == "__main__":
    sys.exit(main(Peer(".venv-livekit", "livekit_deepgram_client.py", "/v1/listen")))
