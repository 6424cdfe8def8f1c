// Which meeting this tab was capturing, so that a reload can go on with it. Lives as long as the tab.

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
