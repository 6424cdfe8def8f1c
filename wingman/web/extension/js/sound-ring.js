// The last 60 seconds of every channel, kept in the page: what was said while the service was away follows from here.

export const RATE = 16_000;
export const KEPT_S = 60;

/** Samples of one channel: the newest `KEPT_S` seconds, by the time at which they came. Pure. */
export class Ring {
  constructor(seconds = KEPT_S, rate = RATE) {
    this.rate = rate;
    this.limit = seconds * rate;
    /** @type {{at: number, pcm: Int16Array}[]} `at` is when the piece was complete, in ms */
    this.pieces = [];
    this.size = 0;
  }

  /** Take a piece of samples (-1 to 1) that was complete at `now` (ms). */
  push(samples, now) {
    const pcm = new Int16Array(samples.length);
    for (let i = 0; i < samples.length; i++)
      pcm[i] = Math.round(Math.max(-1, Math.min(1, samples[i])) * 32767);
    this.pieces.push({ at: now, pcm });
    this.size += pcm.length;
    while (this.size > this.limit) this.size -= this.pieces.shift().pcm.length;
    return pcm;
  }

  /** Everything that came after `since` (ms), oldest first. */
  after(since) {
    return this.pieces.filter(({ at }) => at > since).map(({ pcm }) => pcm);
  }
}

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
      this.context ??= new AudioContext({ sampleRate: RATE });
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
