"""pipecat's Deepgram service on the scripts of `prove links`: what a lost connection costs there.

`.venv/bin/python scripts/peer_pipecat_links.py`; `scripts/conformance pipecat` builds its environment first.
"""

from __future__ import annotations

import sys

from peer_links import Peer, main

if __name__ == "__main__":
    sys.exit(main(Peer(".venv-pipecat", "pipecat_deepgram_client.py")))
