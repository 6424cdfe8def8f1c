// What a card was waited for as bars, once somebody asks.

import { h, setChildren } from "./dom.js";
import { stagesOf } from "./waits.js";

export class WaitsView {
  constructor() {
    this.rows = h("ul", { class: "waits" });
    this.node = h(
      "details",
      { class: "card-why card-timing", hidden: true, on: { toggle: () => this.#draw() } },
      h("summary", { text: "Timing" }),
      this.rows,
    );
  }

  render(card) {
    this.stages = stagesOf(card);
    this.node.hidden = this.stages.length === 0;
    this.#draw();
  }

  #draw() {
    if (!this.node.open || !this.stages) return;
    const whole = Math.max(0.001, ...this.stages.map(({ start, length }) => start + length));
    setChildren(this.rows, this.stages.map((stage) => row(stage, whole)));
  }
}

function row({ name, start, length }, whole) {
  const share = (seconds) => `${((100 * seconds) / whole).toFixed(1)}%`;
  const style = { "--from": share(start), "--long": share(length) };
  const bar = h("span", { class: "wait-bar", "aria-hidden": "true", style });
  return h("li", {}, h("span", { text: name }), h("span", { class: "wait-length", text: words(length) }), bar);
}

const words = (seconds) => (seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(1)} s`);
