// The meetings there are: running ones first, then the past, each with what can be done with it.

import { h, icon, setChildren } from "../extension/js/dom.js";
import { HOME } from "../extension/js/session.js";
import { clock } from "../extension/js/strings.js";
import { byMeeting, lengthWords, snippetParts, tagsOf, titleOf, when } from "./format.js";
import { ask, askUntilSaved, guarded, loading } from "./dialog.js";

const FORMATS = [
  ["html", "Report as one file"],
  ["md", "Markdown"],
  ["json", "JSON"],
  ["srt", "Subtitles (SRT)"],
  ["vtt", "Subtitles (WebVTT)"],
  ["csv", "Table (CSV)"],
  ["bundle", "Bundle, to replay"],
];
/** How a meeting stands that has not ended, as far as is known. */
const STANDS = { live: "running", paused: "paused", orphaned: "interrupted; it goes on where its sound comes again" };
const UNKNOWN = "whether it still runs is not known";
const PAGE = 50;
/** The most the service tells at once. */
const MOST = 500;

/** A menu that stays open covers what is below, and keeps the list from being fetched anew. */
function closeByEscape({ key, currentTarget: menu }) {
  if (key !== "Escape" || !menu.open) return;
  menu.open = false;
  menu.querySelector("summary").focus();
}

export class MeetingsList {
  /** @param {object} service @param {object} notice where failures are told */
  constructor(service, notice, changed = () => {}) {
    this.service = service;
    this.notice = notice;
    this.changed = changed;
    this.running = h("ul", { class: "meetings", "aria-label": "Running meetings" });
    this.past = h("ul", { class: "meetings", "aria-label": "Past meetings" });
    this.found = h("ul", { class: "meetings", "aria-label": "Found" });
    this.runningTitle = h("h2");
    this.runningPart = h("section", { hidden: true }, this.runningTitle, this.running);
    this.words = h("input", {
      type: "search",
      id: "search",
      placeholder: "Search in everything that was said",
      "aria-label": "Search in all meetings",
      maxlength: "200",
      autocomplete: "off",
      on: { input: () => this.#later() },
    });
    this.tags = h("div", { class: "tags", role: "group", "aria-label": "Show only one tag" });
    this.empty = h("p", { class: "soft" });
    this.more = h("button", { type: "button", text: "Show older", hidden: true, on: { click: () => this.#older() } });
    this.node = h(
      "div",
      { class: "library" },
      this.runningPart,
      h(
        "section",
        {},
        h("div", { class: "library-head" }, h("h2", { text: "Past meetings" }), this.words),
        this.tags,
        this.found,
        this.past,
        this.empty,
        this.more,
      ),
    );
    this.rows = [];
    /** Whether the service said so when it was asked last: what ran then may have ended since. */
    this.known = true;
    /** Whether there are more than these. */
    this.older = false;
    /** Counts when *Show older* is pressed, and answered: a list that was asked for before is not of these rows. */
    this.pressed = 0;
    /** The rows in the page, by meeting: one that is being used stays as it is while the list is fetched again. */
    this.made = new Map();
    this.tag = "";
    this.timer = 0;
  }

  /** Fetch the newest meetings and show them, as far back as they are shown. @returns {Promise<object[]>} all of them */
  async load() {
    try {
      await this.#fetch();
    } catch (failed) {
      this.known = false;
      if (this.rows.length) this.#show();
      throw failed;
    }
    return this.rows;
  }

  async #fetch() {
    const { pressed } = this;
    const shown = Math.max(PAGE, this.rows.length);
    const meetings = [];
    for (let full = true; full && meetings.length <= shown; ) {
      const limit = Math.min(MOST, shown + 1 - meetings.length);
      const page = await this.#page(limit, meetings);
      meetings.push(...page);
      full = page.length === limit;
    }
    if (pressed !== this.pressed) return this.#fetch(); // older ones come, or came, meanwhile
    this.rows = meetings.slice(0, shown);
    this.known = true;
    this.older = meetings.length > shown;
    return this.#show();
  }

  /** Up to `limit` meetings that are older than `rows`. */
  async #page(limit, rows) {
    const last = rows.findLast(({ state }) => state === "ended");
    const query = new URLSearchParams({ limit: String(limit), ...(last ? { before: last.id } : {}) });
    const { meetings } = await this.service.json("GET", `/api/meetings?${query}`);
    return meetings;
  }

  async #older() {
    await guarded(this.more, this.notice, async () => {
      this.pressed += 1;
      const meetings = await this.#page(PAGE + 1, this.rows).finally(() => (this.pressed += 1));
      this.rows.push(...meetings.slice(0, PAGE));
      this.older = meetings.length > PAGE;
      this.#show();
    });
  }

  #show() {
    const live = this.rows.filter((row) => row.state !== "ended");
    const past = this.rows.filter((row) => row.state === "ended");
    const shown = this.tag ? past.filter((row) => (row.tags || []).includes(this.tag)) : past;
    this.runningPart.hidden = live.length === 0;
    this.runningTitle.textContent = this.known ? "Running now" : "Running when Wingman was last in reach";
    const before = this.made;
    this.made = new Map();
    const kept = (row) => this.#kept(before, row);
    setChildren(this.running, live.map(kept));
    setChildren(this.past, shown.map(kept));
    this.more.hidden = !this.older || this.words.value.trim() !== "";
    this.empty.textContent = past.length ? "" : "Nothing yet. A meeting is kept here when it is over.";
    this.#showTags(past);
    this.changed(this.rows);
  }

