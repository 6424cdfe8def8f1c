// The service worker only orchestrates; it may be stopped at any time. Sound and connections live in the offscreen
// document, settings and state in `chrome.storage`; whoever waits for it (the offscreen document, to go on) asks again.

import { readSettings, writeSettings } from "./settings.js";
import { paintIcon } from "./mark.js";
import { meaningOf, statusOf } from "./js/failures.js";
import { fedByOthers, tellEnds } from "./js/owed-ends.js";
import { Service } from "./js/service.js";
import { prove } from "./possession.js";

const OFFSCREEN = "offscreen.html";
const IDLE = "Wingman: listen to this tab";
const CONNECTING = "Wingman: connecting";
const AGAIN = "Wingman was interrupted, and goes on in a new meeting. Click to stop.";
const ELSEWHERE = "Wingman is listening to another tab. Click to end that and listen to this one.";
const CLICK = "The browser wants another click on Wingman’s icon before this tab can be listened to again.";
/** How long it waits before each time that it tries to go on by itself, and for an answer then, in ms. */
const WAIT = 1000;
const ANSWER = 5000;
/** Of how many meetings it is remembered that they were begun here. */
const LEFT = 5;
/** Statuses beside those that `meaningOf` knows which the same request gets each time. */
const UNFIT = new Set([400, 422]);

/** The end of what ran last: nothing begins in a document that is about to be closed. */
let closing = Promise.resolve();

// Content scripts must not read the key; only the extension's own pages and this worker may.
void chrome.storage.local.setAccessLevel({ accessLevel: "TRUSTED_CONTEXTS" });
void paintIcon();
void tellLeft();

chrome.action.onClicked.addListener((tab) => void toggle(tab));

chrome.tabs.onUpdated.addListener((tabId, change) => {
  if (change.status === "complete") void showAgain(tabId);
});

chrome.runtime.onMessage.addListener((message, _sender, reply) => {
  if (message.to !== "worker") return false;
  if (message.ended) void forget(message.problem, message.run);
  if (message.memory) void writeSettings(remembered(message.memory)); // an offscreen document has no storage
  if (message.hidden) void hidden();
  if (message.settled) void settled();
  if ("deaf" in message) void became({ run: message.run, deaf: message.deaf });
  if (message.lost)
    void goOn(message).then(
      () => reply(true),
      () => reply(false),
    );
  return Boolean(message.lost);
});

async function toggle(tab) {
  const { tabId, hidden, run } = await running();
  if (hidden && tabId === tab.id) {
    await show(tabId);
    return;
  }
  if (tabId !== undefined) await stop(run);
  if (tabId !== tab.id) await start(tab);
}

async function start(tab) {
  const settings = await readSettings();
  if (!settings.token) {
    await chrome.runtime.openOptionsPage();
    return;
  }
  await closing.catch(() => undefined);
  const run = crypto.randomUUID();
  await chrome.storage.session.set({ running: { tabId: tab.id, run } });
  try {
    const streamId = await chrome.tabCapture.getMediaStreamId({ targetTabId: tab.id });
    await listen({ run, tab, streamId, title: tab.title, ready: () => inject(tab.id) }, settings);
  } catch (failed) {
    await giveUp(failed.message, run);
  }
}

/** Begin a meeting with the sound of a tab, unless its run was stopped; `ready` is called when an overlay could follow it. */
async function listen({ run, tab, streamId, title, ready, paused = false }, { url, token, call, look, place }) {
  if (!(await runs(run))) return;
  await openOffscreen();
  await badge("…", CONNECTING, { tabId: tab.id, run });
  await ready();
  if (!(await runs(run))) return;
  const { problem, status, deaf, meeting } = await chrome.runtime.sendMessage({
    to: "offscreen",
    start: { run, streamId, url, token, spec: { ...call, title }, paused, memory: { look, place } },
  });
  if (problem) throw Object.assign(new Error(problem), { status });
  await changedLeft((left) => [...left, { id: meeting, url }]);
  await became({ run, deaf });
}

/**
 * The service ended the meeting and was not meant to: the call goes on, so a new one follows, paused as it was. It is
 * tried up to `until` (ms since the epoch), and not again after a refusal.
 */
async function goOn({ run, paused, until, problem }) {
  const settings = await readSettings();
  while (await runs(run)) {
    if (Date.now() > until) return giveUp(problem, run);
    const { tabId } = await running();
    await badge("…", AGAIN, { tabId, run });
    await pause(WAIT);
    const tab = await chrome.tabs.get(tabId).catch(() => null);
    if (!tab) return giveUp("", run); // it was closed
    try {
      await new Service(settings.url).call("GET", "/healthz", { limit: ANSWER });
      const streamId = await streamOf(tabId);
      await listen({ run, tab, streamId, title: `${tab.title} (continued)`, ready: () => undefined, paused }, settings);
      if (await runs(run)) await show(tabId);
      return;
    } catch (failed) {
      problem = failed.message;
      if (failed.click || meaningOf(failed) || UNFIT.has(statusOf(failed))) return giveUp(problem, run);
    }
  }
}

