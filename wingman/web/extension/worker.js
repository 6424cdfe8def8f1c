// The service worker only orchestrates; it may be stopped at any time and keeps nothing in memory.
// Sound and connections live in the offscreen document, settings and state in `chrome.storage`.

import { readSettings, writeSettings } from "./settings.js";
import { paintIcon } from "./mark.js";

const OFFSCREEN = "offscreen.html";
const LISTENING = "Wingman is listening to this tab. Click to stop.";
const HIDDEN = "Wingman is listening to this tab. Click to show the overlay.";

// Content scripts must not read the key; only the extension's own pages and this worker may.
void chrome.storage.local.setAccessLevel({ accessLevel: "TRUSTED_CONTEXTS" });
void paintIcon();

chrome.action.onClicked.addListener((tab) => void toggle(tab));

chrome.tabs.onUpdated.addListener((tabId, change) => {
  if (change.status === "complete") void showAgain(tabId);
});

chrome.runtime.onMessage.addListener((message) => {
  if (message.to !== "worker") return;
  if (message.ended) void forget(message.problem);
  if (message.memory) void writeSettings(remembered(message.memory)); // an offscreen document has no storage
  if (message.hidden) void hidden();
});

async function toggle(tab) {
  const { tabId, hidden } = await running();
  if (hidden && tabId === tab.id) {
    await show(tabId);
    return;
  }
  if (tabId !== undefined) await stop();
  if (tabId !== tab.id) await start(tab);
}

async function start(tab) {
  const { url, token, call, look, place } = await readSettings();
  if (!token) {
    await chrome.runtime.openOptionsPage();
    return;
  }
  try {
    const streamId = await chrome.tabCapture.getMediaStreamId({ targetTabId: tab.id });
    await openOffscreen();
    await chrome.storage.session.set({ running: { tabId: tab.id } });
    await inject(tab.id);
    await badge("…", "Wingman: connecting");
    const answer = await chrome.runtime.sendMessage({
      to: "offscreen",
      start: { streamId, url, token, spec: { ...call, title: tab.title }, memory: { look, place } },
    });
    if (answer.problem) throw new Error(answer.problem);
    await badge("●", LISTENING);
  } catch (failed) {
    await chrome.offscreen.closeDocument().catch(() => undefined);
    await forget(failed.message);
  }
}

async function stop() {
  await chrome.runtime.sendMessage({ to: "offscreen", stop: true }).catch(() => undefined);
  await chrome.offscreen.closeDocument().catch(() => undefined);
  await forget("");
}

/** Nothing runs any more. */
async function forget(problem) {
  await chrome.storage.session.set({ running: {}, problem });
  await badge(problem ? "!" : "", problem || "Wingman: listen to this tab");
}

async function running() {
  const stored = await chrome.storage.session.get("running");
  return stored.running || {};
}

async function openOffscreen() {
  const open = await chrome.runtime.getContexts({ contextTypes: ["OFFSCREEN_DOCUMENT"] });
  if (open.length) return;
  await chrome.offscreen.createDocument({
    url: OFFSCREEN,
    reasons: ["USER_MEDIA"],
    justification: "Listen to the meeting in the tab you chose.",
  });
}

/** The overlay goes where the user's click allows it, and nowhere else. */
async function inject(tabId) {
  await chrome.scripting.executeScript({ target: { tabId }, files: ["content.js"] });
}

async function showAgain(tabId) {
  const { tabId: captured } = await running();
  if (captured === tabId) await show(tabId);
}

/** The overlay on the listened-to tab. On another site than the one clicked on, it takes another click. */
async function show(tabId) {
  const shown = await inject(tabId).then(
    () => true,
    () => false,
  );
  if (shown) await became({ tabId }, LISTENING);
  else await hidden();
}

async function hidden() {
  const { tabId } = await running();
  await became({ tabId, hidden: true }, HIDDEN);
}

async function became(state, title) {
  const { tabId } = await running();
  if (tabId === undefined || tabId !== state.tabId) return; // it ended meanwhile
  await chrome.storage.session.set({ running: state });
  await badge("●", title);
}

async function badge(text, title) {
  await chrome.action.setBadgeBackgroundColor({ color: text === "!" ? "#a2362a" : "#1f5f6b" });
  await chrome.action.setBadgeText({ text });
  await chrome.action.setTitle({ title });
}

/** How the overlay looks and where it is: nothing else a page sends is kept, least of all an address or a key. */
function remembered({ look, place }) {
  return { ...(look ? { look } : {}), ...(place ? { place } : {}) };
}
