"""The capture's side of a meeting that moves between nodes, in Node with stand-in sessions."""

from __future__ import annotations

from pathlib import Path

from tests.web import stage
from tests.web.stage import needs_node

STAGE = """
import assert from "node:assert/strict";
import { Capture } from "./web/extension/js/capture.js";
const made = [];
let refuses = false;
class Session {
  constructor(onState, again, to) {
    Object.assign(this, { onState, again, to, state: "new", closed: false });
    made.push(this);
  }
  async open(meeting, tracks, to) {
    if (refuses) throw Object.assign(new Error("no"), { status: 409 });
    this.opened = [meeting, [...tracks.keys()], to ?? ""];
    this.state = "connected";
  }
  async close() { this.closed = true; this.state = "closed"; }
  async replace(channel, track) {
    if (this.closed) throw new Error("InvalidStateError"); // as a sender of a closed peer connection does
    (this.put ??= []).push([channel, track]);
  }
}
let state = "live";
const asked = [];
const CONTROL = "POST /api/meetings/m-1/control";
const controls = [];
const service = {
  json: async (method, path, body) => {
    asked.push(`${method} ${path}`);
    if (body) controls.push([body.setting, body.value.channel, body.value.muted]);
    return { state };
  },
};
const nothing = () => {};
const deaf = { addEventListener: nothing, removeEventListener: nothing };
Object.assign(globalThis, deaf);
const track = () => ({ ...deaf, enabled: true, readyState: "live", stop: nothing });
const turns = async () => { for (let n = 0; n < 20; n++) await new Promise((done) => setImmediate(done)); };
const capture = new Capture(service, "m-1", { changed() {}, heard: () => true, keeps: () => false },
  (onState, again, to) => new Session(onState, again, to));
await capture.start(new Map([["tab", track()], ["mic", track()]]));
"""

pytestmark = needs_node


def play(folder: Path, script: str) -> None:
    stage.play(folder, STAGE + script)


def test_a_pause_elsewhere_is_a_pause_here_and_mutes_outlive_it(tmp_path: Path) -> None:
    play(
        tmp_path,
        """
capture.mute("mic", true);
await turns();
assert.deepEqual(asked.splice(0), [CONTROL]);
const enabled = () => [...capture.tracks.values()].map((track) => track.enabled);
void capture.follow(true);
assert.deepEqual([capture.paused, enabled()], [true, [false, false]], "at once");
await capture.follow(false);
assert.deepEqual([capture.paused, enabled()], [false, [true, false]]);
await capture.follow(false);
assert.deepEqual(asked.splice(0), ["GET /api/meetings/m-1"], "asked once, and told nothing");
await capture.over();
await capture.follow(true);
assert.equal(capture.paused, false);
const odd = new Capture(service, "../grants?x=", { changed() {}, heard: () => true }, () => new Session());
await odd.start(new Map([["mic", track()]]), { muted: new Set(["mic"]), paused: true });
assert.deepEqual(asked, ["pause", "control"].map((word) => `POST /api/meetings/..%2Fgrants%3Fx%3D/${word}`));
assert.deepEqual([...odd.tracks.values()].map((track) => track.enabled), [false]);
""",
    )


def test_the_service_knows_what_is_muted_here_after_each_way_to_be_heard_anew(tmp_path: Path) -> None:
    play(
        tmp_path,
        """
        const told = async () => { await turns(); return controls.splice(0); };
        assert.deepEqual(await told(), []);
        capture.mute("mic", true); capture.mute("tab", true); capture.mute("tab", false);
        assert.deepEqual((await told()).at(-1), ["muted", "tab", false]);
        await capture.move({ to: "n2", within_s: 10 });
        capture.moved();
        assert.deepEqual(await told(), [["muted", "mic", true]], "the node that it moved to");
        state = "orphaned";
        await capture.revive();
        await new Promise((done) => setTimeout(done, 400));
        assert.deepEqual([capture.phase, await told()], ["live", [["muted", "mic", true]]], "a new session");
        const json = service.json;
        state = "live";
        for (const [muted, back] of [[false, "revive"], [true, "revive"], [false, "moved"], [true, "moved"]]) {
          service.json = () => Promise.reject(new Error("out of reach"));
          capture.mute("mic", !muted); capture.mute("mic", muted);
          assert.deepEqual(await told(), []);
          assert.deepEqual([...capture.tracks.values()].map((track) => track.enabled), [true, !muted]);
          await capture.revive();
          await turns();
          service.json = json;
          await capture[back]();
          assert.deepEqual(await told(), [["muted", "mic", muted]], `within reach again: ${back}`);
          await capture.revive();
          assert.deepEqual(await told(), [], "once");
        }
        await capture.over();
        """,
    )


