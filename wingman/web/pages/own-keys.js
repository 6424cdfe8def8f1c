// The keys of the overlay as they are on this device, each of which can be another one.

import { h, setText } from "../extension/js/dom.js";
import { keyName, keyProblem, keysWith } from "../extension/js/keys.js";

export class OwnKeys {
  /** @param {import("../extension/js/prefs.js").Preferences} preferences */
  constructor(preferences) {
    this.preferences = preferences;
    this.titles = {};
    this.said = h("p", { class: "soft", role: "status", text: "Click a key to choose another one for it, in this browser." });
    this.list = h("dl", { class: "keys" });
    this.usual = h("button", { type: "button", id: "usual-keys", text: "Back to the usual keys", on: { click: () => this.#keep({}) } });
    this.node = h("div", {}, this.said, this.list, this.usual);
    this.#show();
  }

  /** What the service calls what they do. @param {Record<string, string>} titles */
  offer(titles) {
    this.titles = titles;
    this.#show();
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
    const wait = (event) => {
      if (["Shift", "Tab"].includes(event.key)) return; // on the way to a sign, or away from here
      event.preventDefault();
      if (event.key !== "Escape") this.#choose(name, event.key, about);
      this.#waiting(button, wait, false);
    };
    button.addEventListener("click", () => {
      setText(this.said, `${about}: press its new key. Esc leaves it as it is.`);
      this.#waiting(button, wait, true);
    });
    button.addEventListener("blur", () => this.#waiting(button, wait, false));
    return button;
  }

  #waiting(button, wait, on) {
    button.toggleAttribute("data-waiting", on);
    if (on) button.addEventListener("keydown", wait);
    else button.removeEventListener("keydown", wait);
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
