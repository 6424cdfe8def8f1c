"""The floors of the rooms, and every import there is."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import wingman

ROOT = Path(wingman.__file__).parent
FLOORS = (
    {"core"},
    {"config", "testing", "sandbox", "egress"},
    {"audio"},
    {"transports", "correlate", "llm", "link", "local", "events", "observe"},
    {"stt", "emotion", "suggest", "archive", "cluster"},
    {"report"},
    {"meeting"},
    {"server", "replay", "client"},
    {"app"},
    {"bench"},
    {"commands"},
)
"""From the ground up. A room is a folder of `wingman/` or a module at its root."""
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}


@dataclass(frozen=True, slots=True)
class Import:
    file: str
    line: int
    module: str
    late: bool
    """Inside a function."""

    @property
    def room(self) -> str:
        """The importing room."""
        return self.file.split("/")[0].removesuffix(".py")

    @property
    def other(self) -> str:
        """The imported room; empty for a name of `wingman` itself."""
        parts = self.module.split(".")
        return parts[1] if len(parts) > 1 and parts[1] in FLOOR else ""


def _modules(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        if node.module == "wingman":
            yield from (f"wingman.{alias.name}" for alias in node.names)
        else:
            yield node.module


def imports_in(body: Iterable[ast.AST], late: bool) -> Iterator[tuple[int, str, bool]]:
    """Line, module, and whether it is in a function. Imports are statements: no expression is looked into."""
    for node in body:
        if isinstance(node, ast.stmt):
            yield from ((node.lineno, module, late) for module in _modules(node))
        elif not isinstance(node, ast.excepthandler | ast.match_case):
            continue
        inside = late or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        yield from imports_in(ast.iter_child_nodes(node), inside)


@cache
def every_import() -> tuple[Import, ...]:
    """All imports of the product."""
    return tuple(
        Import(path.relative_to(ROOT).as_posix(), *found)
        for path in sorted(ROOT.rglob("*.py"))
        for found in imports_in(ast.parse(path.read_text(encoding="utf-8")).body, late=False)
    )


@cache
def our_imports() -> tuple[Import, ...]:
    """Those of the product itself."""
    return tuple(i for i in every_import() if i.module.split(".")[0] == "wingman")
