// How a reading of a voice is shown: a mark whose shape and colour say the family, and words. Never colour alone; "not
// clear" is shown as such. A meter of energy says louder or calmer than usual, and nothing of how somebody feels.

import { h, setChildren, setText } from "./dom.js";
import { lookWords, wordingWords } from "./looks.js";
import { ENERGY_METER, FAMILIES } from "./state.js";
import { energyWords, FAMILY_WORDS, readingName, speakerName, toneAge, TREND_WORDS } from "./strings.js";

const STRENGTHS = ["weak", "moderate", "strong"];
const BANDS = ["weakly perceived", "moderately perceived", "strongly perceived", "very strongly perceived"];

const ENERGY_MARKS = { engaged: "louder", "low-energy": "calmer" };

const isEnergy = (reading) => reading.source === ENERGY_METER;

/** The mark's kind: a family, or for energy `louder`, `calmer` or `usual`. */
export function markOf(reading) {
  if (reading.status !== "known") return "unknown";
  if (isEnergy(reading)) return ENERGY_MARKS[reading.family] || "usual";
  return FAMILIES.includes(reading.family) ? reading.family : "unknown";
}

/** The mark alone (decorative). */
export function mark(family) {
  return h("span", { class: "mark", "aria-hidden": "true", data: { family } });
}

/** The badge of one utterance, or null where there is nothing to say. */
export function badge(reading) {
  if (!reading || reading.status === "off") return null;
  if (reading.status === "pending")
    return h(
      "span",
      { class: "badge pending", title: "Tone follows in a moment" },
      h("span", { class: "quiet", text: "···", "aria-hidden": "true" }),
    );
  const family = markOf(reading);
  const words = readingWords(reading);
  const title = reading.source ? `${words}, by ${reading.source}` : words;
  const unclear = isEnergy(reading) ? "not clear" : "tone unclear";
  const label = isEnergy(reading) ? words : reading.label;
  return h(
    "span",
    { class: "badge", data: { family }, title, role: "img", "aria-label": `${readingName(reading)}: ${words}` },
    mark(family),
    h("span", { class: "badge-label", text: reading.status === "known" ? label : unclear }),
    // A strong "neutral" would say nothing, and words say how loud a voice is
    reading.status === "known" && family !== "neutral" && !isEnergy(reading) ? bars(reading) : null,
  );
}

/** `confusion (doubtful, strong)`, `louder than usual`, or that it is not clear. */
export function readingWords(reading) {
  if (reading.status !== "known") return "not clear";
  if (isEnergy(reading)) return energyWords(reading);
  const family = FAMILY_WORDS[reading.family] || reading.family;
  // A provider's own words for a score say more than three steps of ours.
  const strength = reading.family === "neutral" ? "" : reading.band || reading.strength;
  const parts = [family === reading.label ? "" : family, strength].filter(Boolean);
  return parts.length ? `${reading.label} (${parts.join(", ")})` : reading.label;
}

/** What is known beside the tone of a voice, each as text of its own with who measured it; never one score. */
export function besideVoice({ emotion, language, face }) {
  const attributes = emotion?.attributes?.map(({ label }) => label).join(", ");
  const parts = [
    [attributes && `voice ${attributes}`, emotion],
    [wordingWords(language), language],
    [lookWords(face), face],
  ];
  return parts
    .filter(([text]) => text)
    .map(([text, { source, band }]) =>
      h("span", { class: "beside", title: [band, source && `by ${source}`].filter(Boolean).join(", "), text: `[${text}]` }),
    );
}

/** A laugh or a sigh beside the words of a line. */
export const soundMark = (sound) => h("span", { class: "sound", text: ` [${sound.word}]` });

/** How strong a reading is: which of three steps, or of four where the provider has words of its own; 0 for none. */
export function stepOf({ strength, band }) {
  const steps = BANDS.includes(band) ? BANDS : STRENGTHS;
  return { level: steps.indexOf(steps === BANDS ? band : strength) + 1, steps: steps.length };
}

function bars(reading) {
  const { level, steps } = stepOf(reading);
  if (!level) return null;
  const data = { level: String(level), steps: String(steps) };
  return h("span", { class: "bars", "aria-hidden": "true", data }, ...Array.from({ length: steps }, () => h("i")));
}

/** The counterpart's tone in the header: newest badge, the last few marks, and for a mood the direction, or its age. */
export class MoodView {
  constructor() {
    this.badge = h("span", { class: "mood-now" });
    this.trail = h("span", { class: "trail", "aria-hidden": "true" });
    this.trend = h("span", { class: "trend" });
    this.node = h(
      "div",
      { class: "mood", role: "group", "aria-label": "Tone of the others", hidden: true },
      this.badge,
      this.trail,
      this.trend,
    );
    this.shown = null;
  }

  /** `now` as `MeetingModel.now` tells it. */
  render(state, now) {
    const { reading, trail, trend, speaker } = state.counterpart;
    const age = toneAge(state, now);
    this.node.hidden = !reading;
    const key = reading && JSON.stringify([reading, trail, trend, speaker, state.names, age]);
    if (!reading || key === this.shown) return;
    this.shown = key;
    const who = speakerName(speaker, state.names);
    setChildren(
      this.badge,
      [h("span", { class: "who", dir: "auto", title: who, text: who }), badge(reading)].filter(Boolean),
    );
    setChildren(
      this.trail,
      trail.map((m) => mark(markOf({ status: m.family === "unknown" ? "unknown" : "known", ...m }))),
    );
    // What is minutes old goes nowhere any more
    setText(this.trend, age || TREND_WORDS[trend]);
    this.trend.dataset.trend = age ? "none" : trend;
  }
}
