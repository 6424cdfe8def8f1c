// What every meeting begins with when the toolbar icon is clicked: its playbook, and whose tone may be measured.

import { h, setText } from "./js/dom.js";
import { Service } from "./js/service.js";
import { prove } from "./possession.js";
import { TonePolicy } from "./js/tone.js";
import { vocabulary } from "./js/vocabulary.js";
import { writeSettings } from "./settings.js";

export class MeetingDefaults {
  /** @param {object} call what was chosen before: `{playbook, emotion_policy, consent}` */
  constructor(call) {
    this.call = call;
    this.playbooks = [];
    this.tone = new TonePolicy(() => this.#changed(), true);
    this.playbook = h("select", { id: "playbook", on: { change: () => this.#changed() } });
    this.words = h("p", { class: "soft", role: "status", id: "saved" });
    this.node = h(
      "div",
      { class: "setup", hidden: true },
      h(
        "section",
        { class: "part" },
        h("h2", { text: "Each meeting" }),
        h("div", { class: "field" }, h("label", { for: "playbook", text: "Playbook" }), this.playbook),
      ),
      h("section", { class: "part" }, h("h2", { text: "Tone of voice" }), this.tone.parts, this.words),
    );
  }

  /** Ask the service at `url` what it offers, and show that. @returns {Promise<string>} why it did not tell; else empty */
  async load(url, token) {
    this.node.hidden = true; // fields without what can be chosen would look as if nothing had been
    try {
      const service = new Service(url, token, prove);
      const { playbooks } = await service.json("GET", "/api/playbooks");
      const config = await service.json("GET", "/api/config");
      const { notices } = await service.json("GET", "/api/notices");
      this.tone.offer((await vocabulary(service)).policies, notices);
      this.tone.stores(config.report?.store_audio === true);
      const { branches } = await service.json("GET", "/api/providers").catch(() => ({ branches: [] }));
      this.tone.measuredBy(branches.find(({ branch }) => branch === "emotion"));
      this.#offer(playbooks);
      this.node.hidden = false;
      return "";
    } catch (failed) {
      return failed.message;
    }
  }

  #offer(playbooks) {
    this.playbooks = playbooks;
    const { playbook = "", emotion_policy: policy = "off", consent = "" } = this.call;
    this.playbook.replaceChildren(
      h("option", { value: "", text: "As configured" }),
      ...playbooks.map(({ name, title }) =>
        h("option", { value: name, text: title || name, selected: name === playbook }),
      ),
    );
    this.#follow();
    this.tone.choose(policy, consent);
  }

  #follow() {
    const chosen = this.playbooks.find(({ name }) => name === this.playbook.value);
    this.tone.refuse(chosen?.voice_emotion === "refuse");
  }

  /** Nothing that lacks its acknowledgement is ever stored: until then no voice is analysed. */
  async #changed() {
    this.#follow();
    const { policy, consent, agreed } = this.tone;
    await writeSettings({
      call: { playbook: this.playbook.value, emotion_policy: agreed ? policy : "off", consent },
    });
    setText(
      this.words,
      agreed
        ? "Saved. It holds from the next meeting on."
        : "Not measured until you confirm the sentence above.",
    );
  }
}
