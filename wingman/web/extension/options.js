// The extension's settings: which service, pairing with it, how meetings begin, and the microphone (which needs a
// visible page to ask).

import { MeetingDefaults } from "./meeting-defaults.js";
import { h, setText } from "./js/dom.js";
import { Service } from "./js/service.js";
import { publicKey } from "./possession.js";
import { openMicrophone } from "./js/tracks.js";
import { readSettings, writeSettings } from "./settings.js";

class Options {
  constructor({ url, token, call }) {
    this.calls = new MeetingDefaults(call);
    this.url = h("input", {
      type: "text",
      id: "url",
      value: url,
      inputmode: "url",
      autocomplete: "off",
      spellcheck: "false",
    });
    this.code = h("input", {
      type: "text",
      id: "code",
      inputmode: "numeric",
      maxlength: "7",
      placeholder: "123 456",
      autocomplete: "off",
    });
    this.paired = h("p", {
      class: "soft",
      role: "status",
      id: "paired",
      text: token
        ? "Paired. A new code replaces the pairing."
        : "On Wingman’s page, open “Pair the browser extension” and type the code here.",
    });
    this.hearing = h("p", { class: "soft", role: "status", id: "hearing" });
    const form = h(
      "form",
      { class: "setup", on: { submit: (event) => this.#pair(event) } },
      h(
        "section",
        { class: "part" },
        h("h2", { text: "Service" }),
        field("url", "Address", this.url),
        field("code", "Pairing code", this.code),
        h("div", { class: "row" }, h("button", { class: "primary", id: "pair", text: "Pair" })),
        this.paired,
      ),
      this.calls.node,
      h(
        "section",
        { class: "part" },
        h("h2", { text: "Microphone" }),
        h("p", {
          class: "soft",
          text: "Allow it once to have your own voice heard apart from the others. Without it, only the tab is heard.",
        }),
        h(
          "div",
          { class: "row" },
          h("button", {
            type: "button",
            class: "quiet",
            id: "allow",
            text: "Allow the microphone",
            on: { click: () => this.#allow() },
          }),
        ),
        this.hearing,
      ),
    );
    const brand = h(
      "header",
      { class: "brand" },
      h("img", { src: "icons/wingman.svg", alt: "", width: "28", height: "28" }),
      h("span", { text: "Wingman" }),
      h("h1", { class: "hidden-text", text: "Settings of the extension" }),
    );
    document.body.append(h("main", { class: "wm capture" }, h("div", { class: "side" }, brand, form)));
    if (token) void this.#load(url, token);
  }

  async #pair(event) {
    event.preventDefault();
    try {
      const origin = addressOf(this.url.value);
      if (!(await this.#mayReach(origin)))
        throw new Error("Without this permission the extension cannot reach that address.");
      const { token } = await new Service(origin).json("POST", "/api/pairing/redeem", {
        code: this.code.value.replaceAll(/\D/g, ""),
        key: await publicKey(),
      });
      await writeSettings({ url: origin, token });
      this.code.value = "";
      setText(this.paired, "Paired. Click the toolbar icon on a meeting’s tab to begin.");
      await this.#load(origin, token);
    } catch (failed) {
      setText(this.paired, failed.message);
    }
  }

  /** How meetings begin, or why that cannot be chosen now. */
  async #load(url, token) {
    const problem = await this.calls.load(url, token);
    if (problem) setText(this.paired, problem);
  }

  async #mayReach(origin) {
    const { protocol, hostname } = new URL(origin);
    const wanted = { origins: [`${protocol}//${hostname}/*`] };
    return (await chrome.permissions.contains(wanted)) || chrome.permissions.request(wanted);
  }

  async #allow() {
    try {
      const track = await openMicrophone();
      track.stop();
      setText(this.hearing, "Allowed.");
    } catch (failed) {
      setText(this.hearing, failed.message);
    }
  }
}

/** The origin of an address as people type it: most leave the beginning out. */
function addressOf(text) {
  const typed = text.trim();
  try {
    const { protocol, origin } = new URL(/^[a-z]+:\/\//i.test(typed) ? typed : `http://${typed}`);
    if (!/^https?:$/.test(protocol)) throw new Error(protocol);
    return origin;
  } catch {
    throw new Error("The address must look like http://127.0.0.1:8710.");
  }
}

function field(id, label, control) {
  return h("div", { class: "field" }, h("label", { for: id, text: label }), control);
}

new Options(await readSettings());