def test_a_track_that_comes_in_an_outage_or_a_move_is_in_each_connection_that_lives(tmp_path: Path) -> None:
    play(
        tmp_path,
        """
        let opening;
        const opened = () => new Promise((done) => (opening = done));
        const open = Session.prototype.open;
        Session.prototype.open = async function (...given) { await opened(); return open.apply(this, given); };
        const put = async (at) => {
          const mic = track();
          await capture.replace("mic", mic);
          assert.equal(capture.tracks.get("mic"), mic);
          assert.deepEqual(made.map((each) => (each.put ?? []).some(([, it]) => it === mic)), at);
        };
        const moving = capture.move({ to: "n2", within_s: 10 });
        await put([true, true]); // the other node's is being made
        opening(); await moving;
        await put([true, true]); // the meeting has not moved yet
        capture.moved();
        await put([false, true]);
        state = "orphaned";
        let closed;
        const { close } = made[1];
        made[1].close = () => (close.apply(made[1]), new Promise((done) => (closed = done)));
        await capture.revive();
        assert.deepEqual([capture.phase, made.length], ["reconnecting", 2]);
        await put([false, false]); // the old one is closed, and none is being made yet
        closed(); await turns();
        await put([false, false, true]); // being made
        opening(); await turns();
        assert.equal(capture.phase, "live");
        """,
    )


def test_old_word_of_a_resumption_opens_no_microphone(tmp_path: Path) -> None:
    play(
        tmp_path,
        """
        const heard = () => [...capture.tracks.values()].some((track) => track.enabled);
        const closed = (why) => assert.deepEqual([capture.paused, heard()], [true, false], why);
        state = "paused"; // paused, resumed and paused again elsewhere, of which a replay tells the first two
        await capture.follow(true);
        await capture.follow(false);
        closed("the service is asked");
        state = "live";
        void capture.follow(false);
        void capture.follow(true);
        await turns();
        closed("the newer word holds");
        // pressed here while word of an earlier resumption is on its way, and not yet come to the service
        const json = service.json;
        let answer, pauses = [];
        service.json = (method, path) => {
          if (path.endsWith("/pause")) pauses.push(1);
          if (method === "GET") return json(method, path);
          return new Promise((done, failed) => (answer = { done, failed }));
        };
        const resuming = capture.resume();
        answer.done(); await resuming;
        assert.equal(heard(), true);
        let pausing = capture.pause();
        void capture.follow(false);
        await turns();
        closed("the press is on its way");
        state = "paused"; answer.done(); await pausing; await turns();
        closed("it has come");
        state = "live"; await capture.follow(false);
        assert.equal(heard(), true, "resumed elsewhere after it");
        pausing = capture.pause();
        answer.failed(new Error("out of reach")); await pausing.catch(() => {});
        pauses.splice(0);
        await capture.follow(false);
        closed("a pause that never came to the service is this person's all the same");
        asked.splice(0);
        await capture.revive(); await turns(); // it is within reach again, and hears of it
        answer.failed(new Error("away again")); await turns();
        await capture.revive(); await turns();
        answer.done(); await turns();
        await capture.revive(); await turns();
        assert.deepEqual(pauses.splice(0), [1, 1], "until it has");
        const again = capture.resume();
        const resumed = answer;
        pausing = capture.pause();
        resumed.done(); await again;
        closed("paused while a resumption was on its way");
        answer.done(); await pausing;
        service.json = () => Promise.reject(new Error("out of reach"));
        await capture.follow(false);
        closed("nobody says that it goes on");
        service.json = json;
        const begun = new Capture(service, "m-2", { changed() {}, heard: () => true }, () => new Session());
        const beginning = begun.start(new Map([["mic", track()]]), { paused: true });
        await begun.follow(false); // its own stream says live before the service has heard of the pause
        assert.equal(begun.paused, true);
        await beginning;
        """,
    )


