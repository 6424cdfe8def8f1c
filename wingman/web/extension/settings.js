// Where the service is and the key it gave this extension. Readable for the extension's own pages only.

export const DEFAULT_URL = "http://127.0.0.1:8710";

/** @returns {Promise<{url: string, token: string, look: object}>} */
export async function readSettings() {
  const { url = DEFAULT_URL, token = "", look = {} } = await chrome.storage.local.get(["url", "token", "look"]);
  return { url, token, look };
}

export const writeSettings = (values) => chrome.storage.local.set(values);
