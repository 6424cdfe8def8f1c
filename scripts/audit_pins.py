"""What can be said of the dependencies without a network: installed as pinned."""

from __future__ import annotations

import re
import sys
from importlib.metadata import distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COPYLEFT = re.compile(r"\b(?:AGPL|Affero)", re.IGNORECASE)
PIN = re.compile(r"([A-Za-z0-9._-]+)==([^\s;]+)")


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def main() -> int:
    """Print what is odd; 1 when something is."""
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    pins = {normal(name): version for name, version in PIN.findall(text)}
    odd = []
    for found in distributions():
        name, version = normal(found.metadata["Name"]), found.version
        licence = " ".join(
            found.metadata.get_all("License-Expression") or found.metadata.get_all("License") or []
        )
        if name in pins and pins[name] != version:
            odd.append(f"{name} is {version}, pinned is {pins[name]}")
        if COPYLEFT.search(licence):
            odd.append(f"{name} is under {licence[:40]}")
    print("\n".join(odd) or f"{len(pins)} pins, all installed as pinned")
    return 1 if odd else 0


if __name__ == "__main__":
    sys.exit(main())
