// What can be asked, bound to what can be answered; a question, and a note, are never lost on the way.

import { h, icon, iconButton, setAttribute, setText } from "./dom.js";
import { keyFor } from "./keys.js";
import { askable } from "./strings.js";

const ICONS = { say: "speech", clarify: "clarify", recap: "recap", "fact-check": "verify" };
/** These have a place of their own: the field below, and the card that is written. */
const APART = new Set(["ask", "stop"]);
const MODES = {
  ask: { placeholder: "Ask about this meeting", button: "Ask", icon: "send" },
  note: { placeholder: "A note for yourself, kept with this moment", button: "Keep the note", icon: "check" },
};
const UNASKED = "Not sent: Wingman is out of reach. Try again in a moment.";
const AWAY = "Not sent: Wingman is out of reach. Your words stay here; try again in a moment.";

export class AskView {
  #reference = 0;

  /**
   * @param {(message: object) => boolean} send false when it could not be sent
   * @param {Record<string, string>} keys somebody's own
   */
  constructor(send, keys = {}) {
    this.send = send;
    this.keys = keys;
    this.reasons = {};
    this.mode = "ask";
    this.drafts = { ask: "", note: "" };
    /** What was sent and not yet answered: reference → `{mode, text}`. */
    this.waiting = new Map();
    this.#build();
  }

  /** A button for each action that the service publishes. @param {import("./vocabulary.js").Word[]} actions */
  offer(actions) {
    const buttons = actions.filter(({ value }) => !APART.has(value)).map((action) => this.#button(action));
    this.actions.replaceChildren(...buttons);
  }

  render(state, hidden) {
    this.actions.hidden = this.form.hidden = hidden;
    if (hidden) this.say("");
    this.reasons = askable(state);
    for (const button of this.actions.children) {
      const reason = this.reasons[button.dataset.action];
      // A disabled button takes no focus and tells nobody why: it stays, says why, and does nothing
      setAttribute(button, "aria-disabled", reason ? "true" : null);
      setAttribute(button, "title", reason || button.dataset.label);
    }
  }

  request(action, text = "") {
    if (this.reasons[action]) {
      this.say(this.reasons[action]);
      return false;
    }
    return this.#up({ type: "action.request", action, text }, null);
  }

  /** The service answered a message: what was typed may go, or stays with the reason. */
  answered({ type, ref, detail }) {
    const sent = this.waiting.get(ref);
    this.waiting.delete(ref);
    if (type === "error") {
      this.say(detail);
      if (sent?.text) this.#bring(sent);
    } else if (sent?.text && this.drafts[sent.mode] === sent.text) this.#clear(sent.mode);
  }

  /** What was asked while the connection was being made did not go up after all. */
  unsent(ref) {
    this.answered({ type: "error", ref, detail: AWAY });
  }

  focus(mode = "ask") {
    this.#switch(mode);
    this.field.focus();
  }

  /** One sentence below the field; it covers nothing. */
  say(text) {
    setText(this.said, text);
    this.said.hidden = !text;
  }

  // --- inside ---

  #build() {
    this.actions = h("div", { class: "actions", role: "group", "aria-label": "Ask Wingman" });
    this.field = h("input", {
      type: "text",
      class: "question",
      maxlength: "500",
      autocomplete: "off",
      enterkeyhint: "send",
      on: {
        input: () => {
          this.drafts[this.mode] = this.field.value;
          this.#offer();
        },
        keydown: (event) => event.key === "Escape" && this.field.blur(),
      },
    });
    this.toNote = iconButton("note", `Write a note instead (${keyFor("note", this.keys)})`, () => this.focus(this.mode === "note" ? "ask" : "note"), {
      "aria-pressed": "false",
    });
    this.go = h("button", { class: "icon-button" });
    this.said = h("p", { class: "ask-said", role: "status", hidden: true });
    this.form = h(
      "form",
      { class: "ask", on: { submit: (event) => this.#submit(event) } },
      this.field,
      this.toNote,
      this.go,
      this.said,
    );
    this.#switch("ask");
  }

  #button({ value: action, title }) {
    const key = keyFor(action, this.keys);
    return h(
      "button",
      {
        type: "button",
        data: { action, label: key ? `${title} (${key})` : title },
        "aria-keyshortcuts": key || null,
        on: { click: () => this.request(action) },
      },
      icon(ICONS[action] ?? "speech"),
      h("span", { text: title }),
    );
  }

  #switch(mode) {
    this.mode = mode;
    const { placeholder, button, icon: name } = MODES[mode];
    this.field.value = this.drafts[mode];
    setAttribute(this.field, "placeholder", placeholder);
    setAttribute(this.field, "aria-label", placeholder);
    setAttribute(this.go, "aria-label", button);
    setAttribute(this.go, "title", button);
    this.go.replaceChildren(icon(name));
    setAttribute(this.toNote, "aria-pressed", String(mode === "note"));
    this.form.dataset.mode = mode;
    this.#offer();
  }

  /** The button that sends is there as soon as there is something to send. */
  #offer() {
    this.go.hidden = !this.field.value.trim();
  }

  #submit(event) {
    event.preventDefault();
    const text = this.field.value.trim();
    if (!text) return;
    const { mode } = this;
    if (mode === "ask" && this.reasons.ask) {
      this.say(this.reasons.ask);
      return;
    }
    this.drafts[mode] = text;
    const message = mode === "note" ? { type: "note", text } : { type: "action.request", action: "ask", text };
    this.#up(message, { mode, text });
  }

  #up(message, sent) {
    this.#reference += 1;
    const ref = `a${this.#reference}`;
    if (!this.send({ ...message, ref })) {
      this.say(message.text ? AWAY : UNASKED);
      return false;
    }
    this.say("");
    if (sent) this.waiting.set(ref, sent);
    return true;
  }

  /** Put what was refused back, unless something else was typed meanwhile. */
  #bring({ mode, text }) {
    if (this.drafts[mode] && this.drafts[mode] !== text) return;
    this.drafts[mode] = text;
    if (this.mode === mode) this.field.value = text;
    this.#offer();
  }

  #clear(mode) {
    this.drafts[mode] = "";
    if (this.mode === mode) this.field.value = "";
    this.#offer();
    if (mode === "note") this.#switch("ask");
  }
}
