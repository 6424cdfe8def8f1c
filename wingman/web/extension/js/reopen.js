// A microphone that was taken away (unplugged, its permission withdrawn) is heard again as soon as the browser gives one.

import { openMicrophone, release } from "./tracks.js";
import { pause } from "./waiting.js";

/** How often it is looked for, in ms: browsers tell pages in the background of no new device. */
const EVERY = 2000;

/** Whether a microphone may be opened without a question; a browser that does not tell asks, so it may not. */
const allowed = async () =>
  (await navigator.permissions?.query({ name: "microphone" }).catch(() => null))?.state === "granted";

/**
 * Open the microphone again for as long as it is `wanted`, and hand it to `take`. Nobody is asked for anything.
 *
 * @param {() => boolean} wanted
 * @param {(track: MediaStreamTrack) => Promise<unknown>} take
 * @returns {Promise<boolean>} whether it took one
 */
export async function reopened(wanted, take, { open = openMicrophone, may = allowed, wait = () => pause(EVERY) } = {}) {
  for (await wait(); wanted(); await wait()) {
    const track = (await may()) && (await open().catch(() => null));
    if (!track) continue;
    const still = wanted();
    if (still) await take(track);
    else release(track); // somebody else was quicker, or it is over
    return still;
  }
  return false;
}
