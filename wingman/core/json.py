"""JSON as it was parsed: what an object holds is not known until somebody has looked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

JsonObject: TypeAlias = dict[str, Any]
"""An object that may be written to."""

JsonMapping: TypeAlias = Mapping[str, Any]
"""An object that is only read."""

NOT_JSON = (ValueError, RecursionError)
"""What a parser raises for a stranger's bytes: no JSON, no text, endless digits, brackets without end."""
