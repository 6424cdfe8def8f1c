// Whose tone of voice may be measured: the choice, its acknowledgement, and a notice for the others.

import { acknowledgement, needsConsent, notice, offered } from "./consent.js";
import { h, icon, setText } from "./dom.js";

const WORDS = "text-only";
const NO_READER = "Needs a Hume gateway (emotion.hume_v0.url), and none is set up here.";

export class TonePolicy {
  /**
   * @param {() => void} changed called when the user chose or acknowledged something
   * @param {boolean} standing whether the choice is made once for all calls to come
   */
  constructor(changed, standing = false) {
    this.changed = changed;
    this.standing = standing;
    this.stored = false;
    this.refused = false;
    /** Who measures it, as the service tells (`GET /api/providers`). */
    this.meter = { name: "", words: "", reads_words: true };
    /** @type {import("./consent.js").Notice[]} */
    this.notices = [];
    this.inputs = [];
    /** What each policy does, and where that stands. */
    this.abouts = [];
    this.#build();
    this.#follow();
  }

  /** Offer the service's policies, each with the words that it wants acknowledged. */
  offer(policies, notices) {
    const { policy } = this;
    this.notices = notices;
    const words = offered(policies, notices);
    this.inputs = words.map(({ value }) =>
      h("input", { type: "radio", name: "policy", value, checked: value === policy, on: { change: () => this.#chosen() } }),
    );
    this.abouts = words.map(({ about }) => ({ about, span: h("span", { class: "soft", text: about }) }));
    const labels = words.map(({ value, title }, at) =>
      h(
        "label",
        { class: "policy", data: { policy: value } },
        this.inputs[at],
        h("span", {}, h("b", { text: title }), this.abouts[at].span),
      ),
    );
    this.policies.replaceChildren(...labels);
    this.refuse(this.refused);
  }

  /** Say who measures, and offer nothing that nobody here can do. @param {object} [meter] the branch `emotion` */
  measuredBy(meter) {
    if (!meter) return;
    this.meter = meter;
    this.refuse(this.refused);
  }

  /** The chosen one; nothing is measured before the service has said what may be. */
  get policy() {
    return this.inputs.find((input) => input.checked)?.value ?? "off";
  }

  /** The words that were acknowledged; empty when none are needed, or none were yet. */
  get consent() {
    return this.acknowledge.checked ? acknowledgement(this.notices, this.policy, this.standing) : "";
  }

  /** Whether the chosen policy may be used: it needs no acknowledgement, or has it. */
  get agreed() {
    return !needsConsent(this.notices, this.policy) || this.acknowledge.checked;
  }

  /** Take over what was chosen before; an acknowledgement holds for the very words it was given for. */
  choose(policy, consent) {
    const input = this.#input(policy);
    if (!input || input.disabled) return;
    input.checked = true;
    this.#follow();
    this.acknowledge.checked = consent !== "" && consent === acknowledgement(this.notices, policy, this.standing);
  }

  /** Follow a playbook that does not allow voices to be analysed. */
  refuse(refused) {
    this.refused = refused;
    const wordless = this.meter.reads_words === false; // an older service does not say
    for (const input of this.inputs)
      input.disabled = (refused && needsConsent(this.notices, input.value)) || (wordless && input.value === WORDS);
    if (this.#input(this.policy)?.disabled) this.#input("off").checked = true;
    setText(
      this.refusal,
      refused
        ? "In interviews and with employees, voices must not be analysed for emotion; this playbook allows words only."
        : "",
    );
    this.refusal.hidden = !refused;
    const { span, about } = this.abouts[this.inputs.findIndex(({ value }) => value === WORDS)] ?? {};
    if (span) setText(span, wordless ? NO_READER : about);
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
    this.measure = h("p", { class: "soft", role: "status", hidden: true });
    this.noticeText = h("p", { class: "notice-text", id: "notice-text" });
    this.copied = h("span", { class: "soft", role: "status" });
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
    this.policies = h("div", { class: "policies", role: "radiogroup", "aria-label": label });
    this.parts = [
      this.policies,
      this.refusal,
      this.measure,
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
    const words = acknowledgement(this.notices, policy, this.standing);
    this.consentLabel.hidden = !words;
    if (this.words.textContent !== words) this.acknowledge.checked = false;
    setText(this.words, words);
    const { name, words: does } = this.meter;
    setText(this.measure, needsConsent(this.notices, policy) && name ? `${name}: ${does}` : "");
    this.measure.hidden = !this.measure.textContent;
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
