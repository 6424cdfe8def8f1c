// The web modules that touch no page, by the runner of Node itself. `web/` and this file are copied side by side.

import assert from "node:assert/strict";
import test from "node:test";
import { QUIET_LIMIT, seemsOver } from "./web/extension/js/call-over.js";
import { channelState, PAUSE_LIMIT, SILENCE_LIMIT } from "./web/extension/js/channel-state.js";
import { acknowledgement, needsConsent, notice, offered } from "./web/extension/js/consent.js";
import { meaningOf, statusOf } from "./web/extension/js/failures.js";
import { fragmentOf, rerouted } from "./web/extension/js/ice-fragment.js";
import { keyFor, keyProblem, KEYS, keysWith, press } from "./web/extension/js/keys.js";
import { languageChoices } from "./web/extension/js/languages.js";
import { addLine, BLOCK, findLines, lineAt, lineCount, lineOf, replaceLine } from "./web/extension/js/lines.js";
import { Liveness } from "./web/extension/js/liveness.js";
import { lookWords, wordingWords } from "./web/extension/js/looks.js";
import { MeetingModel } from "./web/extension/js/model.js";
import { newestFirst } from "./web/extension/js/newest-first.js";
import { owe, settle, tellOwed } from "./web/extension/js/owed-ends.js";
import { qrCode } from "./web/extension/js/qr.js";
import { RowHeights } from "./web/extension/js/row-heights.js";
import { Ring } from "./web/extension/js/ring.js";
import { initial, reduce, visibleCards } from "./web/extension/js/state.js";
import { EventStream } from "./web/extension/js/stream.js";
import { canAsk, clock, energyWords, kindName, money, notices, phaseShown, silence, toneAge, unsaid } from "./web/extension/js/strings.js";
import { titlesOf, vocabulary } from "./web/extension/js/vocabulary.js";
import { after, cancel, pause } from "./web/extension/js/waiting.js";
import { stagesOf } from "./web/extension/js/waits.js";
import { Wanted } from "./web/extension/js/wanted.js";
import { cardChanges, turnsOf } from "./web/pages/card-diff.js";
import { byMeeting, lengthWords, sizeWords, snippetParts, tagsOf, when } from "./web/pages/format.js";

/** A small generator with a seed, so that a failure can be had again. */
function* randoms(seed) {
  for (let state = seed >>> 0; ; ) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state / 2 ** 32;
  }
}

const lines = (count) => {
  let state = { earlier: [], utterances: [] };
  for (let i = 0; i < count; i++) state = addLine(state, { id: `u-${i}`, text: `Sentence number ${i}.` });
  return state;
};

test("a line is found by number and by id, however many there are", () => {
  for (const count of [0, 1, BLOCK - 1, BLOCK, 2 * BLOCK, 5 * BLOCK + 7]) {
    const state = lines(count);
    assert.equal(lineCount(state), count);
    for (const at of [0, 1, BLOCK, count - 1].filter((at) => at >= 0 && at < count)) {
      assert.equal(lineAt(state, at).id, `u-${at}`);
      assert.equal(lineOf(state, `u-${at}`), at);
    }
    assert.equal(lineOf(state, "u-none"), -1);
  }
});

test("lines stand in the order in which they were said, whichever was written down first", () => {
  const said = [5, 10, 0, 31, 14, 14, 36];
  const state = said.reduce((before, start) => addLine(before, { id: `u-${start}`, start }), { earlier: [], utterances: [] });
  assert.deepEqual(state.utterances.map(({ start }) => start), said.toSorted((a, b) => a - b));
  let long = { earlier: [], utterances: [] };
  for (let start = 0; start < 3 * BLOCK; start++) long = addLine(long, { id: `u-${start}`, start });
  const late = addLine(long, { id: "late", start: -1 });
  assert.equal(lineAt(late, long.earlier.length * BLOCK).id, "late", "blocks stay as they are");
});

test("a replaced line leaves the state before it as it was", () => {
  const before = lines(3 * BLOCK);
  for (const at of [0, BLOCK + 3, 3 * BLOCK - 1]) {
    const after = replaceLine(before, at, { id: `u-${at}`, text: "revised" });
    assert.equal(lineAt(after, at).text, "revised");
    assert.notEqual(lineAt(before, at).text, "revised");
    assert.equal(lineCount(after), lineCount(before));
  }
});

test("every word that is searched for must be in the line, in any case", () => {
  const state = lines(700);
  assert.deepEqual(findLines(state, "NUMBER 651."), [651]);
  assert.deepEqual(findLines(state, "  "), []);
  assert.equal(findLines(state, "sentence", 5).length, 5);
});

test("row heights agree with a plain sum", () => {
  const random = randoms(20260101);
  const next = (below) => Math.floor(random.next().value * below);
  const rows = new RowHeights(20);
  let plain = [];
  for (let step = 0; step < 400; step++) {
    if (next(4) === 0 || plain.length === 0) {
      const count = next(300);
      plain = count < plain.length ? plain.slice(0, count) : plain.concat(Array(count - plain.length).fill(20));
      rows.resize(count);
    } else {
      const at = next(plain.length);
      plain[at] = 1 + next(80);
      rows.set(at, plain[at]);
    }
    const total = plain.reduce((sum, height) => sum + height, 0);
    assert.equal(rows.total, total);
    const y = next(total + 50);
    let at = 0;
    for (let top = 0; at < plain.length - 1 && top + plain[at] <= y; at++) top += plain[at];
    assert.equal(rows.at(y), plain.length ? at : -1, `row at ${y} after step ${step}`);
  }
});

