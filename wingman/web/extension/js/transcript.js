// The transcript pane: the whole call, of which only the lines in sight are in the page; interims in grey at the end.

import { badge, besideVoice, soundMark } from "./emotion.js";
import { h, iconButton, setAttribute, setChildren, setText } from "./dom.js";
import { findLines, lineAt, lineCount, lineOf } from "./lines.js";
import { RowHeights } from "./row-heights.js";
import { clock, gapWords, speakerName } from "./strings.js";

/** A pause after which the same speaker's name is repeated, in seconds. */
const NEW_PARAGRAPH = 20;
/** What a line is taken to be high before it was laid out, in pixels. */
const ESTIMATE = 46;
/** Pixels above and below what is in sight for which lines are kept in the page. */
const MARGIN = 400;

export class TranscriptView {
  /** @param {(speaker: string, name: string) => void} rename */
  constructor(rename) {
    this.rename = rename;
    /** Those in the page, by the lines' ids: a line that was said before others and comes after them moves those on. */
    this.views = new Map();
    this.partials = new Map();
    this.heights = new RowHeights(ESTIMATE);
    this.state = null;
    this.following = true;
    this.top = 0;
    /** The lines that are in the page: from this one to that one. */
    this.first = 0;
    this.last = -1;
    this.width = 0;
    this.asked = false;
    this.hits = [];
    this.hit = -1;
    this.#build();
    new ResizeObserver(() => this.#resized()).observe(this.scroll);
  }

  render(state, readOnly) {
    const place = this.state?.newestOnly && !state.newestOnly ? this.#reading() : null;
    this.state = state;
    this.readOnly = readOnly;
    this.heights.resize(lineCount(state));
    if (place) this.#return(place);
    setChildren(this.pending, this.#pending(state));
    this.#paint();
    if (!this.finder.hidden && this.words.value) this.#count();
  }

  /** Scroll to the newest line and stay there. */
  follow() {
    this.following = true;
    this.latest.hidden = true;
    this.#paint();
  }

  /** Bring the line with this id into sight; false when there is none. */
  show(id) {
    const at = this.state ? lineOf(this.state, id) : -1;
    if (at < 0) return false;
    this.#goTo(at);
    return true;
  }

  /** Open the search, or close it. */
  toggleFinder(open = this.finder.hidden) {
    this.finder.hidden = !open;
    if (open) this.words.focus();
    else {
      this.words.value = "";
      this.#find();
      this.scroll.focus({ preventScroll: true });
    }
  }

  // --- inside ---

  /** The line somebody reads while only the newest are known; then every line gets another number. */
  #reading() {
    const at = this.heights.at(this.scroll.scrollTop);
    const place = { id: at < 0 ? "" : lineAt(this.state, at).id, below: this.scroll.scrollTop - this.heights.top(at) };
    this.views.clear();
    this.heights = new RowHeights(ESTIMATE);
    return place;
  }

  #return({ id, below }) {
    const at = this.following ? -1 : lineOf(this.state, id);
    if (at < 0) return;
    this.#paint(); // makes room for all that came before
    this.scroll.scrollTop = this.top = this.heights.top(at) + below;
  }

  #build() {
    this.list = h("ol", { class: "lines" });
    this.pending = h("ol", { class: "lines pending-lines" });
    this.latest = h("button", {
      type: "button",
      class: "latest",
      hidden: true,
      text: "Jump to the newest",
      on: { click: () => this.follow() },
    });
    this.scroll = h(
      "div",
      {
        class: "transcript-scroll",
        tabindex: "0",
        role: "log",
        "aria-live": "off",
        "aria-label": "Transcript",
        on: { scroll: () => this.#scrolled() },
      },
      this.list,
      this.pending,
    );
    this.words = h("input", {
      type: "search",
      placeholder: "Search in this call",
      "aria-label": "Search in this call",
      maxlength: "200",
      autocomplete: "off",
      on: { input: () => this.#find(), keydown: (event) => this.#finderKey(event) },
    });
    this.found = h("span", { class: "found", role: "status" });
    this.finder = h(
      "div",
      { class: "finder", role: "search", hidden: true },
      this.words,
      this.found,
      iconButton("up", "Previous", () => this.#step(-1)),
      iconButton("down", "Next", () => this.#step(1)),
      iconButton("close", "Close the search", () => this.toggleFinder(false)),
    );
    this.node = h("div", { class: "transcript" }, this.finder, this.scroll, this.latest);
  }

  #resized() {
    const { clientWidth } = this.scroll;
    if (clientWidth !== this.width) {
      this.width = clientWidth;
      for (const view of this.views.values()) view.measured = false;
    }
    this.#later();
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroll;
    // Only the reader's own scrolling up stops the pane from following; a growing list does not.
    if (scrollTop < this.top - 2) this.following = false;
    if (scrollHeight - scrollTop - clientHeight < 24) this.following = true;
    this.top = scrollTop;
    this.latest.hidden = this.following;
    if (!this.#covered()) this.#later();
  }

  /** Are the lines in sight, and some beside them, in the page already? */
  #covered() {
    const { heights, first, last } = this;
    const { scrollTop, clientHeight } = this.scroll;
    const above = first === 0 || heights.top(first) <= scrollTop - MARGIN / 4;
    return above && (last >= heights.length - 1 || heights.top(last + 1) >= scrollTop + clientHeight + MARGIN / 4);
  }

  #later() {
    if (this.asked || !this.state) return;
    this.asked = true;
    this.node.ownerDocument.defaultView?.requestAnimationFrame(() => {
      this.asked = false;
      this.#paint();
    });
  }

  /** Put the lines in sight into the page, and learn how high they are. */
  #paint() {
    const { scroll, heights } = this;
    if (!this.state) return;
    const view = scroll.clientHeight || 600;
    // A line laid out for the first time may be higher than was thought: then there is room for others, or less
    for (let round = 0; round < 3; round++) {
      const top = this.following ? Math.max(0, heights.total - view) : scroll.scrollTop;
      const first = Math.max(0, heights.at(top - MARGIN));
      const last = heights.at(top + view + MARGIN);
      this.#place(first, last);
      this.#toTheEnd();
      if (!this.#measure(first, last, top)) break;
    }
    this.#toTheEnd();
  }

  /** While it follows. What is remembered is where the browser really went: beyond the end it does not go. */
  #toTheEnd() {
    if (!this.following) return;
    this.scroll.scrollTop = this.scroll.scrollHeight;
    this.top = this.scroll.scrollTop;
  }

