"""The extension's service worker in Node, with a stand-in browser: its races need exact turns."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.web import stage
from tests.web.stage import needs_node

STAGE = """
import assert from "node:assert/strict";
const nothing = () => {};
const listeners = {};
const on = (name) => ({ addListener: (listener) => (listeners[name] = listener) });
const kept = { session: {}, local: { url: "http://127.0.0.1:1", token: "t" } };
const area = (name) => ({
  get: async (asked) =>
    typeof asked === "string"
      ? structuredClone({ [asked]: kept[name][asked] })
      : { ...asked, ...structuredClone(kept[name]) },
  set: async (values) => void Object.assign(kept[name], structuredClone(values)),
  setAccessLevel: async () => {},
});
const titles = {};
let badge = "";
const begun = [];
const stopped = [];
const tabs = new Map([[1, { id: 1, title: "A" }], [2, { id: 2, title: "B" }]]);
const there = (id) => tabs.get(id) ?? Promise.reject(new Error("No tab with id"));
let answer = () => ({ deaf: false });
let stream = async () => "stream";
let owing = false;
let closed = 0;
const known = {
  storage: { local: area("local"), session: area("session") },
  action: {
    onClicked: on("click"),
    setIcon: async () => {},
    setBadgeBackgroundColor: async () => {},
    setBadgeText: async ({ text }) => void (badge = text),
    setTitle: async ({ title, tabId = "all" }) => {
      if (tabId !== "all") await there(tabId);
      titles[tabId] = title;
    },
  },
  tabs: { onUpdated: on("updated"), get: async (id) => there(id) },
  tabCapture: { getMediaStreamId: () => stream() },
  offscreen: { createDocument: async () => {}, closeDocument: async () => void (closed += 1) },
  scripting: { executeScript: async () => {} },
  runtime: {
    onMessage: on("message"),
    getContexts: async () => [],
    sendMessage: async (message) => {
      if (message.stop) stopped.push(message);
      if (!message.start) return { owing };
      begun.push(message.start);
      return answer();
    },
    openOptionsPage: async () => {},
  },
};
const locks = {};
const request = (name, work) => (locks[name] = (locks[name] ?? Promise.resolve()).then(work));
const shape = new Proxy(function () {}, { get: () => shape, apply: () => shape, construct: () => shape });
let healthz = async () => ({ ok: true });
const location = { origin: "chrome-extension://x", pathname: "/worker.js" };
Object.assign(globalThis, { chrome: known, location, OffscreenCanvas: shape, Path2D: shape });
globalThis.fetch = () => healthz();
Object.defineProperty(globalThis, "navigator", { value: { locks: { request } } });
const waited = [];
globalThis.setTimeout = (run) => void waited.push(run); // whoever waits goes on when the test says so
const turns = async () => { for (let n = 0; n < 60; n++) await new Promise((done) => setImmediate(done)); };
const passes = async () => { for (const run of waited.splice(0)) run(); await turns(); };
await import("./web/extension/worker.js");
const click = async (id) => { listeners.click(tabs.get(id)); await turns(); };
const lose = async (until = Date.now() + 60_000) => {
  let replied = null;
  const { run } = kept.session.running;
  const message = { to: "worker", lost: true, run, paused: true, until, problem: "Lost." };
  listeners.message(message, {}, (said) => (replied = said));
  await turns();
  return () => replied;
};
const refusal = (status) => () => ({ problem: "Not paired.", status });
await click(1);
assert.deepEqual([begun.length, badge, titles[1].includes("listening to this tab")], [1, "●", true]);
"""

pytestmark = needs_node


def play(folder: Path, script: str) -> None:
    stage.play(folder, STAGE + script)


def test_what_was_stopped_does_not_go_on(tmp_path: Path) -> None:
    play(
        tmp_path,
        """
// stopped while the service, or the browser, is asked: neither answer begins anything
for (const hang of ["healthz", "stream"]) {
  let release;
  const hung = new Promise((done) => (release = done));
  const [asked, given] = [healthz, stream];
  if (hang === "healthz") healthz = () => hung.then(() => ({ ok: true }));
  else stream = () => hung.then(() => "stream");
  const before = begun.length;
  const replied = await lose();
  await passes();
  await click(1);
  assert.deepEqual([badge, kept.session.running], ["", {}], hang);
  release();
  await turns();
  assert.deepEqual([begun.length, badge, replied()], [before, "", true], hang);
  [healthz, stream] = [asked, given];
  await click(1);
}
// stopped and begun anew on the same tab: the old run ends nothing of the new one
let release;
healthz = () => new Promise((done) => (release = () => done({ ok: true })));
await lose();
await passes();
await click(1);
await click(1);
const [count, now] = [begun.length, kept.session.running.run];
release();
await turns();
listeners.message({ to: "worker", ended: true, problem: "", run: begun[0].run }, {}, nothing);
await turns();
assert.deepEqual([begun.length, badge, kept.session.running.run], [count, "●", now]);
assert.equal(new Set(begun.map(({ run }) => run)).size, begun.length, "each its own");
""",
    )


@pytest.mark.parametrize(
    ("trouble", "shown", "badge"),
    [
        ("answer = refusal(401);", "Not paired.", "!"),
        ("answer = refusal(422);", "Not paired.", "!"),
        ('stream = () => Promise.reject(new Error("not invoked"));', "another click", "!"),
        ("tabs.delete(1);", "listen to this tab", ""),
    ],
)
def test_what_no_second_try_helps_is_tried_once(tmp_path: Path, trouble: str, shown: str, badge: str) -> None:
    play(
        tmp_path,
        f"""
