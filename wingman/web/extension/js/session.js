// A browser's session lives under a secret path of its own (`/~o…/`), where alone its cookie is sent. Cookies know
// no port, local storage does: so the path is kept there, and no other program on this computer ever sees either.

const KEY = "wingman.session";

/** The session's part of this page's address, such as `/~oAbc`; empty outside a session. */
export const HOME = /^\/~[\w-]+/.exec(globalThis.location?.pathname ?? "")?.[0] ?? "";

/** The session this browser had last; empty when there is none. */
export function remembered() {
  try {
    return localStorage.getItem(KEY) ?? "";
  } catch {
    return ""; // storage is switched off
  }
}

/** The key that a page was opened with has become a cookie by now: keep it out of the address bar, history and screenshots. */
export function forgetKey() {
  const query = new URLSearchParams(location.search);
  if (!query.has("token")) return;
  query.delete("token");
  history.replaceState(null, "", location.pathname + (query.size ? `?${query}` : ""));
}

/** Keep `home` for the next visit; empty forgets. A link somebody shared (`/~v…`) is not kept. */
export function remember(home) {
  if (home.startsWith("/~v")) return;
  try {
    if (home) localStorage.setItem(KEY, home);
    else localStorage.removeItem(KEY);
  } catch {
    // storage is switched off: the next visit needs a login link
  }
}