test("a call seems over when every channel ended, or nobody spoke for long and nobody said it goes on", () => {
  const facts = { phase: "live", channels: ["tab", "mic"], ended: [], quietFor: 0 };
  assert.equal(seemsOver(facts), "");
  assert.equal(seemsOver({ ...facts, ended: ["tab"] }), "");
  assert.equal(seemsOver({ ...facts, ended: ["mic", "tab"] }), "ended");
  assert.equal(seemsOver({ ...facts, quietFor: QUIET_LIMIT }), "quiet");
  assert.equal(seemsOver({ ...facts, quietFor: QUIET_LIMIT + 5, asked: QUIET_LIMIT }), "");
  assert.equal(seemsOver({ ...facts, phase: "ended", ended: ["mic", "tab"] }), "");
});

test("listening is earned by sound", () => {
  const facts = { ended: false, paused: false, muted: false, peer: "connected", heard: false, silentFor: 0, service: "capturing" };
  assert.equal(channelState(facts), "waiting");
  assert.equal(channelState({ ...facts, heard: true }), "capturing");
  assert.equal(channelState({ ...facts, silentFor: SILENCE_LIMIT + 1 }), "no_signal");
  assert.equal(channelState({ ...facts, heard: true, silentFor: SILENCE_LIMIT + 1 }), "capturing");
  assert.equal(channelState({ ...facts, heard: true, silentFor: PAUSE_LIMIT + 1 }), "no_signal");
  assert.equal(channelState({ ...facts, heard: true, peer: "disconnected" }), "stalled");
  assert.equal(channelState({ ...facts, heard: true, muted: true }), "muted");
  assert.equal(channelState({ ...facts, heard: true, ended: true }), "ended");
});

test("what is acknowledged are the service's own words, and a policy without any is not offered", () => {
  const told = [
    { name: "voices@1", policies: ["self", "both"], text: "All of them." },
    { name: "self@3", policies: ["self"], text: "My own." },
    { name: "self-standing@3", policies: ["self"], text: "My own, in each call." },
  ];
  const policies = ["off", "self", "both"].map((value) => ({ value, title: value, about: "" }));
  assert.deepEqual(offered(policies, told).map(({ value }) => value), ["off", "self"]);
  assert.deepEqual(["off", "self", "both"].map((policy) => needsConsent(told, policy)), [false, true, true]);
  assert.equal(acknowledgement(told, "self"), "My own.");
  assert.equal(acknowledgement(told, "self", true), "My own, in each call.");
  assert.equal(acknowledgement(told, "off"), "");
  assert.equal(acknowledgement([], "self"), "");
  for (const policy of ["off", "text-only", "counterpart", "self"]) {
    assert.match(notice(policy, true), /stores the sound/);
    assert.match(notice(policy), /does not store the sound/);
  }
});

test("each key does one thing, and none of it while somebody types", () => {
  const keys = KEYS.flatMap((entry) => entry.keys);
  assert.equal(new Set(keys).size, keys.length);
  const asked = [];
  const overlay = { request: (action) => asked.push(action) };
  const event = (typing) => ({ key: "1", composedPath: () => [{ closest: () => typing }], preventDefault() {} });
  press(event(true), overlay);
  press({ ...event(false), ctrlKey: true }, overlay);
  assert.deepEqual(asked, []);
  press(event(false), overlay);
  assert.deepEqual(asked, ["say"]);
});

test("a key of somebody's own takes the place of the usual one, and takes nobody else's", () => {
  const own = { say: "a" };
  assert.deepEqual(keysWith(own).find(({ name }) => name === "say").keys, ["a"]);
  assert.deepEqual(keysWith({}).map(({ keys }) => keys), KEYS.map(({ keys }) => keys));
  assert.deepEqual([keyFor("say"), keyFor("say", own), keyFor("translate")], ["1", "a", ""]);
  assert.equal(new Set(KEYS.map(({ name }) => name)).size, KEYS.length);
  assert.equal(keyProblem(own, "say", "b"), "");
  assert.equal(keyProblem(own, "clarify", "1"), "", "it is free now");
  assert.match(keyProblem(own, "clarify", "a", { say: "What to say" }), /taken: What to say/);
  for (const key of ["Enter", "", " ", "ab"]) assert.match(keyProblem({}, "say", key), /one letter/);
  const asked = [];
  const event = (key) => ({ key, composedPath: () => [{ closest: () => null }], preventDefault() {} });
  for (const key of ["1", "a"]) press(event(key), { request: (action) => asked.push(action) }, own);
  assert.deepEqual(asked, ["say"]);
});

test("languages are named in the reader's own, as configured first", () => {
  assert.deepEqual(languageChoices(["de", "multi", "en"], "en"), [
    ["", "As configured"],
    ["multi", "Several, as spoken"],
    ["en", "English"],
    ["de", "German"],
  ]);
  assert.ok(languageChoices([], "fr").some(([tag, name]) => tag === "de" && name === "allemand"));
});

test("an envelope that was seen changes nothing, and a later one does", () => {
  const started = { type: "meeting.started", seq: 1, at: 5, data: { title: "T", channels: ["tab"], playbook: "sales", suggester: "cues", emotion_policy: "off" } };
  const once = reduce(initial(), started);
  assert.equal(once.meeting.phase, "live");
  assert.equal(reduce(once, started), once);
  const odd = reduce(once, { type: "an.event.of.tomorrow", seq: 2, at: 6, data: {} });
  assert.deepEqual({ ...odd, seq: 1 }, once);
});

