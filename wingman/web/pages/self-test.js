// The whole path tried before it matters: a spoken probe goes through transcriber, tone, gate and model.

import { h, setChildren } from "../extension/js/dom.js";
import { guarded } from "./dialog.js";

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
              const { stages, ok } = await service
                .call("POST", "/api/self-test", { limit: 90_000 })
                .then((answer) => answer.json());
              setChildren(this.stages, stages.map(stage));
              this.words.textContent = ok
                ? "Everything on the path works."
                : "Something on the path does not work; the stage that says so names the mend.";
            } finally {
              if (this.words.textContent.startsWith("Speaking")) this.words.textContent = "";
            }
          }),
      },
    });
    this.node = h("div", {}, this.words, h("div", { class: "row" }, run), this.stages);
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
