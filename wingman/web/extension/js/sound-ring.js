// The last 60 seconds of every channel, kept in the page: what was said while the service was away follows from here.

import { lastingContext } from "./audio-context.js";
import { RATE, Ring } from "./ring.js";

export class SoundRing {
  constructor() {
    this.rings = new Map();
    this.sources = new Map();
    this.listeners = new Map();
    this.context = null;
    this.ready = null;
  }

  /** Keep what `track` carries for `channel`; false where the browser cannot. */
  async keep(channel, track) {
    try {
      this.context ??= lastingContext({ sampleRate: RATE });
      this.ready ??= this.context.audioWorklet.addModule(new URL("./ring-worklet.js", import.meta.url));
      await this.ready;
      const source = this.context.createMediaStreamSource(new MediaStream([track]));
      const tap = new AudioWorkletNode(this.context, "wingman-tap", { numberOfOutputs: 0 });
      this.sources.get(channel)?.disconnect();
      this.sources.set(channel, source);
      const ring = this.rings.get(channel) ?? new Ring();
      this.rings.set(channel, ring);
      tap.port.onmessage = ({ data }) => {
        const pcm = ring.push(data, performance.now()); // kept whether or not somebody listens
        this.listeners.get(channel)?.(pcm);
      };
      source.connect(tap);
      return true;
    } catch {
      return false; // without a ring the page keeps nothing, and says so
    }
  }

  get keeps() {
    return this.rings.size > 0;
  }

  quietest(channel, moment, reach) {
    return this.rings.get(channel)?.quietest(moment, reach) ?? moment;
  }

  after(channel, since) {
    return this.rings.get(channel)?.after(since) ?? [];
  }

  /** Hear every new piece of `channel`; null stops it. */
  listen(channel, listener) {
    if (listener) this.listeners.set(channel, listener);
    else this.listeners.delete(channel);
  }

  close() {
    this.listeners.clear();
    for (const source of this.sources.values()) source.disconnect();
    void this.context?.close();
    this.context = null;
  }
}
