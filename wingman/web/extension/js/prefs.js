// What the overlay remembers on this device: look and layout, nothing of what was said.

import { isKey } from "./keys.js";

const KEY = "wingman.overlay";

export const THEMES = { auto: "As the system", light: "Light", dark: "Dark" };

export const DEFAULTS = { theme: "auto", size: 15, opacity: 100, transcript: true, verbosity: "balanced", keys: {} };
const WORD = /^[a-z-]{1,20}$/;
export const SIZES = [13, 14, 15, 16, 18, 20, 23];

// A blocked `localStorage` (private windows, sandboxed frames) only means that nothing is remembered.

function stored() {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "null") || {};
  } catch {
    return {};
  }
}

function keep(values) {
  try {
    localStorage.setItem(KEY, JSON.stringify(values));
  } catch {
    // Remembering is a comfort; without storage the page works all the same.
  }
}

export const pageStore = { read: stored, write: keep };

/** How much Wingman should say, where the user has set it on this device; else empty. */
export const chosenVerbosity = () => valid(pageStore.read()).verbosity ?? "";

export class Preferences {
  constructor(store = pageStore) {
    this.store = store;
    this.values = { ...DEFAULTS, ...valid(store.read()) };
  }

  get(name) {
    return this.values[name];
  }

  set(name, value) {
    this.values = { ...this.values, ...valid({ [name]: value }) };
    this.store.write(this.values);
  }

  /** One step larger (`+1`) or smaller (`-1`). */
  resize(step) {
    const at = SIZES.indexOf(this.values.size);
    this.set("size", SIZES[Math.min(SIZES.length - 1, Math.max(0, at + step))]);
  }

  /** Put the look on the overlay's root element. */
  apply(root) {
    const { theme, size, opacity } = this.values;
    if (theme === "auto") delete root.dataset.theme;
    else root.dataset.theme = theme;
    root.style.setProperty("--size", `${size / 16}rem`);
    root.style.setProperty("--panel-alpha", `${opacity}%`);
  }
}

/** What was stored by an older version, or edited by hand, must not break the page. */
function valid(values) {
  const checks = {
    theme: (v) => Object.hasOwn(THEMES, v),
    size: (v) => SIZES.includes(v),
    opacity: (v) => Number.isFinite(v) && v >= 40 && v <= 100,
    transcript: (v) => typeof v === "boolean",
    keys: (v) => typeof v === "object" && v !== null && Object.values(v).every(isKey),
    verbosity: (v) => typeof v === "string" && WORD.test(v),
  };
  return Object.fromEntries(Object.entries(values).filter(([name, value]) => checks[name]?.(value)));
}
