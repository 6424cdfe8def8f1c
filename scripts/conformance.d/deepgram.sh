#!/usr/bin/env bash
# Build the environment of a peer framework and run its Deepgram client, unmodified, against our emulator.
set -euo pipefail
cd "$(dirname "$0")/../.."
home=".venv-livekit"
[ -x "$home/bin/python" ] || python3 -m venv "$home"
"$home/bin/pip" install -q --disable-pip-version-check livekit-agents==1.8.9 livekit-plugins-deepgram==1.8.9
exec .venv/bin/python -m pytest tests/emulators/test_deepgram_clients.py -m 'slow or not slow' "$@"
