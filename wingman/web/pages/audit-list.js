// Who did what: the newest entries of the audit log, and whether one was changed or taken out.

import { h, setChildren } from "../extension/js/dom.js";
import { when } from "./format.js";
import { loading } from "./dialog.js";

const SHOWN = 40;
const PAGE = 1000;

const WORDS = {
  login: "logged in",
  logout: "logged out",
  granted: "gave a grant",
  revoked: "took a grant back",
  refused: "was refused",
  meeting: "began a meeting",
  delete: "deleted a meeting",
  listen: "listened to stored sound",
  export: "exported a meeting",
  control: "changed a live setting",
  configure: "changed the service",
  pairing: "asked for a pairing code",
  resend: "sent a webhook again",
  token: "was given a token for Hume",
};

export class AuditList {
  /** @param {(id: string) => string} nameOf what a grant is called */
  constructor(service, notice, nameOf) {
    this.service = service;
    this.notice = notice;
    this.nameOf = nameOf;
    this.rows = h("tbody");
    this.whole = h("p", { class: "soft", role: "status" });
    this.table = h(
      "table",
      { class: "audit", hidden: true },
      h("thead", {}, h("tr", {}, ["When", "Who", "What"].map((text) => h("th", { scope: "col", text })))),
      this.rows,
    );
    this.node = h(
      "details",
      { class: "audit-log", on: { toggle: () => this.node.open && void this.load() } },
      h("summary", { text: "What was done, and by whom" }),
      this.whole,
      this.table,
    );
  }

  async load() {
    await loading(this.notice, async () => {
      const { entries, broken } = await this.#newest();
      this.whole.textContent = broken
        ? `The log was changed outside Wingman: entry ${broken} does not fit the one before it.`
        : "No entry was changed or taken out.";
      this.whole.dataset.level = broken ? "bad" : "good";
      setChildren(this.rows, entries.reverse().map((entry) => this.#row(entry)));
      this.table.hidden = entries.length === 0;
    });
  }

  /** The log is told from its beginning, a page at a time. */
  async #newest() {
    let entries = [];
    let after = 0;
    for (;;) {
      const page = await this.service.json("GET", `/api/audit?after=${after}&limit=${PAGE}`);
      entries = [...entries, ...page.entries].slice(-SHOWN);
      if (page.entries.length < PAGE) return { entries, broken: page.broken_at };
      after = page.entries.at(-1).seq;
    }
  }

  #row({ at, what, grant, meeting, detail }) {
    const done = [WORDS[what] || what, detail && what === "refused" ? `(${detail})` : "", meeting].filter(Boolean);
    return h(
      "tr",
      {},
      h("td", {}, h("time", { datetime: new Date(at * 1000).toISOString(), text: when(at) })),
      h("td", { dir: "auto", text: grant ? this.nameOf(grant) : "somebody" }),
      h("td", { text: done.join(" ") }),
    );
  }
}