  #place(first, last) {
    Object.assign(this, { first, last });
    const nodes = [];
    for (let at = first; at <= last; at++) nodes.push(this.#row(at).node);
    setChildren(this.list, nodes);
    for (const [id, view] of this.views) if (!view.node.isConnected) this.views.delete(id);
    this.list.style.paddingTop = `${this.heights.top(first)}px`;
    this.list.style.paddingBottom = `${Math.max(0, this.heights.total - this.heights.top(last + 1))}px`;
  }

  /** @returns {boolean} whether a line was not as high as was thought; what is above the reader moves nothing */
  #measure(first, last, top) {
    let shift = 0;
    let changed = false;
    for (let at = first; at <= last; at++) {
      const view = this.views.get(lineAt(this.state, at).id);
      if (!view || view.measured) continue;
      view.measured = true;
      const begins = this.heights.top(at);
      const change = this.heights.set(at, view.node.offsetHeight);
      changed ||= change !== 0;
      if (begins < top) shift += change;
    }
    if (changed) {
      this.list.style.paddingTop = `${this.heights.top(first)}px`;
      this.list.style.paddingBottom = `${Math.max(0, this.heights.total - this.heights.top(last + 1))}px`;
      if (shift && !this.following) this.scroll.scrollTop = this.top = this.scroll.scrollTop + shift;
    }
    return changed;
  }

  #row(at) {
    const entry = lineAt(this.state, at);
    let view = this.views.get(entry.id);
    if (!view) {
      view = entry.kind === "utterance" ? this.#line(entry) : plainLine(entry.kind);
      this.views.set(entry.id, view);
    }
    if (view.at !== at) Object.assign(view, { at, measured: false });
    setAttribute(view.node, "aria-posinset", at + 1);
    setAttribute(view.node, "aria-setsize", lineCount(this.state));
    setAttribute(view.node, "data-hit", this.hits[this.hit] === at ? "" : null);
    const before = at > 0 ? lineAt(this.state, at - 1) : null;
    if (entry.kind === "utterance") this.#fill(view, entry, before);
    else if (view.entry !== entry) {
      Object.assign(view, { entry, measured: false });
      fillPlain(view, entry);
    }
    return view;
  }

  #line(entry) {
    const name = h("button", { type: "button", class: "speaker", dir: "auto" });
    const time = h("span", { class: "time" });
    const mood = h("span", { class: "line-mood" });
    const text = h("p", { class: "said", dir: "auto" });
    const beside = h("p", { class: "line-beside" });
    const node = h(
      "li",
      { class: "line", data: { channel: entry.channel } },
      h("div", { class: "line-head" }, name, time, mood),
      text,
      beside,
    );
    const view = { node, name, time, text, mood, beside, measured: false };
    name.addEventListener("click", () => this.#edit(view));
    return view;
  }

  #fill(view, entry, before) {
    const { names } = this.state;
    const same =
      before?.kind === "utterance" &&
      before.speaker === entry.speaker &&
      entry.start - before.end < NEW_PARAGRAPH;
    const wanted = this.words.value;
    if (
      view.entry === entry &&
      view.names === names &&
      view.same === same &&
      view.readOnly === this.readOnly &&
      view.wanted === wanted
    )
      return;
    Object.assign(view, { entry, names, same, readOnly: this.readOnly, wanted, measured: false });
    view.node.dataset.same = String(same);
    view.name.disabled = this.readOnly;
    const name = speakerName(entry.speaker, names);
    setText(view.name, name);
    setAttribute(view.name, "title", this.readOnly ? name : `${name}: rename this speaker`);
    setText(view.time, clock(entry.start));
    setChildren(view.text, [...marked(entry.text, wanted), ...(entry.sounds || []).map(soundMark)]);
    setChildren(view.mood, [badge(entry.emotion)].filter(Boolean));
    setChildren(view.beside, besideVoice(entry));
    view.beside.hidden = view.beside.childElementCount === 0;
  }

  #pending(state) {
    return Object.entries(state.partials)
      .filter(([, partial]) => partial)
      .map(([channel, partial]) => this.#partial(channel, partial, state.names));
  }

  #partial(channel, partial, names) {
    let view = this.partials.get(channel);
    if (!view) {
      const name = h("span", { class: "speaker", dir: "auto" });
      const firm = h("span", { class: "firm" });
      const open = h("span");
      const text = h("p", { class: "said", dir: "auto" }, firm, open);
      view = {
        name,
        firm,
        open,
        node: h(
          "li",
          { class: "line partial", data: { channel } },
          h("div", { class: "line-head" }, name),
          text,
        ),
      };
      this.partials.set(channel, view);
    }
    setText(view.name, speakerName(partial.speaker, names));
    setText(view.firm, partial.text.slice(0, partial.firm));
    setText(view.open, partial.text.slice(partial.firm));
    return view.node;
  }

  // --- the search ---

  #find() {
    this.#count();
    this.hit = this.hits.length - 1; // what was said last is most likely meant
    if (this.hit >= 0) this.#goTo(this.hits[this.hit]);
    else this.#paint();
    this.#tell();
  }

  #count() {
    this.hits = findLines(this.state, this.words.value);
    this.hit = Math.min(this.hit, this.hits.length - 1);
    this.#tell();
  }

  #step(by) {
    if (!this.hits.length) return;
    this.hit = (this.hit + by + this.hits.length) % this.hits.length;
    this.#goTo(this.hits[this.hit]);
    this.#tell();
  }

  #tell() {
    const none = this.words.value.trim() ? "not said" : "";
    setText(this.found, this.hits.length ? `${this.hit + 1} of ${this.hits.length}` : none);
  }

  #finderKey(event) {
    event.stopPropagation();
    if (event.key === "Escape") this.toggleFinder(false);
    if (event.key !== "Enter") return;
    event.preventDefault();
    this.#step(event.shiftKey ? 1 : -1);
  }

  #goTo(at) {
    this.following = false;
    this.latest.hidden = false;
    const room = this.scroll.clientHeight / 3;
    for (let round = 0; round < 3; round++) {
      this.scroll.scrollTop = this.top = Math.max(0, this.heights.top(at) - room);
      this.#paint();
    }
  }

  #edit(view) {
    const { speaker } = view.entry;
    const before = view.names[speaker] || "";
    const input = h("input", {
      class: "rename",
      type: "text",
      maxlength: "60",
      "aria-label": `New name for ${view.name.textContent}`,
      value: before,
    });
    let done = false;
    const finish = (keep) => {
      if (done) return;
      done = true;
      const name = input.value.trim();
      input.replaceWith(view.name);
      // An emptied field takes the name back: the speaker is called as if nobody had named them.
      if (keep && name !== before) this.rename(speaker, name || speakerName(speaker, {}));
      view.name.focus({ preventScroll: true });
    };
    input.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key !== "Enter" && event.key !== "Escape") return;
      event.preventDefault(); // or the key would press the button that takes the field's place
      finish(event.key === "Enter");
    });
    input.addEventListener("blur", () => finish(true));
    view.name.replaceWith(input);
    input.focus();
  }
}

