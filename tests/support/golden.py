"""Golden files: what was promised, byte for byte. `WINGMAN_GOLDEN=write pytest …` renews them."""

from __future__ import annotations

import os
from pathlib import Path


def check(path: Path, text: str) -> None:
    """Compare with the golden file, or write it when asked to."""
    if os.environ.get("WINGMAN_GOLDEN") == "write":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
        return
    with path.open(encoding="utf-8", newline="") as file:
        assert text == file.read(), f"{path.name} changed; if that is meant, renew it with WINGMAN_GOLDEN=write"
