// One channel of a running meeting: what it is, how loud, in which state, and its mute.

import { h, icon, setIcon, setText } from "./dom.js";
import { captureSentence } from "./strings.js";

const NAMES = { tab: "The meeting’s tab", mic: "My microphone" };

const STATES = {
  connecting: "Connecting",
  waiting: "No sound yet",
  capturing: "Listening",
  no_signal: "Silent",
  stalled: "Interrupted",
  muted: "Muted",
  paused: "Paused",
  gone: "Gone",
  ended: "Ended",
};

/** States that need the user's eye, and the button that mends them. */
const TROUBLE = new Set(["no_signal", "stalled", "ended", "gone"]);

export class ChannelRow {
  /** @param {{mute: (on: boolean) => void, again: () => void} | null} act null when the sound is not ours (a recording) */
  constructor(channel, act) {
    this.channel = channel;
    this.act = act;
    this.fill = h("span", { class: "level-fill" });
    this.level = h(
      "div",
      {
        class: "level",
        role: "meter",
        "aria-label": `Level of ${NAMES[channel].toLowerCase()}`,
        "aria-valuemin": "0",
        "aria-valuemax": "100",
        "aria-valuenow": "0",
        hidden: !act,
      },
      this.fill,
    );
    this.state = h("span", { class: "channel-state" });
    this.detail = h("p", { class: "channel-detail", role: "status" });
    this.muteIcon = icon("mic");
    this.muteWords = h("span");
    this.mute = h(
      "button",
      {
        type: "button",
        class: "quiet",
        hidden: !act,
        on: { click: () => act.mute(!this.muted) },
      },
      this.muteIcon,
      this.muteWords,
    );
    this.again = h(
      "button",
      { type: "button", class: "quiet", hidden: !act, on: { click: () => act.again() } },
      channel === "tab" ? "Share another tab" : "Open it again",
    );
    this.tools = h("div", { class: "row" }, this.mute, this.again);
    this.node = h(
      "section",
      { class: "channel", "aria-label": NAMES[channel], data: { channel } },
      h("div", { class: "channel-head" }, icon(channel), h("b", { text: NAMES[channel] }), this.state),
      this.level,
      this.detail,
      this.tools,
    );
  }

  /**
   * @param {{state: string, muted: boolean, detail: string, quiet: boolean, over: boolean}} now `over`: so is the
   *   meeting; `quiet`: what is wrong is said elsewhere
   */
  render({ state, muted, detail, quiet, over }) {
    this.muted = muted;
    this.tools.hidden = over || !this.act;
    if (over) this.loud(0);
    this.node.dataset.state = state;
    setText(this.state, STATES[state] || state);
    setText(this.detail, TROUBLE.has(state) && !quiet ? captureSentence(this.channel, state, detail) : "");
    setText(this.muteWords, muted ? "Unmute" : "Mute");
    setIcon(this.muteIcon, muted ? "mic-off" : "mic");
    this.again.classList.toggle("called", state === "no_signal" || state === "ended");
  }

  /** In steps, drawn when it is another one: what moves all the time is painted all the time. @param {number} level 0 to 1 */
  loud(level) {
    const step = Math.round(level * 20);
    const percent = String(step * 5);
    if (this.level.getAttribute("aria-valuenow") === percent) return;
    this.level.setAttribute("aria-valuenow", percent);
    this.fill.style.setProperty("transform", `scaleX(${step / 20})`);
  }
}
