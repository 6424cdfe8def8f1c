// The overlay as one element that can live in a page, a picture-in-picture window or a shadow root.

import { AskView } from "./ask-view.js";
import { CardsView, MOST as CARDS_SHOWN } from "./cards.js";
import { h, icon, iconButton, iconsAtHand, setAttribute, setText } from "./dom.js";
import { lineCount } from "./lines.js";
import { MoodView } from "./emotion.js";
import { keepFocus } from "./focus-keeper.js";
import { batched } from "./frame.js";
import { keyFor, press } from "./keys.js";
import { NoticesView } from "./notices-view.js";
import { OverlayBar } from "./overlay-bar.js";
import { HelpPanel, SettingsPanel } from "./panels.js";
import { Preferences, THEMES } from "./prefs.js";
import { canAsk, notices, silence } from "./strings.js";
import { SummaryView } from "./summary-view.js";
import { TranscriptView } from "./transcript.js";
import { titlesOf } from "./vocabulary.js";
import { Wanted } from "./wanted.js";

const TICK = 1000;
/** Lines from which a search is offered. */
const SEARCHED = 20;

export class Overlay {
  #timer = 0;
  #unsubscribe = () => {};

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
    const keys = this.preferences.get("keys");
    this.asking = new AskView((message) => this.sendUp(message), keys);
    this.notices = new NoticesView((message) => this.sendUp(message));
    this.summary = new SummaryView();
    this.words = { actions: [], feedback: [], verbosities: [], policies: [] };
    this.verbosity = new Wanted();
    /** Ids of the cards that were whole: a meeting has some hundreds. */
    this.spoken = new Set();
    this.bar = new OverlayBar({
      settings: () =>
        this.togglePanel(this.settings.node.hidden ? this.settings : null, this.bar.settingsButton),
      help: () => this.toggleHelp(),
    }, keys);
    this.transcript = new TranscriptView((speaker, name) => this.#rename(speaker, name));
    this.settings = new SettingsPanel({
      preferences: this.preferences,
      changed: (n, v) => this.#changed(n, v),
      close: () => this.togglePanel(null),
    });
    this.help = new HelpPanel(() => this.togglePanel(null));
    this.#build();
    keepFocus(this.node);
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
    const now = this.model.now();
    this.bar.render(state, stream, now);
    this.mood.render(state, now);
    this.cards.render(state, readOnly, silence(state, stream));
    this.transcript.node.hidden = !this.preferences.get("transcript");
    setAttribute(this.transcriptToggle, "aria-expanded", String(this.preferences.get("transcript")));
    this.node.dataset.transcript = String(this.preferences.get("transcript"));
    if (!this.transcript.node.hidden)
      this.transcript.render(over ? { ...state, partials: {} } : state, readOnly || over);
    this.pane.hidden = over && lineCount(state) === 0;
    // What is in sight needs no search
    this.finderButton.hidden = this.transcript.node.hidden || lineCount(state) < SEARCHED;
    this.settings.render(readOnly, state.settings.verbosity);
    if (this.verbosity.came(state.settings.verbosity)) this.say(`Wingman is ${state.settings.verbosity} now.`);
    this.asking.render(state, readOnly || over);
    this.notices.render(notices(state, stream, this.model.problem, this.model.muted), readOnly);
    this.summary.render(state.summary);
    this.#announce(state);
  }

  // --- what keys and buttons do ---

  request(action, text = "") {
    return this.asking.request(action, text);
  }

  /** The service answered a message of ours. */
  answered(answer) {
    if (answer.type === "error" && !answer.ref) this.verbosity.forget();
    this.asking.answered(answer);
  }

  /** A message of ours, sent while the connection was being made, did not go up after all. */
  unsent({ ref }) {
    if (ref) this.asking.unsent(ref);
    else {
      this.verbosity.forget();
      this.say("Not saved: Wingman is out of reach.");
    }
  }

  /** Whoever follows as a coach may show cards, and nothing else. */
  actAsCoach(box) {
    this.asking.form.after(box.node);
  }

  stop() {
    this.request("stop");
  }

  feedback(what) {
    const card = this.cards.current();
    if (card) this.#act(card, what === "pinned" && card.pinned ? "unpinned" : what);
  }

  focusQuestion() {
    this.asking.focus("ask");
  }

  focusNote() {
    this.asking.focus("note");
  }

  find() {
    if (!this.preferences.get("transcript")) this.toggleTranscript();
    this.transcript.toggleFinder(true);
  }

  toggleTranscript() {
    this.preferences.set("transcript", !this.preferences.get("transcript"));
    this.ask();
  }

  /** What can be asked, said of a card and chosen, as the service has it; until then there is nothing of it. */
  offer(words) {
    this.words = words;
    this.settings.offer(words.verbosities);
    this.asking.offer(words.actions);
    this.cards.offer(titlesOf(words.feedback));
    this.ask();
  }

