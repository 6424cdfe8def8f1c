// The overlay in a small window that stays on top (Document Picture-in-Picture), or a normal one elsewhere.

import { HOME } from "./session.js";

const SIZE = { width: 400, height: 640 };

export const canFloat = () => "documentPictureInPicture" in globalThis;

/**
 * Move `overlay` into a floating window; it comes back to `home` when that window closes.
 * Must be called in a user's click. @returns {Promise<Window>}
 */
export async function float(overlay, home, closed) {
  const window = await documentPictureInPicture.requestWindow(SIZE);
  const { document: inner } = window;
  inner.title = "Wingman";
  inner.documentElement.lang = "en";
  inner.body.className = "wm overlay-page";
  for (const sheet of document.querySelectorAll("link[rel=stylesheet]")) {
    const link = inner.createElement("link");
    link.rel = "stylesheet";
    link.href = sheet.href;
    inner.head.append(link);
  }
  overlay.mount(inner.body);
  inner.addEventListener("keydown", (event) => event.target === inner.body && overlay.key(event));
  window.addEventListener("pagehide", () => {
    overlay.mount(home);
    closed();
  });
  return window;
}

/** Where there is no floating window: the overlay page in a narrow one. */
export function popUp(meeting) {
  return open(
    `${HOME}/overlay?meeting=${encodeURIComponent(meeting)}`,
    "wingman-overlay",
    `popup,width=${SIZE.width},height=${SIZE.height}`,
  );
}