const streamOf = (tabId) =>
  chrome.tabCapture.getMediaStreamId({ targetTabId: tabId }).catch(() => {
    throw Object.assign(new Error(CLICK), { click: true });
  });

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** Whether `run` is what runs: not stopped by a click, nor followed by another one. */
const runs = async (run) => (await running()).run === run;

/** What ran when the extension was updated or the browser was closed: nobody has told Wingman of its end. */
async function tellLeft() {
  const { url, token } = await readSettings();
  const { left = [] } = await chrome.storage.local.get("left");
  const ours = left.filter((each) => each.url === url).map(({ id }) => id); // another service does not know the others
  if (!token || !ours.length || (await running()).tabId !== undefined) return;
  if ((await chrome.runtime.getContexts({ contextTypes: ["OFFSCREEN_DOCUMENT"] })).length) return; // it tells that itself
  const service = new Service(url, token, prove);
  const told = await tellEnds(service, ours, (id) => fedByOthers(service, id));
  await changedLeft((now) => now.filter((each) => each.url !== url || !told.includes(each.id)));
}

/** Change which meetings were begun here, and may have been left. */
function changedLeft(change) {
  return navigator.locks.request("left", async () => {
    const { left = [] } = await chrome.storage.local.get("left");
    await chrome.storage.local.set({ left: change(left).slice(-LEFT) });
  });
}

async function giveUp(problem, run) {
  if (await runs(run)) await stop(run, problem);
}

/** Whoever is about to go on with `run` sees first that it is over. */
function stop(run, problem = "") {
  closing = closing.catch(() => undefined).then(async () => {
    await forget(problem, run);
    const left = await chrome.runtime.sendMessage({ to: "offscreen", stop: true }).catch(() => undefined);
    if (!left?.owing) await closeOffscreen(); // else it has to tell Wingman of the end first
  });
  return closing;
}

/** Nothing is owed there any more; what runs there by now closes it. */
function settled() {
  closing = closing.catch(() => undefined).then(async () => {
    if ((await running()).tabId === undefined) await closeOffscreen();
  });
}

const closeOffscreen = () => chrome.offscreen.closeDocument().catch(() => undefined);

/** `run` is over, and so nothing runs any more; a `problem` is told where the overlay is, too. */
async function forget(problem, run) {
  const before = await changed(run, () => ({}));
  if (!before) return;
  await badge(problem ? "!" : "", problem || IDLE);
  if (problem) await tell(before.tabId, problem);
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

/** Change what is known of `run`, one change at a time. @returns {Promise<object | null>} what it was; null when it is over */
function changed(run, change) {
  return navigator.locks.request("running", async () => {
    const before = await running();
    if (before.tabId === undefined || before.run !== run) return null;
    await chrome.storage.session.set({ running: change(before) });
    return before;
  });
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
  const { tabId: captured, run } = await running();
  if (captured === tabId) await became({ run, hidden: !shown });
}

async function hidden() {
  const { run } = await running();
  await became({ run, hidden: true });
}

async function became(change) {
  const { run } = change;
  const before = await changed(run, (known) => ({ ...known, ...change }));
  if (!before) return; // it ended meanwhile
  const state = { ...before, ...change };
  const what = state.deaf ? "this tab, but not to your microphone" : "this tab";
  const click = state.hidden ? "Click to show the overlay." : "Click to stop.";
  await badge("●", `Wingman is listening to ${what}. ${click}`, { tabId: state.tabId, run });
}

/** `title` is what the icon says of all tabs, or of the one a run listens to, and as long as that runs. */
function badge(text, title, of = null) {
  return navigator.locks.request("icon", async () => {
    if (!of || (await runs(of.run))) await paint(text, title, of?.tabId);
  });
}

async function paint(text, title, tabId) {
  await chrome.action.setBadgeBackgroundColor({ color: text === "!" ? "#a2362a" : "#1f5f6b" });
  await chrome.action.setBadgeText({ text });
  const others = tabId === undefined ? title : ELSEWHERE;
  await chrome.action.setTitle({ title: others });
  // What is said of all does not reach a tab that was given words of its own in an earlier meeting
  const { titled = [] } = await chrome.storage.session.get("titled");
  const open = [];
  for (const each of titled) if (each !== tabId && (await entitle(others, each))) open.push(each);
  if (tabId !== undefined && (await entitle(title, tabId))) open.push(tabId);
  await chrome.storage.session.set({ titled: open });
}

/** What the icon says of one tab; false when that is closed already. */
const entitle = (title, tabId) =>
  chrome.action.setTitle({ title, tabId }).then(
    () => true,
    () => false,
  );

/** How the overlay looks and where it is: nothing else a page sends is kept, least of all an address or a key. */
function remembered({ look, place }) {
  return { ...(look ? { look } : {}), ...(place ? { place } : {}) };
}
