// The service worker only orchestrates; it may be stopped at any time and keeps nothing in memory.
// Sound and connections live in the offscreen document, settings and state in `chrome.storage`.

import { readSettings, writeSettings } from "./settings.js";
import { paintIcon } from "./mark.js";
import { Service } from "./js/service.js";

const OFFSCREEN = "offscreen.html";
const IDLE = "Wingman: listen to this tab";
const CONNECTING = "Wingman: connecting";
const AGAIN = "Wingman was interrupted, and goes on in a new meeting. Click to stop.";
const ELSEWHERE = "Wingman is listening to another tab. Click to end that and listen to this one.";
/** How often it tries to go on by itself, and how long it waits before each time, in ms. */
const TRIES = 60;
const WAIT = 1000;

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
  if (message.lost) void goOn(message.paused);
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
  const settings = await readSettings();
  if (!settings.token) {
    await chrome.runtime.openOptionsPage();
    return;
  }
  try {
    await listen(tab, settings, tab.title, () => inject(tab.id));
  } catch (failed) {
    await giveUp(failed.message);
  }
}

/** Begin a meeting with the sound of `tab`; `ready` is called when an overlay could follow it. */
async function listen(tab, { url, token, call, look, place }, title, ready, paused = false) {
  const streamId = await chrome.tabCapture.getMediaStreamId({ targetTabId: tab.id });
  await openOffscreen();
  await chrome.storage.session.set({ running: { tabId: tab.id } });
  await badge("…", CONNECTING, tab.id);
  await ready();
  const { problem, deaf } = await chrome.runtime.sendMessage({
    to: "offscreen",
    start: { streamId, url, token, spec: { ...call, title }, paused, memory: { look, place } },
  });
  if (problem) throw new Error(problem);
  await became({ tabId: tab.id, deaf });
}

/** The service ended the meeting and was not meant to: the call goes on, so a new one follows, paused as it was. */
async function goOn(paused) {
  const { tabId } = await running();
  if (tabId === undefined) return;
  const settings = await readSettings();
  const tab = await chrome.tabs.get(tabId);
  let problem = "";
  for (let tries = 0; tries < TRIES; tries++) {
    await badge("…", AGAIN, tabId);
    await pause(WAIT);
    if ((await running()).tabId !== tabId) return; // stopped by a click
    try {
      await new Service(settings.url).call("GET", "/healthz");
      await listen(tab, settings, `${tab.title} (continued)`, () => undefined, paused);
      await show(tabId);
      return;
    } catch (failed) {
      problem = failed.message;
    }
  }
  await giveUp(problem);
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

async function giveUp(problem) {
  await chrome.offscreen.closeDocument().catch(() => undefined);
  await forget(problem);
}

async function stop() {
  await chrome.runtime.sendMessage({ to: "offscreen", stop: true }).catch(() => undefined);
  await chrome.offscreen.closeDocument().catch(() => undefined);
  await forget("");
}

/** Nothing runs any more; a `problem` is told where the overlay is, too. */
async function forget(problem) {
  const { tabId } = await running();
  await chrome.storage.session.set({ running: {} });
  await badge(problem ? "!" : "", problem || IDLE);
  if (tabId === undefined) return;
  await entitle(problem || IDLE, tabId);
  if (problem) await tell(tabId, problem);
}

/** Say on the page why nothing is listened to; where no click allows it, the icon alone says so. */
async function tell(tabId, problem) {
  const say = (sentence) => import(chrome.runtime.getURL("overlay-host.js")).then((host) => host.tell(sentence));
  await chrome.scripting.executeScript({ target: { tabId }, func: say, args: [problem] }).catch(() => undefined);
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
  const attach = () => import(chrome.runtime.getURL("overlay-host.js")).then((host) => host.attach());
  await chrome.scripting.executeScript({ target: { tabId }, func: attach }); // resolves when it is there
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
  if (shown) await became({ tabId, hidden: false });
  else await hidden();
}

async function hidden() {
  const { tabId } = await running();
  await became({ tabId, hidden: true });
}

async function became(change) {
  const before = await running();
  const { tabId } = before;
  if (tabId === undefined || tabId !== change.tabId) return; // it ended meanwhile
  const state = { ...before, ...change };
  await chrome.storage.session.set({ running: state });
  const what = state.deaf ? "this tab, but not to your microphone" : "this tab";
  const click = state.hidden ? "Click to show the overlay." : "Click to stop.";
  await badge("●", `Wingman is listening to ${what}. ${click}`, tabId);
}

/** `title` is what the icon says of all tabs, or of the one with `tabId` alone. */
async function badge(text, title, tabId) {
  await chrome.action.setBadgeBackgroundColor({ color: text === "!" ? "#a2362a" : "#1f5f6b" });
  await chrome.action.setBadgeText({ text });
  await chrome.action.setTitle({ title: tabId === undefined ? title : ELSEWHERE });
  if (tabId !== undefined) await entitle(title, tabId);
}

/** What the icon says of one tab, which may be closed already. */
const entitle = (title, tabId) => chrome.action.setTitle({ title, tabId }).catch(() => undefined);

/** How the overlay looks and where it is: nothing else a page sends is kept, least of all an address or a key. */
function remembered({ look, place }) {
  return { ...(look ? { look } : {}), ...(place ? { place } : {}) };
}
