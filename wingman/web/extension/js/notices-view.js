// What has to be told now: one sentence each, the provider's own words behind *Details*.

import { h, icon, setChildren } from "./dom.js";

const MOST = 3;

export class NoticesView {
  constructor() {
    this.node = h("div", { class: "notices", role: "status", "aria-live": "polite" });
    this.shown = "";
  }

  /** @param {{level: string, text: string, full?: string}[]} list most urgent first */
  render(list) {
    const key = JSON.stringify(list);
    if (key === this.shown) return;
    this.shown = key;
    setChildren(this.node, list.slice(0, MOST).map(notice));
  }
}

function notice({ level, text, full }) {
  const said = [level === "info" ? null : icon("warn"), h("span", { text })];
  if (!full) return h("p", { class: "notice", data: { level } }, said);
  return h(
    "details",
    { class: "notice", data: { level } },
    h("summary", {}, said),
    h("p", { class: "full", text: full }),
  );
}
