// The suggestion cards: newest first, at most three besides the pinned ones, older ones quieter.

import { h, icon, iconButton, setAttribute, setChildren, setText } from "./dom.js";
import { visibleCards } from "./state.js";
import { clock, failureWords, kindName, speakerName } from "./strings.js";

const TOOLS = [
  ["used", "check", "Used it", "u"],
  ["copied", "copy", "Copy", "c"],
  ["pinned", "pin", "Pin", "p"],
  ["wrong", "wrong", "Wrong or unhelpful", "w"],
  ["dismissed", "close", "Dismiss", "x"],
];

export class CardsView {
  /** @param {(card: object, what: string) => void} act what a tool does: a feedback word, or `stop` */
  constructor(act) {
    this.act = act;
    this.views = new Map();
    this.list = h("ul", { class: "cards", "aria-label": "Suggestions" });
    this.empty = h("p", { class: "empty" });
    this.node = h("section", { class: "suggestions", "aria-label": "Suggestions" }, this.list, this.empty);
  }

  render(state, readOnly, silence) {
    const cards = visibleCards(state);
    const nodes = cards.map((card, age) => {
      const view = this.views.get(card.id) || this.#make(card);
      view.render(card, age, state, readOnly);
      return view.node;
    });
    const focused = this.list.contains(focusOf(this.list)) && focusOf(this.list).closest(".card");
    setChildren(this.list, nodes);
    if (focused && !focused.isConnected) nodes[0]?.focus();
    for (const [id, view] of this.views) if (!view.node.isConnected) this.views.delete(id);
    this.empty.hidden = cards.length > 0;
    setText(this.empty, silence);
  }

  /** Move the focus among the cards; returns the card that has it. */
  move(step) {
    const nodes = [...this.list.children];
    if (!nodes.length) return null;
    const at = nodes.indexOf(this.focusedNode());
    const next = nodes[Math.min(nodes.length - 1, Math.max(0, at < 0 ? 0 : at + step))];
    next.focus();
    return next;
  }

  focusedNode() {
    return focusOf(this.list)?.closest?.(".card") || null;
  }

  /** The card the keyboard means: the focused one, else the newest. */
  current() {
    const node = this.focusedNode() || this.list.firstElementChild;
    for (const view of this.views.values()) if (view.node === node) return view.card;
    return null;
  }

  #make(card) {
    const view = new CardView(card, this.act);
    this.views.set(card.id, view);
    return view;
  }
}

class CardView {
  constructor(card, act) {
    this.card = card;
    this.kind = h("span", { class: "card-kind" });
    this.title = h("span", { class: "card-title" });
    this.when = h("span", { class: "card-when" });
    this.quote = h("p", { class: "card-quote" });
    this.cue = h("p", { class: "card-cue" });
    this.answer = h("p", { class: "card-answer" });
    this.source = h("p", { class: "card-source" });
    this.full = h("p", { class: "full" });
    this.why = h("details", { class: "card-why" }, h("summary", { text: "Details" }), this.full);
    this.tools = new Map();
    this.bar = h("div", { class: "card-tools", role: "group", "aria-label": "What to do with this card" });
    for (const [what, name, label] of TOOLS) {
      const button = iconButton(
        name,
        label,
        () => act(this.card, what === "pinned" && this.card.pinned ? "unpinned" : what),
        { data: { what } },
      );
      this.tools.set(what, button);
      this.bar.append(button);
    }
    this.stop = h(
      "button",
      { type: "button", class: "stop", on: { click: () => act(this.card, "stop") } },
      icon("stop"),
      "Stop",
    );
    this.foot = h("div", { class: "card-foot" }, this.source, this.why, this.stop, this.bar);
    const id = `card-${card.id.replace(/[^\w-]/g, "_")}`;
    this.kind.id = `${id}-kind`;
    this.answer.id = `${id}-answer`;
    this.node = h(
      "li",
      {
        class: "card",
        tabindex: "-1",
        "aria-labelledby": `${id}-kind ${id}-answer`,
        data: { id: card.id, kind: card.kind },
      },
      h("div", { class: "card-head" }, this.kind, this.title, this.when),
      this.cue,
      this.answer,
      this.quote,
      this.foot,
    );
  }

  render(card, age, state, readOnly) {
    this.node.dataset.age = String(Math.min(age, 2));
    if (this.last === card && this.names === state.names && this.readOnly === readOnly) return;
    Object.assign(this, { last: card, card, names: state.names, readOnly });
    const { status } = card;
    this.node.dataset.status = status;
    const kind = kindName(card);
    setText(this.kind, kind);
    setText(this.title, card.title.toLowerCase() === kind.toLowerCase() ? "" : card.title);
    setText(this.when, state.meeting.startedAt ? clock(card.at - state.meeting.startedAt) : "");
    const quoted = state.utterances.find((u) => u.id === card.utterance);
    setText(this.quote, quoted ? `${speakerName(quoted.speaker, state.names)}: “${quoted.text}”` : "");
    setAttribute(this.quote, "title", quoted ? quoted.text : null);
    const text = card.answer || card.cue;
    // The playbook's words stay readable until the model's, which take their place, are complete.
    setText(this.cue, status === "streaming" && card.answer ? card.cue : "");
    setText(this.answer, text || (status === "failed" ? "" : "Thinking…"));
    setAttribute(this.answer, "data-thinking", status === "streaming" && !text ? "" : null);
    setAttribute(this.node, "aria-busy", status === "streaming" ? "true" : null);
    const { text: note, full = "" } = footnote(card);
    setText(this.source, note);
    setText(this.full, full);
    this.why.hidden = !full;
    this.stop.hidden = readOnly || status !== "streaming";
    this.bar.hidden = readOnly;
    this.foot.hidden = readOnly && !this.source.textContent;
    setAttribute(this.node, "data-pinned", card.pinned ? "" : null);
    for (const [what, button] of this.tools) {
      const on = what === "pinned" ? card.pinned : card.feedback === what;
      setAttribute(button, "aria-pressed", what === "used" || what === "pinned" ? String(on) : null);
    }
    const pin = this.tools.get("pinned");
    const label = card.pinned ? "Unpin" : "Pin";
    setAttribute(pin, "aria-label", label);
    setAttribute(pin, "title", label);
  }
}

/** The small print: `{text, full?}`, `full` being shown on demand. */
function footnote(card) {
  if (card.status === "failed") return failureWords(card);
  if (card.status === "superseded") return { text: "Pinned. The talk has moved on." };
  if (card.feedback === "copied") return { text: "Copied" };
  return { text: card.source || (card.origin === "playbook" ? "From the playbook" : "") };
}

/** The focused element in the list's own document or shadow root. */
function focusOf(node) {
  return node.getRootNode().activeElement || null;
}