const sentence = (seq) => ({
  type: "utterance.created", seq, at: seq, media: { channel: "tab", start: seq, end: seq + 0.9 },
  data: { id: `u-${seq}`, revision: 0, speaker: "tab", text: `Sentence ${seq}.`, emotion: { status: "off" } },
});
const logOf = (count) => {
  const asked = [];
  const json = async (method, path) => {
    const query = new URL(path, "http://x").searchParams;
    const [after, limit] = [Number(query.get("after")), Number(query.get("limit"))];
    asked.push(limit);
    const from = Math.min(after, count);
    const size = Math.min(limit, count - from);
    return { events: Array.from({ length: size }, (_, at) => sentence(from + at + 1)), last: count };
  };
  return { asked, json };
};

test("of a long call the newest lines come first, and of a short one all of them", async () => {
  const long = logOf(20_000);
  const state = await newestFirst(long, "m-1");
  assert.equal(lineAt(state, lineCount(state) - 1).id, "u-20000");
  assert.equal(lineAt(state, 0).id, "u-1");
  assert.ok(long.asked.reduce((sum, limit) => sum + limit) < 1000);
  assert.equal(await newestFirst(logOf(900), "m-1"), null);
});

test("a preview stands until the whole past is there, and nothing of that shows before", async () => {
  const model = new MeetingModel("m-1");
  model.preview(await newestFirst(logOf(5000), "m-1"));
  let told = 0;
  model.subscribe(() => told++);
  for (let seq = 1; seq <= 5000; seq++) {
    model.take(sentence(seq));
    assert.equal(model.state.newestOnly, true);
  }
  assert.equal(told, 0);
  model.take({ type: "stream.caught_up", seq: 5000, data: {} });
  assert.equal(told, 1);
  assert.equal(model.state.newestOnly, undefined);
  assert.equal(lineCount(model.state), 5000);
  model.preview({ ...initial(), newestOnly: true });
  assert.equal(lineCount(model.state), 5000, "what comes too late is not shown");
});

test("a ring keeps its newest seconds, and is cut in the quietest place near a moment", () => {
  const ring = new Ring(2, 1000);
  for (let at = 100; at <= 3000; at += 100) ring.push(new Float32Array(100).fill(at === 2300 ? 0.01 : 0.5), at);
  assert.equal(ring.size, 2000);
  assert.equal(ring.after(1500).length, 15);
  assert.equal(ring.quietest(2150, 250), 2300);
  assert.equal(ring.quietest(1600, 250), 1400);
  assert.equal(ring.quietest(9000, 250), 9000);
});

test("a card tells what it was waited for, from the end of the speech", () => {
  const told = [
    ["capture.state", { channel: "tab", state: "capturing" }, 1000, { channel: "tab", start: 0, end: 0 }],
    [
      "utterance.created",
      { id: "u", speaker: "tab", text: "how much", revision: 0, emotion: { status: "off" } },
      1005.5,
      { channel: "tab", start: 2, end: 5 },
    ],
    ["suggestion.created", { id: "s", kind: "price", utterance: "u", origin: "playbook", text: "cue" }, 1005.52],
    ["suggestion.delta", { id: "s", text: "Ask" }, 1006.2],
    ["suggestion.delta", { id: "s", text: " them." }, 1006.3],
    ["suggestion.completed", { id: "s", text: "Ask them.", origin: "gemini" }, 1006.5],
    ["suggestion.created", { id: "p", kind: "person", utterance: null, origin: "person", text: "Hello" }, 1007],
  ];
  const state = told.reduce(
    (now, [type, data, at, media], n) => reduce(now, { type, seq: n + 1, data, at, media }),
    initial(),
  );
  const [pushed, card] = state.cards;
  const rounded = stagesOf(card).map(({ name, start, length }) => [name, start.toFixed(2), length.toFixed(2)]);
  assert.deepEqual(rounded, [
    ["Words", "0.00", "0.50"],
    ["Decision", "0.50", "0.02"],
    ["First word", "0.52", "0.68"],
    ["Answer", "1.20", "0.30"],
  ]);
  assert.deepEqual(stagesOf(pushed), []);
});

test("a model tells its listeners until they leave", () => {
  const model = new MeetingModel("m-1");
  let told = 0;
  const leave = model.subscribe(() => told++);
  model.setStream("open");
  leave();
  model.setReadOnly();
  assert.equal(told, 1);
});

test("a QR code is square, has its three finders, and refuses what does not fit", () => {
  for (const length of [1, 14, 60, 200, 331]) {
    const rows = qrCode("x".repeat(length));
    assert.ok(rows.every((row) => row.length === rows.length));
    assert.equal((rows.length - 17) % 4, 0);
    const last = rows.length - 7;
    for (const [y, x] of [[0, 0], [0, last], [last, 0]])
      for (let i = 0; i < 7; i++) assert.ok(rows[y][x + i] && rows[y + 6][x + i] && rows[y + i][x]);
  }
  assert.throws(() => qrCode("x".repeat(400)), RangeError);
});

test("cards of the same occasion are compared, others come and go", () => {
  const card = (at, kind, text, utterance) => ({ at, kind, text, utterance });
  const changes = cardChanges(
    [card(1, "price", "a", "u1"), card(9, "question", "b", "u2"), card(20, "pain", "c", "u3")],
    [card(1, "price", "a", "u1"), card(9, "question", "B", "u2"), card(30, "stall", "d", "u4")],
  );
  assert.deepEqual(changes.map(({ change }) => change), ["same", "changed", "removed", "added"]);
});

