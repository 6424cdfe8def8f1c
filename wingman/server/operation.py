"""One method of one address as the OpenAPI document tells it, and the little schemas that several of them
share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from wingman.core.json import JsonMapping, JsonObject

SCHEMAS = "#/components/schemas/{name}"


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one address."""

    id: str
    summary: str
    answers: Mapping[int, Any] = field(default_factory=dict)
    """Status → schema of its JSON; a string names another media type; None means no body."""
    body: type[Any] | str | None = None
    """Dataclass of the JSON body, or the media type of another kind of body."""
    query: JsonMapping = field(default_factory=dict)
    open: bool = False
    """True when no token is needed."""
    refusals: Mapping[int, str] = field(default_factory=dict)
    """Status → when it is answered, where that is worth telling beyond the code itself."""
    example: str = ""
    """A body, as it may be sent."""


def ref(kind: type[Any]) -> dict[str, str]:
    return {"$ref": SCHEMAS.format(name=kind.__name__)}


def listing(name: str, kind: type[Any] | None = None) -> JsonObject:
    items: JsonObject = ref(kind) if kind else {"type": "object"}
    return {"type": "object", "properties": {name: {"type": "array", "items": items}}, "required": [name]}


def record(*names: str, **types: str) -> JsonObject:
    kinds = dict.fromkeys(names, "string") | types
    return {"type": "object", "properties": {n: {"type": t} for n, t in kinds.items()}, "required": list(kinds)}


def number(least: int, most: int, default: int) -> JsonObject:
    return {"type": "integer", "minimum": least, "maximum": most, "default": default}
