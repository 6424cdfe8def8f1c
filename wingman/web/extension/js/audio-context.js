// Audio contexts that outlive a loudspeaker that fails or is unplugged.

import { pause } from "./waiting.js";

/** How long after a failure a context is resumed, and how often until it runs, in ms. */
const AGAIN = 1000;

/** One that only shows levels: it needs no loudspeaker, and misses a sample in a hundred. */
export const levelContext = () => new AudioContext(/** @type {any} */ ({ sinkId: { type: "none" } }));

/**
 * One that plays, or keeps each sample: a loudspeaker that failed suspends it until somebody resumes it.
 * @param {AudioContextOptions} [options]
 */
export function lastingContext(options, wait = () => pause(AGAIN)) {
  const context = new AudioContext(options);
  let resuming = false;
  context.addEventListener("statechange", async () => {
    if (resuming) return;
    resuming = true;
    // A try that fails, or that comes to nothing, changes no state and so is told by no event
    while (context.state === "suspended") {
      await wait();
      if (context.state === "suspended") void context.resume().catch(() => undefined);
    }
    resuming = false;
  });
  return context;
}
