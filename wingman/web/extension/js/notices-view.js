// What has to be told now: one sentence each, the provider's own words behind *Details*.

import { h, icon, setChildren, setText } from "./dom.js";
import { unsaid } from "./strings.js";

const MOST = 3;
/** After this long a button whose press changed nothing, or was lost on its way, can be pressed again, in ms. */
const AGAIN = 2000;
/** For so long what comes back is not said again, in ms: a connection that comes and goes is one trouble. What stands
 *  then is said. */
const LATELY = 60_000;

export class NoticesView {
  /** @param {(message: object) => boolean} send takes what a notice's button asks for */
  constructor(send) {
    this.send = send;
    this.node = h("div", { class: "notices" });
    /** What a screen reader says: each notice as it comes, and not again while a number in it changes. */
    this.announcer = h("div", { class: "hidden-text", role: "status", "aria-live": "polite" });
    this.shown = "";
    this.list = [];
    /** Of what is shown, what was said since it came. */
    this.said = [];
    /** Whether some of it was not, for it had been said lately. */
    this.held = false;
    /** What was said lately and asks for nothing: `{text, at}`. */
    this.lately = [];
    /** Those in the page: one that is being read or pressed stays as it is while another one comes or goes. */
    this.made = new Map();
    this.rest = h("span");
    /** What there is no room for, folded: said, too, and one press away. */
    this.others = h("details", { class: "notice others" }, h("summary", {}, this.rest));
  }

  /**
   * @param {{level: string, text: string, full?: string, act?: {label: string, message: object} | null}[]} list most
   *   urgent first
   * @param {boolean} readOnly whoever only looks gets no buttons
   */
  render(list, readOnly = false) {
    const key = JSON.stringify([list, readOnly]);
    if (key === this.shown) return;
    this.shown = key;
    this.list = list;
    this.#say();
    const shown = list.filter(({ stays }, at) => at < MOST || stays);
    const others = list.filter((each) => !shown.includes(each));
    const before = this.made;
    this.made = new Map();
    const nodes = (some) => some.map((each) => this.#kept(before, each, readOnly));
    setChildren(this.node, [...nodes(shown), ...(others.length ? [this.others] : [])]);
    setText(this.rest, `${others.length} more`);
    setChildren(this.others, [this.others.firstChild, ...nodes(others)]);
  }

  /** Say what was held back and still stands. */
  tick() {
    if (this.held) this.#say();
  }

  #say() {
    const { list } = this;
    const now = performance.now();
    this.lately = this.lately.filter(({ at }) => now - at < LATELY);
    const due = unsaid(this.said, list);
    const fresh = unsaid(this.lately, due);
    this.lately.push(...fresh.filter(({ act }) => !act).map(({ text }) => ({ text, at: now })));
    this.said = list.filter((notice) => !due.includes(notice) || fresh.includes(notice));
    this.held = fresh.length < due.length;
    // A new paragraph each time: what comes back later, or after a press, is said again
    if (fresh.length) this.announcer.replaceChildren(h("p", { text: fresh.map(({ text: said }) => said).join(" ") }));
    else if (!list.length) this.announcer.replaceChildren();
  }

  #kept(before, notice, readOnly) {
    let key = JSON.stringify([notice, readOnly]);
    while (this.made.has(key)) key += "+"; // two that read alike are two
    const node = before.get(key) ?? this.#notice(notice, readOnly);
    this.made.set(key, node);
    return node;
  }

  #notice({ level, text, full, act }, readOnly) {
    const said = [level === "info" ? null : icon("warn"), h("span", { text })];
    const button = act && !readOnly ? this.#button(act) : null;
    if (!full) return h("p", { class: "notice", data: { level } }, said, button);
    return h(
      "details",
      { class: "notice", data: { level } },
      h("summary", {}, said, button),
      h("p", { class: "full", text: full }),
    );
  }

  /** Pressed once; the notice goes, or comes back changed, by what the service says of it. */
  #button({ label, message }) {
    const click = (event) => {
      event.preventDefault(); // the sentence around it opens by itself
      button.disabled = this.send(message);
      setTimeout(() => (button.disabled = false), AGAIN);
    };
    // What it asks for: the focus does not go from one notice to another
    const data = { id: JSON.stringify(message) };
    const button = h("button", { type: "button", class: "quiet", text: label, data, on: { click } });
    return button;
  }
}
