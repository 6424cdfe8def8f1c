"""The web modules that touch no page: Node runs their tests, TypeScript checks types."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from tests.web.stage import WEB, lay, needs_node, run

HERE = Path(__file__).parent
TSC = Path(sys.prefix) / "web" / "node_modules" / "typescript" / "bin" / "tsc"
"""`scripts/test` installs it."""


@needs_node
def test_the_modules_do_what_they_say(tmp_path: Path) -> None:
    lay(tmp_path)
    shutil.copy(HERE / "modules.test.js", tmp_path)
    run("--test", "modules.test.js", cwd=tmp_path)


@needs_node
@pytest.mark.skipif(not TSC.exists(), reason="scripts/test installs TypeScript from npm")
@pytest.mark.parametrize("config", ["tsconfig.json", "tsconfig.media.json", "tsconfig.worklet.json"])
def test_the_types_hold_and_no_module_touches_a_page(config: str) -> None:
    run(TSC, "-p", HERE / config, cwd=HERE)


def test_each_module_that_is_tested_here_is_checked() -> None:
    checked = {(HERE / file).resolve() for file in json.loads((HERE / "tsconfig.json").read_text())["files"]}
    for line in (HERE / "modules.test.js").read_text(encoding="utf-8").splitlines():
        if line.startswith("import ") and '"./web/' in line:
            assert WEB / line.split('"./web/')[1].rstrip('";') in checked
