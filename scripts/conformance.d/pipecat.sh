#!/usr/bin/env bash
# Build the environment of pipecat and run its Deepgram service, unmodified, on the fault scripts.
set -euo pipefail
cd "$(dirname "$0")/../.."
home=".venv-pipecat"
[ -x "$home/bin/python" ] || python3 -m venv "$home"
"$home/bin/pip" install -q --disable-pip-version-check 'pipecat-ai[deepgram]==1.14.0' deepgram-sdk==7.17.0
exec .venv/bin/python -m scripts.peers.pipecat_links