test("a pasted conversation becomes turns, continued lines included", () => {
  assert.deepEqual(turnsOf('{"who": "U", "text": "Hello"}\n{"who": "c2", "text": "How much?", "pause": 2}\n{"who": "C", "text": ""}'), [
    { speaker: "mic", name: "U", text: "Hello" },
    { speaker: "tab", name: "C2", text: "How much?" },
  ]);
  for (const line of ['{"who": "X", "text": "a"}', '{"who": "C"}', '{"oops', '{ "who": 3, "text": "a"}'])
    assert.throws(() => turnsOf(`Them: Hello\n${line}`), /^Error: Line 2 is no turn/);
  for (const aside of ["{crosstalk}", "{laughs} yes", "{ inaudible }", "{}"])
    assert.deepEqual(turnsOf(`Them: Hello\n${aside}\nYou: Yes?`), [
      { speaker: "tab", name: "Them", text: `Hello ${aside}` },
      { speaker: "mic", name: "You", text: "Yes?" },
    ]);
  assert.deepEqual(turnsOf("Anna: Hello\nthere\n\n[00:12] Me: Yes?\nand a line"), [
    { speaker: "tab", name: "Anna", text: "Hello there" },
    { speaker: "mic", name: "Me", text: "Yes? and a line" },
  ]);
});

test("times, lengths, sizes and tags read as people write them", () => {
  const now = new Date(2026, 4, 6, 15, 0).getTime();
  assert.match(when(new Date(2026, 4, 6, 14, 5).getTime() / 1000, now, "en-GB"), /^Today, 14:05$/);
  assert.match(when(new Date(2026, 4, 5, 9, 30).getTime() / 1000, now, "en-GB"), /^Yesterday, 09:30$/);
  assert.match(when(new Date(2025, 4, 5, 9, 30).getTime() / 1000, now, "en-GB"), /2025, 09:30$/);
  assert.deepEqual([45, 3599, 3900].map(lengthWords), ["45 s", "1 h 00 min", "1 h 05 min"]);
  assert.deepEqual([999, 12_000, 3_400_000].map(sizeWords), ["999 bytes", "12 kB", "3.4 MB"]);
  assert.deepEqual(tagsOf("#Acme, renewal; Acme,, "), ["Acme", "renewal"]);
  assert.deepEqual(snippetParts("a [b] c"), [{ text: "a ", hit: false }, { text: "b", hit: true }, { text: " c", hit: false }]);
  assert.deepEqual(byMeeting([{ meeting: "m", title: "t" }, { meeting: "n", title: "" }, { meeting: "m", title: "t" }]).map(({ hits }) => hits.length), [2, 1]);
  assert.equal(clock(65), "1:05");
});

test("energy has no opinion, and every kind of card has a name", () => {
  assert.equal(energyWords({ family: "neutral", strength: "strong" }), "as usual");
  assert.equal(kindName({ kind: "price" }), "Price");
  assert.equal(kindName({ kind: "my-own_kind" }), "My own kind");
});

const told = (...events) =>
  events.reduce((state, [type, data], n) => reduce(state, { type, data, seq: n + 1, at: 100 }), initial());

const STARTED = ["meeting.started", { title: "t", channels: ["tab"], playbook: "sales", suggester: "cues", emotion_policy: "off" }];

test("a branch that gave up can be tried again, and one that still tries by itself cannot", () => {
  const health = (branch, now) => ["provider.state", { branch, provider: "p", health: now, channel: "tab", detail: "why" }];
  for (const branch of ["transcribe", "emotion"]) {
    const [down] = notices(told(STARTED, health(branch, "down")), "live");
    assert.deepEqual(down.act, { label: "Try again", message: { type: "control", setting: "retry", value: branch } });
    const [retrying] = notices(told(STARTED, health(branch, "retrying")), "live");
    assert.equal(retrying.act, null);
  }
  assert.equal(notices(told(STARTED, health("suggest", "down")), "live")[0].act, null, "asked with the next question");
});

const BEGAN = (more = {}) => ["meeting.started", { ...STARTED[1], channels: ["tab", "mic"], transcriber: "deepgram", ...more }];
const CAPTURING = ["capture.state", { channel: "tab", state: "capturing" }];
const health = (branch, channel, now) => ["provider.state", { branch, channel, provider: "p", health: now, detail: "why" }];
const noticed = (...events) => notices(told(BEGAN(), CAPTURING, ...events), "live").map(({ text }) => text);

test("what one channel has lost is not said of the other", () => {
  const [down] = noticed(health("transcribe", "tab", "up"), health("transcribe", "mic", "down"));
  assert.equal(down, "No transcript of your microphone at the moment.");
  const both = noticed(health("transcribe", "tab", "down"), health("transcribe", "mic", "down"));
  assert.deepEqual(both, ["No transcript at the moment."]);
  const [worse, better] = noticed(health("transcribe", "tab", "retrying"), health("transcribe", "mic", "down"));
  assert.match(worse, /^No transcript of your microphone/);
  assert.match(better, /^The transcript of the meeting tab is interrupted\./);
  const [tone] = noticed(health("emotion", "tab", "down"), health("emotion", "mic", "up"));
  assert.equal(tone, "Tone of the meeting tab is not available; all else goes on.");
});

