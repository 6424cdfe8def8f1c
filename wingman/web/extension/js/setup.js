// Before the meeting: what kind of call it is, whose tone may be measured, and what to listen to.

import { BriefTemplates } from "./brief-templates.js";
import { h, icon, setAttribute, setText } from "./dom.js";
import { languageChoices } from "./languages.js";
import { chosenVerbosity } from "./prefs.js";
import { PairingPanel } from "./pairing.js";
import { HOME } from "./session.js";
import { TonePolicy } from "./tone.js";

const LEAD =
  "Wingman listens along, reads words and tone, and suggests what to say while the question is still open.";

export class Setup {
  /**
   * @param {{start: (spec: object, sources: string[]) => void, sample: (spec: object) => void,
   *   recording: (file: File, spec: object) => void}} run
   * @param {object} service the `Service` this page belongs to
   */
  constructor(run, service) {
    this.run = run;
    this.pairing = new PairingPanel(service);
    this.tone = new TonePolicy(() => this.fail(""));
    this.playbooks = [];
    /** @type {import("./vocabulary.js").Word[]} how much Wingman may say, as the service has it */
    this.verbosities = [];
    this.service = service;
    this.#build();
    this.#sourcesChanged();
  }

  /** Offer `playbooks` (`{name, title, voice_emotion: "allow" | "refuse"}`); `chosen` is the configured one. */
  offer(playbooks, chosen) {
    this.playbooks = playbooks;
    this.playbook.replaceChildren(
      ...playbooks.map((p) =>
        h("option", { value: p.name, text: p.title || p.name, selected: p.name === chosen }),
      ),
    );
    this.playbook.closest(".field").hidden = playbooks.length === 0;
    this.#playbookChanged();
  }

  /** Offer what the service publishes: how much Wingman may say, and whose tone may be measured. */
  offerWords({ verbosities, policies }, notices) {
    this.verbosities = verbosities;
    this.tone.offer(policies, notices);
  }

  /** Say who listens, and offer only the languages it reads. @param {object[]} branches the service's connections */
  listensWith(branches) {
    this.tone.measuredBy(branches.find(({ branch }) => branch === "emotion"));
    const listener = branches.find(({ branch }) => branch === "transcribe");
    if (!listener) return;
    const { name, state, words, languages } = listener;
    const chosen = this.language.value;
    this.language.replaceChildren(
      ...languageChoices(languages).map(([value, text]) => h("option", { value, text, selected: value === chosen })),
    );
    const link = (text) => h("a", { href: `${HOME}/settings#connected`, text });
    const parts = {
      trial: [`${name}, for trying out. ${words} `, link("Add a Deepgram key")],
      unproven: [`${name} writes down what is said; its key was not tried yet. `, link("Test it")],
      problem: [`Nothing can be written down: ${words} `, link("Mend it in the settings")],
      off: [`Nothing is written down: the transcriber is switched off.`],
    };
    this.heardBy.replaceChildren(...(parts[state] || [`${name} writes down what is said.`]));
    this.heardBy.dataset.state = state;
    this.heardBy.hidden = false;
  }

  /** Whether the service stores the sound. */
  stores(stored) {
    setText(this.stored, stored ? "The sound is stored: tell everybody in the call." : "The sound is not stored.");
    this.tone.stores(stored);
  }

  /** A sentence about what went wrong; empty takes it away. */
  fail(sentence) {
    setText(this.problem.lastChild, sentence);
    this.problem.hidden = !sentence;
  }

  busy(on, words = "") {
    this.start.disabled = this.sample.disabled = this.choose.disabled = on;
    setText(this.startWords, on ? words : this.startLabel);
  }

  /** What the user chose, as the service's meeting fields. */
  spec() {
    return {
      title: this.title.value.trim(),
      playbook: this.playbook.value,
      language: this.language.value,
      brief: this.brief.value.trim(),
      emotion_policy: this.tone.policy,
      consent: this.tone.consent,
      verbosity: this.verbosities.find(({ value }) => value === chosenVerbosity())?.value ?? "",
    };
  }

