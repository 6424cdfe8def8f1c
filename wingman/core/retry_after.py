"""How long a service asks to be left alone. Pure.

Source: RFC 9110, section 10.2.3 (`Retry-After`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

LONGEST_S = 3600.0
"""However long it asks for: a meeting may still go on then."""
_SECONDS = re.compile(r"[0-9]{1,9}(?:\.[0-9]*)?")


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds of the header (names in lower case), an hour at most; None when absent, a date, or nonsense."""
    text = headers.get("retry-after", "").strip()
    return min(float(text), LONGEST_S) if _SECONDS.fullmatch(text) else None
