"""YAML files of ours, validated whole: a mistake is one sentence with file, line, field and mend."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from typing import Any, TypeVar

import msgspec
import yaml

from wingman.config.plain_yaml import plain
from wingman.config.section import in_words
from wingman.core.errors import InputError
from wingman.suggest.playbook.signals import compile_phrase

Kind = TypeVar("Kind")
MOST_CHARACTERS, MOST_NODES, DEEPEST = 256 * 1024, 20_000, 20
"""What a file may hold; the largest of ours has 40 kB and some 2,000 nodes."""
_LOADER: Any = plain(getattr(yaml, "CSafeLoader", yaml.SafeLoader))
"""The fast one where the wheel has it: nothing moves while a file is read."""


def parse(text: str, origin: str, kind: type[Kind], what: str) -> tuple[Kind, dict[str, int]]:
    """The document as a `kind`, and the line of every field; `what` it should be, for error sentences."""
    tree, lines = _read(text, origin)
    try:
        return msgspec.convert(tree, kind), lines
    except msgspec.ValidationError as broken:
        raise _explain(broken, origin, lines, what) from None


def mistake(origin: str, lines: dict[str, int], where: str, sentence: str) -> InputError:
    """The error for the field at `where` (`$.triggers[0].priority`)."""
    known = where
    while known not in lines and len(known) > 1:
        known = known[: max(known.rfind("."), known.rfind("["), 1)]
    field = where.removeprefix("$").removeprefix(".") or "the file"
    return InputError(f"{origin}, line {lines.get(known, 1)}: `{field}` {sentence}", field=field)


def phrase_mistakes(phrase: str, where: str) -> Iterator[tuple[str, str]]:
    """What is wrong with a phrase to listen for, as (path, sentence)."""
    try:
        compile_phrase(phrase)
    except ValueError as broken:
        yield where, f"{broken}; write plain words"


def template_mistakes(text: str, where: str, variables: frozenset[str] | None) -> Iterator[tuple[str, str]]:
    """What is wrong with a text that may hold `{variable}`s; None allows every name."""
    if not text.strip():
        yield where, "is empty; write the words to show"
    try:
        used = [name for _, name, spec, conversion in string.Formatter().parse(text) if name is not None]
    except ValueError as broken:
        yield where, f"has a loose brace ({broken}); write `{{{{` for a literal one"
        return
    if any(spec or conversion for _, _, spec, conversion in string.Formatter().parse(text)):
        yield where, "may hold `{name}` alone; take out what follows the name in its braces"
        return
    for name in used:
        if name.isidentifier() and (variables is None or name in variables):
            continue
        known = ", ".join(sorted(variables or ()))
        yield where, f"uses the unknown variable `{{{name}}}`; define it in `variables` or use one of {known}"


def _read(text: str, origin: str) -> tuple[Any, dict[str, int]]:
    """The plain tree, and the line of every field by its path (`$.triggers[0].priority`)."""
    try:
        _within_budget(text, origin)
        loader = _LOADER(text)
        root = loader.get_single_node()
        tree = loader.construct_document(root) if root is not None else None
    except yaml.YAMLError as broken:
        mark = getattr(broken, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        problem = getattr(broken, "problem", None) or "it cannot be read"
        raise InputError(
            f"{origin}{where} is not valid YAML: {problem}; check indentation and quotes", field="playbook"
        ) from None
    if not isinstance(root, yaml.MappingNode):
        raise InputError(f"{origin} must hold fields such as `name:` and `triggers:`", field="playbook")
    lines: dict[str, int] = {}
    for path, line in _lines(root, "$"):
        if path in lines:
            raise InputError(
                f"{origin}, line {line}: `{path.rpartition('.')[2]}` stands there twice; take one out",
                field="playbook",
            )
        lines[path] = line
    return tree, lines


def _within_budget(text: str, origin: str) -> None:
    """A file may come from anywhere: what it costs is bounded before it is read. Raises `InputError`."""
    depth = 0
    if len(text) > MOST_CHARACTERS:
        raise InputError(f"{origin} is longer than {MOST_CHARACTERS} characters; shorten it", field="playbook")
    for nodes, event in enumerate(yaml.parse(text, Loader=_LOADER)):
        if isinstance(event, yaml.AliasEvent):
            raise InputError(f"{origin} uses an alias (`*name`); write the value out", field="playbook")
        if (tag := getattr(event, "tag", None)) is not None and tag != "!":
            shown = tag.replace("tag:yaml.org,2002:", "!!")[:40]
            raise InputError(f"{origin} uses the tag `{shown}`; write plain values and lists", field="playbook")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if nodes > MOST_NODES or depth > DEEPEST:
            raise InputError(f"{origin} holds too much or too deep a structure; simplify it", field="playbook")


def _lines(node: yaml.Node, path: str) -> Iterator[tuple[str, int]]:
    yield path, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield f"{path}.{key.value}", key.start_mark.line + 1
            for inner, line in _lines(value, f"{path}.{key.value}"):
                if inner != f"{path}.{key.value}":
                    yield inner, line
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _lines(value, f"{path}[{index}]")


def _explain(broken: msgspec.ValidationError, origin: str, lines: dict[str, int], what: str) -> InputError:
    reason, _, where = str(broken).partition(" - at `")
    where = where.rstrip("`") or "$"
    unknown = re.match(r"Object contains unknown field `(.+)`", reason)
    if unknown:
        return mistake(
            origin, lines, f"{where}.{unknown[1]}", f"is not a field of a {what}; remove or rename it"
        )
    missing = re.match(r"Object missing required field `(.+)`", reason)
    if missing:
        return mistake(origin, lines, where, f"lacks the field `{missing[1]}`; add it")
    return mistake(origin, lines, where, f"is wrong: {in_words(reason)}; change the value")
