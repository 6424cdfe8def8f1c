"""YAML in which a value is what it looks like. Pure.

YAML 1.1 takes `12:30` for 750, `010` for 8 and `2026-02-30` for a date that it then cannot make, which ends
in an error of Python's. Here only decimal numbers are numbers (of as many digits as a computer counts with);
times, dates and everything else are text.

Source: YAML 1.2.2, section 10.3 (the core schema), without its octal and hexadecimal numbers, and without what
it reads otherwise than it looks or than YAML 1.1 did: `010` and `1e5` are text, and with `words=False` `True`.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

BOOL, INT, FLOAT, DATE = (f"tag:yaml.org,2002:{name}" for name in ("bool", "int", "float", "timestamp"))
_BEGINNINGS = list("-+.0123456789")
_WHOLE = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})\Z")
_BROKEN = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,4})?\Z|[-+]?\.(?:inf|nan)\Z")
_TRUTH = re.compile(r"(?:true|false)\Z")


def plain(loader: Any, *, words: bool = True) -> Any:
    """A loader like `loader`, one of PyYAML's safe ones. `words`: `yes`, `no`, `on` and `off` stay booleans."""
    found: Any = type(f"Plain{loader.__name__}", (loader,), {})
    given_up = {INT, FLOAT, DATE} if words else {INT, FLOAT, DATE, BOOL}
    found.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag not in given_up]
        for first, resolvers in loader.yaml_implicit_resolvers.items()
    }
    found.add_implicit_resolver(INT, _WHOLE, _BEGINNINGS)
    found.add_implicit_resolver(FLOAT, _BROKEN, _BEGINNINGS)
    if not words:
        found.add_implicit_resolver(BOOL, _TRUTH, list("tf"))
    return found


class RefusedError(yaml.constructor.ConstructorError):
    """YAML that says nothing a setting can say; `problem` is what, and the mend."""


class _Settings(yaml.SafeLoader):
    """Refuses a mapping with a key twice (what it says first would be lost without a word), and tags."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]  # PyYAML's stubs leave it out
        tag = getattr(event, "tag", None)
        if tag not in (None, "!"):
            shown = str(tag).replace("tag:yaml.org,2002:", "!!")[:40]
            problem = f"the tag `{shown}` stands there; write a plain value, or a text in quotes"
            raise RefusedError(None, None, problem, event.start_mark)
        return super().compose_node(parent, index)

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        node: yaml.MappingNode = super().compose_mapping_node(anchor)
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue
            if key.value in seen:
                problem = f"`{key.value[:40]}` stands there twice; take one out"
                raise RefusedError(None, None, problem, key.start_mark)
            seen.add(key.value)
        return node


_SETTINGS = plain(_Settings, words=False)


def read(text: str) -> Any:
    """A document of ours as plain values. Raises `YAMLError`, or `ValueError` for what cannot be a value."""
    try:
        return yaml.load(text, _SETTINGS)
    except RecursionError:
        raise ValueError("nested too deeply") from None
