"""The published documents under the linters of others, fetched by npm into a folder that git ignores."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from scripts.proofs.figures import progress
from wingman.core.json import JsonObject
from wingman.server.asyncapi import asyncapi
from wingman.server.openapi import openapi

FOLDER = Path(__file__).parents[2] / "artifacts" / "npm"
PACKAGES = ("@redocly/cli@2", "@stoplight/spectral-cli@6", "@asyncapi/parser@3")
RULES = 'extends: ["spectral:oas", "spectral:asyncapi"]\n'
PARSE = """import { Parser } from "@asyncapi/parser";
import { readFileSync } from "node:fs";
const { diagnostics } = await new Parser().parse(readFileSync("asyncapi.json", "utf8"));
const errors = diagnostics.filter((each) => each.severity === 0);
console.log(JSON.stringify(errors.map((each) => `${each.code} ${each.path.join(".")} ${each.message}`)));
"""


def linted() -> dict[str, list[str]]:
    """Errors by linter. Raises OSError or SubprocessError when the linters cannot be had."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    if not (FOLDER / "node_modules" / "@asyncapi" / "parser").exists():
        options = ["--no-audit", "--no-fund", "--silent", "--prefix", str(FOLDER)]
        subprocess.run(["npm", "install", *options, *PACKAGES], check=True, timeout=300, capture_output=True)
    (FOLDER / "openapi.json").write_text(json.dumps(openapi()))
    (FOLDER / "asyncapi.json").write_text(json.dumps(asyncapi()))
    (FOLDER / ".spectral.yaml").write_text(RULES)
    (FOLDER / "parse.mjs").write_text(PARSE)
    redocly: JsonObject = json.loads(_run("npx", "redocly", "lint", "openapi.json", "--format=json") or "{}")
    spectral = json.loads(
        _run("npx", "spectral", "lint", "openapi.json", "asyncapi.json", "-f", "json") or "[]"
    )
    found = {
        "redocly": [each["message"] for each in redocly["problems"] if each["severity"] == "error"],
        "spectral": [f"{each['code']} {each['message']}" for each in spectral if each["severity"] == 0],
        "asyncapi": list(json.loads(_run("node", "parse.mjs"))),
    }
    for linter, errors in found.items():
        for error in errors[:5]:
            progress(f"{linter}: {error[:200]}")
    return found


def _run(*command: str) -> str:
    return subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, timeout=120, check=False).stdout