def test_a_microphone_that_was_taken_away_is_heard_again_without_a_question(tmp_path: Path) -> None:
    play(
        tmp_path,
        """
        const { reopened } = await import("./web/extension/js/reopen.js");
        let allowed = false, plugged = false, opened = 0, steps = [];
        const found = [];
        const open = async () => {
          opened += 1;
          if (!plugged) throw new Error("NotFoundError");
          found.push({ ...track(), stop() { this.stopped = true; } });
          return found.at(-1);
        };
        const look = { open, may: async () => allowed, wait: () => new Promise((go) => steps.push(go)) };
        const begin = () => reopened(() => capture.lacks("mic"), (each) => capture.replace("mic", each), look);
        const passes = async () => { for (const go of steps.splice(0)) go(); await turns(); };
        const taken = () => capture.tracks.get("mic").ends();
        const ending = (each) => Object.assign(each, { addEventListener: (_, ends) => (each.ends = ends) });
        let lost = [];
        capture.lost = (channel) => lost.push(channel);
        await capture.replace("mic", ending(track()));
        capture.mute("mic", true);
        assert.equal(capture.lacks("mic"), false);
        taken();
        assert.deepEqual([lost, capture.lacks("mic")], [["mic"], true]);
        let again = begin();
        await passes();
        assert.equal(opened, 0, "the browser would ask");
        allowed = true;
        await passes();
        assert.deepEqual([opened, capture.lacks("mic")], [1, true], "not plugged in yet");
        plugged = true;
        await passes();
        assert.equal(await again, true);
        assert.deepEqual([capture.tracks.get("mic"), found[0].enabled], [found[0], false], "muted as it was");
        assert.deepEqual([capture.lacks("mic"), steps], [false, []]);
        await capture.replace("mic", ending(track()));
        taken();
        again = begin();
        await capture.replace("mic", track()); // its button was quicker
        await passes();
        assert.deepEqual([await again, opened], [false, 2]);
        capture.endedChannels.add("mic");
        look.open = async () => (await capture.over(), open()); // it ends while the browser opens one
        again = begin();
        await passes();
        assert.deepEqual([await again, found.at(-1).stopped], [false, true]);
        look.open = open;
        const make = () => {
          lost = [];
          const watch = { changed() {}, heard: () => true };
          watch.lost = (channel) => lost.push([channel, fresh.phase]);
          const fresh = new Capture(service, "m-2", watch, (onState) => new Session(onState));
          return fresh;
        };
        const has = () => made.at(-1).opened[1];
        // the meeting is lost while it is away: the one that follows looks for it
        const before = make();
        await before.start(new Map([["tab", track()], ["mic", ending(track())]]));
        Object.assign(before.tracks.get("mic"), { readyState: "ended" }).ends();
        before.lose();
        const { tracks } = await before.handOver();
        let after = make();
        const beginning = after.start(tracks);
        after.tracks.get("mic").ends(); // a browser tells of it only now
        assert.deepEqual(lost, []);
        await beginning;
        assert.deepEqual([lost, has(), after.lacks("mic")], [[["mic", "live"]], ["tab", "mic"], true]);
        // there was none at the beginning, and one that comes while a connection is made is in the one after it
        const due = [];
        globalThis.setTimeout = (run) => due.push(run);
        for (const opening of [false, true]) {
          after = make();
          await after.start(new Map([["tab", track()]]));
          assert.equal(after.lacks("mic"), true);
          if (opening) {
            let go;
            const { open: opens } = Session.prototype;
            Session.prototype.open = async function (...of) {
              await opens.apply(this, of);
              await new Promise((done) => (go = done));
            };
            state = "orphaned";
            await after.revive(); await turns();
            Session.prototype.open = opens;
            await after.replace("mic", track());
            due.splice(0); go(); await turns();
            for (const run of due.splice(0)) run();
          } else {
            again = reopened(() => after.lacks("mic"), (each) => after.replace("mic", each), look);
            await passes();
            assert.equal(await again, true);
          }
          await turns();
          assert.deepEqual([after.phase, has(), after.lacks("mic")], ["live", ["tab", "mic"], false]);
        }
        const picked = { ...track(), stop() { this.stopped = true; } };
        await capture.replace("tab", picked);
        assert.equal(picked.stopped, true, "nor is a tab that was being picked");
        """,
    )


