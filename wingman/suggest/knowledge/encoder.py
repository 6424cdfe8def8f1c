"""The seam to a sentence encoder: texts in, unit vectors out, never on the event loop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

Vectors: TypeAlias = NDArray[np.float32]
"""One row per text, each of length 1; the product of two rows is their cosine."""
Purpose: TypeAlias = Literal["query", "passage"]
"""What a text is compared as: something said, or something written down."""


class Encoder(Protocol):
    """One sentence encoder of the process, local or behind HTTP."""

    @property
    def name(self) -> str:
        """Model and origin, as `doctor` shows it."""
        ...

    @property
    def remote(self) -> bool:
        """True when texts leave this machine."""
        ...

    async def encode(self, texts: Sequence[str], purpose: Purpose) -> Vectors:
        """One vector per text, in order. Raises `ProviderFault`; a cancelled call is given up."""
        ...

    async def aclose(self) -> None:
        """Let go of what it holds; a later call takes it up again."""
        ...
