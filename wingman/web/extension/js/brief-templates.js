// What Wingman should know before a call, kept per account for the next one: on this device, and nowhere else.

import { h, setText } from "./dom.js";

const KEY = "wingman.briefs";
const MOST = 50;
/** The longest name of an account. */
export const LONGEST_NAME = 60;

/** Where templates lie; a browser without storage keeps none. */
export const templateStore = {
  read() {
    try {
      return JSON.parse(localStorage.getItem(KEY) ?? "{}") || {};
    } catch {
      return {};
    }
  },
  /** @param {Record<string, string>} templates */
  write(templates) {
    try {
      localStorage.setItem(KEY, JSON.stringify(templates));
      return true;
    } catch {
      return false;
    }
  },
};

/**
 * The templates with one more, or another one under its name; an empty text takes it away. Pure.
 *
 * @param {Record<string, string>} templates
 * @param {string} account
 * @param {string} text
 */
export function withTemplate(templates, account, text) {
  const name = account.trim().slice(0, LONGEST_NAME);
  if (!name) return templates;
  const { [name]: _, ...rest } = templates;
  // The newest is the first one to be offered, and the oldest is let go of
  return text.trim() ? Object.fromEntries(Object.entries({ [name]: text.trim(), ...rest }).slice(0, MOST)) : rest;
}

export class BriefTemplates {
  /**
   * @param {HTMLTextAreaElement} brief the field that is filled
   * @param {HTMLInputElement} title the meeting's name: what a template is called unless somebody says otherwise
   */
  constructor(brief, title, store = templateStore) {
    this.brief = brief;
    this.title = title;
    this.store = store;
    this.choose = h("select", { id: "brief-template", "aria-label": "Use what was kept for an account", on: { change: () => this.#use() } });
    this.account = h("input", {
      type: "text",
      id: "brief-account",
      maxlength: String(LONGEST_NAME),
      autocomplete: "off",
      placeholder: "Account, such as Acme",
      "aria-label": "Account to keep it for",
    });
    this.said = h("span", { class: "soft", role: "status" });
    this.node = h(
      "div",
      { class: "brief-templates" },
      this.choose,
      this.account,
      h("button", { type: "button", class: "quiet", id: "keep-brief", text: "Keep for next time", on: { click: () => this.#keep() } }),
      h("button", { type: "button", class: "quiet", id: "forget-brief", text: "Forget it", on: { click: () => this.#forget() } }),
      this.said,
    );
    this.#offer("");
  }

  /** @param {string} chosen */
  #offer(chosen) {
    const names = Object.keys(this.store.read());
    this.choose.replaceChildren(
      h("option", { value: "", text: names.length ? "Kept for an account…" : "Nothing is kept yet" }),
      ...names.map((name) => h("option", { value: name, text: name, selected: name === chosen })),
    );
    this.choose.hidden = names.length === 0;
  }

  #use() {
    const name = this.choose.value;
    if (!name) return;
    this.brief.value = this.store.read()[name] ?? "";
    this.account.value = name;
    if (!this.title.value) this.title.value = name;
    setText(this.said, "");
  }

  #keep() {
    const name = this.account.value.trim() || this.title.value.trim();
    if (!name || !this.brief.value.trim()) {
      setText(this.said, name ? "Write down first what is to be kept." : "Name the account first.");
      return;
    }
    const kept = this.store.write(withTemplate(this.store.read(), name, this.brief.value));
    setText(this.said, kept ? `Kept for ${name}, on this device.` : "This browser keeps nothing: its storage is switched off.");
    this.#offer(name);
  }

  #forget() {
    const name = this.choose.value;
    if (!name) return;
    this.store.write(withTemplate(this.store.read(), name, ""));
    setText(this.said, `What was kept for ${name} is forgotten.`);
    this.#offer("");
  }
}
