// The overlay's first line: how it stands, how long it runs, what it is called, what it costs.

import { h, iconButton, setAttribute, setText } from "./dom.js";
import { keyFor } from "./keys.js";
import { clock, money, phaseShown } from "./strings.js";

const PHASES = {
  away: "Away",
  waiting: "Waiting",
  live: "Live",
  paused: "Paused",
  ended: "Ended",
  none: "Wingman",
};

export class OverlayBar {
  /**
   * @param {{settings: Function, help: Function}} run what the buttons do
   * @param {Record<string, string>} keys somebody's own
   */
  constructor({ settings, help }, keys = {}) {
    this.dot = h("span", { class: "dot", "aria-hidden": "true" });
    this.phase = h("span", { class: "phase" });
    this.time = h("span", { class: "clock", "aria-hidden": "true" });
    this.title = h("span", { class: "title", dir: "auto" });
    this.cost = h("span", { class: "cost" });
    this.settingsButton = iconButton("settings", "Settings", settings, { "aria-expanded": "false" });
    this.helpButton = iconButton("help", `Keys (${keyFor("help", keys)})`, help, { "aria-expanded": "false" });
    this.node = h(
      "div",
      { class: "bar" },
      this.dot,
      this.phase,
      this.time,
      this.title,
      this.cost,
      this.settingsButton,
      this.helpButton,
    );
  }

  /** `now` as `MeetingModel.now` tells it. */
  render(state, stream, now) {
    const { title, startedAt, endedAt } = state.meeting;
    const phase = phaseShown(state, stream);
    this.dot.dataset.phase = phase;
    setText(this.phase, PHASES[phase]);
    setText(this.title, title);
    setAttribute(this.title, "title", title || null);
    setText(this.time, startedAt ? clock((endedAt ?? now) - startedAt) : "");
    const { cost } = state;
    setText(this.cost, cost && cost.total > 0 ? money(cost.total, cost.currency) : "");
    const sofar = cost ? `So far; ${money(cost.per_hour, cost.currency)} an hour at this rate` : null;
    setAttribute(this.cost, "title", sofar);
  }
}
