// What is connected: transcriber, tone and model, each with its state in plain words and a place for its key.

import { h, icon, setChildren } from "../extension/js/dom.js";
import { guarded } from "./dialog.js";

const STATES = {
  ready: "Ready",
  trial: "For trying out",
  unproven: "Not tested",
  problem: "Does not work",
  off: "Off",
};

export class Connections {
  /** @param {object} service @param {object} notice @param {() => void} changed told when a key was stored or removed */
  constructor(service, notice, changed = () => {}) {
    this.service = service;
    this.notice = notice;
    this.changed = changed;
    this.node = h("ul", { class: "connections", "aria-label": "What is connected" });
  }

  /** Ask the service what is connected and show it. @returns {Promise<object[]>} the branches */
  async load() {
    const { branches } = await this.service.json("GET", "/api/providers");
    this.show(branches);
    return branches;
  }

  show(branches) {
    setChildren(this.node, branches.map((branch) => this.#branch(branch)));
  }

  #branch({ branch, title, name, state, words, advice, keys }) {
    return h(
      "li",
      { class: "connection", data: { branch, state } },
      h(
        "div",
        { class: "connection-head" },
        h("b", { text: title }),
        h("span", { class: "connection-name", text: name }),
        h("span", { class: "state", data: { state }, text: STATES[state] || state }),
      ),
      h("p", { text: words }),
      advice ? h("p", { class: "soft", text: advice }) : null,
      keys.map((key) => this.#key(key)),
    );
  }

  /** A key is typed, tested and stored here; what is stored is never shown again. */
  #key({ provider, name, stored, fixed, gives, where }) {
    const said = h("span", { class: "key-said", role: "status" });
    if (fixed)
      return h(
        "p",
        { class: "soft", data: { provider } },
        `The ${name} key comes from ${fixed}; change it there. `,
        h("button", {
          type: "button",
          class: "quiet",
          text: "Test",
          on: { click: (event) => this.#test(event.currentTarget, provider, "", said) },
        }),
        said,
      );
    const input = h("input", {
      type: "password",
      id: `key-${provider}`,
      autocomplete: "off",
      spellcheck: "false",
      maxlength: "400",
      placeholder: stored ? "Stored. Type another one to replace it" : "Paste the key",
    });
    const test = h("button", {
      type: "button",
      text: "Test",
      on: { click: () => this.#test(test, provider, input.value.trim(), said, stored) },
    });
    const save = h("button", { type: "submit", class: "primary", text: "Store" });
    const remove = h("button", {
      type: "button",
      text: "Remove",
      hidden: !stored,
      "aria-label": `Remove the ${name} key`,
      on: {
        click: () =>
          guarded(remove, this.notice, async () => {
            await this.service.json("DELETE", `/api/providers/${provider}/key`);
            this.#stored(`The ${name} key is removed.`);
          }),
      },
    });
    return h(
      "details",
      { class: "key", data: { provider } },
      h(
        "summary",
        {},
        icon("key"),
        h("span", { text: stored ? `${name} key: stored` : `Add a ${name} key` }),
        h("span", { class: "soft", text: ` ${gives}` }),
      ),
      h(
        "form",
        {
          class: "key-form",
          on: {
            submit: (event) => {
              event.preventDefault();
              void guarded(save, this.notice, async () => {
                const key = input.value.trim();
                if (!key) {
                  said.textContent = "Paste the key first.";
                  said.dataset.ok = "false";
                  input.focus();
                  return;
                }
                await this.service.json("PUT", `/api/providers/${provider}/key`, { key });
                this.#stored(`The ${name} key is stored sealed, and the next meeting uses it.`);
              });
            },
          },
        },
        h("label", { for: `key-${provider}`, text: `${name} key` }),
        input,
        h("div", { class: "row" }, test, save, remove, said),
        where ? h("p", { class: "soft" }, "You get one at ", h("a", { href: where, target: "_blank", rel: "noopener", text: new URL(where).host }), ".") : null,
      ),
    );
  }

  async #test(button, provider, key, said, stored = true) {
    if (!key && !stored) {
      said.textContent = "Paste the key first.";
      said.dataset.ok = "false";
      return;
    }
    said.textContent = "Asking…";
    delete said.dataset.ok;
    await guarded(button, this.notice, async () => {
      const { ok, words } = await this.service.json("POST", `/api/providers/${provider}/test`, key ? { key } : {});
      said.textContent = words;
      said.dataset.ok = String(ok);
    });
    if (said.textContent === "Asking…") said.textContent = "";
  }

  #stored(sentence) {
    this.notice.say(sentence);
    void this.load().then(() => this.changed());
  }
}
