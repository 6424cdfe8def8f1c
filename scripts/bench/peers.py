"""The peers as subjects of `wingman.bench.harness`, each in an environment of its own.

`python -m scripts.bench.peers --install` makes the environments (pinned in peers.txt).
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


def install() -> None:
    """Make what is missing or was left half made; what is there is left alone."""
    for name, packages in requirements().items():
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
