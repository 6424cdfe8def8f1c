// The lines of a meeting by the time they were said, however many: the newest in one array, earlier ones in blocks that
// never change place. Pure.

export const BLOCK = 64;
/** How far back a line is looked for by its id before the blocks are searched. */
const NEAR = 64;

/** @param {{earlier: object[][], utterances: object[]}} state */
export const lineCount = (state) => state.earlier.length * BLOCK + state.utterances.length;

/** The line at `at`, counted from the meeting's first. */
export function lineAt(state, at) {
  const block = Math.floor(at / BLOCK);
  return block < state.earlier.length
    ? state.earlier[block][at % BLOCK]
    : state.utterances[at - state.earlier.length * BLOCK];
}

/** The state with one more line, where it belongs among the newest: what was said first comes first. */
export function addLine(state, entry) {
  const utterances = state.utterances.slice();
  let at = utterances.length;
  while (at > 0 && utterances[at - 1].start > entry.start) at -= 1;
  utterances.splice(at, 0, entry);
  if (utterances.length < 2 * BLOCK) return { ...state, utterances };
  return {
    ...state,
    earlier: state.earlier.concat([utterances.slice(0, BLOCK)]),
    utterances: utterances.slice(BLOCK),
  };
}

/** The number of the line with this id; -1 when there is none. A new line's id is looked for among the newest only. */
export function lineOf(state, id, isNew = false) {
  const base = state.earlier.length * BLOCK;
  const recent = state.utterances;
  const stop = isNew ? Math.max(0, recent.length - NEAR) : 0;
  for (let i = recent.length - 1; i >= stop; i--) if (recent[i].id === id) return base + i;
  if (isNew) return -1;
  for (let block = state.earlier.length - 1; block >= 0; block--) {
    const at = state.earlier[block].findIndex((entry) => entry.id === id);
    if (at >= 0) return block * BLOCK + at;
  }
  return -1;
}

/** The state with another entry in the place of line `at`. */
export function replaceLine(state, at, entry) {
  const block = Math.floor(at / BLOCK);
  if (block < state.earlier.length) {
    const earlier = state.earlier.slice();
    earlier[block] = earlier[block].slice();
    earlier[block][at % BLOCK] = entry;
    return { ...state, earlier };
  }
  const utterances = state.utterances.slice();
  utterances[at - state.earlier.length * BLOCK] = entry;
  return { ...state, utterances };
}

/** Numbers of the lines that hold every one of `words`, oldest first, at most `limit`. */
export function findLines(state, words, limit = 1000) {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const found = [];
  if (!wanted.length) return found;
  for (let at = 0; at < lineCount(state) && found.length < limit; at++) {
    const { text } = lineAt(state, at);
    if (!text) continue;
    const lower = text.toLowerCase();
    if (wanted.every((word) => lower.includes(word))) found.push(at);
  }
  return found;
}
