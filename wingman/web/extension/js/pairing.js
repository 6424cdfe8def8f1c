// A one-time code that lets the browser extension in, so that no key has to be copied around.

import { h, setText } from "./dom.js";

export class PairingPanel {
  constructor(service) {
    this.service = service;
    this.code = h("output", { class: "code", "aria-label": "Pairing code", hidden: true });
    this.words = h("p", {
      class: "soft",
      text: "The extension puts the overlay on the meeting’s own page. Type the code into the extension’s settings.",
    });
    this.node = h(
      "details",
      { class: "more", id: "pairing" },
      h("summary", { text: "Pair the browser extension" }),
      this.words,
      h(
        "div",
        { class: "row" },
        h("button", {
          type: "button",
          class: "quiet",
          id: "pair",
          text: "Show a code",
          on: { click: () => this.#show() },
        }),
        this.code,
      ),
    );
  }

  async #show() {
    try {
      const { code, expires_in: seconds } = await this.service.json("POST", "/api/pairing");
      setText(this.code, `${code.slice(0, 3)} ${code.slice(3)}`);
      this.code.hidden = false;
      setText(this.words, `Good for ${Math.round(seconds / 60)} minutes and for one extension.`);
    } catch (failed) {
      setText(this.words, /** @type {Error} */ (failed).message);
    }
  }
}
