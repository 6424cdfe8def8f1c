// Waiting that takes no longer in a page nobody looks at, as a capture page is during a call: a browser wakes the
// timers of such a page once a second, and a worker's in time.

/** @type {Worker | null} */
let worker = null;
let newest = 0;
/** @type {Map<number, () => void>} */
const due = new Map();

/** Call `run` in `ms`. @returns {number} what `cancel` takes */
export function after(ms, run) {
  const id = ++newest;
  due.set(id, run);
  worker ??= started();
  if (worker) worker.postMessage({ id, ms });
  else setTimeout(() => fire(id), ms);
  return id;
}

export function cancel(id) {
  due.delete(id);
}

export const pause = (ms) => new Promise((resolve) => after(ms, () => resolve(undefined)));

function fire(id) {
  const run = due.get(id);
  due.delete(id);
  run?.();
}

function started() {
  try {
    const made = new Worker(new URL("./ticker.js", import.meta.url));
    made.onmessage = ({ data }) => fire(data);
    made.onerror = () => {
      for (const id of due.keys()) setTimeout(() => fire(id), 0); // it could not be loaded: too early beats never
      worker = null;
    };
    return made;
  } catch {
    return null; // a page that may have none
  }
}
