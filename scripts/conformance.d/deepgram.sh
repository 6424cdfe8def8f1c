#!/usr/bin/env bash
# Run the vendor's SDK, and a peer framework's Deepgram client in its own environment, against our emulator.
set -euo pipefail
cd "$(dirname "$0")/../.."
home=".venv-livekit"
[ -x "$home/bin/python" ] || python3 -m venv "$home"
"$home/bin/pip" install -q --disable-pip-version-check livekit-agents==1.8.9 livekit-plugins-deepgram==1.8.9
exec .venv/bin/python -m pytest tests/testing/deepgram/test_server.py tests/testing/deepgram/test_clients.py -m 'slow or not slow' "$@"
