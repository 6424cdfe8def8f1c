"""What a glance at the overlay finds: how large, plain and alone the next sentence to say stands there."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Page

MEASURE = r"""() => {
  const overlay = document.querySelector(".overlay");
  const answer = overlay.querySelector(".card-answer");
  const seen = (node) => {
    if (!node.checkVisibility({opacityProperty: true, visibilityProperty: true})) return false;
    const box = node.getBoundingClientRect();
    const pane = node.closest(".main, .transcript-scroll, .overlay").getBoundingClientRect();
    return box.width > 1 && box.height > 1 && box.bottom > pane.top + 4 && box.top < pane.bottom - 4;
  };
  const texts = [...overlay.querySelectorAll("*")].filter(
    (node) => [...node.childNodes].some((n) => n.nodeType === 3 && n.data.trim()) && seen(node)
  );
  const size = (node) => parseFloat(getComputedStyle(node).fontSize);
  const light = (color) => {
    const linear = (v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    const [r, g, b] = color.match(/[\d.]+/g).map((v) => linear(v / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (node, ground) => {
    const [a, b] = [light(getComputedStyle(node).color), light(getComputedStyle(ground).backgroundColor)];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  };
  const range = document.createRange();
  range.selectNodeContents(answer);
  const lines = new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size;
  const card = answer.closest(".card");
  return {
    text: size(answer),
    next: Math.max(...texts.filter((node) => node !== answer).map(size)),
    smallest: Math.min(...texts.map(size)),
    contrast: contrast(answer, card),
    quietest: contrast(card.querySelector(".card-when"), card),
    line: answer.textContent.length / lines,
    top: answer.getBoundingClientRect().top - overlay.getBoundingClientRect().top,
    controls: [...overlay.querySelectorAll("button, input, summary")].filter(seen).length,
    words: texts.flatMap((node) => [...node.childNodes])
      .filter((n) => n.nodeType === 3).flatMap((n) => n.data.trim().split(/\s+/)).length,
  };
}"""


@dataclass(frozen=True)
class Glance:
    """Sizes in CSS pixels, contrast as WCAG's ratio."""

    text: float
    """Size of the newest card's text."""
    next: float
    """Size of the next largest text in sight."""
    smallest: float
    contrast: float
    """Of the newest card's text with its card."""
    quietest: float
    """Of the quietest text on that card."""
    line: float
    """Characters in a line of the newest card's text."""
    top: float
    """From the overlay's upper edge to that text."""
    controls: int
    words: int
    """In sight, of all text."""


def glance(page: Page) -> Glance:
    """Measure the overlay of `page`, which shows at least one card."""
    return Glance(**page.evaluate(MEASURE))
