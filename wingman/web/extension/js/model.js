// One meeting as the page knows it: the reduced state, the stream's status, and who wants to hear of changes.

import { expire, initial, reduce } from "./state.js";

/** How often a view is shown how far the past has been replayed, in ms. */
const REPLAY_SHOWN = 400;

export class MeetingModel {
  #listeners = new Set();
  #shown = 0;

  constructor(meeting) {
    this.meeting = meeting;
    this.state = initial();
    this.stream = "connecting";
    this.readOnly = false;
    /** False while the past is being replayed. */
    this.caughtUp = false;
    /** When a word was last heard, in ms of this page's clock; 0 before the first. */
    this.wordAt = 0;
    /** When the last finished sentence arrived, in ms of the page's own clock; 0 before the first. */
    this.finalAt = 0;
  }

  /** @returns {() => void} stop listening */
  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  take(envelope) {
    if (envelope.type === "stream.caught_up") {
      this.caughtUp = true;
      this.#changed();
      return;
    }
    if (/^(transcript\.partial|utterance\.)/.test(envelope.type)) this.wordAt = Math.max(this.wordAt, envelope.at * 1000);
    if (envelope.type === "utterance.created" && this.caughtUp) this.finalAt = performance.now();
    const next = reduce(this.state, envelope);
    if (next !== this.state) this.#set(next);
  }

  setStream(status) {
    this.stream = status;
    this.#changed();
  }

  setReadOnly() {
    this.readOnly = true;
    this.#changed();
  }

  /** Let time pass: `now` in seconds since the epoch. */
  tick(now) {
    const next = expire(this.state, now);
    if (next !== this.state) this.#set(next);
  }

  #set(state) {
    this.state = state;
    const now = performance.now();
    if (!this.caughtUp && now - this.#shown < REPLAY_SHOWN) return;
    this.#shown = now;
    this.#changed();
  }

  #changed() {
    for (const listener of this.#listeners) listener();
  }
}
