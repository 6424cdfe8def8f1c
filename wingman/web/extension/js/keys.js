// The keyboard: one table of what each key does, also shown as the help.

export const KEYS = [
  { name: "say", keys: ["1"], run: (o) => o.request("say") },
  { name: "clarify", keys: ["2"], run: (o) => o.request("clarify") },
  { name: "recap", keys: ["3"], run: (o) => o.request("recap") },
  { name: "fact-check", keys: ["4"], run: (o) => o.request("fact-check") },
  { name: "ask", keys: ["/"], run: (o) => o.focusQuestion(), about: "Ask a question" },
  { name: "note", keys: ["n"], run: (o) => o.focusNote(), about: "Write a note" },
  { name: "find", keys: ["f"], run: (o) => o.find(), about: "Search in this call" },
  { name: "stop", keys: ["s"], run: (o) => o.stop(), about: "Stop the running suggestion" },
  { name: "next", keys: ["j", "ArrowDown"], run: (o) => o.cards.move(1), about: "Next card", cardsOnly: "ArrowDown" },
  { name: "previous", keys: ["k", "ArrowUp"], run: (o) => o.cards.move(-1), about: "Previous card", cardsOnly: "ArrowUp" },
  { name: "used", keys: ["u"], run: (o) => o.feedback("used") },
  { name: "copy", keys: ["c"], run: (o) => o.feedback("copied"), about: "Copy the card" },
  { name: "pin", keys: ["p"], run: (o) => o.feedback("pinned"), about: "Pin or unpin the card" },
  { name: "wrong", keys: ["w"], run: (o) => o.feedback("wrong") },
  { name: "dismiss", keys: ["x", "Delete"], run: (o) => o.feedback("dismissed"), about: "Dismiss the card" },
  { name: "transcript", keys: ["t"], run: (o) => o.toggleTranscript(), about: "Show or hide the transcript" },
  { name: "verbosity", keys: ["v"], run: (o) => o.cycleVerbosity(), about: "How much Wingman says" },
  { name: "larger", keys: ["+", "="], run: (o) => o.resize(1), about: "Larger text" },
  { name: "smaller", keys: ["-"], run: (o) => o.resize(-1), about: "Smaller text" },
  { name: "theme", keys: ["d"], run: (o) => o.cycleTheme(), about: "Light, dark or as the system" },
  { name: "help", keys: ["?"], run: (o) => o.toggleHelp(), about: "This list" },
];

const NAMES = { ArrowDown: "↓", ArrowUp: "↑", Delete: "Del" };

export const keyName = (key) => NAMES[key] || key;

/**
 * The table with somebody's own keys in it.
 *
 * @param {Record<string, string>} own what a key does (`name`) → the key
 * @param {Record<string, string>} titles what the service calls an action, and what can be said of a card
 */
export const keysWith = (own, titles = {}) =>
  KEYS.map((entry) => ({
    about: titles[entry.name] ?? entry.name,
    ...entry,
    ...(own[entry.name] ? { keys: [own[entry.name]], cardsOnly: undefined } : {}),
  }));

/** The key for an action, somebody's own where they have one; empty when it has none. */
export const keyFor = (action, own = {}) => keysWith(own).find(({ name }) => name === action)?.keys[0] ?? "";

/** Only what is a letter, a digit or a sign: the other keys belong to the browser. */
export const isKey = (key) => typeof key === "string" && [...key].length === 1 && key.trim() === key && key !== "";

/** Why `key` cannot be the one for `name`; empty when it can. */
export function keyProblem(own, name, key, titles = {}) {
  if (!isKey(key)) return "Press one letter, digit or sign.";
  const other = keysWith(own, titles).find((entry) => entry.name !== name && entry.keys.includes(key));
  return other ? `${key} is taken: ${other.about}.` : "";
}

/** Handle `event` for `overlay`; typing into a field and browser shortcuts are left alone. */
export function press(event, overlay, own = {}) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const target = event.composedPath()[0];
  if (target.closest?.("input, textarea, select, [contenteditable]")) return;
  const entry = keysWith(own).find((k) => k.keys.includes(event.key));
  if (!entry) return;
  if (entry.cardsOnly === event.key && !overlay.cards.focusedNode()) return;
  event.preventDefault();
  entry.run(overlay);
}
