// Which cards another playbook would have shown. Pure: two lists of cards in, one list of changes out.

/** How far apart, in seconds, two cards of one kind may come and still be the same occasion. */
const NEAR = 4;

/** @typedef {{at: number, kind: string, text: string, utterance?: string}} Card */
/** @typedef {{change: "same" | "changed" | "added" | "removed", at: number, before?: Card, after?: Card}} Change */

/**
 * @param {Card[]} before
 * @param {Card[]} after
 * @returns {Change[]} by time
 */
export function cardChanges(before, after) {
  const left = [...after];
  /** @type {Change[]} */
  const changes = before.map((card) => {
    const at = best(card, left);
    if (at < 0) return { change: "removed", at: card.at, before: card };
    const [other] = left.splice(at, 1);
    const same = other.text === card.text && other.kind === card.kind;
    return { change: same ? "same" : "changed", at: card.at, before: card, after: other };
  });
  /** @type {Change[]} */
  const added = left.map((card) => ({ change: "added", at: card.at, after: card }));
  return [...changes, ...added].sort((a, b) => a.at - b.at);
}

/** The card of the same occasion: about the same utterance, else of the same kind at about the same time. */
function best(card, others) {
  const about = (other) => card.utterance && other.utterance === card.utterance;
  const exact = others.findIndex((other) => about(other) && other.kind === card.kind);
  if (exact >= 0) return exact;
  const same = others.findIndex(about);
  if (same >= 0) return same;
  if (card.utterance) return -1;
  return others.findIndex((other) => other.kind === card.kind && Math.abs(other.at - card.at) <= NEAR);
}

/**
 * A conversation somebody pasted, as turns: `Them: …` or `You: …` at the beginning of a line changes the speaker.
 * Lines that `wingman rehearse` plays, `{"who": "C", "text": "…"}`, are turns, too; of such a line who speaks and
 * what is said count, for the service takes no more. Other braces (`{laughs}`) are words.
 */
export function turnsOf(text) {
  const turns = [];
  for (const [index, raw] of text.split("\n").entries()) {
    const line = raw.trim();
    if (!line) continue;
    if (/^\{\s*"/.test(line)) {
      const turn = written(line, index + 1);
      if (turn.text) turns.push(turn);
      continue;
    }
    const named = /^(?:\[?\d{1,2}:\d{2}(?::\d{2})?\]?\s*)?([\p{L}][\p{L}\p{N} ._'’-]{0,40}):\s*(.+)$/u.exec(line);
    if (named) turns.push({ speaker: who(named[1]), name: named[1].trim(), text: named[2].trim() });
    else if (turns.length) turns[turns.length - 1].text += ` ${line}`;
    else turns.push({ speaker: "tab", name: "Them", text: line });
  }
  return turns;
}

/** One line of JSON. Throws a sentence that names the line and the mend. */
function written(line, number) {
  let fields = {};
  try {
    fields = JSON.parse(line);
  } catch {
    // said below, like any other line that is no turn
  }
  if (typeof fields.text !== "string" || !/^(U|C\d{0,2})$/i.test(fields.who ?? ""))
    throw new Error(`Line ${number} is no turn. Write {"who": "C", "text": "…"}; who is U (you), C, C2 … (the others).`);
  return { speaker: /^u$/i.test(fields.who) ? "mic" : "tab", name: fields.who.toUpperCase(), text: fields.text.trim() };
}

const MINE = new Set(["you", "me", "i", "myself", "user", "agent", "rep", "seller", "sales", "support", "mic"]);

function who(name) {
  return MINE.has(name.trim().toLowerCase()) ? "mic" : "tab";
}
