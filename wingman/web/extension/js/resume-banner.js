// Which meeting this tab was capturing, so that a reload can go on with it. Lives as long as the tab.

import { h } from "./dom.js";

const KEY = "wingman.capture";

/** How long a page that was just left may keep its lock, in ms. */
const LEAVING = 1000;

/** @param {{meeting: string, sources: string[], spec: object, muted: string[]}} running */
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

const lockOf = (meeting) => `wingman.capture.${meeting}`;

/** Say to this browser's other tabs that this one listens. @returns {() => void} it does not any more */
export function held(meeting) {
  let done = () => {};
  const over = new Promise((resolve) => (done = () => resolve(undefined)));
  void globalThis.navigator.locks?.request(lockOf(meeting), () => over);
  return done;
}

/** Does another tab listen? A tab that is duplicated has its own copy of what was remembered. */
export async function isHeld(meeting) {
  try {
    await globalThis.navigator.locks?.request(lockOf(meeting), { signal: AbortSignal.timeout(LEAVING) }, () => {});
    return false;
  } catch {
    return true;
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
