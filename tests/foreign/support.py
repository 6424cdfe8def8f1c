"""Where foreign clients lie; `scripts/test` installs them."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path

FOLDER = Path(sys.prefix) / "foreign"
"""What npm installed from `package.json` beside this file."""
MODULES = FOLDER / "node_modules"
SYSTEM_PYTHON = Path("/usr/bin/python3")


def has_node(package: str) -> bool:
    return (MODULES / package / "package.json").exists()


@cache
def has_gstreamer() -> bool:
    """GStreamer's bindings belong to the system's Python."""
    if not SYSTEM_PYTHON.exists():
        return False
    look = "import gi; gi.require_version('GstWebRTC', '1.0'); from gi.repository import Gst; Gst.init(None); "
    look += "raise SystemExit(Gst.ElementFactory.find('nicesrc') is None)"
    return subprocess.run([SYSTEM_PYTHON, "-c", look], capture_output=True, check=False).returncode == 0
