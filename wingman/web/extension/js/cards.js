// The suggestion cards: newest first, at most three besides the pinned ones, older ones quieter.

import { h, icon, iconButton, setAttribute, setChildren, setText } from "./dom.js";
import { pastCards, visibleCards } from "./state.js";
import { clock, failureWords, kindName, speakerName } from "./strings.js";
import { WaitsView } from "./waits-view.js";

/** Feedback → its icon, in the order of the buttons; what they are called is the service's word. */
const TOOLS = { used: "check", copied: "copy", pinned: "pin", wrong: "wrong", dismissed: "close" };

/** Characters from which a card is folded, so that one does not push all others away. */
const LONG = 320;
/** Cards in sight besides the pinned ones. */
export const MOST = 3;

export class CardsView {
  /** @param {(card: object, what: string) => void} act what a tool does: a feedback word, or `stop` */
  constructor(act) {
    this.act = act;
    this.views = new Map();
    this.titles = {};
    this.list = h("ul", { class: "cards", "aria-label": "Suggestions" });
    this.empty = h("p", { class: "empty" });
    this.past = h("ul", { class: "past-cards", "aria-label": "Earlier cards" });
    this.pastWords = h("summary", { text: "Earlier cards" });
    this.history = h(
      "details",
      { class: "history", hidden: true, on: { toggle: () => this.#renderPast() } },
      this.pastWords,
      this.past,
    );
    this.node = h("section", { class: "suggestions", "aria-label": "Suggestions" }, this.list, this.empty, this.history);
  }

  /** What can be said of a card, as the service publishes it. @param {Record<string, string>} titles */
  offer(titles) {
    this.titles = titles;
    this.views.clear();
  }

  render(state, readOnly, silence) {
    const cards = visibleCards(state, MOST, this.#held());
    const nodes = cards.map((card, age) => {
      const view = this.views.get(card.id) || this.#make(card);
      view.render(card, age, state, readOnly);
      return view.node;
    });
    const focused = this.list.contains(focusOf(this.list)) && focusOf(this.list).closest(".card");
    setChildren(this.list, nodes);
    if (focused && !focused.isConnected) (nodes[0] ?? this.node.closest(".overlay"))?.focus();
    for (const [id, view] of this.views) if (!view.node.isConnected) this.views.delete(id);
    this.empty.hidden = cards.length > 0;
    setText(this.empty, silence);
    this.#keepPast(state);
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

  /** The card that is being read: the keyboard or the pointer is on it. */
  #held() {
    const { defaultView } = this.node.ownerDocument;
    // A finger hovers over what it touched last until it touches something else
    const points = defaultView?.matchMedia("(hover: hover)").matches;
    return (this.focusedNode() ?? (points ? this.list.querySelector(".card:hover") : null))?.dataset.id ?? "";
  }

  /** The card the keyboard means: the focused one, else the newest. */
  current() {
    const node = this.focusedNode() || this.list.firstElementChild;
    for (const view of this.views.values()) if (view.node === node) return view.card;
    return null;
  }

  /** Cards that left the screen can be looked up again, all of them. */
  #keepPast(state) {
    if (this.pastState === state.cards && this.pastNames === state.names) return;
    Object.assign(this, { pastState: state.cards, pastNames: state.names });
    this.gone = pastCards(state);
    this.history.hidden = this.gone.length === 0;
    setText(this.pastWords, `Earlier cards (${this.gone.length})`);
    this.#renderPast();
  }

  #renderPast() {
    if (!this.history.open) return;
    setChildren(
      this.past,
      this.gone.map((card) =>
        h(
          "li",
          {},
          h("span", { class: "card-when", text: `${clock(card.moment)} · ${kindName(card)}` }),
          h("p", { dir: "auto", text: card.answer || card.cue }),
          card.quote ? h("p", { class: "card-quote", dir: "auto", text: quoteOf(card, this.pastNames) }) : null,
        ),
      ),
    );
  }

  #make(card) {
    const view = new CardView(card, this.act, this.titles);
    this.views.set(card.id, view);
    return view;
  }
}

