// One meeting as the page knows it: the reduced state, the stream's status, and who wants to hear of changes.

import { expire, initial, reduce } from "./state.js";

/** How often a view is shown how far the past has been replayed, in ms. */
const REPLAY_SHOWN = 400;

export class MeetingModel {
  #state = initial();
  #preview = null;
  #listeners = new Set();
  #shown = 0;
  /** By how much the meeting's clock is ahead of this page's, in s: no event comes before it happens. */
  #ahead = -Infinity;

  constructor(meeting) {
    this.meeting = meeting;
    this.stream = "connecting";
    this.readOnly = false;
    /** Why nothing is listened to any more, where no event tells it. */
    this.problem = "";
    /** Channels this very page has muted: their silence is meant. @type {Set<string>} */
    this.muted = new Set();
    /** False while the past is being replayed. */
    this.caughtUp = false;
    /** When a word was last heard, in s of the service's clock; 0 before the first. */
    this.wordAt = 0;
    /** How far each channel's finished sentences reach, in seconds of its sound. @type {Record<string, number>} */
    this.written = {};
    /** When each channel's sound began, in ms of the page's own clock, as its events tell. @type {Record<string, number>} */
    this.began = {};
  }

  /** What there is to show: a preview until the whole past has come. */
  get state() {
    return this.#preview ?? this.#state;
  }

  /** Show `state` (of `newestFirst`) for as long as the past is being replayed; what is replayed does not show meanwhile. */
  preview(state) {
    if (this.caughtUp || !state) return;
    this.#preview = state;
    this.#changed();
  }

  /** @returns {() => void} stop listening */
  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  take(envelope) {
    if (envelope.type === "stream.caught_up") {
      this.caughtUp = true;
      this.#preview = null;
      this.#changed();
      return;
    }
    if (/^(transcript\.partial|utterance\.)/.test(envelope.type)) this.wordAt = Math.max(this.wordAt, envelope.at);
    if (this.caughtUp && envelope.media) this.#ahead = Math.max(this.#ahead, envelope.at - performance.now() / 1000);
    this.#date(envelope);
    const next = reduce(this.#state, envelope);
    if (next !== this.#state) this.#set(next);
  }

  /**
   * Seconds since the epoch by the clock that dates what is heard: the one here may be another machine's, and can be set
   * meanwhile. Before anything was heard live it is the one here.
   */
  now() {
    return Number.isFinite(this.#ahead) ? this.#ahead + performance.now() / 1000 : Date.now() / 1000;
  }

  /** When a channel's newest finished sentence ended, in ms of the page's own clock; `otherwise` before the first. */
  writtenAt(channel, otherwise) {
    const began = this.began[channel];
    const written = this.written[channel];
    return began === undefined || written === undefined ? otherwise : began + written * 1000;
  }

  /** What comes live tells when its channel's sound began: no event comes before what it tells of was said. */
  #date({ type, media }) {
    if (!media) return;
    const { channel, end } = media;
    if (type === "utterance.created") this.written[channel] = Math.max(this.written[channel] ?? 0, end);
    if (this.caughtUp) this.began[channel] = Math.min(this.began[channel] ?? Infinity, performance.now() - end * 1000);
  }

  setStream(status) {
    this.stream = status;
    this.#changed();
  }

  /** It is over, whatever its events have told; a `problem` says why where that was not meant. */
  over(problem = "") {
    this.problem = problem;
    this.setStream("over");
  }

  setReadOnly() {
    this.readOnly = true;
    this.#changed();
  }

  /** Let time pass. */
  tick() {
    const now = this.now();
    if (this.#preview) this.#preview = expire(this.#preview, now);
    const next = expire(this.#state, now);
    if (next !== this.#state) this.#set(next);
  }

  #set(state) {
    this.#state = state;
    if (this.#preview) return;
    const now = performance.now();
    if (!this.caughtUp && now - this.#shown < REPLAY_SHOWN) return;
    this.#shown = now;
    this.#changed();
  }

  #changed() {
    for (const listener of this.#listeners) listener();
  }
}
