// The offscreen document: owns the sound, the WHIP session and the event stream of the running meeting.

import { lastingContext } from "./js/audio-context.js";
import { Capture, NOT_MEANT, REASON_LIMIT } from "./js/capture.js";
import { Service, UNPAIRED } from "./js/service.js";
import { prove } from "./possession.js";
import { fedByOthers } from "./js/owed-ends.js";
import { EventStream } from "./js/stream.js";
import { reopened } from "./js/reopen.js";
import { openMicrophone, release } from "./js/tracks.js";
import { vocabulary } from "./js/vocabulary.js";
import { pause } from "./js/waiting.js";
import { PORT } from "./protocol.js";

/** Events kept for an overlay that comes late (the page was reloaded). */
const KEPT = 5000;
/** How long after a meeting was lost another one is begun by itself, in ms, and when the worker is asked again. */
const GO_ON_FOR = 60_000;
const ASK_AGAIN = 1000;
const TAKEN = "The browser took this tab’s sound away. Click the icon to listen to it in a new meeting.";
const LOST = "Wingman was restarted, and this meeting has ended there. Click the icon to go on in a new one.";

class Listening {
  /**
   * @param {Set} ports the lines to the overlays, present and to come
   * @param {string} run the worker's name for it
   */
  constructor(service, ports, run) {
    this.service = service;
    this.run = run;
    this.ports = ports;
    this.tracks = new Map();
    this.events = [];
    this.states = {};
    this.words = null;
  }

  /**
   * Begin with the tab's sound, and the microphone where the user has allowed it. This document cannot
   * ask for that (the settings page does); without it the tab alone is heard until there is one.
   * @returns {Promise<boolean>} whether the microphone is not heard
   */
  async start(streamId, spec, paused) {
    const { tracks } = this;
    tracks.set("tab", await this.#tab(streamId));
    const microphone = await openMicrophone().catch(() => null);
    if (microphone) tracks.set("mic", microphone);
    const { id } = await this.service.json("POST", "/api/meetings", spec);
    this.meeting = id;
    if (this.over) throw new Error("It was stopped meanwhile.");
    this.capture = new Capture(this.service, id, {
      changed: () => this.#changed(),
      heard: () => !this.#lost(),
      lost: (channel) => channel === "mic" && void this.#hearAgain(),
    });
    this.stream = new EventStream(await this.service.provenSocket(id), {
      onEnvelope: (envelope) => this.#take(envelope),
      onStatus: (status) => void this.#status(status),
      onAnswer: (answer) => this.#tell({ answer }),
    }).start();
    await this.capture.start(tracks, { paused });
    // With the tab, or without it: the worker knows
    tracks.get("tab").addEventListener("ended", () => void this.#goOn(TAKEN));
    this.words = await vocabulary(this.service);
    this.#tell({ words: this.words });
    if (!microphone) void this.#hearAgain();
    return this.capture.lacks("mic");
  }

  /** End the meeting. */
  async stop() {
    if (!(await this.close())) return;
    this.#tell({ ended: true });
    tellWorker({ ended: true, problem: "", run: this.run });
  }

  /** Let go of everything, and end the meeting unless it is `spared`; false when that was done before. */
  async close(spared) {
    const before = this.over;
    this.over = true;
    // Also of a start that failed, or that was stopped before it had them
    for (const track of this.tracks.values()) release(track);
    if (before) return false;
    const closing = this.#letGo(spared);
    closings.add(closing);
    await closing.finally(() => closings.delete(closing));
    return true;
  }

  async #letGo(spared) {
    clearTimeout(this.reasonDue);
    await this.capture?.stop(spared).catch(() => undefined);
    if (this.capture?.owesEnd) void owe(this.capture);
    this.stream?.close();
    await this.context?.close();
  }

  /** It ended, and nobody here wanted that: the worker says why. */
  async #fail(problem) {
    if (await this.close()) tellWorker({ ended: true, problem, run: this.run });
  }

