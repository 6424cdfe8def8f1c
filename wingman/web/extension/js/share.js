// A read-only link for a phone or a second screen, with its QR code.

import { h, icon, setText } from "./dom.js";
import { qrCode } from "./qr.js";

const SVG = "http://www.w3.org/2000/svg";

export class SharePanel {
  constructor(meeting, service) {
    this.meeting = meeting;
    this.service = service;
    this.link = h("input", {
      type: "text",
      readonly: true,
      "aria-label": "Link that may only watch",
      on: { focus: () => this.link.select() },
    });
    this.code = h("div", { class: "qr", role: "img", "aria-label": "QR code of the link" });
    this.words = h("p", { class: "soft", role: "status" });
    this.copy = h(
      "button",
      { type: "button", class: "quiet", on: { click: () => this.#copy() } },
      icon("copy"),
      "Copy the link",
    );
    this.coach = new CoachLink(meeting, service);
    this.node = h(
      "div",
      { class: "share", hidden: true },
      this.code,
      h(
        "div",
        { class: "share-text" },
        h("p", {
          text: "Whoever has this link can watch this meeting’s cards and transcript, and nothing else.",
        }),
        this.link,
        h("div", { class: "row" }, this.copy),
        this.words,
        this.coach.node,
      ),
    );
  }

  /** Show the link (made at the first call), or hide it again. */
  async toggle() {
    this.node.hidden = !this.node.hidden;
    if (this.node.hidden || this.link.value) return;
    try {
      const { url } = await this.service.json("POST", `/api/meetings/${encodeURIComponent(this.meeting)}/viewers`);
      this.link.value = url;
      this.code.replaceChildren(drawing(qrCode(url)));
      if (["localhost", "127.0.0.1", "[::1]"].includes(new URL(url).hostname))
        setText(
          this.words,
          "This link works on this computer. For a phone, serve Wingman on an address the phone can reach.",
        );
    } catch (failed) {
      setText(this.words, failed.message);
    }
  }

  async #copy() {
    try {
      await navigator.clipboard.writeText(this.link.value);
      setText(this.words, "Copied.");
    } catch {
      this.link.select();
      setText(this.words, "The browser did not allow copying; the link is selected.");
    }
  }
}

/** A second pair of eyes: a link with which a colleague follows and shows the user cards. */
class CoachLink {
  constructor(meeting, service) {
    this.words = h("p", { class: "soft", role: "status" });
    const say = (text) => setText(this.words, text);
    this.name = h("input", {
      type: "text",
      maxlength: "60",
      id: "coach-name",
      placeholder: "A colleague’s name",
      "aria-label": "The colleague’s name",
    });
    this.link = h("input", {
      type: "text",
      readonly: true,
      hidden: true,
      id: "coach-link",
      "aria-label": "Link for the colleague",
      on: { focus: () => this.link.select() },
    });
    const make = h("button", {
      type: "button",
      class: "quiet",
      id: "coach",
      text: "Make a link for a colleague",
      on: {
        click: async () => {
          const name = this.name.value.trim();
          if (!name) {
            say("Type the colleague’s name first: their cards are marked with it.");
            this.name.focus();
            return;
          }
          try {
            const { token } = await service.json("POST", "/api/grants", { name, role: "coach", meeting, days: 1 });
            const query = new URLSearchParams({ meeting, token });
            this.link.value = new URL(`/overlay?${query}`, service.base).href;
            this.link.hidden = false;
            this.link.select();
            say(`${name} can follow this meeting with it and show you cards, and nothing else. It ends an hour after the meeting, or after a day.`);
          } catch (failed) {
            say(failed.message);
          }
        },
      },
    });
    this.node = h("div", { class: "coach-link" }, h("div", { class: "row" }, this.name, make), this.link, this.words);
  }
}

/** The modules as one SVG path with the quiet zone readers need. */
function drawing(rows) {
  const quiet = 4;
  const size = rows.length + 2 * quiet;
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${size} ${size}`);
  svg.setAttribute("shape-rendering", "crispEdges");
  const path = document.createElementNS(SVG, "path");
  const d = rows
    .flatMap((row, y) => row.map((dark, x) => (dark ? `M${x + quiet} ${y + quiet}h1v1h-1z` : "")))
    .join("");
  path.setAttribute("d", d);
  svg.append(path);
  return svg;
}
