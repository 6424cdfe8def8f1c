"""What a change of a JSON Schema does to whoever reads by the old one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def breaking(old: Any, new: Any, where: str = "") -> list[str]:
    """What a reader of `old` would trip over in `new`; empty when all changes are additions."""
    found: list[str] = []
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key, value in old.items():
            if key in ("description", "title"):
                continue
            here = f"{where}/{key}"
            if key not in new:
                found.append(f"{here} is gone")
            elif key == "enum":
                found += [f"{here} lost {item!r}" for item in value if item not in new[key]]
            elif key == "oneOf":
                kinds = {item["title"]: item for item in new[key]}
                for item in value:
                    found += breaking(item, kinds.get(item["title"], {}), f"{here}/{item['title']}")
            else:
                found += breaking(value, new[key], here)
        return found
    if isinstance(old, list) and isinstance(new, list):
        return [f"{where} lost {item!r}" for item in old if item not in new]
    return [] if old == new else [f"{where} changed from {old!r} to {new!r}"]
