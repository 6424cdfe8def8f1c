// How a mood is shown: a mark whose shape and colour say the family, the label, and three strength bars.
// Never colour alone; "not clear" is shown as such.

import { h, setChildren, setText } from "./dom.js";
import { FAMILIES } from "./state.js";
import { FAMILY_WORDS, speakerName, TREND_WORDS } from "./strings.js";

const STRENGTHS = ["weak", "moderate", "strong"];

export const familyOf = (reading) =>
  reading.status === "known" && FAMILIES.includes(reading.family) ? reading.family : "unknown";

/** The family's mark alone (decorative). */
export function mark(family) {
  return h("span", { class: "mark", "aria-hidden": "true", data: { family } });
}

/** The badge of one utterance, or null where there is nothing to say. */
export function badge(reading) {
  if (!reading || reading.status === "off") return null;
  if (reading.status === "pending")
    return h(
      "span",
      { class: "badge pending", title: "Mood follows in a moment" },
      h("span", { class: "quiet", text: "···", "aria-hidden": "true" }),
    );
  const family = familyOf(reading);
  const words = readingWords(reading);
  return h(
    "span",
    { class: "badge", data: { family }, title: words, role: "img", "aria-label": `Mood: ${words}` },
    mark(family),
    h("span", { class: "badge-label", text: reading.status === "known" ? reading.label : "mood unclear" }),
    // A strong "neutral" would say nothing
    reading.status === "known" && family !== "neutral" ? bars(reading.strength) : null,
  );
}

/** `confusion (doubtful, strong)`, or that it is not clear. */
export function readingWords(reading) {
  if (reading.status !== "known") return "not clear";
  const family = FAMILY_WORDS[reading.family] || reading.family;
  const parts = [family === reading.label ? "" : family, reading.strength].filter(Boolean);
  return parts.length ? `${reading.label} (${parts.join(", ")})` : reading.label;
}

function bars(strength) {
  const level = STRENGTHS.indexOf(strength) + 1;
  if (!level) return null;
  return h(
    "span",
    { class: "bars", "aria-hidden": "true", data: { level: String(level) } },
    h("i"),
    h("i"),
    h("i"),
  );
}

/** The counterpart's mood in the header: newest badge, the last few marks, and the direction. */
export class MoodView {
  constructor() {
    this.badge = h("span", { class: "mood-now" });
    this.trail = h("span", { class: "trail", "aria-hidden": "true" });
    this.trend = h("span", { class: "trend" });
    this.node = h(
      "div",
      { class: "mood", role: "group", "aria-label": "Mood of the others", hidden: true },
      this.badge,
      this.trail,
      this.trend,
    );
    this.shown = null;
  }

  render(state) {
    const { reading, trail, trend, speaker } = state.counterpart;
    this.node.hidden = !reading;
    const key = reading && JSON.stringify([reading, trail, trend, speaker, state.names]);
    if (!reading || key === this.shown) return;
    this.shown = key;
    setChildren(
      this.badge,
      [h("span", { class: "who", text: speakerName(speaker, state.names) }), badge(reading)].filter(Boolean),
    );
    setChildren(
      this.trail,
      trail.map((m) => mark(m.family)),
    );
    setText(this.trend, TREND_WORDS[trend]);
    this.trend.dataset.trend = trend;
  }
}
