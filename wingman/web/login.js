// Without a session: redeem a login link, or find the way back to the session this browser has.

import { HOME, remember, remembered } from "./extension/js/session.js";

const TRIED = "wingman.session.tried";
const why = document.getElementById("why");

/** Exchange a one-time code or a token for a session and go there. */
async function logIn(body) {
  const response = await fetch("/api/session", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    credentials: "same-origin",
  }).catch(() => null);
  if (response?.ok) {
    const { path } = await response.json();
    const home = path.replace(/\/$/, "");
    remember(home);
    sessionStorage.removeItem(TRIED);
    location.replace(home + location.pathname.slice(HOME.length) + location.search);
    return;
  }
  if (body.code && !HOME && remembered()) {
    location.replace(remembered() + location.pathname + location.search); // the link was used: by this browser
    return;
  }
  why.textContent = response
    ? (await response.json().catch(() => null))?.error?.detail ?? `Wingman answered with status ${response.status}.`
    : "Wingman is out of reach. Is it still running on this computer?";
}

/** What was pasted: a whole login link, its code, or a token. */
function asked(text) {
  const code = /#login=([\w-]+)/.exec(text)?.[1];
  if (code) return { code };
  const query = /\?([^#\s]+)/.exec(text)?.[1] ?? "";
  return { token: new URLSearchParams(query).get("token") || text };
}

document.getElementById("form").addEventListener("submit", (event) => {
  event.preventDefault();
  void logIn(asked(document.getElementById("key").value.trim()));
});

const code = /^#login=([\w-]+)$/.exec(location.hash)?.[1];
const known = remembered();
const rest = location.pathname.slice(HOME.length) + location.search;
if (code) {
  history.replaceState(null, "", location.pathname + location.search);
  void logIn({ code });
} else if (!HOME && known) {
  location.replace(known + rest);
} else if (HOME && sessionStorage.getItem(TRIED) !== location.pathname) {
  // a link from another site brings no cookie along; a visit from here does
  sessionStorage.setItem(TRIED, location.pathname);
  location.replace(HOME + rest);
} else if (known && known !== HOME) {
  location.replace(known + rest); // anybody can link to an address that looks like a session
} else if (HOME) {
  remember("");
  why.textContent = "Your session is over, or was revoked. Run “wingman grants login” for a new link.";
}