def test_a_loudspeaker_that_fails_stops_no_sound_for_good(tmp_path: Path) -> None:
    play(
        tmp_path,
        """
        const { lastingContext } = await import("./web/extension/js/audio-context.js");
        let works = false, fails = () => Promise.reject(new Error("NotAllowedError"));
        globalThis.AudioContext = class extends EventTarget {
          state = "running";
          become(state) { // browsers tell of a change only
            if (state === this.state) return;
            this.state = state; this.dispatchEvent(new Event("statechange"));
          }
          async resume() { if (!works) return fails(); this.become("running"); }
        };
        const waiting = [];
        const context = lastingContext({}, () => new Promise((go) => waiting.push(go)));
        const passes = async () => { for (const go of waiting.splice(0)) go(); await turns(); };
        context.become("suspended");
        // it says no, nothing, or never a word
        for (const each of [fails, () => {}, () => new Promise(() => {})]) {
          fails = each;
          await passes();
          assert.deepEqual([context.state, waiting.length], ["suspended", 1], "still gone: once more");
        }
        context.become("interrupted"); context.become("suspended");
        assert.equal(waiting.length, 1, "one tries");
        works = true;
        await passes(); await passes();
        assert.deepEqual([context.state, waiting.length], ["running", 0]);
        context.become("suspended"); await passes();
        assert.equal(context.state, "running", "the next failure as well");
        context.become("suspended"); context.become("closed");
        await passes();
        assert.deepEqual([context.state, waiting.length], ["closed", 0], "over");
        """,
    )


def test_what_was_pressed_out_of_reach_holds_once_it_is_back(tmp_path: Path) -> None:
    play(
        tmp_path,
        """
        const json = service.json;
        const away = Object.assign(new Error("out of reach"), { status: 0 });
        service.json = () => Promise.reject(away);
        await capture.pause().catch(() => {});
        const told = (word) => asked.splice(0).filter((each) => each.endsWith(`/m-1/${word}`)).length;
        service.json = json;
        let taken;
        made[0].taken = new Promise((done) => (taken = done));
        made[0].state = "disconnected";
        await capture.revive(); await turns();
        assert.equal(told("pause"), 0, "the sound from before comes by another way yet");
        made[0].state = "connected";
        await capture.revive(); await turns();
        assert.equal(told("pause"), 0, "or is on its way");
        taken(); await turns();
        assert.equal(told("pause"), 1);
        await capture.resume();
        service.json = () => Promise.reject(away);
        const due = [];
        globalThis.setTimeout = (run) => due.push(run);
        const passes = async () => { for (const run of due.splice(0)) run(); await turns(); };
        let over = 0;
        await assert.rejects(capture.stop(), away); // its page may leave it now: nobody asks again but itself
        void capture.told.then(() => (over += 1));
        for (const status of [0, 502, 503]) { // a proxy before it, and a service that starts, answer for it
          service.json = () => Promise.reject(Object.assign(new Error("not yet"), { status }));
          await passes(); await passes();
          assert.deepEqual([capture.owesEnd, over, due.length], [true, 0, 1]);
        }
        const outlives = [];
        service.call = async (method, path, { keepalive }) => void outlives.push([method, path, keepalive]);
        made[0].leave = () => {};
        capture.leave(); // the tab is closed before the next try
        assert.deepEqual(outlives.splice(0), [["POST", "/api/meetings/m-1/end", true]]);
        service.json = json;
        await passes();
        capture.leave();
        assert.deepEqual(outlives, [], "it has heard");
        assert.deepEqual([told("end"), capture.owesEnd, over, due.length], [1, false, 1, 0]);
        const refused = new Capture(service, "m-1", { changed() {}, heard: () => true }, () => new Session());
        await refused.start(new Map());
        service.json = () => Promise.reject(Object.assign(new Error("over"), { status: 404 }));
        await refused.stop().catch(() => {});
        await refused.told;
        assert.deepEqual([refused.owesEnd, due.length], [false, 0]);
        const { fedByOthers } = await import("./web/extension/js/owed-ends.js");
        const mine = { by: "me" };
        for (const [sources, ends] of [
          [[], 1], [[mine], 1], [undefined, 1], [[mine, { by: "" }], 0], [[{ by: "you" }], 0],
        ]) {
          asked.length = 0;
          const left = new Capture(service, "m-1", { changed() {}, heard: () => true }, () => new Session());
          await left.start(new Map());
          service.json = async (...of) => (json(...of), { sources, grant: "me" });
          await left.stop(() => fedByOthers(service, "m-1")); // nobody's wish: the tab was closed
          assert.deepEqual([told("end"), left.owesEnd, made.at(-1).closed], [ends, false, true], sources);
        }
        """,
    )


