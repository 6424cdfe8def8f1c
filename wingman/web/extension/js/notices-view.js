// What has to be told now: one sentence each, the provider's own words behind *Details*.

import { h, icon, setChildren } from "./dom.js";

const MOST = 3;

export class NoticesView {
  /** @param {(message: object) => boolean} send takes what a notice's button asks for */
  constructor(send) {
    this.send = send;
    this.node = h("div", { class: "notices", role: "status", "aria-live": "polite" });
    this.shown = "";
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
    const shown = list.filter(({ stays }, at) => at < MOST || stays);
    const others = list.filter((each) => !shown.includes(each)).map((each) => this.#notice(each, readOnly));
    setChildren(this.node, [...shown.map((each) => this.#notice(each, readOnly)), ...(others.length ? [rest(others)] : [])]);
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
      event.currentTarget.disabled = this.send(message);
    };
    return h("button", { type: "button", class: "quiet", text: label, on: { click } });
  }
}

/** What there is no room for, folded: said, too, and one press away. */
const rest = (others) =>
  h("details", { class: "notice others" }, h("summary", {}, h("span", { text: `${others.length} more` })), ...others);