test("what reassures is said only while it is so", () => {
  const lost = health("transcribe", "tab", "down");
  assert.deepEqual(noticed(health("emotion", "tab", "retrying")), ["Tone is interrupted; all else goes on."]);
  assert.deepEqual(noticed(lost, health("emotion", "tab", "retrying")).slice(1), ["Tone is interrupted."]);
  assert.deepEqual(noticed(health("suggest", null, "down")), ["Only playbook cues at the moment."]);
  for (const without of [lost, ["setting.changed", { setting: "mode", value: "manual" }]])
    assert.equal(noticed(without, health("suggest", null, "down")).at(-1), "No suggestions by the model.");
  assert.ok(!noticed(health("transcribe", "tab", "retrying")).some((text) => /will catch up/.test(text)), "only what is kept is");
});

test("nobody is told that nothing was said, or that a card will come, where nobody writes down or speaks up", () => {
  const silent = (started, ...events) => silence(told(BEGAN(started), CAPTURING, ...events), "live");
  assert.equal(silent({}, health("transcribe", "tab", "up")), "Connected. No words yet.");
  for (const now of ["down", "retrying"]) assert.equal(silent({}, health("transcribe", "tab", now)), "");
  assert.equal(silent({ transcriber: "off" }), "");
  const [off] = notices(told(BEGAN({ transcriber: "off" }), CAPTURING), "live");
  assert.match(off.text, /^The transcript is switched off\./);
  const gap = ["transcript.gap", { channel: "tab", branch: "transcribe", cause: "outage" }];
  assert.match(silent({}, gap), /^Listening\. You will see a card when there is something/);
  assert.match(silent({ mode: "manual" }, gap), /when you ask for one/);
  assert.match(silent({ mode: "auto" }, gap, ["setting.changed", { setting: "mode", value: "questions-only" }]), /a question/);
});

test("stretches that were not heard, one after the other, are one line", () => {
  const gap = (channel, start, end, cause = "reanchor", branch = "transcribe") => (state, seq) =>
    reduce(state, { type: "transcript.gap", seq, at: 0, data: { branch, channel, cause }, media: { channel, start, end } });
  const all = [gap("tab", 36, 36.4), gap("mic", 36.2, 36.8), gap("tab", 38, 42), gap("tab", 39, 39.5, "lost"), gap("tab", 60, 61, "lost")];
  const { utterances } = all.reduce((state, add, at) => add(state, at + 1), initial());
  assert.deepEqual(utterances.map(({ start, end, cause }) => [start, end, cause]), [[36, 42, "reanchor"], [39, 39.5, "lost"], [60, 61, "lost"]]);
  const spans = (...gaps) => gaps.reduce((state, add, at) => add(state, at + 1), initial()).utterances.map(({ start, end }) => [start, end]);
  assert.deepEqual(spans(gap("tab", 0, 60), gap("mic", 0.3, 61)), [[0, 61]], "both lost the same minute");
  assert.deepEqual(spans(gap("tab", 0.3, 60), gap("mic", 0, 59)), [[0.3, 60]]);
  assert.deepEqual(spans(gap("tab", 0, 60), gap("mic", 20, 30)), [[0, 60]], "one within the other");
  assert.deepEqual(spans(gap("tab", 50, 60), gap("mic", 0, 55)), [[0, 55], [50, 60]], "what began long before is not left out");
  assert.deepEqual(spans(gap("tab", 0, 60), gap("mic", 65, 66)), [[0, 60], [65, 66]]);
});

test("a card that is being read stays when its time is up, and not when it was sent away", () => {
  const card = (id, more) => ({ id, gone: false, pinned: false, feedback: "", status: "done", ...more });
  const shown = (state, held) => visibleCards(state, 3, held).map(({ id }) => id);
  const state = { cards: [card("d"), card("c"), card("b"), card("a", { gone: true })] };
  assert.deepEqual(shown(state, ""), ["d", "c", "b"]);
  assert.deepEqual(shown(state, "a"), ["d", "c", "b", "a"]);
  assert.deepEqual(shown({ cards: [card("a", { gone: true, feedback: "wrong" })] }, "a"), []);
});

test("what is over is not called live, and why stands there", () => {
  const texts = (problem) => notices(initial(), "over", problem).map(({ text }) => text);
  assert.deepEqual(texts(""), ["The meeting was ended."]);
  assert.deepEqual(texts("Not paired."), ["Not paired."]);
  assert.equal(silence(initial(), "over"), "");
  const shown = (phase, stream) => phaseShown({ meeting: { phase } }, stream);
  for (const phase of ["waiting", "live", "paused"]) {
    for (const stream of ["over", "lost"]) assert.equal(shown(phase, stream), "ended", `${phase} ${stream}`);
    for (const stream of ["missing", "refused"]) assert.equal(shown(phase, stream), "none");
    for (const stream of ["live", "connecting"]) assert.equal(shown(phase, stream), phase);
  }
  assert.deepEqual(["live", "paused", "ended"].map((phase) => shown(phase, "waiting")), ["away", "paused", "ended"]);
  assert.equal(canAsk(initial(), "over"), false);
});

test("the worst comes first, and what the disk does not hold is told after the end as well", () => {
  const stored = ["storage.state", { state: "memory", detail: "The disk is full." }];
  const storing = ["audio.state", { state: "storing", detail: "" }];
  const silentTab = ["capture.state", { channel: "tab", state: "no_signal" }];
  const all = notices(told(BEGAN(), silentTab, health("emotion", "tab", "retrying"), storing, stored), "live");
  assert.deepEqual(all.map(({ level }) => level), ["bad", "warn", "warn", "info"]);
  assert.deepEqual(all.filter(({ stays }) => stays).map(({ text }) => text), ["The sound of this call is stored."]);
  const over = told(BEGAN(), stored, ["meeting.ended", { reason: "stopped", seconds: 9 }]);
  assert.deepEqual(notices(over, "live").map(({ text }) => text), ["The meeting was ended.", "The disk is full."]);
});

