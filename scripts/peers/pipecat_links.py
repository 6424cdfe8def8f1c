"""pipecat's Deepgram service on the scripts of `prove links`: what a lost connection costs there.

`.venv/bin/python -m scripts.peers.pipecat_links`; `scripts/conformance pipecat` builds its environment first.
"""

from __future__ import annotations

import sys

from scripts.peers.links import Peer, main

if __name__ == "__main__":
    sys.exit(main(Peer(".venv-pipecat", "pipecat_deepgram_client.py")))
