// The overlay as one element that can live in a page, a picture-in-picture window or a shadow root.

import { CardsView } from "./cards.js";
import { h, icon, iconButton, iconsAtHand, setAttribute, setChildren, setText } from "./dom.js";
import { MoodView } from "./emotion.js";
import { batched } from "./frame.js";
import { press } from "./keys.js";
import { HelpPanel, SettingsPanel } from "./panels.js";
import { Preferences } from "./prefs.js";
import { TranscriptView } from "./transcript.js";
import { canAsk, clock, money, notices, silence, VERBOSITY } from "./strings.js";

const ACTIONS = [
  ["say", "speech", "What to say", "1"],
  ["clarify", "clarify", "Clarify", "2"],
  ["recap", "recap", "Recap", "3"],
  ["fact-check", "verify", "Fact-check", "4"],
];

const TICK = 1000;

export class Overlay {
  #timer = 0;
  #unsubscribe = () => {};
  #reference = 0;

  /**
   * @param {object} model the `MeetingModel` to show
   * @param {(message: object) => boolean} send upward messages; false when they could not be sent
   * @param {object} [store] where the look is remembered
   */
  constructor(model, send, store) {
    this.model = model;
    this.sendUp = send;
    this.preferences = new Preferences(store);
    this.cards = new CardsView((card, what) => this.#act(card, what));
    this.mood = new MoodView();
    this.transcript = new TranscriptView((speaker, name) => this.#rename(speaker, name));
    this.settings = new SettingsPanel({
      preferences: this.preferences,
      changed: (n, v) => this.#changed(n, v),
      close: () => this.togglePanel(null),
    });
    this.help = new HelpPanel(() => this.togglePanel(null));
    this.#build();
    this.ask = batched(
      () => this.node.ownerDocument.defaultView,
      () => this.render(),
    );
  }

  /** Show the overlay in `parent` (of any document) and keep it up to date. */
  mount(parent) {
    parent.append(this.node);
    this.#look();
    this.#unsubscribe();
    this.#unsubscribe = this.model.subscribe(this.ask);
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#tick(), TICK);
    this.ask();
    return this;
  }

  unmount() {
    clearInterval(this.#timer);
    this.#unsubscribe();
    this.node.remove();
  }

  render() {
    const { state, stream } = this.model;
    const over = !canAsk(state, stream);
    const readOnly = this.model.readOnly || (over && stream !== "live");
    this.#renderHeader(state, stream);
    this.mood.render(state);
    this.cards.render(state, readOnly, silence(state, stream));
    this.transcript.node.hidden = !this.preferences.get("transcript");
    setAttribute(this.transcriptToggle, "aria-expanded", String(this.preferences.get("transcript")));
    this.node.dataset.transcript = String(this.preferences.get("transcript"));
    if (!this.transcript.node.hidden)
      this.transcript.render(over ? { ...state, partials: {} } : state, readOnly || over);
    this.pane.hidden = over && state.utterances.length === 0;
    this.settings.render(readOnly);
    this.actions.hidden = this.form.hidden = readOnly || over;
    this.#renderNotices(notices(state, stream));
    this.#renderSummary(state.summary);
    this.#announce(state);
  }

  // --- what keys and buttons do ---

  request(action, text = "") {
    this.#reference += 1;
    const sent = this.sendUp({ type: "action.request", action, text, ref: `a${this.#reference}` });
    this.say(sent ? "" : "Not sent: Wingman is out of reach. Try again in a moment.");
    return sent;
  }

  stop() {
    this.request("stop");
  }

  feedback(what) {
    const card = this.cards.current();
    if (card) this.#act(card, what === "pinned" && card.pinned ? "unpinned" : what);
  }

  focusQuestion() {
    this.question.focus();
  }

  toggleTranscript() {
    this.preferences.set("transcript", !this.preferences.get("transcript"));
    this.ask();
  }

  cycleVerbosity() {
    const all = Object.keys(VERBOSITY);
    const next = all[(all.indexOf(this.preferences.get("verbosity")) + 1) % all.length];
    this.#changed("verbosity", next);
    this.say(`Wingman is ${VERBOSITY[next].toLowerCase()} now.`);
  }

  cycleTheme() {
    const all = ["auto", "light", "dark"];
    this.#changed("theme", all[(all.indexOf(this.preferences.get("theme")) + 1) % all.length]);
  }

  resize(step) {
    this.#changed("size", step);
  }

  toggleHelp() {
    this.togglePanel(this.help.node.hidden ? this.help : null, this.helpButton);
  }

  togglePanel(panel, opener) {
    for (const each of [this.settings, this.help]) each.node.hidden = each !== panel;
    setAttribute(this.settingsButton, "aria-expanded", String(panel === this.settings));
    setAttribute(this.helpButton, "aria-expanded", String(panel === this.help));
    if (panel) {
      this.opener = opener;
      panel.node.querySelector("button").focus();
    } else this.opener?.focus();
  }

  /** A short confirmation for the eye and the screen reader. */
  say(text) {
    setText(this.toast, text);
    clearTimeout(this.toastTimer);
    if (text) this.toastTimer = setTimeout(() => setText(this.toast, ""), 4000);
  }

  // --- inside ---

  #build() {
    this.dot = h("span", { class: "dot", "aria-hidden": "true" });
    this.phase = h("span", { class: "phase" });
    this.time = h("span", { class: "clock", "aria-hidden": "true" });
    this.title = h("span", { class: "title" });
    this.cost = h("span", { class: "cost" });
    this.settingsButton = iconButton(
      "settings",
      "Settings",
      () => this.togglePanel(this.settings.node.hidden ? this.settings : null, this.settingsButton),
      { "aria-expanded": "false" },
    );
    this.helpButton = iconButton("help", "Keys (?)", () => this.toggleHelp(), { "aria-expanded": "false" });
    this.notices = h("div", { class: "notices", role: "status", "aria-live": "polite" });
    this.live = h("div", {
      class: "hidden-text",
      role: "status",
      "aria-live": "polite",
      data: { role: "announcer" },
    });
    this.toast = h("div", { class: "toast", role: "status", "aria-live": "polite" });
    this.summary = h("section", { class: "summary", "aria-label": "Summary", hidden: true });
    this.actions = h(
      "div",
      { class: "actions", role: "group", "aria-label": "Ask Wingman" },
      ACTIONS.map(([action, name, label, key]) =>
        h(
          "button",
          {
            type: "button",
            data: { action },
            title: `${label} (${key})`,
            "aria-keyshortcuts": key,
            on: { click: () => this.request(action) },
          },
          icon(name),
          h("span", { text: label }),
        ),
      ),
    );
    this.question = h("input", {
      type: "text",
      class: "question",
      placeholder: "Ask about this meeting",
      "aria-label": "Ask about this meeting",
      maxlength: "500",
      autocomplete: "off",
      enterkeyhint: "send",
    });
    this.form = h(
      "form",
      { class: "ask", on: { submit: (event) => this.#question(event) } },
      this.question,
      h("button", { class: "icon-button", "aria-label": "Ask", title: "Ask" }, icon("send")),
    );
    this.question.addEventListener("keydown", (event) => event.key === "Escape" && this.question.blur());
    this.transcriptToggle = h(
      "button",
      {
        type: "button",
        class: "pane-toggle",
        "aria-expanded": "true",
        on: { click: () => this.toggleTranscript() },
      },
      h("span", { text: "Transcript" }),
      icon("down"),
    );
    this.pane = h("div", { class: "pane" }, this.transcriptToggle, this.transcript.node);
    this.node = h(
      "div",
      {
        class: "wm overlay",
        role: "region",
        "aria-label": "Wingman",
        tabindex: "-1",
        on: { keydown: (event) => this.key(event) },
      },
      h(
        "header",
        { class: "bar" },
        this.dot,
        this.phase,
        this.time,
        this.title,
        this.cost,
        this.settingsButton,
        this.helpButton,
      ),
      this.notices,
      this.mood.node,
      h("div", { class: "main" }, this.summary, this.cards.node),
      this.actions,
      this.form,
      this.pane,
      this.settings.node,
      this.help.node,
      this.toast,
      this.live,
      iconsAtHand("warn"),
    );
  }

  #renderHeader(state, stream) {
    const { title, startedAt, endedAt } = state.meeting;
    const words = {
      away: "Away",
      waiting: "Waiting",
      live: "Live",
      paused: "Paused",
      ended: "Ended",
      none: "Wingman",
    };
    const away = { waiting: "away", lost: "ended", missing: "none", refused: "none" };
    const phase = (["live", "waiting"].includes(state.meeting.phase) && away[stream]) || state.meeting.phase;
    this.dot.dataset.phase = phase;
    setText(this.phase, words[phase]);
    setText(this.title, title);
    setAttribute(this.title, "title", title || null);
    setText(this.time, startedAt ? clock((endedAt ?? Date.now() / 1000) - startedAt) : "");
    const { cost } = state;
    setText(this.cost, cost && cost.total > 0 ? money(cost.total, cost.currency) : "");
    setAttribute(
      this.cost,
      "title",
      cost ? `So far; ${money(cost.per_hour, cost.currency)} an hour at this rate` : null,
    );
  }

  #renderNotices(list) {
    const key = JSON.stringify(list);
    if (key === this.noticesShown) return;
    this.noticesShown = key;
    setChildren(this.notices, list.slice(0, 3).map(notice));
  }

  #renderSummary(summary) {
    if (summary === this.summaryShown) return;
    this.summaryShown = summary;
    this.summary.hidden = !summary;
    if (!summary) return;
    const part = (title, items) =>
      items && items.length
        ? [
            h("h3", { text: title }),
            h(
              "ul",
              {},
              items.map((text) => h("li", { text })),
            ),
          ]
        : [];
    setChildren(this.summary, [
      h("h2", { text: "Summary" }),
      h("p", { text: summary.text }),
      ...part("Decisions", summary.decisions),
      ...part("To do", summary.actions),
      ...part("Open questions", summary.questions),
    ]);
  }

  /** Screen readers hear a whole card once, not its deltas, and none of what is replayed at the start. */
  #announce(state) {
    const newest = state.cards.find((card) => !card.gone && card.status !== "streaming");
    const before = this.speaking;
    this.speaking = this.model.caughtUp;
    const key = newest ? `${newest.id}/${newest.status}` : "";
    if (key === this.announced) return;
    this.announced = key;
    if (newest && before)
      setText(
        this.live,
        `Suggestion: ${newest.title ? `${newest.title}. ` : ""}${newest.answer || newest.cue || newest.detail}`,
      );
  }

