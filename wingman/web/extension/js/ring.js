// The newest seconds of one channel's sound. Pure.

export const RATE = 16_000;
export const KEPT_S = 60;

/** Samples of one channel: the newest `KEPT_S` seconds, by the time at which they came. */
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
    while (this.size > this.limit) this.size -= this.pieces.shift()?.pcm.length ?? 0;
    return pcm;
  }

  /** When the quietest piece within `reach` ms of `moment` was complete; `moment` where there is none. */
  quietest(moment, reach) {
    let [found, least] = [moment, Infinity];
    for (const { at, pcm } of this.pieces) {
      if (Math.abs(at - moment) > reach) continue;
      const power = pcm.reduce((sum, sample) => sum + sample * sample, 0);
      if (power < least) [found, least] = [at, power];
    }
    return found;
  }

  /** Everything that came after `since` (ms), oldest first. */
  after(since) {
    return this.pieces.filter(({ at }) => at > since).map(({ pcm }) => pcm);
  }
}
