"""The transcript keeps only the lines in sight in the page: this reads all of them by scrolling through."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

READ = """async () => {
  const scroll = document.querySelector(".transcript-scroll");
  const found = new Map();
  const frame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  for (let top = 0; ; top += scroll.clientHeight / 2) {
    scroll.scrollTop = top;
    await frame();
    for (const line of scroll.querySelectorAll(".line[aria-posinset]"))
      found.set(Number(line.getAttribute("aria-posinset")), [
        line.querySelector(".said")?.textContent ?? line.textContent,
        line.querySelector(".badge") !== null,
      ]);
    if (top > scroll.scrollHeight - scroll.clientHeight) break;
  }
  return [...found].sort((a, b) => a[0] - b[0]).map(([, line]) => line);
}"""


def all_lines(page: Page) -> list[str]:
    """What was said, line by line, oldest first."""
    return [text for text, _ in page.evaluate(READ)]


def badges(page: Page) -> int:
    """How many of all lines carry a badge."""
    return sum(badge for _, badge in page.evaluate(READ))
