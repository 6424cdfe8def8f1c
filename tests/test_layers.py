"""One road down: a room imports only rooms on lower floors; the few exceptions stand here with reasons."""

from __future__ import annotations

import ast
import re

import pytest

from tests.support.layers import (
    FLOOR,
    FLOORS,
    LONGEST_CLASS,
    LONGEST_FUNCTION,
    ROOT,
    Import,
    definitions,
    every_import,
    imports_in,
    modules,
    our_imports,
)

USES_EMULATORS = {"commands/demo.py", "commands/emulate.py"}
"""Emulators stand in for vendors in the demo and `wingman emulate`, and nowhere else."""

USES_STARLETTE = {"server"}
"""HTTP lives in one room."""

LATE_IMPORTS = {
    "archive/storage_address.py": "the object store is an extra",
    "app/membership.py": "NATS is an extra",
    "app/service.py": "each vendor's client loads when it is chosen",
    "meeting/provider_builders.py": "each vendor's client loads when it is chosen; some weigh half a second",
    "meeting/providers.py": "the v0 gateway's credentials, likewise",
    "meeting/builder.py": "stored sound needs a codec that most meetings do not",
    "llm/gemini/legacy_client.py": "the older package is an extra",
    "commands/cli.py": "`wingman --help` answers before anything is loaded",
    "commands/demo.py": "emulators load only when they are asked for",
    "transports/webrtc.py": "the portable media path does without the private names of aiortc",
}
"""Imports of wingman inside functions, file by file, and why each is there."""


def _told(broken: list[Import], rule: str) -> str:
    return rule + "".join(f"\n  wingman/{i.file}:{i.line} imports {i.module}" for i in broken)


def test_every_room_has_a_floor() -> None:
    rooms = {p.name for p in ROOT.iterdir() if (p / "__init__.py").exists()}
    rooms |= {p.stem for p in ROOT.glob("*.py") if not p.stem.startswith("__")}
    assert rooms == set(FLOOR)


def test_there_are_few_rooms_and_floors() -> None:
    assert len(FLOOR) <= 28
    assert len(FLOORS) <= 12


def test_imports_run_down_only() -> None:
    up = [
        i
        for i in our_imports()
        if i.other and i.room in FLOOR and i.other != i.room and FLOOR[i.other] >= FLOOR[i.room]
    ]
    assert not up, _told(up, "a room imports only rooms on lower floors")


@pytest.mark.parametrize(
    ("package", "allowed"),
    [("wingman.testing", USES_EMULATORS | {"testing"}), ("starlette", USES_STARLETTE)],
)
def test_a_package_is_used_where_it_belongs(package: str, allowed: set[str]) -> None:
    strays = [
        i
        for i in every_import()
        if (i.module == package or i.module.startswith(f"{package}."))
        and i.file not in allowed
        and i.room not in allowed
    ]
    assert not strays, _told(strays, f"{package} is for {', '.join(sorted(allowed))} alone")


def test_imports_inside_functions_have_a_reason() -> None:
    late = [i for i in our_imports() if i.late and i.file not in LATE_IMPORTS]
    assert not late, _told(late, "import at the top, or give the file a reason in LATE_IMPORTS")
    assert not set(LATE_IMPORTS) - {i.file for i in our_imports() if i.late}, "a reason without its import"


def test_what_is_read_at_once_fits_on_a_screen() -> None:
    long = [
        f"\n  wingman/{file}:{node.lineno} {node.name}: {lines} lines"
        for file, tree in modules().items()
        for node in definitions(tree.body)
        if (lines := (node.end_lineno or 0) - node.lineno + 1)
        > (LONGEST_CLASS if isinstance(node, ast.ClassDef) else LONGEST_FUNCTION)
    ]
    assert not long, "take apart what does two things:" + "".join(long)


def test_a_tree_that_breaks_the_rule_would_be_seen() -> None:
    upward = Import("core/time.py", 1, "wingman.server.app", False)
    assert FLOOR[upward.other] >= FLOOR[upward.room]
    assert Import("link/socket.py", 1, "wingman.core.time", False).other == "core"


def test_every_wire_module_names_its_source() -> None:
    files = [
        *ROOT.rglob("*wire.py"),
        ROOT / "audio/rtp_clock.py",
        ROOT / "audio/reorder.py",
        ROOT / "transports/sdp.py",
        ROOT / "transports/ice_fragment.py",
        ROOT / "transports/whip_client.py",
        ROOT / "server/routes/whip.py",
        ROOT / "llm/sse.py",
        ROOT / "llm/chat_reply.py",
        ROOT / "llm/openai.py",
        ROOT / "events/webhooks.py",
        ROOT / "stt/deepgram/token.py",
        ROOT / "emotion/hume_v0/batch.py",
    ]
    silent = [
        path.relative_to(ROOT).as_posix()
        for path in files
        if "Source:" not in (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "")
    ]
    assert not silent, f"name document and section in the docstring of {', '.join(silent)}"


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "docs/architecture.md"])
def test_the_pages_name_every_room(page: str) -> None:
    told = (ROOT.parent / page).read_text(encoding="utf-8")
    silent = sorted(room for room in FLOOR if f"`{room}/" not in told and f"`{room}.py`" not in told)
    assert not silent, f"{page} says nothing of {', '.join(silent)}"


def test_the_architecture_page_has_each_room_on_its_floor() -> None:
    told = (ROOT.parent / "docs/architecture.md").read_text(encoding="utf-8")
    rows = {room: int(floor) for floor, room in re.findall(r"^\| (\d+) \| `(\w+)/` \|", told, re.MULTILINE)}
    assert rows == {room: floor + 1 for room, floor in FLOOR.items()}


def test_the_paths_of_the_architecture_page_exist() -> None:
    told = (ROOT.parent / "docs/architecture.md").read_text(encoding="utf-8").split("by the names alone:")[1]
    paths = [path for line in told.split("\n\n")[1].splitlines() for path in line.split("`")[1::2]]
    assert len(paths) > 15
    gone = [path for path in paths if not (ROOT / f"{path}.py").exists() and not (ROOT / path).is_dir()]
    assert not gone, f"there is no {', '.join(gone)}"


def test_a_measurement_needs_no_test_module() -> None:
    """What tests and measurements share is in `tests/support`: a test can be rewritten and breaks no figure."""
    scripts = ROOT.parent / "scripts"
    strays = [
        f"scripts/{path.relative_to(scripts)} imports {module}"
        for path in sorted(scripts.rglob("*.py"))
        for _, module, _ in imports_in(ast.parse(path.read_text(encoding="utf-8")).body, late=False)
        if module.startswith("tests.") and any(part.startswith("test_") for part in module.split("."))
    ]
    assert not strays, "move what they share to tests/support:\n  " + "\n  ".join(strays)
