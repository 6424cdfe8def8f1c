// Whether anything still comes from the service while sound goes out to it, by a peer connection's statistics. Pure.

/** Fewer packets than these say nothing: the service answers for sound three times a second. */
const SENT_AT_LEAST = 10;

export class Liveness {
  #came = 0;
  #sent = 0;
  #sentBefore = 0;
  #at;

  /** @param {number} now ms */
  constructor(now) {
    this.#at = now;
  }

  /**
   * Take the statistics read at `now` (ms).
   *
   * @param {Iterable<Record<string, any>>} stats
   * @param {number} now
   * @returns {boolean} whether something came since the last time
   */
  take(stats, now) {
    let came = 0;
    let sent = 0;
    for (const each of stats) {
      // Reports, that is; a check that is answered only shows that there is a way, not that the sound takes it
      if (each.type === "transport") came += each.bytesReceived ?? 0;
      if (each.type === "outbound-rtp") sent += each.packetsSent ?? 0;
    }
    const heard = came !== this.#came;
    if (heard) {
      this.#at = now;
      this.#sentBefore = sent;
    }
    this.#came = came;
    this.#sent = sent;
    return heard;
  }

  /** For how long nothing came, in ms; 0 while hardly anything goes out that could be answered. */
  silentFor(now) {
    return this.#sent - this.#sentBefore < SENT_AT_LEAST ? 0 : now - this.#at;
  }
}