def test_the_second_connection_is_there_before_the_first_ends(tmp_path: Path) -> None:
    play(
        tmp_path,
        """
        await capture.move({ to: "n2", within_s: 10 });
        assert.deepEqual(made.map(({ closed }) => closed), [false, false]);
        assert.deepEqual(made[1].opened, ["m-1", ["tab", "mic"], "n2"]);
        assert.equal(made[1].again, false);
        await capture.move({ to: "n2", within_s: 5 }); // asked again before the node has heard it there
        assert.equal(made.length, 2);
        made[0].state = "closed"; made[0].onState("closed"); // the node that stops lets go
        await turns();
        assert.equal(capture.phase, "live");
        capture.moved();
        await turns();
        assert.deepEqual(made.map(({ closed }) => closed), [true, false]);
        assert.equal(made.length, 2);
        assert.equal(capture.peer, "connected");
        """,
    )


def test_a_node_that_does_not_expect_it_changes_nothing(tmp_path: Path) -> None:
    play(
        tmp_path,
        """
        refuses = true;
        await capture.move({ to: "n2", within_s: 10 });
        assert.deepEqual(made.map(({ closed }) => closed), [false, true]);
        assert.equal(capture.phase, "live");
        assert.equal(capture.peer, "connected");
        refuses = false;
        await capture.move({ to: "n2", within_s: 5 }); // it is asked once more
        assert.deepEqual(made.map(({ closed }) => closed), [false, true, false]);
        """,
    )


def test_what_fed_it_before_a_move_that_came_to_nothing_is_let_go(tmp_path: Path) -> None:
    play(
        tmp_path,
        """
        await capture.move({ to: "n2", within_s: 10 });
        made[1].state = "closed"; made[1].onState("closed"); // that node did not get the meeting
        await new Promise((done) => setTimeout(done, 20));
        await turns();
        assert.deepEqual(made.map(({ closed }) => closed), [true, true, false]);
        await capture.move({ to: "n3", within_s: 10 });
        assert.equal(made.length, 4);
        """,
    )


def test_a_meeting_whose_node_is_gone_is_taken_to_another_at_once(tmp_path: Path) -> None:
    play(
        tmp_path,
        """
        state = "orphaned";
        await capture.revive(); // the event socket is back, on another node
        await turns();
        assert.equal(made.length, 2);
        assert.equal(made[1].again, true);
        assert.equal(made[0].closed, true);
        assert.equal(capture.phase, "live");
        assert.deepEqual(asked, ["GET /api/meetings/m-1"]);
        """,
    )