test("a silence that is meant is no trouble, and a notice is said once, whatever its number does", () => {
  const silent = (channel) => ["capture.state", { channel, state: "no_signal" }];
  const texts = (...muted) => notices(told(BEGAN(), silent("tab"), silent("mic")), "live", "", new Set(muted)).map(({ text }) => text);
  assert.deepEqual([texts().length, texts("mic"), texts("tab", "mic")], [2, [texts()[0]], []]);
  const meant = told(BEGAN(), ["capture.state", { channel: "mic", state: "muted", detail: "it is muted" }]);
  const shown = (...muted) => notices(meant, "live", "", new Set(muted)).map(({ level, text }) => [level, text]);
  assert.deepEqual([shown(), shown("mic")], [[["info", "Your microphone is muted in Wingman."]], []]);
  const say = (...all) => all.map((text) => ({ text }));
  assert.deepEqual(unsaid(say("Words come 3 s late"), say("Words come 12 s late", "Another")), say("Another"));
  assert.deepEqual(unsaid([], say("Words come 3 s late")), say("Words come 3 s late"));
  assert.deepEqual(unsaid(say("The tab is gone"), say("The tab is silent")), say("The tab is silent"));
});

test("a level that is wrong is told until it is right", () => {
  const heard = (level) => ["capture.state", { channel: "mic", state: "capturing", detail: level && "speech at -52 dB", level }];
  assert.deepEqual(notices(told(BEGAN(), heard("quiet")), "live").map(({ level, text }) => [level, text]), [
    ["warn", "Your microphone is very quiet, so words may be lost. Raise its level."],
  ]);
  assert.deepEqual(notices(told(BEGAN(), heard("quiet"), heard("")), "live"), []);
});

test("what was chosen for the meeting is what holds, on every screen, also after a reset", () => {
  const state = told(BEGAN({ verbosity: "quiet" }), ["setting.changed", { setting: "verbosity", value: "lively" }]);
  assert.equal(state.settings.verbosity, "lively");
  const snapshot = {
    seq: 9,
    latest: { "meeting.started": BEGAN({ verbosity: "quiet", mode: "manual" })[1] },
    settings: { verbosity: "lively" },
    gaps: [{ channel: "tab", branch: "transcribe", cause: "outage", media: { channel: "tab", start: 3, end: 5 } }],
  };
  const reset = reduce(initial(), { type: "stream.reset", seq: 9, at: 100, meeting: "m", data: { snapshot } });
  assert.deepEqual([reset.settings.verbosity, reset.settings.mode], ["lively", "manual"]);
  assert.deepEqual(reset.utterances.map(({ kind, start }) => [kind, start]), [["gap", 3]]);
});

test("two presses before the answer are two steps, and it is said once what was chosen holds", () => {
  const all = ["quiet", "balanced", "lively"];
  const wanted = new Wanted();
  const pressed = (holds) => {
    const next = wanted.next(all, holds);
    wanted.choose(next);
    return next;
  };
  assert.deepEqual([pressed("balanced"), pressed("balanced"), pressed("balanced")], ["lively", "quiet", "balanced"]);
  assert.equal(pressed("balanced"), "lively");
  assert.deepEqual(["balanced", "quiet", "lively", "lively"].map((holds) => wanted.came(holds)), [false, false, true, false]);
  assert.equal(pressed("lively"), "quiet");
  wanted.forget();
  assert.deepEqual([wanted.came("quiet"), wanted.next(all, "lively"), wanted.came("")], [false, "quiet", false]);
});

test("an end that comes by itself is told before, and can be put off", () => {
  const ending = told(STARTED, ["meeting.ending", { reason: "source_ended", ends_in_s: 60 }]);
  assert.deepEqual(ending.ending, { reason: "source_ended", at: 160 });
  const [asked] = notices(ending, "live");
  assert.deepEqual(asked.act.message, { type: "control", setting: "keep_open", value: true });
  const kept = reduce(ending, { type: "meeting.ending", data: { reason: "" }, seq: 3, at: 110 });
  assert.deepEqual([kept.ending, notices(kept, "live")], [null, []]);
});

test("an end that still owes words says how many seconds", () => {
  const winding = told(STARTED, ["meeting.winding_down", { reason: "stopped", owed_s: 41.6, budget_s: 60 }]);
  assert.match(notices(winding, "live")[0].text, /42 s of sound/);
  const over = reduce(winding, { type: "meeting.ended", data: { reason: "interrupted", seconds: 9 }, seq: 3, at: 120 });
  assert.deepEqual(notices(over, "live").map(({ text }) => text), ["Wingman stopped while it ran."]);
});

const described = (ufrag, pwd, ...candidates) =>
  [
    "v=0",
    "a=group:BUNDLE 0 1",
    ...[0, 1].flatMap((mid) => [
      "m=audio 9 UDP/TLS/RTP/SAVPF 111",
      `a=ice-ufrag:${ufrag}`,
      `a=ice-pwd:${pwd}`,
      ...(mid ? [] : candidates.map((candidate) => `a=candidate:${candidate}`)),
      "a=setup:active",
      `a=mid:${mid}`,
    ]),
    "",
  ].join("\r\n");

