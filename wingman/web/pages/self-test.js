// The whole path tried before it matters: a spoken probe goes through transcriber, tone, gate and model.

import { h, setChildren } from "../extension/js/dom.js";
import { LevelMeter } from "../extension/js/meter.js";
import { openMicrophone, shareTab } from "../extension/js/tracks.js";
import { guarded } from "./dialog.js";

/** How long a source is listened to, and how often its level is read, in ms. */
const LISTENED = 2000;
const STEP = 50;
/** Louder than the noise of an open microphone in a quiet room, in dBFS. */
const SPOKEN_DB = -50;

const MARKS = { ok: "✓", note: "·", problem: "✗" };
const NAMES = { ok: "works", note: "works, with a remark", problem: "does not work" };

export class SelfTest {
  constructor(service, notice) {
    this.stages = h("ul", { class: "documents", "aria-label": "Stages", "aria-live": "polite" });
    this.words = h("p", {
      class: "soft",
      text: "A sentence is spoken into a meeting of its own, on this computer, and followed to its words, its tone and a card. Nothing of it is kept.",
    });
    const run = h("button", {
      type: "button",
      id: "run-self-test",
      text: "Test the whole path",
      on: {
        click: () =>
          guarded(run, notice, async () => {
            this.words.textContent = "Speaking, and listening to it. This takes some seconds.";
            setChildren(this.stages, []);
            try {
              const heard = [];
              // The browser wants the click for the dialog, so the tab comes first
              if (this.tab.checked) heard.push(await source("Tab", shareTab));
              if (this.microphone.checked) heard.push(await source("Microphone", openMicrophone));
              setChildren(this.stages, heard.map(stage));
              const { stages, ok } = await service
                .call("POST", "/api/self-test", { limit: 90_000 })
                .then((answer) => answer.json());
              setChildren(this.stages, [...heard, ...stages].map(stage));
              this.words.textContent = ok && heard.every(({ level }) => level !== "problem")
                ? "Everything on the path works."
                : "Something on the path does not work; the stage that says so names the mend.";
            } finally {
              if (this.words.textContent.startsWith("Speaking")) this.words.textContent = "";
            }
          }),
      },
    });
    this.microphone = h("input", { type: "checkbox", id: "test-microphone", checked: true });
    this.tab = h("input", { type: "checkbox", id: "test-tab" });
    this.node = h(
      "div",
      {},
      this.words,
      h(
        "div",
        { class: "row" },
        run,
        h("label", { class: "switch" }, this.microphone, "my microphone too: say something"),
        h("label", { class: "switch" }, this.tab, "a tab too: let it play"),
      ),
      this.stages,
    );
  }
}

/** What a source of this browser carries, listened to for a moment; nothing of it leaves the page. */
async function source(name, open) {
  const context = new AudioContext();
  let track = null;
  try {
    track = await open();
    const meter = new LevelMeter(context, track);
    let loudest = -Infinity;
    for (let at = 0; at < LISTENED; at += STEP) {
      await new Promise((done) => setTimeout(done, STEP));
      loudest = Math.max(loudest, meter.read(performance.now()).db);
    }
    if (loudest > SPOKEN_DB) return { name, level: "ok", words: `Sound comes: “${track.label}”.` };
    if (meter.heard) return { name, level: "note", words: `“${track.label}” is open and quiet. Was anything said or played?` };
    return { name, level: "problem", words: `“${track.label}” carries no sound at all. Is it muted, or the wrong one?` };
  } catch (failed) {
    return { name, level: "problem", words: failed.message };
  } finally {
    track?.stop();
    await context.close();
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
