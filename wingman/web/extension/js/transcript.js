// The transcript pane: settled lines, revisions in place, interims in grey at the end.

import { badge } from "./emotion.js";
import { h, setChildren, setText } from "./dom.js";
import { clock, gapWords, speakerName } from "./strings.js";

const LINES_SHOWN = 300;
/** A pause after which the same speaker's name is repeated, in seconds. */
const NEW_PARAGRAPH = 20;

export class TranscriptView {
  /** @param {(speaker: string, name: string) => void} rename */
  constructor(rename) {
    this.rename = rename;
    this.lines = new Map();
    this.partials = new Map();
    this.list = h("ol", { class: "lines" });
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
    );
    this.node = h("div", { class: "transcript" }, this.scroll, this.latest);
    this.following = true;
    this.top = 0;
    new ResizeObserver(() => this.following && this.follow()).observe(this.scroll);
  }

  render(state, readOnly) {
    const shown = state.utterances.slice(-LINES_SHOWN);
    let before = null;
    const nodes = shown.map((entry) => {
      const node = entry.kind === "gap" ? this.#gap(entry) : this.#line(entry, before, state.names, readOnly);
      before = entry.kind === "gap" ? null : entry;
      return node;
    });
    for (const [channel, partial] of Object.entries(state.partials))
      if (partial) nodes.push(this.#partial(channel, partial, state.names));
    setChildren(this.list, nodes);
    for (const [id, view] of this.lines) if (!view.node.isConnected) this.lines.delete(id);
    if (this.following) this.scroll.scrollTop = this.scroll.scrollHeight;
  }

  /** Scroll to the newest line and stay there. */
  follow() {
    this.following = true;
    this.latest.hidden = true;
    this.scroll.scrollTop = this.scroll.scrollHeight;
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroll;
    // Only the reader's own scrolling up stops the pane from following; a growing list does not.
    if (scrollTop < this.top - 2) this.following = false;
    if (scrollHeight - scrollTop - clientHeight < 24) this.following = true;
    this.top = scrollTop;
    this.latest.hidden = this.following;
  }

  #line(entry, before, names, readOnly) {
    const view = this.lines.get(entry.id) || this.#make(entry);
    const same =
      before !== null && before.speaker === entry.speaker && entry.start - before.end < NEW_PARAGRAPH;
    if (view.entry === entry && view.names === names && view.same === same && view.readOnly === readOnly)
      return view.node;
    Object.assign(view, { entry, names, same, readOnly });
    view.node.dataset.same = String(same);
    view.name.disabled = readOnly;
    setText(view.name, speakerName(entry.speaker, names));
    setText(view.time, clock(entry.start));
    setText(view.text, entry.text);
    setChildren(view.mood, [badge(entry.emotion)].filter(Boolean));
    return view.node;
  }

  #make(entry) {
    const name = h("button", { type: "button", class: "speaker", title: "Rename this speaker" });
    const time = h("span", { class: "time" });
    const mood = h("span", { class: "line-mood" });
    const text = h("p", { class: "said" });
    const node = h(
      "li",
      { class: "line", data: { channel: entry.channel } },
      h("div", { class: "line-head" }, name, time, mood),
      text,
    );
    const view = { node, name, time, text, mood };
    name.addEventListener("click", () => this.#edit(view));
    this.lines.set(entry.id, view);
    return view;
  }

  #gap(entry) {
    let view = this.lines.get(entry.id);
    if (!view) {
      view = { node: h("li", { class: "line gap", text: `${clock(entry.start)} · ${gapWords(entry.cause)}` }) };
      this.lines.set(entry.id, view);
    }
    return view.node;
  }

  #partial(channel, partial, names) {
    let view = this.partials.get(channel);
    if (!view) {
      const name = h("span", { class: "speaker" });
      const text = h("p", { class: "said" });
      view = {
        name,
        text,
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
    setText(view.text, partial.text);
    return view.node;
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