  cycleVerbosity() {
    const all = this.words.verbosities.map(({ value }) => value);
    if (!all.length) return;
    const now = this.model.state.settings.verbosity || this.preferences.get("verbosity");
    this.#changed("verbosity", this.verbosity.next(all, now));
  }

  cycleTheme() {
    const all = Object.keys(THEMES);
    this.#changed("theme", all[(all.indexOf(this.preferences.get("theme")) + 1) % all.length]);
  }

  resize(step) {
    this.#changed("size", step);
  }

  toggleHelp() {
    this.help.render(this.preferences.get("keys"), titlesOf([...this.words.actions, ...this.words.feedback]));
    this.togglePanel(this.help.node.hidden ? this.help : null, this.bar.helpButton);
  }

  togglePanel(panel, opener) {
    for (const each of [this.settings, this.help]) each.node.hidden = each !== panel;
    setAttribute(this.bar.settingsButton, "aria-expanded", String(panel === this.settings));
    setAttribute(this.bar.helpButton, "aria-expanded", String(panel === this.help));
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
    this.live = h("div", {
      class: "hidden-text",
      role: "status",
      "aria-live": "polite",
      data: { role: "announcer" },
    });
    this.toast = h("div", { class: "toast", role: "status", "aria-live": "polite" });
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
    this.finderButton = iconButton("search", `Search in this call (${keyFor("find", this.preferences.get("keys"))})`, () => this.find());
    this.pane = h(
      "div",
      { class: "pane" },
      h("div", { class: "pane-head" }, this.transcriptToggle, this.finderButton),
      this.transcript.node,
    );
    this.node = h(
      "div",
      {
        class: "wm overlay",
        role: "region",
        "aria-label": "Wingman",
        tabindex: "-1",
        on: { keydown: (event) => this.key(event) },
      },
      this.bar.node,
      this.notices.node,
      this.mood.node,
      h("div", { class: "main" }, this.summary.node, this.cards.node),
      this.asking.actions,
      this.asking.form,
      this.pane,
      this.settings.node,
      this.help.node,
      this.toast,
      this.live,
      this.notices.announcer,
      iconsAtHand("warn"),
    );
  }

  /** Screen readers hear each whole card once, in their order, not its deltas and none of what is replayed at the start;
   *  of many that come at once those that are in sight. */
  #announce({ cards }) {
    const before = this.speaking;
    this.speaking = this.model.caughtUp;
    if (cards === this.announced) return;
    this.announced = cards;
    const whole = cards.filter((card) => !card.gone && card.status !== "streaming" && !this.spoken.has(card.id));
    for (const { id } of whole) this.spoken.add(id);
    if (!before || !whole.length) return;
    const said = ({ title, answer, cue, detail }) => `Suggestion: ${title ? `${title}. ` : ""}${answer || cue || detail}`;
    // A new paragraph each time: one that reads like the one before is said as well
    this.live.replaceChildren(h("p", { text: whole.slice(0, CARDS_SHOWN).reverse().map(said).join("\n") }));
  }

  #act(card, what) {
    if (what === "stop") {
      this.stop();
      return;
    }
    if (what === "copied") {
      void this.#copy(card);
      return;
    }
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
    } catch {
      this.say("The browser did not allow copying; select the text instead.");
      return;
    }
    this.say("Copied.");
    this.sendUp({ type: "suggestion.feedback", id: card.id, feedback: "copied" });
  }

  /** What concerns the meeting has to reach it, and comes back as its setting. */
  #changed(name, value) {
    if (name === "verbosity") {
      if (!this.sendUp({ type: "control", setting: "verbosity", value })) {
        this.say("Not changed: Wingman is out of reach.");
        return;
      }
      this.verbosity.choose(value);
    }
    if (name === "size") this.preferences.resize(value);
    else this.preferences.set(name, value);
    this.#look();
    this.ask();
  }

  /** Apply the look, and let those around the overlay follow it (`look` event). */
  #look() {
    this.preferences.apply(this.node);
    this.node.dispatchEvent(new CustomEvent("look"));
  }

  /** Handle a key pressed anywhere the overlay should hear of. */
  key(event) {
    if (event.key === "Escape" && !(this.settings.node.hidden && this.help.node.hidden)) {
      this.togglePanel(null);
      return;
    }
    press(event, this.model.readOnly ? readOnlyKeys(this) : this, this.preferences.get("keys"));
  }

  #tick() {
    this.model.tick();
    this.notices.tick();
    this.ask();
  }
}

/** A viewer may look and change the look; whatever speaks to the meeting does nothing. */
function readOnlyKeys(overlay) {
  const nothing = () => {};
  return new Proxy(overlay, {
    get: (target, name) => {
      if (["request", "focusQuestion", "focusNote", "stop", "feedback", "cycleVerbosity"].includes(name)) return nothing;
      const value = target[name];
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
