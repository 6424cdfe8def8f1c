// The keyboard: one table of what each key does, also shown as the help.

export const KEYS = [
  { keys: ["1"], run: (o) => o.request("say"), about: "What to say" },
  { keys: ["2"], run: (o) => o.request("clarify"), about: "Clarify" },
  { keys: ["3"], run: (o) => o.request("recap"), about: "Recap" },
  { keys: ["4"], run: (o) => o.request("fact-check"), about: "Fact-check" },
  { keys: ["/"], run: (o) => o.focusQuestion(), about: "Ask a question" },
  { keys: ["n"], run: (o) => o.focusNote(), about: "Write a note" },
  { keys: ["f"], run: (o) => o.find(), about: "Search in this call" },
  { keys: ["s"], run: (o) => o.stop(), about: "Stop the running suggestion" },
  { keys: ["j", "ArrowDown"], run: (o) => o.cards.move(1), about: "Next card", cardsOnly: "ArrowDown" },
  { keys: ["k", "ArrowUp"], run: (o) => o.cards.move(-1), about: "Previous card", cardsOnly: "ArrowUp" },
  { keys: ["u"], run: (o) => o.feedback("used"), about: "Used it" },
  { keys: ["c"], run: (o) => o.feedback("copied"), about: "Copy the card" },
  { keys: ["p"], run: (o) => o.feedback("pinned"), about: "Pin or unpin the card" },
  { keys: ["w"], run: (o) => o.feedback("wrong"), about: "Wrong or unhelpful" },
  { keys: ["x", "Delete"], run: (o) => o.feedback("dismissed"), about: "Dismiss the card" },
  { keys: ["t"], run: (o) => o.toggleTranscript(), about: "Show or hide the transcript" },
  { keys: ["v"], run: (o) => o.cycleVerbosity(), about: "How much Wingman says" },
  { keys: ["+", "="], run: (o) => o.resize(1), about: "Larger text" },
  { keys: ["-"], run: (o) => o.resize(-1), about: "Smaller text" },
  { keys: ["d"], run: (o) => o.cycleTheme(), about: "Light, dark or as the system" },
  { keys: ["?"], run: (o) => o.toggleHelp(), about: "This list" },
];

const NAMES = { ArrowDown: "↓", ArrowUp: "↑", Delete: "Del" };

export const keyName = (key) => NAMES[key] || key;

/** Handle `event` for `overlay`; typing into a field and browser shortcuts are left alone. */
export function press(event, overlay) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const target = event.composedPath()[0];
  if (target.closest?.("input, textarea, select, [contenteditable]")) return;
  const entry = KEYS.find((k) => k.keys.includes(event.key));
  if (!entry) return;
  if (entry.cardsOnly === event.key && !overlay.cards.focusedNode()) return;
  event.preventDefault();
  entry.run(overlay);
}
