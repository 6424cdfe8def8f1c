// Try a playbook on a meeting of the past or a pasted conversation, and see which cards change.

import { h, setChildren } from "../extension/js/dom.js";
import { clock } from "../extension/js/strings.js";
import { cardChanges, turnsOf } from "./card-diff.js";
import { guarded } from "./dialog.js";
import { titleOf } from "./format.js";

const CHANGES = { same: "As before", changed: "Changed", added: "New", removed: "Gone" };
const EXAMPLE = `Them: Can you tell me how much the enterprise plan costs per month?
You: Let me come to that in a second.
Them: We are worried about the price, our budget is very tight this quarter.`;

export class Rehearsal {
  /** @param {() => {before: object, after: object}} playbooks the saved playbook and the one in the form */
  constructor(service, notice, playbooks) {
    this.service = service;
    this.notice = notice;
    this.playbooks = playbooks;
    this.meeting = h("select", { id: "rehearse-meeting" }, h("option", { value: "", text: "A conversation pasted below" }));
    this.text = h("textarea", {
      id: "rehearse-text",
      rows: "6",
      placeholder: EXAMPLE,
    });
    this.meeting.addEventListener("change", () => {
      this.pasted.hidden = this.meeting.value !== "";
    });
    this.run = h("button", {
      type: "button",
      class: "primary",
      id: "rehearse",
      text: "Rehearse",
      on: { click: () => guarded(this.run, notice, () => this.#rehearse()) },
    });
    this.words = h("p", { class: "soft", role: "status" });
    this.cards = h("ul", { class: "rehearsed", "aria-label": "Cards, before and after" });
    this.pasted = h(
      "div",
      { class: "field" },
      h("label", { for: "rehearse-text", text: "The conversation: one turn a line, beginning with Them: or You:, or lines for wingman rehearse" }),
      this.text,
      h("p", {
        class: "soft",
        text: "Pauses are the usual ones and all others are one voice here: of lines for wingman rehearse only who and text count, not pause, tone, meeting or the number of the voice.",
      }),
    );
    this.node = h(
      "section",
      { class: "playbook-form", "aria-label": "Try it" },
      h("h2", { text: "Try it" }),
      h("div", { class: "field" }, h("label", { for: "rehearse-meeting", text: "On" }), this.meeting),
      this.pasted,
      h("div", { class: "row" }, this.run),
      this.words,
      this.cards,
    );
    void this.#offer();
  }

  async #offer() {
    const { meetings } = await this.service.json("GET", "/api/meetings?limit=50").catch(() => ({ meetings: [] }));
    for (const meeting of meetings.filter(({ state }) => state === "ended"))
      this.meeting.append(h("option", { value: meeting.id, text: titleOf(meeting) }));
  }

  async #rehearse() {
    this.words.textContent = "";
    setChildren(this.cards, []);
    const on = this.#occasion();
    const { before, after } = this.playbooks();
    this.words.textContent = "Rehearsing…";
    try {
      const [old, now] = await Promise.all([this.#play(before, on), this.#play(after, on)]);
      const changes = cardChanges(old, now);
      const told = changes.filter(({ change }) => change !== "same").length;
      this.words.textContent = changes.length
        ? `${now.length} ${now.length === 1 ? "card" : "cards"} with this playbook; ${told || "nothing"} ${told === 1 ? "differs" : "differ"} from what is saved.`.replace(
            "nothing differ ",
            "nothing differs ",
          )
        : "No card would have been shown.";
      setChildren(this.cards, changes.map(row));
    } finally {
      if (this.words.textContent === "Rehearsing…") this.words.textContent = "";
    }
  }

  #occasion() {
    if (this.meeting.value) return { meeting: this.meeting.value };
    const turns = turnsOf(this.text.value.trim() ? this.text.value : EXAMPLE);
    return { turns: turns.map(({ speaker, text }) => ({ speaker, text })) };
  }

  async #play(playbook, on) {
    const answer = await this.service.call("POST", "/api/rehearse", {
      body: JSON.stringify({ playbook, ...on }),
      type: "application/json",
      limit: 60_000,
    });
    return (await answer.json()).cards;
  }
}

function row({ change, at, before, after }) {
  const card = after || before;
  return h(
    "li",
    { data: { change } },
    h(
      "div",
      { class: "document-head" },
      h("span", { class: "soft", text: `${clock(at)} · ${card.title || card.kind}`, dir: "auto" }),
      h("span", { class: "change", text: CHANGES[change] }),
    ),
    card.quote ? h("p", { class: "soft", dir: "auto", text: `“${card.quote}”` }) : null,
    change === "changed" ? h("p", { dir: "auto" }, h("del", { text: before.text })) : null,
    h("p", { dir: "auto" }, change === "removed" ? h("del", { text: card.text }) : card.text),
  );
}
