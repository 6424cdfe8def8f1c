// What it means for a meeting that the service refused something.

const GONE = [404, 410];
const STRANGE = [401, 403];

/**
 * What the service answered; 0 where nothing came.
 * @param {any} failed
 * @returns {number}
 */
export function statusOf(failed) {
  return failed?.status ?? 0;
}

/**
 * `missing`: there is no such meeting any more; `refused`: the service does not know this page; empty: it may go on.
 * @param {any} failed
 * @returns {"missing" | "refused" | ""}
 */
export function meaningOf(failed) {
  const status = statusOf(failed);
  if (GONE.includes(status)) return "missing";
  return STRANGE.includes(status) ? "refused" : "";
}
