// What Wingman should know before a call, kept per account by the service: for the next call, on any device.

import { h, setText } from "./dom.js";

const PATH = "/api/briefs";
/** The longest name of an account. */
export const LONGEST_NAME = 60;

export class BriefTemplates {
  /**
   * @param {HTMLTextAreaElement} brief the field that is filled
   * @param {HTMLInputElement} title the meeting's name: what a template is called unless somebody says otherwise
   * @param {import("./service.js").Service} service
   */
  constructor(brief, title, service) {
    this.brief = brief;
    this.title = title;
    this.service = service;
    /** @type {Map<string, string>} */
    this.kept = new Map();
    this.loaded = false;
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
    this.forget = h("button", { type: "button", class: "quiet", id: "forget-brief", text: "Forget it", on: { click: () => this.#forget() } });
    this.node = h(
      "div",
      { class: "brief-templates" },
      this.choose,
      this.account,
      h("button", { type: "button", class: "quiet", id: "keep-brief", text: "Keep for next time", on: { click: () => this.#keep() } }),
      this.forget,
      this.said,
    );
    this.#offer([], "");
  }

  /** Ask the service what is kept, once. */
  async load() {
    if (this.loaded) return;
    this.loaded = true;
    try {
      const { briefs } = await this.service.json("GET", PATH);
      this.#offer(briefs, "");
    } catch (failed) {
      setText(this.said, failed.message);
    }
  }

  /**
   * @param {{account: string, text: string}[]} briefs
   * @param {string} chosen
   */
  #offer(briefs, chosen) {
    this.kept = new Map(briefs.map(({ account, text }) => [account, text]));
    this.choose.replaceChildren(
      h("option", { value: "", text: "Kept for an account…" }),
      ...[...this.kept.keys()].map((name) => h("option", { value: name, text: name, selected: name === chosen })),
    );
    this.choose.hidden = this.kept.size === 0;
    this.forget.hidden = !this.choose.value;
  }

  #use() {
    const name = this.choose.value;
    this.forget.hidden = !name;
    if (!name) return;
    this.brief.value = this.kept.get(name) ?? "";
    this.account.value = name;
    if (!this.title.value) this.title.value = name;
    setText(this.said, "");
  }

  async #keep() {
    const name = this.account.value.trim() || this.title.value.trim();
    if (!name || !this.brief.value.trim()) {
      setText(this.said, name ? "Write down first what is to be kept." : "Name the account first.");
      return;
    }
    await this.#put(name, this.brief.value, name, `Kept for ${name}.`);
  }

  async #forget() {
    const name = this.choose.value;
    if (name) await this.#put(name, "", "", `What was kept for ${name} is forgotten.`);
  }

  async #put(account, text, chosen, done) {
    try {
      const { briefs } = await this.service.json("PUT", PATH, { account, text });
      this.#offer(briefs, chosen);
      setText(this.said, done);
    } catch (failed) {
      setText(this.said, failed.message);
    }
  }
}
