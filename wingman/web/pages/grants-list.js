// Who may do something here: each grant with what it opens, when it was last used, and a way to take it back.

import { h, setChildren } from "../extension/js/dom.js";
import { when } from "./format.js";
import { ask, guarded } from "./dialog.js";
import { AuditList } from "./audit-list.js";
import { GrantForm } from "./grant-form.js";

const HEADS = ["Name", "Role", "May", "Last used", "Ends", "Take back"];

export class GrantsList {
  constructor(service, notice) {
    this.service = service;
    this.notice = notice;
    this.names = new Map();
    this.rows = h("tbody");
    this.table = h(
      "table",
      { class: "grants", "aria-label": "Grants", hidden: true },
      h("thead", {}, h("tr", {}, HEADS.map((text) => h("th", { scope: "col", text })))),
      this.rows,
    );
    this.empty = h("p", { class: "soft" });
    this.audit = new AuditList(service, notice, (id) => this.names.get(id) || (id === "owner" ? "Wingman itself" : id));
    this.form = new GrantForm(service, notice, () => void this.load());
    this.node = h("div", {}, this.table, this.empty, this.form.node, this.audit.node);
  }

  async load() {
    try {
      const [{ grants }, me] = await Promise.all([
        this.service.json("GET", "/api/grants"),
        this.service.json("GET", "/api/session"),
      ]);
      this.names = new Map(grants.map(({ id, name }) => [id, name]));
      const active = grants.filter((grant) => grant.active !== false);
      setChildren(this.rows, active.map((grant) => this.#row(grant, grant.id === me.id)));
      this.table.hidden = active.length === 0;
      this.empty.textContent = active.length ? "" : "Nobody but you: no link was shared and no extension is paired.";
    } catch (failed) {
      // A service without grants of its own says so with 404; anything else is worth telling
      if (failed.status !== 404) this.notice.fail(failed.message);
      this.empty.textContent = failed.status === 404 ? "This service keeps no list of grants." : "";
    }
  }

  #row(grant, mine) {
    const { id, name, scopes = [], meeting, role = "", expires: until, used, origin, bound } = grant;
    const called = name || "Without a name";
    const narrowed = [
      meeting ? `in ${meeting} alone` : "",
      origin && bound ? "by the paired extension alone" : "",
    ].filter(Boolean);
    const revoke = h("button", {
      type: "button",
      text: "Take it back",
      "aria-label": `Take it back: ${called}`,
      on: { click: () => this.#revoke(id, called, mine) },
    });
    const may = role === "owner" ? "everything" : scopes.join(", ");
    return h(
      "tr",
      { data: { id } },
      h("th", { scope: "row", dir: "auto" }, called, mine ? h("span", { class: "soft", text: " (this browser)" }) : null),
      h("td", { text: role }),
      h("td", { text: [may, ...narrowed].join(" · ") }),
      h("td", { text: used ? when(used) : "never" }),
      h("td", { text: until ? when(until) : "does not" }),
      h("td", {}, revoke),
    );
  }

  async #revoke(id, name, mine) {
    const sure = await ask({
      title: `Take back “${name}”?`,
      text: mine ? "This is your own session: you are logged out." : "Whoever uses it is cut off at once.",
      yes: "Take it back",
      danger: true,
    });
    if (!sure) return;
    await guarded(null, this.notice, async () => {
      await this.service.json("DELETE", `/api/grants/${encodeURIComponent(id)}`);
      await this.load();
      if (this.audit.node.open) await this.audit.load();
    });
  }
}
