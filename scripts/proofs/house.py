"""The shape of the code: rooms and floors, sizes, types, docstrings, tests beside modules, wheel, suite."""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from scripts.proofs.figures import Figure, progress
from tests.support import layers

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "wingman"
Node = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass
class Shape:
    """What one pass over the source finds."""

    lines: list[int] = field(default_factory=list)
    functions: list[tuple[int, str]] = field(default_factory=list)
    classes: list[tuple[int, str]] = field(default_factory=list)
    any_names: int = 0
    public: int = 0
    undocumented: int = 0
    untested: list[str] = field(default_factory=list)


def measure() -> list[Figure]:
    progress("reading the source")
    shape = _shape()
    ours = layers.our_imports()
    rooms = {i.room for i in ours if i.room in layers.FLOOR} | {i.other for i in ours if i.other}
    up = [
        i
        for i in ours
        if i.other
        and i.other != i.room
        and i.room in layers.FLOOR
        and layers.FLOOR[i.other] >= layers.FLOOR[i.room]
    ]
    longest_function, longest_class = max(shape.functions), max(shape.classes)
    figures = [
        Figure("rooms", len(rooms), 28, "<="),
        Figure("floors", len(layers.FLOORS), 12, "<="),
        Figure("arrows back up", len(up), 0, "=="),
        Figure("rings of rooms", _rings(), 0, "=="),
        Figure("modules loose at the root", len([p for p in SOURCE.glob("*.py") if p.stem[0] != "_"]), 1, "<="),
        Figure(
            "imports of wingman inside functions",
            len([i for i in ours if i.late]),
            note="each file has a reason",
        ),
        Figure("files", len(shape.lines)),
        Figure("median file", statistics.median(shape.lines), unit="lines"),
        Figure("longest file", max(shape.lines), unit="lines"),
        Figure(
            "longest function", longest_function[0], layers.LONGEST_FUNCTION, "<=", "lines", longest_function[1]
        ),
        Figure("longest class", longest_class[0], layers.LONGEST_CLASS, "<=", "lines", longest_class[1]),
        Figure("Any per 1,000 lines", 1000 * shape.any_names / sum(shape.lines), 4, "<="),
        Figure("public without docstring", 100 * shape.undocumented / shape.public, 12, "<=", "%"),
        Figure("modules without own tests", len(shape.untested), 25, "<=", "", ", ".join(shape.untested[:25])),
    ]
    progress("types over wingman, tests and scripts")
    figures.append(Figure("mypy errors", _mypy_errors(), 0, "=="))
    progress("the wheel in an environment of its own")
    figures.append(Figure("wheel runs", _passes("tests/packaging"), 1, "=="))
    progress("the whole suite")
    began = time.monotonic()
    suite = subprocess.run(["scripts/test"], cwd=ROOT, capture_output=True, text=True, check=False)
    failed = re.findall(r"^(?:FAILED|ERROR) (\S+)", suite.stdout, re.MULTILINE)
    figures.append(Figure("the suite passes", int(suite.returncode == 0), 1, "==", note=", ".join(failed)))
    figures.append(Figure("suite", time.monotonic() - began, 300, "<=", "s"))
    return figures


def _shape() -> Shape:
    shape = Shape()
    for path in sorted(SOURCE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        tree = ast.parse(text)
        shape.lines.append(text.count("\n"))
        shape.any_names += sum(isinstance(node, ast.Name) and node.id == "Any" for node in ast.walk(tree))
        for node in ast.walk(tree):
            if isinstance(node, Node):
                into = shape.classes if isinstance(node, ast.ClassDef) else shape.functions
                into.append(((node.end_lineno or 0) - node.lineno + 1, f"{path.relative_to(ROOT)}:{node.name}"))
        for node in _public(tree):
            shape.public += 1
            shape.undocumented += ast.get_docstring(node) is None
        if _does_something(tree) and not _own_test(path).exists():
            shape.untested.append(path.relative_to(SOURCE).as_posix())
    return shape


def _public(tree: ast.Module | ast.ClassDef) -> Iterator[Node]:
    """Public functions, classes and methods; one that fulfils a Protocol's documented one counts as well."""
    for node in tree.body:
        if isinstance(node, Node) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from _public(node)


def _does_something(tree: ast.Module) -> bool:
    """Declarations (settings, seams, tables of words) have nothing to test: no function has a statement."""
    return any(
        not isinstance(statement, ast.Pass)
        and not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for statement in node.body
    )


def _own_test(path: Path) -> Path:
    here = path.relative_to(SOURCE)
    return ROOT / "tests" / here.parent / f"test_{here.name}"


def _rings() -> int:
    """Rooms that reach themselves over their imports."""
    graph: dict[str, set[str]] = {}
    for each in layers.our_imports():
        if each.other and each.other != each.room:
            graph.setdefault(each.room, set()).add(each.other)

    def reaches(start: str) -> bool:
        seen, todo = set[str](), [start]
        while todo:
            for after in graph.get(todo.pop(), ()):
                if after == start:
                    return True
                if after not in seen:
                    seen.add(after)
                    todo.append(after)
        return False

    return sum(reaches(room) for room in graph)


def _mypy_errors() -> int:
    done = _run("-m", "mypy")
    found = re.search(r"Found (\d+) error", done.stdout)
    return int(found[1]) if found else int(done.returncode != 0)


def _passes(*arguments: str) -> int:
    return int(_run("-m", "pytest", "-q", *arguments).returncode == 0)


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
