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
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
LONGEST_FUNCTION, LONGEST_CLASS = 42, 320
"""Lines, its docstring and all: what fits on a screen, and what a reader keeps in mind."""
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
def modules() -> dict[str, ast.Module]:
    """Every file of the product, read."""
    found = {path.relative_to(ROOT).as_posix(): path for path in sorted(ROOT.rglob("*.py"))}
    return {file: ast.parse(path.read_text(encoding="utf-8")) for file, path in found.items()}


@cache
def every_import() -> tuple[Import, ...]:
    """All imports of the product."""
    return tuple(
        Import(file, *found) for file, tree in modules().items() for found in imports_in(tree.body, late=False)
    )


def definitions(body: Iterable[ast.AST]) -> Iterator[Definition]:
    """Functions and classes, wherever they stand. Like imports they are statements."""
    for node in body:
        if isinstance(node, Definition):
            yield node
        if isinstance(node, ast.stmt | ast.excepthandler | ast.match_case):
            yield from definitions(ast.iter_child_nodes(node))


@cache
def our_imports() -> tuple[Import, ...]:
    """Those of the product itself."""
    return tuple(i for i in every_import() if i.module.split(".")[0] == "wingman")
