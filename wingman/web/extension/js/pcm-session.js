// The tracks of this page sent as samples: first what was kept while the service was away, then what is said now.

import { RATE } from "./ring.js";
import { after, cancel } from "./waiting.js";

const OPEN_LIMIT = 4_000;
/** How often the service is asked whether it is there, and how long its answer may take: a network that swallows
 *  everything closes no socket. */
const ASK_EVERY = 500;
const ANSWER_LIMIT = 1_700;
/** How many seconds of what was kept go out in one, at least. */
const FASTER = 4;

/** In the place of a `WhipSession` after the service, or the way to it, was lost. */
export class PcmSession {
  #sockets = new Map();
  #closed = false;
  #pulse = 0;
  #heard = 0;
  /** Channels of which the service has not taken yet what was kept. */
  #owing = new Set();
  #taken = () => {};

  /**
   * @param {(state: string) => void} onState hears `connected`, `failed` and `closed`
   * @param {import("./service.js").Service} service
   * @param {import("./sound-ring.js").SoundRing} ring
   * @param {(channel: string) => number} since from when on (ms of this page) a channel's sound is offered; of what is
   *   offered the service takes what it has not heard
   */
  constructor(onState, service, ring, since = () => -Infinity) {
    this.onState = onState;
    this.service = service;
    this.ring = ring;
    this.since = since;
    this.state = "new";
    /** Resolves when the service has what was kept, or it is over. */
    this.taken = new Promise((resolve) => (this.#taken = () => resolve(undefined)));
  }

  async open(meeting, tracks) {
    this.#become("connecting");
    await Promise.all([...tracks.keys()].map((channel) => this.#send(meeting, channel)));
    this.#watch();
    this.#become("connected");
  }

  async replace(channel, track) {
    await this.ring.keep(channel, track);
  }

  async close() {
    this.#closed = true;
    cancel(this.#pulse);
    for (const [channel, socket] of this.#sockets) {
      this.ring.listen(channel, null);
      if (socket.readyState === 1) socket.send(JSON.stringify({ type: "end" }));
      socket.close();
    }
    this.#sockets.clear();
    this.#taken();
    this.#become("closed");
  }

  leave() {
    void this.close();
  }

  #hear(owed) {
    this.#heard = Math.max(this.#heard, performance.now() + owed * 1000);
  }

  #watch() {
    this.#pulse = after(ASK_EVERY, () => {
      this.#watch();
      this.#ask();
    });
  }

  #ask() {
    if (performance.now() - this.#heard > ANSWER_LIMIT && this.state === "connected") this.#become("failed");
    for (const socket of this.#sockets.values())
      if (socket.readyState === 1) socket.send(JSON.stringify({ type: "ping" }));
  }

  #send(meeting, channel) {
    const url = this.service.at(`/api/meetings/${encodeURIComponent(meeting)}/pcm?channel=${channel}&rate=16000`);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(url.href);
    socket.binaryType = "arraybuffer";
    this.#sockets.set(channel, socket);
    this.#owing.add(channel);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("The sound could not be connected in time.")), OPEN_LIMIT);
      /** @type {Int16Array[]} */
      let offered = [];
      socket.onopen = () => {
        offered = this.ring.after(channel, this.since(channel));
        const size = offered.reduce((sum, pcm) => sum + pcm.length, 0);
        this.ring.listen(channel, (pcm) => offered.push(pcm));
        socket.send(JSON.stringify({ type: "kept", seconds: size / RATE }));
      };
      socket.onmessage = ({ data }) => {
        const { type, known } = JSON.parse(data);
        this.#hear(0);
        // Nothing is asked before what was kept has gone out
        if (type === "pong" && this.#owing.delete(channel) && !this.#owing.size) this.#taken();
        if (type !== "kept") return; // a refusal: the service closes the socket
        clearTimeout(timer);
        let owed = 0;
        for (const pcm of without(offered, known)) {
          socket.send(pcm);
          owed += pcm.length;
        }
        this.#hear(owed / RATE / FASTER); // an answer waits behind it
        offered = [];
        this.ring.listen(channel, (pcm) => socket.readyState === 1 && socket.send(pcm));
        resolve(undefined);
      };
      socket.onclose = ({ code }) => {
        clearTimeout(timer);
        this.ring.listen(channel, null);
        reject(Object.assign(new Error("closed"), { status: code - 4000 })); // too late for one that was open
        if (this.state === "connected" && !this.#closed) this.#become("failed");
      };
    });
  }

  #become(state) {
    this.state = state;
    this.onState(state);
  }
}

/**
 * The pieces without their first `count` samples.
 *
 * @param {Int16Array[]} pieces
 * @param {number} count
 */
export function without(pieces, count) {
  const rest = [];
  for (const pcm of pieces) {
    if (count < pcm.length) rest.push(count > 0 ? pcm.subarray(count) : pcm);
    count -= pcm.length;
  }
  return rest;
}
