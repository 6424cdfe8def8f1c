"""What the `scripts/prove_*.py` share: figures with targets, a table for people, one JSON line for machines."""

from __future__ import annotations

import json
import operator
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number. Without a target it is shown but decides nothing."""

    name: str
    value: float
    target: float | None = None
    op: str = "<="
    unit: str = ""
    note: str = ""

    @property
    def ok(self) -> bool:
        return self.target is None or OPERATORS[self.op](self.value, self.target)


def report(name: str, figures: Sequence[Figure], argv: Sequence[str] = ()) -> int:
    """Print the figures (`--json`: one line) and return the exit status: 0 only when all targets hold."""
    ok = all(figure.ok for figure in figures)
    if "--json" in argv:
        targets = {f.name: f"{f.op} {_number(f.target)}" for f in figures if f.target is not None}
        values = {f.name: _rounded(f.value) for f in figures}
        print(json.dumps({"name": name, "figures": values, "targets": targets, "ok": ok}))
        return 0 if ok else 1
    width = max((len(f.name) for f in figures), default=0)
    print(f"{name}\n")
    for f in figures:
        goal = f"{f.op} {_number(f.target)} {f.unit}".strip() if f.target is not None else ""
        mark = "" if f.target is None else ("ok" if f.ok else "MISSED")
        value = f"{_number(f.value)} {f.unit}".strip()
        print(f"  {f.name:<{width}}  {value:>16}  {goal:>16}  {mark:<6}  {f.note}".rstrip())
    print(f"\n{'all targets hold' if ok else 'a target was missed'}")
    return 0 if ok else 1


def _rounded(value: float) -> float:
    return float(f"{value:.6g}")


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}" if abs(value) < 10_000 else f"{value:.0f}"


def progress(text: str) -> None:
    """Say what is being measured, on stderr, so that `--json` stays one line."""
    print(text, file=sys.stderr, flush=True)
