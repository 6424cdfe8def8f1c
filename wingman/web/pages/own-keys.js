// The keys of the overlay as they are on this device, each of which can be another one.

import { h, setText } from "../extension/js/dom.js";
import { keyName, keyProblem, keysWith } from "../extension/js/keys.js";

export class OwnKeys {
  /** @param {import("../extension/js/prefs.js").Preferences} preferences */
  constructor(preferences) {
    this.preferences = preferences;
    this.titles = {};
    /** Which of them waits for its new key. @type {string | null} */
    this.waiting = null;
    this.said = h("p", { class: "soft", role: "status", text: "Click a key to choose another one for it, in this browser." });
    this.list = h("dl", { class: "keys" });
    this.usual = h("button", { type: "button", id: "usual-keys", text: "Back to the usual keys", on: { click: () => this.#keep({}) } });
    this.node = h("div", {}, this.said, this.list, this.usual);
    this.#show();
  }

  /** What the service calls what they do. @param {Record<string, string>} titles */
  offer(titles) {
    const waiting = this.waiting; // somebody may have been faster than the service
    this.titles = titles;
    this.#show();
    if (waiting !== null) this.list.querySelector(`[data-name="${waiting}"]`)?.click();
  }

  get #own() {
    return this.preferences.get("keys");
  }

  #show() {
    const rows = keysWith(this.#own, this.titles).map(({ name, keys, about }) => [
      h("dt", {}, this.#button(name, keys, about)),
      h("dd", { text: about }),
    ]);
    this.list.replaceChildren(...rows.flat());
    this.usual.hidden = Object.keys(this.#own).length === 0;
  }

  #button(name, keys, about) {
    const button = h(
      "button",
      { type: "button", class: "own-key", data: { name }, title: "Choose another key" },
      keys.map((key) => h("kbd", { text: keyName(key) })),
      h("span", { class: "hidden-text", text: `: choose another key for “${about}”` }),
    );
    button.addEventListener("click", () => {
      button.focus();
      setText(this.said, `${about}: press its new key. Esc leaves it as it is.`);
      this.#wait(button, true);
    });
    button.addEventListener("keydown", (event) => {
      // Shift and Tab are on the way to a sign, or away from here
      if (this.waiting !== name || ["Shift", "Tab"].includes(event.key)) return;
      event.preventDefault();
      this.#wait(button, false);
      if (event.key !== "Escape") this.#choose(name, event.key, about);
    });
    button.addEventListener("blur", () => button.isConnected && this.#wait(button, false));
    return button;
  }

  #wait(button, on) {
    button.toggleAttribute("data-waiting", on);
    if (on) this.waiting = button.dataset.name;
    else if (this.waiting === button.dataset.name) this.waiting = null;
  }

  #choose(name, key, about) {
    const problem = keyProblem(this.#own, name, key, this.titles);
    if (problem) setText(this.said, problem);
    else this.#keep({ ...this.#own, [name]: key }, `${about}: ${keyName(key)} from now on.`);
  }

  #keep(keys, said = "The keys are the usual ones again.") {
    this.preferences.set("keys", keys);
    this.#show();
    setText(this.said, said);
  }
}
