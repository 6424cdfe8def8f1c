// Audio contexts that outlive a loudspeaker that fails or is unplugged.

import { pause } from "./waiting.js";

/** How long after a failure a context is resumed, in ms. */
const AGAIN = 1000;

/** One that only shows levels: it needs no loudspeaker, and misses a sample in a hundred. */
export const levelContext = () => new AudioContext(/** @type {any} */ ({ sinkId: { type: "none" } }));

/**
 * One that plays, or keeps each sample: a loudspeaker that failed suspends it until somebody resumes it.
 * @param {AudioContextOptions} [options]
 */
export function lastingContext(options, wait = () => pause(AGAIN)) {
  const context = new AudioContext(options);
  context.addEventListener("statechange", () => {
    if (context.state !== "suspended") return;
    void wait()
      .then(() => context.resume())
      .catch(() => undefined); // it was closed, or fails once more and is told again
  });
  return context;
}
