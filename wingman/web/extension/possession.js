// The key that proves it is this extension who asks: made here, and the browser lets nobody read its private half.

const DATABASE = "wingman";
const STORE = "keys";
const CURVE = { name: "ECDSA", namedCurve: "P-256" };

function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function store() {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  return settled(opening);
}

/** The extension's key pair; made at the first use. @returns {Promise<CryptoKeyPair>} */
async function keys() {
  const database = await store();
  try {
    const kept = await settled(database.transaction(STORE).objectStore(STORE).get("pair"));
    if (kept) return kept;
    const made = await crypto.subtle.generateKey(CURVE, false, ["sign", "verify"]);
    await settled(database.transaction(STORE, "readwrite").objectStore(STORE).put(made, "pair"));
    return made;
  } finally {
    database.close();
  }
}

const encoded = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

/** What the service is told at the pairing. @returns {Promise<string>} */
export async function publicKey() {
  return encoded(await crypto.subtle.exportKey("raw", (await keys()).publicKey));
}

/** A proof for one request. @returns {Promise<string>} */
export async function prove(method, path) {
  const seconds = Math.floor(Date.now() / 1000);
  const words = new TextEncoder().encode(`${seconds}\n${method}\n${path}`);
  const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, (await keys()).privateKey, words);
  return `${seconds}.${encoded(signature)}`;
}
