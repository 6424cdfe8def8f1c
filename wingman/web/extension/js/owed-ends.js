// Meetings whose end Wingman may not have heard of: it was out of reach, and who ended them is gone by now. It is told
// at the next opening; one that is over already takes that as it is.

import { meaningOf, statusOf } from "./failures.js";

const KEY = "wingman.owed";
/** More than these are no person's. */
const MOST = 20;

/**
 * Tell `service` the end of the meetings `ids`, as long as it answers.
 * @param {{call: (method: string, path: string) => Promise<unknown>}} service
 * @param {string[]} ids
 * @param {(id: string) => Promise<boolean>} [spared] whether one is let be: somebody else goes on with it
 * @returns {Promise<string[]>} those it has heard of by now, does not know, or does not let this page end
 */
export async function tellEnds(service, ids, spared = async () => false) {
  /** @type {string[]} */
  const told = [];
  for (const id of ids) {
    const failed = await end(service, id, spared).then(() => null, (why) => why);
    if (failed && statusOf(failed) === 0) break; // the next one would wait as long
    if (!failed || meaningOf(failed)) told.push(id);
  }
  return told;
}

/**
 * Whether somebody else's sound comes to a meeting now: then its end is not ours to tell.
 * @param {{json: (method: string, path: string) => Promise<any>}} service @param {string} id
 */
export async function fedByOthers(service, id) {
  const { sources = [], grant } = await service.json("GET", `/api/meetings/${encodeURIComponent(id)}`);
  return sources.some((/** @type {{by: string}} */ { by }) => by !== grant); // an older service tells of none
}

/** @type {(...of: [Parameters<typeof tellEnds>[0], string, (id: string) => Promise<boolean>]) => Promise<void>} */
async function end(service, id, spared) {
  if (!(await spared(id))) await service.call("POST", `/api/meetings/${encodeURIComponent(id)}/end`);
}

/** Keep `id` until it is settled, also where this page is closed before. @param {string} id */
export const owe = (id) => keep([...owed().filter((other) => other !== id), id]);

/** Wingman has heard of it. @param {string} id */
export const settle = (id) => keep(owed().filter((other) => other !== id));

/** What pages of this browser that are gone still owe. @param {Parameters<typeof tellEnds>[0]} service */
export async function tellOwed(service) {
  for (const id of await tellEnds(service, owed())) settle(id);
}

/** To look at it throws where storage is switched off. @returns {any} */
const storage = () => /** @type {any} */ (globalThis).localStorage;

/** @returns {string[]} */
function owed() {
  try {
    const kept = JSON.parse(storage().getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept : [];
  } catch {
    return []; // storage is switched off: who sent the sound counts as gone after a while
  }
}

/** @param {string[]} ids */
function keep(ids) {
  try {
    storage().setItem(KEY, JSON.stringify(ids.slice(-MOST)));
  } catch {
    // see `owed`
  }
}