test("what a description says of its way is one section's worth, and nothing of the sound", () => {
  const fragment = fragmentOf(described("ours", "ourpassword", "1 1 udp 1 192.0.2.7 4000 typ host"));
  assert.equal(
    fragment,
    "a=group:BUNDLE 0 1\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=ice-ufrag:ours\r\na=ice-pwd:ourpassword\r\n" +
      "a=candidate:1 1 udp 1 192.0.2.7 4000 typ host\r\na=mid:0\r\n",
  );
});

test("a description with another way differs in its way alone", () => {
  const before = described("old", "oldpassword", "1 1 udp 1 192.0.2.7 4000 typ host", "2 1 udp 1 192.0.2.8 4000 typ host");
  const after = described("new", "newpassword", "3 1 udp 1 192.0.2.9 5000 typ host");
  assert.equal(rerouted(before, fragmentOf(after)), after);
  assert.equal(rerouted(before, fragmentOf(before)), before);
});

test("a way is silent when sound goes out and nothing comes back", () => {
  const liveness = new Liveness(0);
  const stats = (bytes, packets) => [
    { type: "transport", bytesReceived: bytes },
    { type: "candidate-pair", responsesReceived: packets },
    { type: "outbound-rtp", packetsSent: packets },
  ];
  assert.equal(liveness.take(stats(100, 10), 1000), true);
  assert.equal(liveness.take(stats(100, 60), 2000), false); // that a check is answered moves no sound
  assert.equal(liveness.silentFor(2000), 1000);
  assert.equal(liveness.take(stats(160, 70), 2100), true);
  assert.equal(liveness.silentFor(2100), 0);
  liveness.take(stats(160, 71), 9000);
  assert.equal(liveness.silentFor(9000), 0); // nothing went out that could be answered
});

test("the words of buttons are those the service publishes, and there are none where it does not", async () => {
  const service = (/** @type {object} */ answer) => ({ json: async () => answer });
  const $defs = {
    Verbosity: { enum: ["less", "more"], oneOf: [{ const: "more", title: "A lot", description: "All day." }] },
    Action: { enum: ["say"], oneOf: [{ const: "say", title: "What to say" }] },
  };
  const told = await vocabulary(service({ $defs }));
  assert.deepEqual(told.verbosities, [
    { value: "less", title: "less", about: "" },
    { value: "more", title: "A lot", about: "All day." },
  ]);
  assert.deepEqual(titlesOf(told.actions), { say: "What to say" });
  assert.deepEqual(told.feedback, []);
  const nothing = { actions: [], feedback: [], verbosities: [], policies: [] };
  assert.deepEqual(await vocabulary(service({})), nothing);
  assert.deepEqual(await vocabulary({ json: () => Promise.reject(new Error("away")) }), nothing);
});

test("what people wrote is there again after a reset", () => {
  const emotion = { status: "off" };
  const media = (start) => ({ channel: "tab", start, end: start + 1 });
  const said = (id, text, start) => ({ id, speaker: "tab", text, emotion, media: media(start) });
  const snapshot = {
    seq: 9,
    state: "ended",
    latest: { "meeting.started": { title: "Call", channels: ["tab"] }, "meeting.renamed": { title: "Budget" } },
    utterances: [said("u-1", "hello", 1), said("u-2", "good buy", 5)],
    notes: [{ id: "n-1", text: "ask for the budget", at: 3 }],
    edits: { "u-2": "goodbye" },
  };
  const state = reduce(initial(), { type: "stream.reset", seq: 9, meeting: "m", at: 1, data: { snapshot } });
  const shown = Array.from({ length: lineCount(state) }, (_, at) => lineAt(state, at).text);
  assert.deepEqual(shown, ["hello", "ask for the budget", "goodbye"]);
  assert.equal(state.meeting.title, "Budget");
  assert.equal(state.meeting.phase, "ended");
});

test("a stream goes on after the last event it had, and what was sent early goes out first", async () => {
  const opened = [];
  const open = (url) => {
    const socket = { url, readyState: 0, sent: [], send: (text) => socket.sent.push(JSON.parse(text)), close() {} };
    opened.push(socket);
    return socket;
  };
  const told = [];
  const said = [];
  const unsent = [];
  const handlers = { onEnvelope: ({ seq }) => told.push(seq), onStatus: (status) => said.push(status), onUnsent: ({ type }) => unsent.push(type) };
  const stream = new EventStream((last, epoch) => `ws://here?after=${last}&epoch=${epoch}`, handlers, open).start();
  assert.equal(stream.send({ type: "ping" }), true);
  opened[0].readyState = 1;
  opened[0].onopen();
  assert.deepEqual(opened[0].sent, [{ type: "ping" }]);
  const hear = (message) => opened.at(-1).onmessage({ data: JSON.stringify(message) });
  hear([{ seq: 1, type: "a" }, { seq: 2, type: "b" }]);
  hear({ seq: 2, type: "stream.caught_up", data: { epoch: 7 } });
  hear({ seq: 2, type: "b" });
  opened[0].onclose({ code: 4408 }); // too slow a reader: it is asked again at once
  await new Promise((done) => setTimeout(done, 5));
  assert.equal(opened[1].url, "ws://here?after=2&epoch=7");
  stream.send({ type: "request" });
  opened[1].onclose({ code: 4404 });
  assert.equal(stream.send({ type: "ping" }), false, "nobody is there to take it");
  stream.close();
  assert.deepEqual(unsent, ["request"]);
  assert.deepEqual(told, [1, 2, 2]);
  assert.deepEqual(said, ["live", "waiting", "connecting", "missing", "closed"]);
});

