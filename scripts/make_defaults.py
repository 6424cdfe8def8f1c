"""Write configs/default.yaml from the settings classes: every field, its default and its one sentence.

.venv/bin/python scripts/make_defaults.py          # rewrite the file
.venv/bin/python scripts/make_defaults.py --check  # exit 1 when it is out of date
"""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from pathlib import Path
from typing import Any

import msgspec
import yaml

from wingman.config.section import Secret, Section
from wingman.config.settings import KEY_VARIABLES, Settings

PATH = Path(__file__).parent.parent / "configs" / "default.yaml"
HEAD = """\
# Every setting of Wingman with its default. Copy what you change into a file of your own and pass it with
# --config FILE; any setting can also be given as WINGMAN_SECTION__FIELD=value (WINGMAN_SERVER__PORT=9000).
# Written from the settings classes by scripts/make_defaults.py.
"""


def documents(section: type[Section]) -> dict[str, str]:
    """The sentence under each field of a section, read from its source."""
    body = ast.parse(textwrap.dedent(inspect.getsource(section))).body[0]
    assert isinstance(body, ast.ClassDef)
    found: dict[str, str] = {}
    for field, text in zip(body.body, body.body[1:], strict=False):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(text, ast.Expr)
            and isinstance(text.value, ast.Constant)
        ):
            found[field.target.id] = inspect.cleandoc(str(text.value.value))
    return found


def render(section: Section, indent: int = 0) -> list[str]:
    texts, pad, lines = documents(type(section)), "  " * indent, list[str]()
    for field in msgspec.structs.fields(section):
        if text := texts.get(field.name):
            width = 110 - len(pad)
            lines += [f"{pad}# {line}" for part in text.splitlines() for line in textwrap.wrap(part, width)]
        value = getattr(section, field.name)
        if isinstance(value, Section):
            lines += [f"{pad}{field.name}:", *render(value, indent + 1)]
        else:
            lines.append(f"{pad}{field.name}: {_scalar(value)}")
    return lines


def _scalar(value: Any) -> str:
    if isinstance(value, Secret):
        return '""'
    plain = msgspec.to_builtins(value)
    if isinstance(plain, list | tuple | dict):
        value = list(plain) if isinstance(plain, tuple) else plain
        return yaml.safe_dump(value, default_flow_style=True, width=1000, allow_unicode=True).strip()
    return yaml.safe_dump(plain, allow_unicode=True).removesuffix("\n...\n").strip()


def text() -> str:
    keys = "".join(
        f"#   {name:<17} {', '.join('.'.join(path) for path in paths)}\n"
        for name, paths in KEY_VARIABLES.items()
    )
    lines: list[str] = []
    for field in msgspec.structs.fields(Settings):
        lines += ["", f"{field.name}:", *render(getattr(Settings(), field.name), 1)]
    return f"{HEAD}# These variables fill their setting as well:\n{keys}" + "\n".join(lines) + "\n"


def main() -> int:
    if "--check" in sys.argv:
        return int(PATH.read_text(encoding="utf-8") != text())
    PATH.write_text(text(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
