"""The accessibility checker axe-core, fetched once by npm into a folder that git ignores."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, Literal

from playwright.sync_api import Page

FOLDER = Path(__file__).parents[3] / "artifacts" / "npm"


def axe_source() -> str:
    """The checker's script. Raises OSError or SubprocessError when it cannot be had."""
    script = FOLDER / "node_modules" / "axe-core" / "axe.min.js"
    if not script.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        options = ["--no-audit", "--no-fund", "--silent", "--prefix", str(FOLDER)]
        subprocess.run(["npm", "install", *options, "axe-core@4"], check=True, timeout=60, capture_output=True)
    return script.read_text(encoding="utf-8")


COLOURS = ("color-contrast", "link-in-text-block")
"""The rules that look at colours: all that another scheme of the same page can break."""
_SCHEMES: Final[Mapping[Literal["dark", "light"], Sequence[str]]] = {"dark": (), "light": COLOURS}


def violations(page: Page, source: str, rules: Sequence[str] = ()) -> list[str]:
    """What the checker finds, however small, as `rule: selector why`; by these `rules`, or by all."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(source)
    options = {"resultTypes": ["violations"], **({"runOnly": list(rules)} if rules else {})}
    found = page.evaluate("options => axe.run(document, options).then(r => r.violations)", options)
    return [
        f"{rule['id']}: {node['target']} {node.get('failureSummary', '')}"
        for rule in found
        for node in rule["nodes"]
    ]


def violations_of_both_schemes(page: Page, source: str, shown: Callable[[str], object] = str) -> list[str]:
    """What the checker finds in the dark, and of colours in the light; `shown` is told of each scheme."""
    found = []
    for scheme, rules in _SCHEMES.items():
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert page.evaluate(f"matchMedia('(prefers-color-scheme: {scheme})').matches")
        shown(scheme)
        found += [f"{scheme}: {each}" for each in violations(page, source, rules)]
    return found
