// The offscreen document: owns the sound, the WHIP session and the event stream of the running meeting.

import { Capture } from "./js/capture.js";
import { Service } from "./js/service.js";
import { prove } from "./possession.js";
import { EventStream } from "./js/stream.js";
import { openMicrophone } from "./js/tracks.js";
import { vocabulary } from "./js/vocabulary.js";
import { PORT } from "./protocol.js";

/** Events kept for an overlay that comes late (the page was reloaded). */
const KEPT = 5000;

class Listening {
  /** @param {Set} ports the lines to the overlays, present and to come */
  constructor(service, ports) {
    this.service = service;
    this.ports = ports;
    this.events = [];
    this.states = {};
    this.words = null;
  }

  /**
   * Begin with the tab's sound, and the microphone where the user has allowed it. This document cannot
   * ask for that (the settings page does); without it the tab alone is heard.
   */
  async start(streamId, spec) {
    const tracks = new Map([["tab", await this.#tab(streamId)]]);
    const microphone = await openMicrophone().catch(() => null);
    if (microphone) tracks.set("mic", microphone);
    const { id } = await this.service.json("POST", "/api/meetings", spec);
    this.meeting = id;
    this.capture = new Capture(this.service, id, {
      changed: () => this.#changed(),
      heard: () => !this.#lost(),
    });
    this.stream = new EventStream(await this.service.provenSocket(id), {
      onEnvelope: (envelope) => this.#take(envelope),
      onStatus: (status) => this.#status(status === "doubtful" ? "waiting" : status),
      onAnswer: (answer) => this.#tell({ answer }),
    }).start();
    await this.capture.start(tracks);
    tracks.get("tab").addEventListener("ended", () => void this.stop());
    this.words = await vocabulary(this.service);
    this.#tell({ words: this.words });
  }

  async stop() {
    if (this.over) return;
    this.over = true;
    await this.capture?.stop().catch(() => undefined);
    this.stream?.close();
    await this.context?.close();
    this.#tell({ status: "live", ended: true });
    tellWorker({ ended: true, problem: "" });
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
    this.context = new AudioContext();
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
    if (envelope.type === "meeting.paused") this.capture.follow(true);
    if (envelope.type === "meeting.resumed") this.capture.follow(false);
    if (envelope.type === "meeting.ended") void this.stop();
  }

  #status(status) {
    this.#tell({ status });
    if (status === "live") void this.capture.revive();
  }

  #lost() {
    return Object.values(this.states).some((state) => state === "gone" || state === "ended");
  }

  #changed() {
    if (this.capture?.phase === "lost") void this.stop();
  }

  #tell(message) {
    for (const port of this.ports) port.postMessage(message);
  }
}

const ports = new Set();
let current = null;
let memory = { look: {}, place: {} };

chrome.runtime.onMessage.addListener((message, _sender, reply) => {
  if (message.to !== "offscreen") return false;
  const work = message.start ? begin(message.start) : current?.stop();
  Promise.resolve(work).then(
    () => reply({}),
    (failed) => reply({ problem: failed.message }),
  );
  return true;
});

chrome.runtime.onConnect.addListener((port) => {
  if (port.name !== PORT) return;
  ports.add(port);
  port.onDisconnect.addListener(() => ports.delete(port));
  port.onMessage.addListener(({ hello, up, memory: chosen, hidden }) => {
    if (hello) {
      port.postMessage({ memory });
      current?.greet(port);
    }
    if (up) current?.send(up);
    if (chosen) remember(chosen);
    if (hidden) tellWorker({ hidden });
  });
});

function remember(chosen) {
  memory = { ...memory, ...chosen };
  tellWorker({ memory: chosen });
}

function tellWorker(message) {
  void chrome.runtime.sendMessage({ to: "worker", ...message }).catch(() => undefined);
}

async function begin({ streamId, url, token, spec, memory: kept }) {
  await current?.stop();
  memory = kept;
  current = new Listening(new Service(url, token, prove), ports);
  try {
    await current.start(streamId, spec);
  } catch (failed) {
    await current.stop();
    throw failed;
  }
}