class CardView {
  constructor(card, act, titles) {
    this.card = card;
    this.titles = titles;
    this.kind = h("span", { class: "card-kind" });
    this.title = h("span", { class: "card-title", dir: "auto" });
    this.when = h("span", { class: "card-when" });
    this.quote = h("p", { class: "card-quote", dir: "auto" });
    this.cue = h("p", { class: "card-cue", dir: "auto" });
    this.answer = h("p", { class: "card-answer", dir: "auto" });
    this.more = h("button", {
      type: "button",
      class: "more-text",
      "aria-expanded": "false",
      hidden: true,
      text: "Show all of it",
      on: { click: () => this.#unfold() },
    });
    this.source = h("p", { class: "card-source" });
    this.full = h("p", { class: "full" });
    this.why = h("details", { class: "card-why" }, h("summary", { text: "Details" }), this.full);
    this.tools = new Map();
    this.bar = h("div", { class: "card-tools", role: "group", "aria-label": "What to do with this card" });
    for (const [what, name] of Object.entries(TOOLS).filter(([word]) => titles[word])) {
      const button = iconButton(
        name,
        titles[what],
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
    this.waits = new WaitsView();
    this.foot = h("div", { class: "card-foot" }, this.source, this.why, this.waits.node, this.stop, this.bar);
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
      this.more,
      this.quote,
      this.foot,
    );
  }

  #unfold() {
    this.unfolded = !this.unfolded;
    setText(this.more, this.unfolded ? "Show less" : "Show all of it");
    setAttribute(this.more, "aria-expanded", String(this.unfolded));
    setAttribute(this.answer, "data-long", this.unfolded ? null : "");
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
    setAttribute(this.title, "title", this.title.textContent || null);
    setText(this.when, clock(card.moment));
    setText(this.quote, quoteOf(card, state.names));
    setAttribute(this.quote, "title", card.quote ? card.quote.text : null);
    const text = card.answer || card.cue;
    // The playbook's words stay readable until the model's, which take their place, are complete.
    setText(this.cue, status === "streaming" && card.answer ? card.cue : "");
    setText(this.answer, text || (status === "failed" ? "" : "Thinking…"));
    const long = text.length > LONG;
    setAttribute(this.answer, "data-long", long && !this.unfolded ? "" : null);
    this.more.hidden = !long;
    setAttribute(this.answer, "data-thinking", status === "streaming" && !text ? "" : null);
    setAttribute(this.node, "aria-busy", status === "streaming" ? "true" : null);
    const { text: note, full = "" } = footnote(card);
    setText(this.source, note);
    setText(this.full, full);
    this.why.hidden = !full;
    this.waits.render(card);
    this.stop.hidden = readOnly || status !== "streaming";
    this.bar.hidden = readOnly;
    this.foot.hidden = readOnly && !this.source.textContent;
    setAttribute(this.node, "data-pinned", card.pinned ? "" : null);
    for (const [what, button] of this.tools) {
      const on = what === "pinned" ? card.pinned : card.feedback === what;
      setAttribute(button, "aria-pressed", what === "used" || what === "pinned" ? String(on) : null);
      const label = (what === "pinned" && card.pinned && this.titles.unpinned) || this.titles[what];
      setAttribute(button, "aria-label", `${label}: ${kind}`);
      setAttribute(button, "title", label);
    }
  }
}

/** `Them: “…”`, or nothing. */
const quoteOf = ({ quote }, names) => (quote ? `${speakerName(quote.speaker, names)}: “${quote.text}”` : "");

/** The small print: `{text, full?}`, `full` being shown on demand. */
function footnote(card) {
  if (card.status === "failed") return failureWords(card);
  if (card.status === "superseded") return { text: "Pinned. The talk has moved on." };
  if (card.feedback === "copied") return { text: "Copied" };
  if (card.source) return { text: card.source };
  if (card.origin === "playbook") return { text: "From the playbook" };
  return { text: card.status === "done" ? "Written by the model" : "" };
}

/** The focused element in the list's own document or shadow root. */
function focusOf(node) {
  return node.getRootNode().activeElement || null;
}
