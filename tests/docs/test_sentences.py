"""What the documents name is there: commands, flags, settings, addresses, files, extras, events, keys."""

from __future__ import annotations

import argparse
import os
import re
import shlex
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

import wingman
from scripts.proofs.__main__ import names
from tests.support.each import each
from wingman.commands.cli import build_parser
from wingman.commands.demo import SAMPLE_BRIEF
from wingman.config.paths import SAMPLE, data_dir
from wingman.config.settings import Settings, build
from wingman.core.events import EVENTS, SuggestionCreated
from wingman.meeting.rehearsal import Cast, Rehearsed, ScriptedTurn, rehearse
from wingman.server.asyncapi import asyncapi
from wingman.server.client_messages import MESSAGES
from wingman.server.grants import SCOPES, Scope
from wingman.server.openapi import OPERATIONS
from wingman.server.routes import pages, schemas
from wingman.suggest.playbook.playbook import load_playbook
from wingman.testing import scenario

OTHERS_FLAGS = {"-cert_file", "-key_file"}
"""Of FFmpeg's."""
ROOT = Path(__file__).parents[2]
PACKAGE = Path(wingman.__file__).parent
PAGES = sorted(
    str(path.relative_to(ROOT))
    for path in (
        *ROOT.glob("*.md"),
        *ROOT.glob("docs/**/*.md"),
        *ROOT.glob("deploy/*.md"),
        PACKAGE / "web" / "README.md",
    )
    if path.name != "CHANGELOG.md"
)
SETTINGS = build({})
FAMILIES = {kind.partition(".")[0] for kind in (*EVENTS, *MESSAGES)}
PLACEHOLDER = re.compile(r"^[A-Z][A-Z_]*$|^\{\w+\}$|^\$\w+$|^…$|^m-…$")


def text_of(page: str) -> str:
    return (ROOT / page).read_text("utf-8")


def prose_of(page: str) -> str:
    return re.sub(r"```.*?```", "", text_of(page), flags=re.DOTALL)


@cache
def code(page: str) -> Sequence[str]:
    """What stands in backticks in a sentence, with line breaks as blanks."""
    return [" ".join(span.split()) for span in re.findall(r"(?<!`)`([^`]+)`(?!`)", prose_of(page))]


