// The whole path tried before it matters: a sentence spoken within this computer, and through the chosen tab and
// microphone, followed to its words, its tone and its card.

import { h, setChildren, setText } from "../extension/js/dom.js";
import { openMicrophone, release, shareTab } from "../extension/js/tracks.js";
import { guarded } from "./dialog.js";
import { SpokenProbe } from "./spoken-probe.js";

const MARKS = { ok: "✓", note: "·", problem: "✗" };
const NAMES = { ok: "works", note: "works, with a remark", problem: "does not work" };
const ABOUT =
  "A sentence is spoken and followed to its words, its tone and a card: within this computer, and through what you tick. Nothing of it is kept.";
const MICROPHONE = "Through my microphone: it hears the loudspeaker, or you say the sentence when asked";
const TAB = "Through a tab: pick this very tab, where the sentence is played (or the call’s, to hear what comes from there)";
const TONE = "Measure the tone on these ways, too: nobody is heard but me and the synthetic voice that speaks the sentence";

export class SelfTest {
  constructor(service, notice) {
    this.service = service;
    this.stages = h("ul", { class: "documents", "aria-label": "Stages", "aria-live": "polite" });
    this.words = h("p", { class: "soft", role: "status", text: ABOUT });
    const run = h("button", {
      type: "button",
      id: "run-self-test",
      text: "Test the whole path",
      on: { click: () => guarded(run, notice, () => this.#run()) },
    });
    this.microphone = h("input", { type: "checkbox", id: "test-microphone", checked: true });
    this.tab = h("input", { type: "checkbox", id: "test-tab" });
    this.tone = h("input", { type: "checkbox", id: "test-tone" });
    const choice = (box, words) => h("label", { class: "switch" }, box, words);
    this.node = h(
      "div",
      {},
      this.words,
      h("div", { class: "choices" }, choice(this.microphone, MICROPHONE), choice(this.tab, TAB), choice(this.tone, TONE)),
      h("div", { class: "row" }, run),
      this.stages,
    );
  }

  async #run() {
    const probe = new SpokenProbe(this.service, (words) => setText(this.words, words));
    const found = [];
    const show = (stages) => {
      found.push(...stages);
      setChildren(this.stages, found.map(stage));
    };
    const opened = new Map();
    show([]);
    try {
      // The browser wants the click for the dialog, so the tab comes first
      if (this.tab.checked) await this.#open("tab", () => shareTab(navigator.mediaDevices, "include"), opened, show);
      if (this.microphone.checked) await this.#open("mic", openMicrophone, opened, show);
      setText(this.words, "Speaking within this computer, and listening to it. This takes some seconds.");
      const own = await this.service.call("POST", "/api/self-test", { limit: 90_000 }).then((answer) => answer.json());
      show(own.stages);
      for (const [channel, track] of opened) show(await probe.through(channel, track, this.tone.checked));
      const works = found.every(({ level }) => level !== "problem");
      setText(
        this.words,
        works ? "Everything on the path works." : "Something on the path does not work; the stage that says so names the mend.",
      );
    } catch (failed) {
      setText(this.words, ABOUT);
      throw failed;
    } finally {
      for (const track of opened.values()) release(track);
      await probe.close();
    }
  }

  async #open(channel, open, opened, show) {
    try {
      opened.set(channel, await open());
    } catch (failed) {
      show([{ name: channel === "tab" ? "Tab" : "Microphone", level: "problem", words: failed.message }]);
    }
  }
}

function stage({ name, level, words }) {
  return h(
    "li",
    { class: "document", data: { level } },
    h(
      "div",
      { class: "document-head" },
      h("b", {}, h("span", { "aria-hidden": "true", text: `${MARKS[level]} ` }), name),
      h("span", {
        class: "state",
        data: { state: level === "ok" ? "ready" : level === "note" ? "trial" : "problem" },
        text: NAMES[level],
      }),
    ),
    h("p", { text: words }),
  );
}
