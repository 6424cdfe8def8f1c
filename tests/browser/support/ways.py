"""The ways a page is looked at: light and dark, on a phone, from right to left, with text twice the size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tests.browser.support.axe import violations

if TYPE_CHECKING:
    from playwright.sync_api import Page

SETTLED_MS = 400
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@dataclass(frozen=True)
class Way:
    """How a page is shown."""

    scheme: Literal["light", "dark"]
    width: int = 1280
    direction: str = "ltr"
    text: int = 100
    """Per cent of the usual size."""

    def __str__(self) -> str:
        return f"{self.scheme} {self.width} px {self.direction} {self.text} %"

    def findings(self, page: Page, source: str) -> list[str]:
        """What the checker calls serious, and by how much the page is wider than its window."""
        page.emulate_media(color_scheme=self.scheme, reduced_motion="reduce")
        page.set_viewport_size({"width": self.width, "height": 820})
        page.evaluate(f"document.documentElement.dir = '{self.direction}'")
        page.evaluate(f"document.documentElement.style.fontSize = '{self.text}%'")
        page.wait_for_timeout(SETTLED_MS)
        wide = page.evaluate(TOO_WIDE)
        return [*([f"{wide} px too wide"] if wide > 1 else []), *violations(page, source)]


WAYS = (
    Way("light"),
    Way("dark"),
    Way("light", 380),
    Way("dark", 1280, "rtl"),
    Way("light", 380, "rtl"),
    Way("light", 1280, "ltr", 200),
    Way("dark", 380, "ltr", 200),
)