  #showTags(past) {
    const known = [...new Set(past.flatMap((row) => row.tags || []))].sort((a, b) => a.localeCompare(b));
    if (this.tag && !known.includes(this.tag)) this.tag = "";
    setChildren(
      this.tags,
      known.map((tag) =>
        h("button", {
          type: "button",
          class: "tag",
          text: tag,
          dir: "auto",
          "aria-pressed": String(tag === this.tag),
          on: {
            click: () => {
              this.tag = tag === this.tag ? "" : tag;
              this.#show();
            },
          },
        }),
      ),
    );
  }

  #kept(before, meeting) {
    const { id, state, title, tags, started_at: at, seconds } = meeting;
    const key = JSON.stringify([state, title, tags, when(at), state === "ended" ? seconds : this.known]);
    const { node } = before.get(id)?.key === key ? before.get(id) : { node: this.#row(meeting) };
    this.made.set(id, { key, node });
    return node;
  }

  #row(meeting) {
    const live = meeting.state !== "ended";
    const name = titleOf(meeting);
    const report = `${HOME}/meetings/${encodeURIComponent(meeting.id)}`;
    const href = live ? `${HOME}/overlay?meeting=${encodeURIComponent(meeting.id)}` : report;
    const stands = (this.known && STANDS[meeting.state]) || UNKNOWN;
    const facts = [when(meeting.started_at), live ? stands : lengthWords(meeting.seconds)];
    return h(
      "li",
      { class: "meeting", data: { id: meeting.id } },
      h(
        "div",
        { class: "meeting-what" },
        h("a", { class: "meeting-title", href, text: name, dir: "auto" }),
        h("p", { class: "soft", text: facts.join(" · ") }),
        (meeting.tags || []).length
          ? h("p", { class: "tags" }, meeting.tags.map((tag) => h("span", { class: "tag", dir: "auto", text: tag })))
          : null,
      ),
      h("div", { class: "meeting-tools" }, live ? this.#liveTools(meeting, name) : this.#tools(meeting, name)),
    );
  }

  #liveTools(meeting, name) {
    const id = encodeURIComponent(meeting.id);
    const end = h("button", {
      type: "button",
      class: "quiet",
      text: "End it",
      "aria-label": `End it: ${name}`,
      on: {
        click: () =>
          guarded(end, this.notice, async () => {
            await this.service.json("POST", `/api/meetings/${id}/end`);
            await this.load();
          }),
      },
    });
    return [h("a", { class: "button", href: `${HOME}/new?watch=${id}`, text: "Open" }), end];
  }

  #tools(meeting, name) {
    const id = encodeURIComponent(meeting.id);
    const tool = (icn, text, run) =>
      h(
        "button",
        { type: "button", class: "icon-button", title: text, "aria-label": `${text}: ${name}`, on: { click: run } },
        icon(icn),
      );
    return [
      h("a", { class: "button", href: `${HOME}/meetings/${id}`, "aria-label": `Report of ${name}`, text: "Report" }),
      h(
        "details",
        { class: "menu", on: { keydown: closeByEscape } },
        h("summary", { class: "button", "aria-label": `Export ${name}`, text: "Export" }),
        h(
          "ul",
          {},
          FORMATS.map(([format, text]) =>
            h("li", {}, h("a", { href: `${HOME}/api/meetings/${id}/export?format=${format}`, download: true, text })),
          ),
        ),
      ),
      tool("edit", "Name and tags", () => this.#edit(meeting)),
      tool("trash", "Delete", () => this.#delete(meeting, name)),
    ];
  }

  async #edit(meeting) {
    const asked = {
      title: "Name and tags",
      fields: [
        { name: "title", label: "Name", value: meeting.title, maxlength: "120" },
        { name: "tags", label: "Tags", value: (meeting.tags || []).join(", "), hint: "Separate them by commas." },
      ],
      yes: "Save",
    };
    const saved = await askUntilSaved(asked, async ({ title, tags }) => {
      const change = { title, tags: tagsOf(tags) };
      await this.service.json("PATCH", `/api/meetings/${encodeURIComponent(meeting.id)}`, change);
    });
    if (saved) await loading(this.notice, () => this.load());
  }

  async #delete(meeting, name) {
    const sure = await ask({
      title: `Delete “${name}”?`,
      text: "Its words, cards, notes, summary and stored sound are removed from this computer. This cannot be undone.",
      yes: "Delete it",
      danger: true,
    });
    if (!sure) return;
    await guarded(null, this.notice, async () => {
      await this.service.json("DELETE", `/api/meetings/${encodeURIComponent(meeting.id)}`);
      await this.load();
      this.notice.say(`“${name}” is deleted.`);
      this.words.focus();
    });
  }

  // --- the search ---

  #later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => guarded(null, this.notice, () => this.#search()), 200);
  }

  async #search() {
    const words = this.words.value.trim();
    this.past.hidden = this.tags.hidden = words !== "";
    this.found.hidden = words === "";
    if (!words) {
      setChildren(this.found, []);
      this.#show();
      return;
    }
    const query = new URLSearchParams({ q: words, limit: "100" });
    const { hits } = await this.service.json("GET", `/api/meetings?${query}`);
    if (this.words.value.trim() !== words) return; // something else is looked for by now
    const found = byMeeting(hits);
    this.more.hidden = true;
    this.empty.textContent = found.length ? "" : "Nothing was found. All words must have been said in one place.";
    setChildren(this.found, found.map((entry) => this.#hit(entry)));
  }

  #hit({ meeting, title, hits }) {
    const report = `${HOME}/meetings/${encodeURIComponent(meeting)}`;
    const row = this.rows.find((known) => known.id === meeting);
    const name = title || (row ? titleOf(row) : "Meeting");
    return h(
      "li",
      { class: "meeting found", data: { id: meeting } },
      h(
        "div",
        { class: "meeting-what" },
        h("a", { class: "meeting-title", href: report, text: name, dir: "auto" }),
        h(
          "ul",
          { class: "hits" },
          hits.slice(0, 4).map((hit) =>
            h(
              "li",
              {},
              h("a", { href: `${report}#t=${Math.floor(hit.start)}`, text: clock(hit.start) }),
              " ",
              h(
                "span",
                { dir: "auto" },
                snippetParts(hit.snippet).map((part) => (part.hit ? h("mark", { text: part.text }) : part.text)),
              ),
            ),
          ),
        ),
        hits.length > 4 ? h("p", { class: "soft", text: `and ${hits.length - 4} more` }) : null,
      ),
    );
  }
}