def blocks(page: str) -> Iterator[str]:
    """Lines of code blocks, continued ones as one, comments taken off."""
    for block in re.findall(r"```\w*\n(.*?)```", text_of(page), re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            yield re.sub(r"\s#\s.*", "", line).strip()


# --- commands ------------------------------------------------------------------------------------


def parsers(parser: argparse.ArgumentParser) -> Mapping[str, argparse.ArgumentParser]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


PARSER = build_parser()
COMMANDS = parsers(PARSER)


def command_faults(words: Sequence[str]) -> Iterator[str]:
    """What of a `wingman …` line the parser does not know. Words in capitals are somebody's own."""
    parser, rest = PARSER, list(words)
    while rest and (inner := parsers(parser)):
        if rest[0].startswith("-") or rest[0] in {"…", "COMMAND"} or PLACEHOLDER.match(rest[0]):
            break
        if rest[0] not in inner:
            yield f"no command {rest[0]!r}"
            return
        parser = inner[rest.pop(0)]
    known = {flag for action in parser._actions for flag in action.option_strings}
    for word in rest:
        if word.startswith("-") and word.split("=")[0] not in known:
            yield f"{' '.join(words)}: no flag {word}"


def lines_of(page: str) -> Iterator[list[str]]:
    """Every use of the command, split as a shell does."""
    for line in (*blocks(page), *code(page)):
        for part in re.split(r"\s*(?:;|&&|\|(?!\w)|\|\|)\s*", line):
            found = re.match(r"(?:\w+=\S+ )*(?:\.venv/bin/)?(wingman|scripts/run)(?: (.*))?$", part)
            if not found:
                continue
            try:
                words = shlex.split((found.group(2) or "").strip("[]"))
            except ValueError:
                words = (found.group(2) or "").split()
            words = [re.sub(r"[\[\],.]+$|^\[", "", word) for word in words]
            if found.group(1) == "scripts/run":
                if words[:1] == ["--local"]:
                    words = words[2:]
                words = words if words and not words[0].startswith("-") else ["demo", *words]
            yield [word for word in words if word]


@each("page", PAGES)
def test_every_command_and_flag_is_there(page: str) -> None:
    assert [fault for words in lines_of(page) for fault in command_faults(words)] == []


def test_every_command_of_a_deployment_is_there() -> None:
    """Also in comments, where one goes on behind a backslash."""
    faults: dict[str, list[str]] = {}
    for path in (ROOT / "deploy").rglob("*.*"):
        text = re.sub(r"\\\n#? *", " ", path.read_text("utf-8"))
        lines = re.findall(rf"\bwingman ((?:{'|'.join(COMMANDS)})\b[^;`\"\n]*)", text)
        faults[path.name] = [fault for line in lines for fault in command_faults(line.split())]
    assert {name: found for name, found in faults.items() if found} == {}


@cache
def flags() -> set[str]:
    """All flags of all commands, and those that scripts read."""
    waiting = [PARSER]
    known: set[str] = set()
    while waiting:
        parser = waiting.pop()
        known |= {flag for action in parser._actions for flag in action.option_strings}
        waiting += parsers(parser).values()
    for path in (ROOT / "scripts").rglob("*"):
        if path.is_file() and path.suffix in {"", ".py", ".sh"}:
            known |= set(re.findall(r"--[a-z][a-z-]+", path.read_text("utf-8", "replace")))
    return known


@each("page", PAGES)
def test_every_flag_that_stands_alone_is_there(page: str) -> None:
    alone = {span.split()[0] for span in code(page) if re.match(r"--?[a-z]", span)}
    assert alone - flags() - OTHERS_FLAGS == set()


def test_every_command_is_told_in_the_readme() -> None:
    told = set(re.findall(r"`wingman (\w+)", text_of("README.md")))
    assert set(COMMANDS) - told == set()


# --- settings and variables ----------------------------------------------------------------------


def has_setting(name: str) -> bool:
    value: Any = SETTINGS
    for part in name.split("."):
        if isinstance(value, Mapping) or not hasattr(value, part):
            return isinstance(value, Mapping)
        value = getattr(value, part)
    return True


def setting_of(span: str) -> str:
    """`a.b` of `a.b`, `a.b: true` and `a.b=3`; empty where it is nothing of the kind."""
    name = re.split(r"[:=\s]", span, maxsplit=1)[0]
    sections = set(Settings.__struct_fields__)
    shaped = re.fullmatch(r"[a-z_]+(\.[a-z0-9_]+)+", name)
    return (
        name if shaped and name.split(".")[0] in sections and not name.endswith((".md", ".yaml", ".py")) else ""
    )


@each("page", PAGES)
def test_every_setting_is_there(page: str) -> None:
    named = {name for span in code(page) if (name := setting_of(span))}
    known = {*EVENTS, *MESSAGES}
    assert sorted(name for name in named if not has_setting(name) and name not in known) == []


@cache
def source_text() -> str:
    files = (*PACKAGE.rglob("*.py"), *(ROOT / "scripts").rglob("*"), *(ROOT / "deploy").rglob("*"))
    return "".join(path.read_text("utf-8", "replace") for path in files if path.is_file())


@each("page", PAGES)
def test_every_variable_is_read(page: str) -> None:
    source = source_text()
    for variable in set(re.findall(r"\bWINGMAN_[A-Z0-9_]+\b", text_of(page))):
        if "SECTION" in variable:
            continue
        name = variable.removeprefix("WINGMAN_").lower().replace("__", ".")
        assert has_setting(name) or variable in source or f'"{name}"' in source, variable


# --- addresses -----------------------------------------------------------------------------------

ADDRESSES = (
    *OPERATIONS,
    *(channel["address"] for channel in asyncapi()["channels"].values()),
    *(getattr(route, "path", "") for route in (*pages.Pages().routes(), *schemas.routes())),
    "/api/hume/token",
)


def answered(path: str) -> bool:
    """Does an address look like this one? What a document writes in capitals stands for anything."""
    wanted = path.split("?")[0].split("#")[0].rstrip("/").split("/")
    for address in ADDRESSES:
        offered = address.rstrip("/").split("/")
        if len(offered) == len(wanted) and all(
            own == other or (own.startswith("{") and (bool(PLACEHOLDER.match(other)) or "{" not in other))
            for own, other in zip(offered, wanted, strict=True)
        ):
            return True
    return path.startswith("/static/") and (PACKAGE / "web" / path.removeprefix("/static/")).exists()


@each("page", PAGES)
def test_every_address_is_answered(page: str) -> None:
    spans = [*code(page), *blocks(page)]
    found = {
        path.rstrip(".,;)\"'")
        for span in spans
        for path in re.findall(r"(?<![\w.~])(/(?:api|whip|static|healthz|readyz|metrics)\b[^\s`\"'|]*)", span)
    }
    ours = {path for path in found if "v1/listen" not in path}
    assert sorted(path for path in ours if not answered(path)) == []


@each("page", PAGES)
def test_every_query_name_is_told_in_the_contract(page: str) -> None:
    told = {name for methods in OPERATIONS.values() for each in methods.values() for name in each.query}
    for channel in asyncapi()["channels"].values():
        told |= set(channel.get("bindings", {}).get("ws", {}).get("query", {}).get("properties", {}))
    spans = [*code(page), *blocks(page)]
    queries = [q for span in spans for q in re.findall(r"/(?:api|whip)\S*?\?([^\s\"'`)]+)", span)]
    named = {pair.split("=")[0] for query in queries for pair in query.split("&")}
    assert named - told - {"token"} == set()


# --- files, extras, events, figures --------------------------------------------------------------


def slug(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


@each("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", prose_of(page)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (ROOT / page).parent / path if path else ROOT / page
        assert file.exists(), target
        if anchor and file.suffix == ".md":
            headings = re.findall(r"^#+ (.+)$", file.read_text("utf-8"), re.MULTILINE)
            assert anchor in {slug(heading) for heading in headings}, target


FILE = re.compile(r"(?:[\w.\-]+/)+[\w.\-]*\.(?:py|ya?ml|md|json|js|sh|toml|txt|service)\b|scripts/\w+")
NOT_OURS = ("pickle-com/", "Natively-AI-assistant/", "artifacts/", "a/b.py", "tests/a/")
"""Files of others, those that a program makes, and any module."""


@each("page", PAGES)
def test_every_file_is_there(page: str) -> None:
    for span in (*code(page), *blocks(page)):
        for name in FILE.findall(span):
            if name.startswith(NOT_OURS) or re.search(r"~/|http|\$|/api/", span):
                continue
            homes = (ROOT, PACKAGE, PACKAGE / "web", PACKAGE / "web" / "extension", ROOT / "docs")
            name = name.removeprefix("static/")
            assert any((home / name).exists() for home in homes), name
            if re.fullmatch(r"scripts/\w+", name) and (ROOT / name).is_file():
                assert os.access(ROOT / name, os.X_OK), name
        if re.fullmatch(
            r"(?:tests|docs|configs|deploy|scripts|wingman)/[\w./-]+", span
        ) and not span.startswith(NOT_OURS):
            assert (ROOT / span).exists(), span


@each("page", PAGES)
def test_every_proof_and_extra_is_there(page: str) -> None:
    named = set(re.findall(r"scripts/prove ([a-z][\w-]*)", text_of(page)))
    assert named - set(names()) == set()
    extras = set(tomllib.loads(text_of("pyproject.toml"))["project"]["optional-dependencies"])
    wanted = {
        e
        for found in re.findall(
            r"\[([\w,]+)\]'?", " ".join(re.findall(r"wingman-sidecar\[[\w,]+\]", text_of(page)))
        )
        for e in found.split(",")
    }
    wanted |= set(re.findall(r"extra `([\w]+)`", text_of(page)))
    assert wanted - extras == set()


def test_every_extra_is_told() -> None:
    extras = set(tomllib.loads(text_of("pyproject.toml"))["project"]["optional-dependencies"])
    assert set(re.findall(r"^\| `(\w+)` \|", text_of("docs/install.md"), re.MULTILINE)) == extras


def test_the_readme_names_every_proof() -> None:
    sentence = text_of("README.md").partition("NAME is one of")[2].partition(".\n")[0]
    assert set(re.findall(r"`([\w-]+)`", sentence)) == set(names())


@each("page", PAGES)
def test_every_event_is_there(page: str) -> None:
    spans = {span for span in code(page) if re.fullmatch(r"[a-z]+\.[a-z_]+", span)}
    named = {span for span in spans if span.partition(".")[0] in FAMILIES and not has_setting(span)}
    files = {span for span in named if span.endswith((".md", ".py", ".js", ".html", ".sealed", ".key", ".db"))}
    assert named - files - set(EVENTS) - set(MESSAGES) - {"stream.reset", "stream.caught_up"} == set()


def test_the_keys_of_the_overlay_are_those_it_hears() -> None:
    script = (PACKAGE / "web" / "extension" / "js" / "keys.js").read_text("utf-8")
    heard = {
        key for group in re.findall(r"keys: \[([^\]]*)\]", script) for key in re.findall(r'"([^"]+)"', group)
    }
    table = text_of("docs/overlay.md").partition("| key | |")[2].partition("\n\n")[0]
    told = set(re.findall(r"`([^`]+)`", table))
    assert told - heard == set()
    assert {key for key in heard if len(key) == 1 and key not in "=_"} - told == set()


def test_roles_and_scopes_are_told_as_they_are() -> None:
    page = text_of("docs/security.md")
    assert set(re.findall(r"^\| (\w+) \|", page, re.MULTILINE)) >= {str(role) for role in SCOPES}
    assert {str(scope) for scope in Scope} <= set(re.findall(r"`(\w+)`", page))


async def test_the_readmes_cards_are_those_of_the_sample() -> None:
    told = scenario.load(SAMPLE.with_suffix(".json"))
    said = sorted(
        (turn.start, name, turn.text) for name, track in told.channels.items() for turn in track.turns
    )
    turns = [ScriptedTurn(n, "U" if name == "mic" else "C", text) for n, (_, name, text) in enumerate(said)]
    shown = set[str]()

    def take(event: Rehearsed) -> None:
        if isinstance(event.envelope.data, SuggestionCreated):
            shown.add(event.envelope.data.text)

    await rehearse(turns, Cast(load_playbook("sales"), brief=SAMPLE_BRIEF), take)
    told_of = re.findall(r"^ +▸ (.+?)(?:  .*)?$", text_of("README.md"), re.MULTILINE)
    assert len(told_of) == 2
    assert set(told_of) <= shown


def test_the_readmes_defaults_are_the_defaults() -> None:
    rows = re.findall(
        r"^\| (`[\w.`, ]+`) \| ([^|]+) \|", text_of("README.md").partition("## Settings")[2], re.MULTILINE
    )
    assert len(rows) > 8
    for told_names, defaults in rows:
        for name, told in zip(
            re.findall(r"`([^`]+)`", told_names), defaults.replace("`", "").split(", "), strict=True
        ):
            value: Any = SETTINGS
            for part in name.split("."):
                value = getattr(value, part)
            value = data_dir(SETTINGS) if name == "deliver.data_dir" else value
            asked = told.strip()
            if hasattr(value, "reveal"):
                value = value.reveal()
            shown = value if isinstance(value, (str, Path)) else msgspec.json.encode(value).decode()
            empty = asked == "none" and not value
            assert empty or str(shown) == str(Path(asked).expanduser()), name