const replied = await lose();
{trouble}
await passes();
await passes();
assert.deepEqual([waited.length, replied(), badge], [0, true, "{badge}"]);
assert.ok(titles.all.includes("{shown}"), titles.all);
assert.ok(begun.length <= 2);
""",
    )


def test_it_is_tried_for_a_time_and_taken_up_again_by_another_worker(tmp_path: Path) -> None:
    play(
        tmp_path,
        """
healthz = () => Promise.reject(new Error("away"));
let now = Date.now();
Date.now = () => now;
const replied = await lose(now + 60_000);
await passes();
assert.equal(replied(), null);
now += 60_001; // a try takes as long as its answer is waited for
await passes();
assert.deepEqual([replied(), badge, begun.length], [true, "!", 1]);
healthz = async () => ({ ok: true });
await click(1);
kept.session = structuredClone(kept.session); // what a worker that was stopped leaves
const { run } = kept.session.running;
await lose();
await passes();
const last = begun.at(-1);
assert.deepEqual([last.run, last.paused, last.spec.title], [run, true, "A (continued)"]);
""",
    )


def test_the_icon_says_while_the_microphone_is_away(tmp_path: Path) -> None:
    play(
        tmp_path,
        """
const { run } = kept.session.running;
const say = async (deaf, of = run) => {
  listeners.message({ to: "worker", deaf, run: of }, {}, nothing);
  await turns();
  return titles[1].includes("not to your microphone");
};
assert.deepEqual([await say(true, "another run"), await say(true), await say(false)], [false, true, false]);
await click(1);
assert.deepEqual([await say(true), badge], [false, ""], "it is over");
""",
    )


def test_the_document_stays_until_wingman_has_heard_of_the_end(tmp_path: Path) -> None:
    play(
        tmp_path,
        """
const settle = async () => { listeners.message({ to: "worker", settled: true }, {}, nothing); await turns(); };
await click(1);
assert.equal(closed, 1, "it has heard");
owing = true;
await click(1); await click(1);
assert.deepEqual([closed, badge], [1, ""], "out of reach");
await settle();
assert.equal(closed, 2);
await click(1); await click(1); await click(2);
await settle();
assert.deepEqual([closed, badge], [2, "●"], "another meeting runs in it");
owing = false;
await click(2);
assert.equal(closed, 3);
""",
    )


def test_each_tab_says_what_a_click_on_it_does(tmp_path: Path) -> None:
    play(
        tmp_path,
        """
await click(2);
assert.ok(titles[1].includes("another tab") && titles.all.includes("another tab"));
assert.ok(titles[2].includes("listening to this tab"));
await click(2);
assert.deepEqual([titles[1], titles[2]], [titles.all, "Wingman: listen to this tab"]);
tabs.delete(1);
await click(2);
assert.deepEqual(kept.session.titled, [2], "a closed one is forgotten");
""",
    )


def test_what_an_update_left_running_is_ended_by_the_next_worker(tmp_path: Path) -> None:
    play(
        tmp_path,
        """
const asked = (result) => { const made = { result }; setImmediate(() => made.onsuccess()); return made; };
const keys = { get: () => asked(), put: () => asked() };
const database = { transaction: () => ({ objectStore: () => keys }), close: nothing };
globalThis.indexedDB = { open: () => asked(database) };
const ends = [];
let status = 0;
let meeting = {}; // as a service tells it that knows no sources
globalThis.fetch = async (url, { method }) => {
  if (method === "POST" || !status) ends.push(url.pathname.split("/")[3]);
  if (!status) throw new Error("away");
  const ok = status === 200 || method === "GET";
  return { ok, status: ok ? 200 : status, json: async () => meeting };
};
let nth = 0;
const starts = async () => {
  await import(`./web/extension/worker.js?${nth += 1}`);
  await turns();
  for (let n = 0; n < 200 && !ends.length; n++) await turns(); // a signature takes its time
  await turns();
  return ends.splice(0);
};
kept.local.left = [];
answer = () => ({ deaf: false, meeting: "m-2" });
await click(1); await click(1);
assert.deepEqual(await starts(), [], "it runs: a worker that was stopped meanwhile changes nothing");
kept.session = {}; // what an update leaves
assert.deepEqual(await starts(), ["m-2"], "out of reach");
const { left } = structuredClone(kept.local);
for (status of [401, 200]) {
  kept.local.left = structuredClone(left);
  const there = kept.local.url;
  kept.local.url = "http://127.0.0.1:2";
  assert.deepEqual(await starts(), [], "another service");
  kept.local.url = there;
  assert.deepEqual(await starts(), ["m-2"]);
  assert.deepEqual([await starts(), kept.local.left], [[], []], "an answer, whichever");
}
const ours = { kind: "whip", channels: ["tab"], by: "g-1" }; // which the service may not have missed yet
for (const [sources, ended] of [
  [[], ["m-2"]],
  [[ours], ["m-2"]],
  [[ours, { kind: "pcm", channels: ["mic"], by: "g-2" }], []],
  [[{ kind: "recording", channels: ["mic"], by: "g-2" }], []],
]) {
  meeting = { grant: "g-1", sources };
  kept.local.left = structuredClone(left);
  assert.deepEqual(await starts(), ended, "whoever else feeds it has it");
  assert.deepEqual(kept.local.left, [], "once and for all");
}
""",
    )
