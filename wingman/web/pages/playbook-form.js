// One playbook as a form. The form holds a copy; `value()` is what it says now, with nothing else changed.

import { h, setChildren } from "../extension/js/dom.js";

const WHO = { counterpart: "The others", user: "You", anyone: "Anybody" };

const lines = (text) => text.split("\n").map((line) => line.trim()).filter(Boolean);

export class PlaybookForm {
  /** @param {object} playbook @param {string[]} signals what it can hear @param {boolean} fixed whether it may only be looked at @param {() => void} changed */
  constructor(playbook, signals, fixed, changed) {
    this.known = signals;
    this.playbook = structuredClone(playbook);
    this.fixed = fixed;
    this.changed = changed;
    this.triggers = h("div", { class: "playbook-form" });
    this.node = h(
      "form",
      { class: "playbook-form", novalidate: true, on: { submit: (event) => event.preventDefault() } },
      this.#text("title", "Title", this.playbook),
      this.#text("persona", "Who you are in this call", this.playbook, { long: true }),
      this.#text("tone", "How to speak", this.playbook),
      this.#list("facts", "What may be stated as true, one a line", this.playbook),
      this.#list("do_not_trigger", "Phrases that keep it silent, one a line", this.playbook),
      h("h3", { text: "What to listen for" }),
      this.triggers,
      fixed
        ? null
        : h("div", { class: "row" }, h("button", { type: "button", id: "add-trigger", text: "Add another", on: { click: () => this.#add() } })),
    );
    this.#showTriggers();
  }

  value() {
    return structuredClone(this.playbook);
  }

  #told() {
    this.changed();
  }

  #text(name, label, target, { long = false } = {}) {
    const id = unique(name);
    const on = {
      input: (event) => {
        target[name] = event.target.value;
        this.#told();
      },
    };
    const common = { id, disabled: this.fixed, on };
    return h(
      "div",
      { class: "field" },
      h("label", { for: id, text: label }),
      long
        ? h("textarea", { ...common, rows: "2", text: target[name] ?? "" })
        : h("input", { ...common, type: "text", value: target[name] ?? "" }),
    );
  }

  #list(name, label, target) {
    const id = unique(name);
    return h(
      "div",
      { class: "field" },
      h("label", { for: id, text: label }),
      h("textarea", {
        id,
        rows: String(Math.min(6, Math.max(2, (target[name] || []).length))),
        disabled: this.fixed,
        text: (target[name] || []).join("\n"),
        on: {
          input: (event) => {
            target[name] = lines(event.target.value);
            this.#told();
          },
        },
      }),
    );
  }

  #showTriggers() {
    setChildren(this.triggers, this.playbook.triggers.map((trigger) => this.#trigger(trigger)));
  }

  #trigger(trigger) {
    const who = unique("who");
    const priority = unique("priority");
    const card = trigger.card || { title: "", text: "" };
    trigger.card = trigger.card || null;
    const cardField = (name, label, long) => {
      const proxy = { [name]: card[name] };
      const field = this.#text(name, label, proxy, { long });
      field.querySelector("input, textarea").addEventListener("input", () => {
        card[name] = proxy[name];
        trigger.card = card.title || card.text ? card : null;
        this.#told();
      });
      return field;
    };
    const heading = h(
      "summary",
      { dir: "auto" },
      h("b", { text: trigger.name }),
      h("span", { class: "soft", text: ` ${heardBy(trigger)}` }),
    );
    return h(
      "details",
      { class: "trigger", data: { name: trigger.name }, open: trigger === this.fresh },
      heading,
      h("div", { class: "body" }, ...this.#triggerFields({ trigger, cardField, who, priority })),
    );
  }

  #triggerFields({ trigger, cardField, who, priority }) {
    return [
      h("div", { class: "pair" }, this.#text("name", "Name", trigger), this.#text("kind", "Shown as", trigger)),
      this.#signals(trigger),
      this.#list("phrases", "Or one of these phrases, one a line (* stands for up to four words; at most three * in a phrase)", trigger),
      cardField("title", "Title of the card", false),
      cardField("text", "What to say at once", true),
      h(
        "div",
        { class: "pair" },
        h(
          "div",
          { class: "field" },
          h("label", { for: who, text: "Said by" }),
          h(
            "select",
            {
              id: who,
              disabled: this.fixed,
              on: {
                change: (event) => {
                  trigger.who = event.target.value;
                  this.#told();
                },
              },
            },
            Object.entries(WHO).map(([value, text]) =>
              h("option", { value, text, selected: (trigger.who || "counterpart") === value }),
            ),
          ),
        ),
        h(
          "div",
          { class: "field" },
          h("label", { for: priority, text: "Priority (0 to 100)" }),
          h("input", {
            type: "number",
            id: priority,
            min: "0",
            max: "100",
            value: String(trigger.priority ?? 50),
            disabled: this.fixed,
            on: {
              input: (event) => {
                trigger.priority = Number(event.target.value);
                this.#told();
              },
            },
          }),
        ),
      ),
      this.fixed
        ? ""
        : h(
            "div",
            { class: "row end" },
            h("button", {
              type: "button",
              text: "Remove",
              "aria-label": `Remove ${trigger.name}`,
              on: {
                click: () => {
                  this.playbook.triggers = this.playbook.triggers.filter((each) => each !== trigger);
                  this.#showTriggers();
                  this.#told();
                },
              },
            }),
          ),
    ];
  }

  #signals(trigger) {
    const chosen = new Set(trigger.signals || []);
    const known = [...new Set([...this.known, ...chosen])];
    return h(
      "div",
      { class: "field", role: "group", "aria-label": "It hears one of these" },
      h("span", { text: "It hears" }),
      h(
        "span",
        { class: "row" },
        known.map((signal) =>
          h(
            "label",
            { class: "switch" },
            h("input", {
              type: "checkbox",
              checked: chosen.has(signal),
              disabled: this.fixed,
              on: {
                change: (event) => {
                  if (event.target.checked) chosen.add(signal);
                  else chosen.delete(signal);
                  trigger.signals = [...chosen];
                  this.#told();
                },
              },
            }),
            signal,
          ),
        ),
      ),
    );
  }

  #add() {
    const names = new Set(this.playbook.triggers.map(({ name }) => name));
    let number = names.size + 1;
    while (names.has(`trigger-${number}`)) number += 1;
    this.playbook.triggers.push({
      name: `trigger-${number}`,
      kind: "cue",
      phrases: [],
      signals: [],
      card: { title: "", text: "" },
    });
    this.fresh = this.playbook.triggers.at(-1);
    this.#showTriggers();
    this.triggers.lastElementChild.querySelector("input").focus();
    this.#told();
  }
}

/** What a trigger listens for, in a few words. */
function heardBy({ signals = [], phrases = [] }) {
  const heard = [...signals, ...phrases.map((phrase) => `“${phrase}”`)];
  if (!heard.length) return "hears nothing yet";
  return `hears ${heard.slice(0, 3).join(", ")}${heard.length > 3 ? " …" : ""}`;
}

let counter = 0;

function unique(name) {
  counter += 1;
  return `${name}-${counter}`;
}
