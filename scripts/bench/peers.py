"""The peers, each in an environment of its own; those of the media path as subjects of `wingman.bench.harness`.

`python -m scripts.bench.peers --install` makes the environments of those (pinned in peers.txt);
`scripts/prove local` makes the ones it needs.
"""

from __future__ import annotations

import subprocess
import sys
import venv
from collections.abc import Callable, Sequence
from pathlib import Path

from wingman.bench.harness import Subject

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def requirements() -> dict[str, list[str]]:
    lines = (line.split() for line in (HERE / "peers.txt").read_text().splitlines())
    return {name: packages for name, *packages in lines}


def python_of(name: str) -> Path:
    return ROOT / f".venv-bench-{name}" / "bin" / "python"


MEDIA = ("fastrtc", "pipecat")
"""Peers of the media path."""
SPEECH = ("pipecat-whisper", "whisperlivekit")
"""Peers of local speech."""


def install(names: Sequence[str] = MEDIA) -> None:
    """Make what is missing or was left half made; what is there is left alone."""
    for name in names:
        packages = requirements()[name]
        stamp = ROOT / f".venv-bench-{name}" / "installed.txt"
        wanted = "\n".join(packages)
        if stamp.exists() and stamp.read_text() == wanted:
            continue
        venv.create(ROOT / f".venv-bench-{name}", clear=True, with_pip=True)
        subprocess.run([python_of(name), "-m", "pip", "install", "-q", *packages], check=True)
        stamp.write_text(wanted)


def subject(name: str) -> Subject:
    """`stock`, `fastrtc` or `pipecat`. Raises `FileNotFoundError` when its environment is not installed."""
    python = Path(sys.executable) if name == "stock" else python_of(name)
    if not python.exists():
        raise FileNotFoundError(f"{python} is missing; run python -m scripts.bench.peers --install")
    return Subject(name, _command(python, HERE / f"server_{name}.py"), data_channel=name == "fastrtc")


def _command(python: Path, script: Path) -> Callable[[int], Sequence[str]]:
    return lambda providers: (str(python), str(script), str(providers))


if __name__ == "__main__":
    if "--install" not in sys.argv:
        raise SystemExit("usage: python -m scripts.bench.peers --install")
    install()
