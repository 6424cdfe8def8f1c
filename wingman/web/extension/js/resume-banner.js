// Which meeting this tab was capturing, so that a reload can go on with it. Lives as long as the tab.

import { h } from "./dom.js";

const KEY = "wingman.capture";

/** @param {{meeting: string, sources: string[], spec: object}} running */
export function remember(running) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(running));
  } catch {
    // Without storage a reload begins afresh; nothing else depends on it.
  }
}

export function forget() {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // See `remember`.
  }
}

/** What was remembered, or null. */
export function recall() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY));
  } catch {
    return null;
  }
}

/** What a reloaded page offers. */
export function resumeBanner(title, { goOn, end }) {
  const button = (props, text, click) => h("button", { type: "button", ...props, text, on: { click } });
  return h(
    "div",
    { class: "resume", role: "status" },
    h("p", { text: `“${title || "Your meeting"}” is still running, and nothing is being listened to.` }),
    h(
      "div",
      { class: "row" },
      button({ class: "primary", id: "go-on" }, "Share again and go on", goOn),
      button({ class: "quiet" }, "End it", end),
    ),
  );
}