  /** The call goes on: the worker begins another meeting. It is asked again where the browser stopped it over that. */
  async #goOn(problem = LOST) {
    const { run, capture } = this;
    const { paused } = capture;
    if (this.over) return;
    this.stream?.close();
    this.#tell({ status: "connecting" });
    // An end that still owes words holds nothing up; nobody asked for it, so a meeting that others feed goes on
    void this.close(() => fedByOthers(this.service, this.meeting));
    const ask = { to: "worker", lost: true, run, paused, until: Date.now() + GO_ON_FOR, problem };
    while (current === this && !(await chrome.runtime.sendMessage(ask).catch(() => false))) await pause(ASK_AGAIN);
  }

  /** An overlay came: tell it what it missed; what follows it hears with the others. */
  greet(port) {
    for (const envelope of this.events) port.postMessage({ envelope });
    port.postMessage({ status: this.stream?.status ?? "connecting" });
    port.postMessage({ words: this.words });
  }

  send(message) {
    this.stream?.send(message);
  }

  async #tab(streamId) {
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: { mandatory: { chromeMediaSource: "tab", chromeMediaSourceId: streamId } },
    });
    // A captured tab is silent for the user unless somebody plays it back.
    this.context = lastingContext();
    this.context.createMediaStreamSource(stream).connect(this.context.destination);
    const [track] = stream.getAudioTracks();
    track.contentHint = "speech";
    return track;
  }

  #take(envelope) {
    this.events.push(envelope);
    if (this.events.length > KEPT) this.events.splice(0, this.events.length - KEPT);
    if (envelope.type === "capture.state") {
      this.states[envelope.data.channel] = envelope.data.state;
      if (this.#lost()) this.capture.recheck();
    }
    this.#tell({ envelope });
    if (envelope.type === "meeting.move") void this.capture.move(envelope.data);
    if (envelope.type === "meeting.moved") this.capture.moved();
    if (envelope.type === "meeting.paused") void this.capture.follow(true);
    if (envelope.type === "meeting.resumed") void this.capture.follow(false);
    if (envelope.type === "stream.reset") void this.capture.follow(envelope.data.snapshot?.state === "paused");
    if (envelope.type === "meeting.ended")
      void (NOT_MEANT.has(envelope.data.reason) ? this.#goOn() : this.stop());
  }

  async #status(status) {
    const why = status === "doubtful" ? await this.service.whyNot(this.meeting) : status;
    if (why === "refused") this.capture.refuse();
    else this.#tell({ status: status === "doubtful" ? "waiting" : status });
    if (status === "live" || why === "missing") void this.capture.revive();
  }

  /** There is no microphone, or it was taken away: the icon says so until there is one. */
  async #hearAgain() {
    const { capture, run } = this;
    tellWorker({ deaf: true, run });
    const again = await reopened(() => capture.lacks("mic"), (track) => capture.replace("mic", track));
    if (again) tellWorker({ deaf: false, run });
  }

  #lost() {
    return Object.values(this.states).some((state) => state === "gone" || state === "ended");
  }

  #changed() {
    const phase = this.capture?.phase;
    if (phase === "refused") void this.#fail(UNPAIRED);
    // Why it ended is in its events, which may still be on their way
    if (phase === "lost" && !this.reasonDue)
      this.reasonDue = setTimeout(() => void this.#fail(LOST), REASON_LIMIT);
  }

  #tell(message) {
    for (const port of this.ports) port.postMessage(message);
  }
}

const ports = new Set();
let current = null;
/** Whose end Wingman has not heard of: this document stays for them. @type {Set<Capture>} */
const owing = new Set();
/** Meetings that are being let go of, also of runs before this one. @type {Set<Promise<void>>} */
const closings = new Set();
/** How the overlay looks and where it is, once a meeting was begun. */
let memory = null;

chrome.runtime.onMessage.addListener((message, _sender, reply) => {
  if (message.to !== "offscreen") return false;
  const work = message.start ? begin(message.start) : finish();
  Promise.resolve(work).then(
    (deaf) => reply({ deaf, owing: owing.size > 0, meeting: current?.meeting }),
    (failed) => reply({ problem: failed.message, status: failed.status }),
  );
  return true;
});

chrome.runtime.onConnect.addListener((port) => {
  if (port.name !== PORT) return;
  ports.add(port);
  port.onDisconnect.addListener(() => ports.delete(port));
  port.onMessage.addListener(({ hello, up, memory: chosen, hidden }) => {
    if (hello) {
      if (memory) port.postMessage({ memory });
      current?.greet(port);
    }
    if (up) current?.send(up);
    if (chosen) remember(chosen);
    if (hidden) tellWorker({ hidden });
  });
});

/** Also what was ended before: who asks closes this document then, and what Wingman is to hear must be on its way. */
async function finish() {
  await current?.stop();
  await Promise.allSettled(closings);
}

async function owe(capture) {
  owing.add(capture);
  await capture.told;
  owing.delete(capture);
  if (!owing.size) tellWorker({ settled: true });
}

function remember(chosen) {
  memory = { ...memory, ...chosen };
  tellWorker({ memory: chosen });
}

function tellWorker(message) {
  void chrome.runtime.sendMessage({ to: "worker", ...message }).catch(() => undefined);
}

async function begin({ run, streamId, url, token, spec, paused, memory: kept }) {
  await current?.stop();
  memory = kept;
  for (const port of ports) port.postMessage({ memory });
  const begun = new Listening(new Service(url, token, prove), ports, run);
  current = begun;
  try {
    return await begun.start(streamId, spec, paused);
  } catch (failed) {
    await begun.close();
    throw failed;
  }
}
