// A long call is shown from its end: the newest lines stand there while all that was said before is still on its way.

import { initial, reduce } from "./state.js";

/** The largest `seq` there can be: what follows it is nothing, and the answer says which one is the last. */
const BEYOND = 2 ** 53;
/** Fewer events than this come at once anyway. */
const WORTH = 3000;
/** How the meeting began, and what was said last, in events. */
const FIRST = 50;
const LAST = 600;

/**
 * The state of a long meeting as far as its beginning and its end tell; null where the whole is short.
 *
 * @param {{json: (method: string, path: string) => Promise<any>}} service
 * @param {string} meeting
 */
export async function newestFirst(service, meeting) {
  const page = (after, limit) =>
    service.json("GET", `/api/meetings/${encodeURIComponent(meeting)}/events?after=${after}&limit=${limit}`);
  const { last } = await page(BEYOND, 1);
  if (last < WORTH) return null;
  const [beginning, end] = await Promise.all([page(0, FIRST), page(last - LAST, LAST)]);
  return { ...[...beginning.events, ...end.events].reduce(reduce, initial()), newestOnly: true };
}
