// What a card was waited for, stage by stage, from the end of what was said: shown on demand.

/**
 * The stages of a card, in seconds after the end of the speech; none while that is unknown.
 * @param {{waits: {spoke: ?number, told: ?number, toned: ?number, shown: ?number, first: ?number, done: ?number}}} card
 * @returns {{name: string, start: number, length: number}[]}
 */
export function stagesOf({ waits }) {
  if (!waits || waits.spoke === null) return [];
  const { spoke, told, toned, shown, first, done } = waits;
  /** @type {{name: string, start: number, length: number}[]} */
  const stages = [];
  const add = (/** @type {string} */ name, /** @type {?number} */ from, /** @type {?number} */ to) => {
    if (from !== null && to !== null)
      stages.push({ name, start: Math.max(0, from - spoke), length: Math.max(0, to - from) });
  };
  add("Words", spoke, told);
  add("Tone of the voice", told, toned);
  add("Decision", told, shown);
  add("First word", shown, first);
  add("Answer", first, done);
  return stages;
}
