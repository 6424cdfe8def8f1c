// The summary, as soon as there is one.

import { h, setChildren } from "./dom.js";

export class SummaryView {
  constructor() {
    this.node = h("section", { class: "summary", "aria-label": "Summary", hidden: true });
    this.shown = null;
  }

  render(summary) {
    if (summary === this.shown) return;
    this.shown = summary;
    this.node.hidden = !summary;
    if (!summary) return;
    setChildren(this.node, [
      h("h2", { text: "Summary" }),
      h("p", { text: summary.text, dir: "auto" }),
      ...part("Decisions", summary.decisions),
      ...part("Promises", summary.actions),
      ...part("Open questions", summary.questions),
    ]);
  }
}

function part(title, items) {
  if (!items?.length) return [];
  return [
    h("h3", { text: title }),
    h(
      "ul",
      {},
      items.map((text) => h("li", { text, dir: "auto" })),
    ),
  ];
}
