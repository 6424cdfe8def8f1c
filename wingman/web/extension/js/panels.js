// The overlay's two small panels: settings of the look, and the list of keys.

import { h, iconButton, setAttribute } from "./dom.js";
import { keyName, keysWith } from "./keys.js";
import { THEMES } from "./prefs.js";
import { titlesOf } from "./vocabulary.js";

export class SettingsPanel {
  /** @param {{preferences: object, changed: (name: string, value: any) => void, close: () => void}} options */
  constructor({ preferences, changed, close }) {
    this.preferences = preferences;
    this.changed = changed;
    this.#offered([]);
    this.theme = choice("Look", "theme", THEMES, (v) => changed("theme", v));
    this.opacity = h("input", {
      type: "range",
      min: "40",
      max: "100",
      step: "5",
      "aria-label": "Opacity of the background",
      on: { input: () => changed("opacity", Number(this.opacity.value)) },
    });
    this.node = h(
      "section",
      { class: "panel", hidden: true, "aria-label": "Settings" },
      h(
        "div",
        { class: "panel-head" },
        h("h2", { text: "Settings" }),
        iconButton("close", "Close settings", close),
      ),
      this.verbosity.node,
      this.theme.node,
      h(
        "div",
        { class: "field", role: "group", "aria-label": "Text size" },
        h("span", { class: "field-name", text: "Text size" }),
        h(
          "span",
          { class: "segments" },
          h("button", { type: "button", text: "Smaller", on: { click: () => changed("size", -1) } }),
          h("button", { type: "button", text: "Larger", on: { click: () => changed("size", 1) } }),
        ),
      ),
      h("label", { class: "field" }, h("span", { class: "field-name", text: "Background" }), this.opacity),
    );
  }

  /** How much Wingman may say, as the service has it. @param {import("./vocabulary.js").Word[]} verbosities */
  offer(verbosities) {
    const before = this.verbosity.node;
    this.#offered(verbosities);
    before.replaceWith(this.verbosity.node);
  }

  #offered(verbosities) {
    const titles = titlesOf(verbosities);
    this.verbosity = choice("How much Wingman says", "verbosity", titles, (v) => this.changed("verbosity", v));
    this.unoffered = verbosities.length === 0;
  }

  /** @param {string} verbosity what holds in this meeting; empty where nothing tells it */
  render(readOnly, verbosity) {
    const { values } = this.preferences;
    this.verbosity.show(verbosity || values.verbosity);
    this.verbosity.node.hidden = readOnly || this.unoffered;
    this.theme.show(values.theme);
    this.opacity.value = String(values.opacity);
  }
}

export class HelpPanel {
  constructor(close) {
    this.list = h("dl", { class: "keys", tabindex: "0", "aria-label": "Keys and what they do" });
    this.node = h(
      "section",
      { class: "panel help", hidden: true, "aria-label": "Keys" },
      h(
        "div",
        { class: "panel-head" },
        h("h2", { text: "Keys" }),
        iconButton("close", "Close the list of keys", close),
      ),
      this.list,
    );
  }

  /** Show the keys as they are on this device; `titles` is what the service calls what they do. */
  render(own, titles) {
    const rows = keysWith(own, titles).map(({ keys, about }) => [
      h(
        "dt",
        {},
        keys.map((key) => h("kbd", { text: keyName(key) })),
      ),
      h("dd", { text: about }),
    ]);
    this.list.replaceChildren(...rows.flat());
  }
}

function choice(label, name, options, pick) {
  const buttons = Object.entries(options).map(([value, text]) =>
    h("button", {
      type: "button",
      text,
      data: { value },
      "aria-pressed": "false",
      on: { click: () => pick(value) },
    }),
  );
  return {
    node: h(
      "div",
      { class: "field", role: "group", "aria-label": label, data: { name } },
      h("span", { class: "field-name", text: label }),
      h("span", { class: "segments" }, buttons),
    ),
    show: (value) =>
      buttons.forEach((button) => setAttribute(button, "aria-pressed", String(button.dataset.value === value))),
  };
}