  #build() {
    this.title = h("input", {
      type: "text",
      id: "title",
      maxlength: "120",
      placeholder: "Renewal with Acme",
      autocomplete: "off",
    });
    this.playbook = h("select", { id: "playbook", on: { change: () => this.#playbookChanged() } });
    this.language = h(
      "select",
      { id: "language" },
      languageChoices([]).map(([value, text]) => h("option", { value, text })),
    );
    this.heardBy = h("p", { class: "soft heard-by", id: "heard-by", hidden: true });
    this.brief = h("textarea", {
      id: "brief",
      rows: "3",
      maxlength: "2000",
      placeholder: "Who is in the call, and what you want from it",
    });
    this.briefs = new BriefTemplates(this.brief, this.title, this.service);
    this.stored = h("span", { text: "The sound is not stored." });
    this.problem = h("p", { class: "problem", role: "alert", hidden: true }, icon("warn"), h("span"));
    this.tab = h("input", {
      type: "checkbox",
      id: "tab",
      checked: true,
      on: { change: () => this.#sourcesChanged() },
    });
    this.mic = h("input", {
      type: "checkbox",
      id: "mic",
      checked: true,
      on: { change: () => this.#sourcesChanged() },
    });
    this.startWords = h("span");
    this.start = h("button", { class: "primary", id: "start" }, icon("tab"), this.startWords);
    this.sample = h(
      "button",
      {
        type: "button",
        id: "sample",
        class: "quiet",
        on: { click: () => this.#agreed() && this.run.sample(this.spec()) },
      },
      icon("play"),
      "Play the sample meeting",
    );
    this.file = h("input", {
      type: "file",
      accept: "audio/*,video/*",
      id: "file",
      hidden: true,
      on: { change: () => this.#picked(this.file.files) },
    });
    this.choose = h(
      "button",
      { type: "button", id: "choose", class: "quiet", on: { click: () => this.file.click() } },
      icon("file"),
      "Import a recording",
    );
    this.node = h(
      "form",
      {
        class: "setup",
        novalidate: true,
        "aria-label": "Set up a meeting",
        on: { submit: (event) => this.#submit(event) },
      },
      h("p", { class: "lead" }, `${LEAD} `, this.stored),
      section(
        "Your call",
        h(
          "div",
          { class: "call" },
          field("title", "Name", this.title),
          field("playbook", "Playbook", this.playbook),
          field("language", "Spoken language", this.language),
        ),
        this.heardBy,
        h(
          "details",
          { class: "more", on: { toggle: () => this.briefs.load() } },
          h("summary", { text: "What should Wingman know?" }),
          h("label", { class: "hidden-text", for: "brief", text: "What should Wingman know?" }),
          this.brief,
          this.briefs.node,
        ),
      ),
      section("Tone of voice", this.tone.parts),
      section(
        "Listen to",
        h(
          "div",
          { class: "pair" },
          source(this.tab, "tab", "The meeting’s tab", "What the others say"),
          source(this.mic, "mic", "My microphone", "What you say, apart from them"),
        ),
      ),
      h(
        "div",
        { class: "go" },
        this.problem,
        this.start,
        h("div", { class: "others" }, this.sample, this.choose, this.file),
      ),
      h("p", { class: "soft", text: "You can also drop an audio or video file anywhere on this page." }),
      this.pairing.node,
    );
  }

  #playbookChanged() {
    const playbook = this.playbooks.find((p) => p.name === this.playbook.value);
    this.tone.refuse(playbook?.voice_emotion === "refuse");
  }

  #sources() {
    return [this.tab.checked && "tab", this.mic.checked && "mic"].filter(Boolean);
  }

  #sourcesChanged() {
    const sources = this.#sources();
    this.startLabel = this.tab.checked ? "Share the meeting’s tab" : "Start with the microphone";
    setText(this.startWords, this.startLabel);
    setAttribute(this.start, "disabled", sources.length ? null : "");
    this.fail(sources.length ? "" : "Choose at least one thing to listen to.");
  }

  #submit(event) {
    event.preventDefault();
    if (!this.#agreed()) return;
    this.fail("");
    this.run.start(this.spec(), this.#sources());
  }

  #agreed() {
    if (this.tone.agreed) return true;
    this.fail("Confirm that the others know and agree, or choose a setting that does not analyse voices.");
    this.tone.acknowledge.focus();
    return false;
  }

  #picked(files) {
    if (files.length && this.#agreed()) this.run.recording(files[0], this.spec());
    this.file.value = "";
  }

  /** Files dropped anywhere on the page. */
  dropped(files) {
    if (!files.length) return;
    if (!/^(audio|video)\//.test(files[0].type))
      this.fail(`“${files[0].name}” is not an audio or video file.`);
    else this.#picked(files);
  }
}

function section(title, ...content) {
  return h("section", { class: "part" }, h("h2", { text: title }), ...content);
}

function field(id, label, control) {
  return h("div", { class: "field" }, h("label", { for: id, text: label }), control);
}

function source(input, name, title, about) {
  return h(
    "label",
    { class: "source" },
    input,
    icon(name),
    h("span", {}, h("b", { text: title }), h("span", { class: "soft", text: about })),
  );
}
