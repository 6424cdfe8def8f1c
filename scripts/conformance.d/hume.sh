#!/usr/bin/env bash
# Build the environments of Hume's SDKs and run them, unmodified, against our emulators.
set -euo pipefail
cd "$(dirname "$0")/../.."
make() { # NAME PACKAGES...: an environment of its own, git-ignored
  local home=".venv-$1"; shift
  [ -x "$home/bin/python" ] || python3 -m venv "$home"
  "$home/bin/pip" install -q --disable-pip-version-check "$@"
}
# They wrap the legacy client of websockets, which 14 still ships without a warning.
make hume hume-expression-measurement==0.1.0 'websockets>=14,<15'
make hume-v0 hume==0.13.13 'websockets>=14,<15'
make hume-v0-7 hume==0.7.8 'websockets>=12,<14'
exec .venv/bin/python -m pytest tests/testing/hume/test_sdks.py -m 'slow or not slow' "$@"
