// What a colleague who follows can do: show the user a card, or leave a note.

import { h, setText } from "./dom.js";

export class CoachBox {
  /** @param {string} meeting @param {object} service the `Service` with the colleague's own grant */
  constructor(meeting, service) {
    this.at = `/api/meetings/${encodeURIComponent(meeting)}`;
    this.service = service;
    this.field = h("input", {
      type: "text",
      class: "question",
      id: "coach-text",
      maxlength: "500",
      autocomplete: "off",
      placeholder: "What the one in the call is to see",
      "aria-label": "What the one in the call is to see",
    });
    this.said = h("p", { class: "ask-said", role: "status" });
    this.node = h(
      "form",
      {
        class: "ask coach-box",
        on: {
          submit: (event) => {
            event.preventDefault();
            void this.#send("cards", "Shown as a card.");
          },
        },
      },
      this.field,
      h("button", { type: "submit", text: "Show it" }),
      h("button", {
        type: "button",
        text: "As a note",
        on: { click: () => void this.#send("notes", "Kept as a note.") },
      }),
      this.said,
    );
  }

  async #send(what, done) {
    const text = this.field.value.trim();
    if (!text) return;
    try {
      await this.service.json("POST", `${this.at}/${what}`, { text });
      this.field.value = "";
      setText(this.said, done);
    } catch (failed) {
      setText(this.said, failed.message); // what was typed stays
    }
  }
}
