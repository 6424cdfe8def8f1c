// A grant for a program or a person: a name, what it may do, how long. Its token is shown once.

import { h } from "../extension/js/dom.js";
import { guarded } from "./dialog.js";

/** Role → what it is for; a script's scopes are chosen. */
const ROLES = {
  script: "A program of mine (choose below)",
  auditor: "Reads meetings, ledgers and the audit log",
  scraper: "Reads figures for monitoring",
};

const SCOPES = {
  read: "read stored meetings",
  watch: "follow running meetings",
  export: "export",
  listen: "hear stored sound",
  capture: "start meetings and bring sound",
  coach: "ask for cards and change live settings",
  advise: "send cards to the user",
  delete: "delete meetings",
  metrics: "read figures for monitoring",
};

export class GrantForm {
  /** @param {() => void} made told when there is a new grant */
  constructor(service, notice, made) {
    this.service = service;
    this.notice = notice;
    this.made = made;
    this.name = h("input", { type: "text", id: "grant-name", maxlength: "60", required: true, autocomplete: "off" });
    this.role = h(
      "select",
      { id: "grant-role", on: { change: () => this.#roleChanged() } },
      Object.entries(ROLES).map(([value, text]) => h("option", { value, text })),
    );
    this.days = h("input", { type: "number", id: "grant-days", min: "1", max: "365", value: "90", required: true });
    this.scopes = h(
      "fieldset",
      { class: "grant-scopes" },
      h("legend", { text: "It may" }),
      Object.entries(SCOPES).map(([value, text]) =>
        h("label", {}, h("input", { type: "checkbox", value, checked: value === "read" }), ` ${text}`),
      ),
    );
    this.button = h("button", { type: "submit", class: "primary", text: "Make a token" });
    this.token = h("code", { class: "grant-token", tabindex: "0" });
    this.once = h(
      "p",
      { role: "status", hidden: true },
      "Copy it now, it is not shown again: ",
      this.token,
    );
    this.node = h(
      "details",
      { class: "grant-form" },
      h("summary", { text: "Let a program or somebody else in" }),
      h(
        "form",
        { on: { submit: (event) => void this.#submit(event) } },
        h("label", { for: "grant-name", text: "Name" }),
        this.name,
        h("label", { for: "grant-role", text: "For" }),
        this.role,
        h("label", { for: "grant-days", text: "Days it lasts" }),
        this.days,
        this.scopes,
        this.button,
      ),
      h("p", { class: "soft", text: "To let somebody watch or coach one meeting, share it from the overlay." }),
      this.once,
    );
  }

  #roleChanged() {
    this.scopes.hidden = this.role.value !== "script";
  }

  async #submit(event) {
    event.preventDefault();
    const chosen = [...this.scopes.querySelectorAll("input:checked")].map((box) => box.value);
    await guarded(this.button, this.notice, async () => {
      const { token } = await this.service.json("POST", "/api/grants", {
        name: this.name.value.trim(),
        role: this.role.value,
        scopes: this.role.value === "script" ? chosen : [],
        days: Number(this.days.value),
      });
      this.token.textContent = token;
      this.once.hidden = false;
      this.name.value = "";
      this.made();
    });
  }
}