/** A line nobody spoke: a stretch that was not heard, or a note of the user's. */
function plainLine(kind) {
  return { node: h("li", { class: `line ${kind}`, dir: "auto" }), measured: false };
}

/** `0:36`, or `0:36–0:42` where it is longer than that tells. */
function stretch({ start, end }) {
  const [from, to] = [clock(start), clock(end)];
  return from === to ? from : `${from}–${to}`;
}

function fillPlain({ node }, entry) {
  if (entry.kind === "gap") setText(node, `${stretch(entry)} · ${gapWords(entry.cause)}`);
  else if (entry.kind === "sound")
    setText(node, `${clock(entry.start)} · ${speakerName(entry.channel, {})} · ${entry.word}`);
  else {
    node.hidden = entry.removed === true;
    setChildren(node, [
      h("span", { class: "time", text: `${clock(entry.start)} · ${entry.by ? `Note from ${entry.by}` : "Your note"} ` }),
      h("span", { class: "said", text: entry.text }),
    ]);
  }
}

/** `text` with the words that are looked for in `<mark>`. */
function marked(text, wanted) {
  const words = wanted.trim().split(/\s+/).filter(Boolean);
  if (!words.length) return [document.createTextNode(text)];
  const pattern = new RegExp(`(${words.map((word) => word.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")})`, "giu");
  return text
    .split(pattern)
    .map((piece, at) => (at % 2 ? h("mark", { text: piece }) : document.createTextNode(piece)));
}