test("who waits is called, and not after it was cancelled", async () => {
  const called = [];
  cancel(after(0, () => called.push("never")));
  await new Promise((done) => after(1, () => done(called.push("once"))));
  await pause(5);
  assert.deepEqual(called, ["once"]);
});

test("what face and words say is told only where it is known", () => {
  assert.equal(lookWords({ status: "known", subject: "2 of 3", label: "doubt" }), "face 2 of 3 looks doubtful");
  assert.equal(lookWords({ status: "known", label: "glee" }), "shows glee");
  assert.equal(wordingWords({ status: "known", label: "annoyance" }), "words express annoyance");
  assert.deepEqual([lookWords({ status: "pending" }), wordingWords(undefined)], ["", ""]);
});

test("time passes by the service's clock, whatever the one here says and is set to", (t) => {
  const model = new MeetingModel("m");
  const service = 1_790_000_000; // a phone that stands years off
  const media = { channel: "tab", start: 0, end: 1 };
  const live = (seq, type, at, data) => model.take({ seq, type, at, data, media });
  t.mock.timers.enable({ apis: ["Date"], now: 1000 * (service - 86_400 * 365) });
  live(1, "meeting.started", service - 3600, { title: "Call", channels: ["tab"] });
  model.take({ type: "stream.caught_up", seq: 1, at: service, data: { last: 1 } });
  live(2, "suggestion.created", service, { id: "c", kind: "price", reason: "signal", origin: "playbook", expires_in: 30 });
  live(3, "suggestion.completed", service, { id: "c", text: "Name it.", origin: "playbook" });
  for (const off of [-86_400, 3600, 86_400 * 365 * 20]) {
    t.mock.timers.setTime(1000 * (service + off));
    model.tick();
    assert.ok(!model.state.cards[0].gone, `set by ${off} s`);
    assert.ok(Math.abs(model.now() - service) < 5);
  }
  live(4, "suggestion.skipped", service + 31, { reason: "cooldown" });
  live(5, "suggestion.skipped", service + 2, { reason: "cooldown" }); // one that comes late moves nothing back
  model.take({ seq: 6, type: "meeting.renamed", at: service + 86_400, data: { title: "Deal" } }); // whose clock was set
  model.tick();
  assert.ok(model.state.cards[0].gone);
  assert.ok(Math.abs(model.now() - service - 31) < 5);
});

test("an amount is shown in whatever the price list calls its currency", () => {
  assert.equal(money(0.0044, "USD"), "$0.0044");
  assert.equal(money(1.5, "eur"), "€1.50");
  for (const name of ["€", "Euro", "credits", "<b>", "", "__proto__", "EU"])
    assert.equal(money(1.5, name), `1.50 ${name}`.trim());
});

test("a failure means the same to whoever sends and to whoever shows", () => {
  const meant = (status) => meaningOf({ status });
  assert.deepEqual([404, 410].map(meant), ["missing", "missing"]);
  assert.deepEqual([401, 403].map(meant), ["refused", "refused"]);
  assert.deepEqual([0, 409, 429, 500, 503].map(meant), ["", "", "", "", ""]);
  assert.equal(meaningOf(new TypeError("no way there")), "");
  assert.equal(statusOf(undefined), 0);
});

test("an end that Wingman has not heard of outlives its page, until it has, or knows no such meeting", async () => {
  const stored = new Map();
  const localStorage = { getItem: (key) => stored.get(key) ?? null, setItem: (key, value) => void stored.set(key, value) };
  Object.defineProperty(globalThis, "localStorage", { value: localStorage, configurable: true });
  const answers = { over: 200, gone: 404, stranger: 401, moving: 503, away: 0, after: 0 };
  let asked = [];
  const call = async (_method, path) => {
    const id = path.split("/")[3];
    asked.push(id);
    if (answers[id] !== 200) throw Object.assign(new Error(id), { status: answers[id] });
  };
  for (const id of [...Object.keys(answers), "settled", "after"]) owe(id);
  settle("settled");
  await tellOwed({ call });
  assert.deepEqual(asked.sort(), ["away", "gone", "moving", "over", "stranger"]);
  asked = [];
  await tellOwed({ call });
  assert.deepEqual(asked, ["moving", "away"], "a refusal is an answer, and whoever is away is asked once");
  for (const broken of ["{", "null", "{}", '"m-1"', "3"]) {
    stored.set("wingman.owed", broken);
    await tellOwed({ call });
    owe("m-1");
    assert.equal(stored.get("wingman.owed"), '["m-1"]');
  }
  delete globalThis.localStorage;
  owe("nowhere"); // storage is switched off
});

test("a tone that nobody has followed up says how old it is", () => {
  const state = (more) => ({
    counterpart: { trail: [{ end: 20 }, { end: 30 }] },
    began: { tab: 1000 },
    meeting: { startedAt: 900, endedAt: null },
    ...more,
  });
  for (const [now, words, more] of [
    [1030, ""],
    [1089, ""],
    [1090, "1 min ago"],
    [1900, "14 min ago"],
    [1030 + 3600, "1 h ago"],
    [1000, ""], // a recording that is read faster than it was spoken
    [990, "1 min ago", { began: {} }],
    [9000, "1 min ago", { meeting: { startedAt: 900, endedAt: 1100 } }],
    [9000, "", { counterpart: { trail: [] } }],
    [9000, "", { began: {}, meeting: { startedAt: null } }],
  ])
    assert.equal(toneAge(state(more), now), words, `${now}`);
});