  #act(card, what) {
    if (what === "stop") {
      this.stop();
      return;
    }
    if (what === "copied") this.#copy(card);
    const sent = this.sendUp({ type: "suggestion.feedback", id: card.id, feedback: what });
    if (!sent) this.say("Not saved: Wingman is out of reach.");
  }

  /** The name comes back as an event, here and on every other screen. */
  #rename(speaker, name) {
    const sent = this.sendUp({ type: "control", setting: "speaker_name", value: { speaker, name } });
    if (!sent) this.say("Not renamed: Wingman is out of reach.");
  }

  async #copy(card) {
    const { clipboard } = this.node.ownerDocument.defaultView.navigator;
    try {
      await clipboard.writeText(card.answer || card.cue);
      this.say("Copied.");
    } catch {
      this.say("The browser did not allow copying; select the text instead.");
    }
  }

  #changed(name, value) {
    if (name === "size") this.preferences.resize(value);
    else this.preferences.set(name, value);
    if (name === "verbosity") this.sendUp({ type: "control", setting: "verbosity", value });
    this.#look();
    this.ask();
  }

  /** Apply the look, and let those around the overlay follow it (`look` event). */
  #look() {
    this.preferences.apply(this.node);
    this.node.dispatchEvent(new CustomEvent("look"));
  }

  #question(event) {
    event.preventDefault();
    const text = this.question.value.trim();
    if (text && this.request("ask", text)) this.question.value = "";
  }

  /** Handle a key pressed anywhere the overlay should hear of. */
  key(event) {
    if (event.key === "Escape" && !(this.settings.node.hidden && this.help.node.hidden)) {
      this.togglePanel(null);
      return;
    }
    press(event, this.model.readOnly ? readOnlyKeys(this) : this);
  }

  #tick() {
    this.model.tick(Date.now() / 1000);
    this.ask();
  }
}

/** One short sentence; what there is to say beyond it waits behind *Details*. */
function notice({ level, text, full }) {
  const said = [level === "info" ? null : icon("warn"), h("span", { text })];
  if (!full) return h("p", { class: "notice", data: { level } }, said);
  return h(
    "details",
    { class: "notice", data: { level } },
    h("summary", {}, said),
    h("p", { class: "full", text: full }),
  );
}

/** A viewer may look and change the look; whatever speaks to the meeting does nothing. */
function readOnlyKeys(overlay) {
  const nothing = () => {};
  return new Proxy(overlay, {
    get: (target, name) => {
      if (["request", "focusQuestion", "stop", "feedback", "cycleVerbosity"].includes(name)) return nothing;
      const value = target[name];
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
