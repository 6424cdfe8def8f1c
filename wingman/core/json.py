"""JSON as it was parsed: what an object holds is not known until somebody has looked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

JsonObject: TypeAlias = dict[str, Any]
"""An object that may be written to."""

JsonMapping: TypeAlias = Mapping[str, Any]
"""An object that is only read."""
