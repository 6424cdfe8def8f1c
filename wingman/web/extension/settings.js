// Where the service is and the key it gave this extension. Readable for the extension's own pages only.

export const DEFAULT_URL = "http://127.0.0.1:8710";

const DEFAULTS = {
  url: DEFAULT_URL,
  token: "",
  /** What every meeting begins with: `{playbook, emotion_policy, consent}`. */
  call: {},
  /** How the overlay looks, and where it is on the page. */
  look: {},
  place: {},
};

/** @returns {Promise<{url: string, token: string, call: object, look: object, place: object}>} */
export const readSettings = () => chrome.storage.local.get(DEFAULTS);

export const writeSettings = (values) => chrome.storage.local.set(values);
