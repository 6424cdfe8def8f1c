"""The peers, each in an environment of its own; those of the media path as subjects of `wingman.bench.harness`.

`python -m scripts.bench.peers --install` makes the environments of those (pinned in peers.txt);
`scripts/prove local` makes the ones it needs.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Sequence
from pathlib import Path

from wingman.bench.harness import Subject

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SYSTEM_PYTHON = Path("/usr/bin/python3")
GSTREAMER = "import gi; gi.require_version('GstWebRTC', '1.0'); from gi.repository import GstWebRTC"
DEBIAN = (
    "gcc",
    "python3-gst-1.0",
    "gir1.2-gst-plugins-bad-1.0",
    "gstreamer1.0-plugins-base",
    "gstreamer1.0-plugins-good",
    "gstreamer1.0-plugins-bad",
    "gstreamer1.0-nice",
)
"""What the native peer needs of Debian."""


def requirements() -> dict[str, list[str]]:
    lines = (line.split() for line in (HERE / "peers.txt").read_text().splitlines())
    return {name: packages for name, *packages in lines}


def python_of(name: str) -> Path:
    return ROOT / f".venv-bench-{name}" / "bin" / "python"


MEDIA = ("bare", "fastrtc", "pipecat", "livekit")
"""Peers of the media path with environments of their own."""
INSTALLED = (*MEDIA, "gstreamer")
"""Those that `install` brings; the stock peer is made of what Wingman itself needs."""
SPEECH = ("pipecat-whisper", "whisperlivekit")
"""Peers of local speech."""


def install(names: Sequence[str] = INSTALLED) -> None:
    """Make what is missing or was left half made; what is there is left alone."""
    for name in names:
        if name == "gstreamer":
            _install_gstreamer()
            continue
        packages = requirements()[name]
        stamp = ROOT / f".venv-bench-{name}" / "installed.txt"
        wanted = "\n".join(packages)
        if stamp.exists() and stamp.read_text() == wanted:
            continue
        venv.create(ROOT / f".venv-bench-{name}", clear=True, with_pip=True)
        subprocess.run([python_of(name), "-m", "pip", "install", "-q", *packages], check=True)
        stamp.write_text(wanted)


def _install_gstreamer() -> None:
    """Debian's packages, where this may install them; `subject` says what is missing elsewhere."""
    if not _has_gstreamer() and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "update", "-qq"], check=True)
        quietly = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        command = ["apt-get", "install", "-qq", "--no-install-recommends", *DEBIAN]
        subprocess.run(command, check=True, env=quietly, stdout=subprocess.DEVNULL)


def _has_gstreamer() -> bool:
    if not SYSTEM_PYTHON.exists():
        return False
    return not subprocess.run([SYSTEM_PYTHON, "-c", GSTREAMER], capture_output=True, check=False).returncode


def subject(name: str, *, talkative: bool = False) -> Subject:
    """`stock`, `bare`, `fastrtc`, `pipecat`, `livekit`, or `gstreamer` with two provider sockets.

    Raises `FileNotFoundError` when its environment is not installed.
    """
    if name == "gstreamer":
        return _gstreamer(talkative=talkative)
    python = Path(sys.executable) if name == "stock" else python_of(name)
    if not python.exists():
        raise FileNotFoundError(f"{python} is missing; run python -m scripts.bench.peers --install")
    command = _command(python, HERE / f"server_{name}.py")
    return Subject(name, command, data_channel=name == "fastrtc", talkative=talkative)


def _command(python: Path, script: Path, *rest: str) -> Callable[[int], Sequence[str]]:
    return lambda providers: (str(python), str(script), str(providers), *rest)


def _gstreamer(*, talkative: bool, sockets: int = 2) -> Subject:
    """Debian's own Python and GStreamer, and the helper compiled beside the other environments."""
    if not _has_gstreamer():
        raise FileNotFoundError(f"GStreamer is missing; apt-get install {' '.join(DEBIAN)}")
    helper = ROOT / ".venv-bench-gstreamer" / "gst_sockets.so"
    helper.parent.mkdir(exist_ok=True)
    source = HERE / "gst_sockets.c"
    if not helper.exists() or helper.stat().st_mtime < source.stat().st_mtime:
        library = ("-l:libgstreamer-1.0.so.0",)
        subprocess.run(["gcc", "-O2", "-shared", "-fPIC", "-o", helper, source, *library], check=True)
    outlets = ("transcribe", "emotion")[:sockets]
    command = _command(SYSTEM_PYTHON, HERE / "server_gstreamer.py", str(helper), str(sockets))
    return Subject("gstreamer", command, outlets, talkative=talkative)


if __name__ == "__main__":
    if "--install" not in sys.argv:
        raise SystemExit("usage: python -m scripts.bench.peers --install")
    install()
