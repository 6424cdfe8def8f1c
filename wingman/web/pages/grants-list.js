// Who else may do something here: each grant with what it opens, when it was last used, and a way to take it back.

import { h, setChildren } from "../extension/js/dom.js";
import { when } from "./format.js";
import { ask, guarded } from "./dialog.js";

export class GrantsList {
  constructor(service, notice) {
    this.service = service;
    this.notice = notice;
    this.list = h("ul", { class: "documents", "aria-label": "Grants" });
    this.empty = h("p", { class: "soft" });
    this.node = h("div", {}, this.list, this.empty);
  }

  async load() {
    try {
      const { grants } = await this.service.json("GET", "/api/grants");
      setChildren(this.list, grants.map((grant) => this.#row(grant)));
      this.empty.textContent = grants.length ? "" : "Nobody but you: no link was shared and no extension is paired.";
    } catch (failed) {
      // A service without grants of its own says so with 404; anything else is worth telling
      if (failed.status !== 404) this.notice.fail(failed.message);
      this.empty.textContent = failed.status === 404 ? "This service keeps no list of grants." : "";
    }
  }

  #row(grant) {
    const { id, name, scopes = [], meeting, role = "", expires: until, used } = grant;
    const facts = [
      role,
      scopes.join(", "),
      meeting ? `for one meeting` : "",
      used ? `used ${when(used)}` : "never used",
      until ? `until ${when(until)}` : "",
    ].filter(Boolean);
    const revoke = h("button", {
      type: "button",
      text: "Take it back",
      "aria-label": `Take it back: ${name || "this grant"}`,
      on: { click: () => this.#revoke(id, name || "this grant") },
    });
    return h(
      "li",
      { class: "document", data: { id } },
      h("div", { class: "document-head" }, h("b", { text: name || "Without a name", dir: "auto" }), revoke),
      h("p", { class: "soft", text: facts.join(" · ") }),
    );
  }

  async #revoke(id, name) {
    const sure = await ask({
      title: `Take back “${name}”?`,
      text: "Whoever uses it is cut off at once.",
      yes: "Take it back",
      danger: true,
    });
    if (!sure) return;
    await guarded(null, this.notice, async () => {
      await this.service.json("DELETE", `/api/grants/${encodeURIComponent(id)}`);
      await this.load();
    });
  }
}
