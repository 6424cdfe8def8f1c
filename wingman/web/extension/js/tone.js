// Whose tone of voice may be measured: the choice, its acknowledgement, and a notice for the others.

import { acknowledgement, NEEDS_CONSENT, notice } from "./consent.js";
import { h, icon, setText } from "./dom.js";
import { POLICIES } from "./strings.js";

export class TonePolicy {
  /**
   * @param {() => void} changed called when the user chose or acknowledged something
   * @param {boolean} standing whether the choice is made once for all calls to come
   */
  constructor(changed, standing = false) {
    this.changed = changed;
    this.standing = standing;
    this.stored = false;
    this.#build();
    this.#follow();
  }

  get policy() {
    return this.parts.find((node) => node.matches(".policies")).querySelector("input:checked").value;
  }

  /** The words that were acknowledged; empty when none are needed, or none were yet. */
  get consent() {
    return this.acknowledge.checked ? acknowledgement(this.policy, this.standing) : "";
  }

  /** Whether the chosen policy may be used: it needs no acknowledgement, or has it. */
  get agreed() {
    return !NEEDS_CONSENT.has(this.policy) || this.acknowledge.checked;
  }

  /** Take over what was chosen before; an acknowledgement holds for the very words it was given for. */
  choose(policy, consent) {
    const input = this.#input(policy);
    if (!input || input.disabled) return;
    input.checked = true;
    this.#follow();
    this.acknowledge.checked = consent !== "" && consent === acknowledgement(policy, this.standing);
  }

  /** Follow a playbook that does not allow voices to be analysed. */
  refuse(refused) {
    for (const input of this.inputs) input.disabled = refused && NEEDS_CONSENT.has(input.value);
    if (this.#input(this.policy).disabled) this.#input("off").checked = true;
    setText(
      this.refusal,
      refused
        ? "In interviews and with employees, voices must not be analysed for emotion; this playbook allows words only."
        : "",
    );
    this.refusal.hidden = !refused;
    this.#follow();
  }

  /** Whether the service stores the sound; the notice says what is true. */
  stores(stored) {
    this.stored = stored;
    this.#follow();
  }

  #input(policy) {
    return this.inputs.find((input) => input.value === policy);
  }

  #build() {
    this.acknowledge = h("input", { type: "checkbox", id: "acknowledge", on: { change: () => this.changed() } });
    this.words = h("span");
    this.consentLabel = h("label", { class: "consent", for: "acknowledge" }, this.acknowledge, this.words);
    this.refusal = h("p", { class: "soft", role: "status", hidden: true });
    this.noticeText = h("p", { class: "notice-text", id: "notice-text" });
    this.copied = h("span", { class: "soft", role: "status" });
    this.inputs = Object.keys(POLICIES).map((value) =>
      h("input", {
        type: "radio",
        name: "policy",
        value,
        checked: value === "off",
        on: { change: () => this.#chosen() },
      }),
    );
    const options = this.inputs.map((input) => {
      const { name, about } = POLICIES[input.value];
      return h(
        "label",
        { class: "policy", data: { policy: input.value } },
        input,
        h("span", {}, h("b", { text: name }), h("span", { class: "soft", text: about })),
      );
    });
    this.notice = h(
      "details",
      { class: "more", id: "notice" },
      h("summary", { text: "A notice for the others" }),
      this.noticeText,
      h(
        "div",
        { class: "row" },
        h(
          "button",
          { type: "button", class: "quiet", id: "copy-notice", on: { click: () => this.#copy() } },
          icon("copy"),
          "Copy for the meeting’s chat",
        ),
        this.copied,
      ),
    );
    const label = "Whose tone may be measured";
    this.parts = [
      h("div", { class: "policies", role: "radiogroup", "aria-label": label }, options),
      this.refusal,
      this.consentLabel,
      this.notice,
    ];
  }

  #chosen() {
    this.#follow();
    this.changed();
  }

  #follow() {
    const { policy } = this;
    const words = acknowledgement(policy, this.standing);
    this.consentLabel.hidden = !words;
    if (this.words.textContent !== words) this.acknowledge.checked = false;
    setText(this.words, words);
    setText(this.noticeText, notice(policy, this.stored));
    setText(this.copied, "");
    this.notice.open ||= policy === "counterpart";
  }

  async #copy() {
    try {
      await navigator.clipboard.writeText(this.noticeText.textContent);
      setText(this.copied, "Copied.");
    } catch {
      setText(this.copied, "The browser did not allow copying; select the text instead.");
    }
  }
}
