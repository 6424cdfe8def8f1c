// While the meeting runs: its channels with level and state, and what can be done with it.

import { ChannelRow } from "./channel-row.js";
import { h, icon, iconsAtHand, setText } from "./dom.js";
import { seemsOver } from "./call-over.js";
import { channelState } from "./channel-state.js";
import { FacesPanel } from "./faces.js";
import { canFloat } from "./pip.js";
import { HOME } from "./session.js";
import { SharePanel } from "./share.js";
import { endedWords } from "./strings.js";

const PHASES = {
  starting: "Connecting…",
  live: "",
  away: "Wingman is out of reach. What is said now is not heard until it is back.",
  reconnecting: "The connection was lost, and what is said now is not heard. Reconnecting.",
  refused: "Wingman does not know this page any more. Open the address it printed at its start; nothing is being heard.",
  lost: "Wingman was restarted and this meeting has ended there. You can go on in a new one.",
};

/** The same where the page keeps the sound. */
const KEPT = {
  away: "Wingman is out of reach. What is said now is kept here, for up to 60 seconds, and sent when it is back.",
  reconnecting: "The connection was lost. What is said now is kept here, for up to 60 seconds, and sent when it is back.",
};

const OWES_END = "Nothing is listened to any more. The meeting ends when Wingman is within reach again.";

const OVER = {
  ended: "All its sound has ended. Is the meeting over?",
  quiet: "Nobody has spoken for a while. Is the meeting over?",
};

export class MeetingControls {
  /**
   * @param {object} meeting `{model, service, capture, meters}`; `capture` is null for a recording
   * @param {{stop: Function, pause: Function, resume: Function, again: (channel: string) => void,
   *   float: Function, over: Function, restart: Function}} run
   */
  constructor(meeting, run) {
    this.meeting = meeting;
    this.run = run;
    this.rows = new Map();
    // Pictures come from the page that captures, so a recording has none.
    this.faces = meeting.capture ? new FacesPanel(meeting, (sentence) => this.fail(sentence)) : null;
    this.share = new SharePanel(meeting.model.meeting, meeting.service);
    this.#build();
  }

  /** Show what is known now; `now` in ms. */
  render(now = performance.now()) {
    const { capture, model } = this.meeting;
    const { phase, reason, title } = model.state.meeting;
    const missing = model.stream === "missing" && !capture; // the overlay says so
    const over = phase === "ended" || capture?.phase === "ended" || missing;
    setText(this.title, title || "Meeting");
    const lost = capture?.phase === "lost";
    const phaseNow = capture?.phase === "live" && model.stream === "waiting" ? "away" : capture?.phase;
    const trouble = capture && !over ? this.#trouble(phaseNow) : "";
    this.#renderChannels(now, over || lost, trouble !== "");
    const words = capture?.owesEnd && phase !== "ended" ? OWES_END : endedWords(reason || "stopped");
    setText(this.words, missing ? "" : over ? words : trouble);
    this.status.hidden = !this.words.textContent;
    this.status.dataset.level = over || phaseNow === "starting" ? "info" : "warn";
    this.restart.hidden = !lost;
    this.controls.hidden = over || lost || capture?.phase === "refused";
    this.after.hidden = !over;
    this.report.hidden = missing;
    if (over || lost) this.faces?.stop();
    this.#renderQuestion(over || lost);
    const paused = capture ? capture.paused : phase === "paused";
    this.pause.hidden = paused;
    this.resume.hidden = !paused;
  }

  /** Ask whether the call is over when its sound has ended, or when nobody has spoken for long. */
  #renderQuestion(settled) {
    const { capture, model } = this.meeting;
    const { state } = model;
    const known = this.#known();
    const ended = known.filter(
      (channel) => capture?.endedChannels.has(channel) || ["ended", "gone"].includes(state.capture[channel]?.state),
    );
    const heardAt = Math.max(model.wordAt, state.meeting.startedAt ?? 0);
    const quietFor = heardAt ? model.now() - heardAt : 0;
    if (quietFor < this.goesOn) this.goesOn = 0; // somebody spoke since
    if (ended.length < known.length) this.kept = false; // somebody came back since
    const asked = this.goesOn ? quietFor : 0;
    const seems = seemsOver({ phase: state.meeting.phase, channels: known, ended, quietFor, asked });
    const due = state.ending && Math.max(0, Math.round(state.ending.at - model.now()));
    const why = settled ? "" : state.ending ? "due" : seems === "ended" && this.kept ? "" : seems;
    this.question.hidden = !why;
    setText(this.questionWords, why === "due" ? `All its sound has ended. The meeting ends by itself in ${due} s.` : OVER[why] ?? "");
  }

  /** The call goes on: for a silence the page knows it, for sound that ended the service has to know. */
  #keepOpen() {
    this.goesOn = 1;
    this.kept = true;
    const { model, service } = this.meeting;
    if (model.state.ending)
      service
        .json("POST", `/api/meetings/${encodeURIComponent(model.meeting)}/control`, { setting: "keep_open", value: true })
        .catch((failed) => this.fail(failed.message));
  }

  /** What is wrong with the connection; what is said of the sound is so only where the page keeps it. */
  #trouble(phase) {
    return (this.meeting.ring?.keeps && KEPT[phase]) || PHASES[phase];
  }

  /** Say why something did not work. */
  fail(sentence) {
    setText(this.problem.lastChild, sentence);
    this.problem.hidden = !sentence;
  }

  floating(on) {
    this.floatButton.disabled = on;
    // A disabled button has lost the focus: it comes back to where it was
    if (!on && document.activeElement === document.body) this.floatButton.focus();
  }

  #build() {
    const { run } = this;
    const button = (name, text, act, props = {}) =>
      h("button", { type: "button", class: "quiet", on: { click: act }, ...props }, icon(name), text);
    this.title = h("h1", { class: "live-title", dir: "auto" });
    this.words = h("span");
    this.restart = button("play", "Go on in a new meeting", run.restart, { hidden: true, id: "restart" });
    this.status = h("p", { class: "live-status", role: "status" }, this.words, this.restart);
    this.goesOn = 0;
    this.questionWords = h("span");
    this.goOn = button("play", "It goes on", () => this.#keepOpen());
    this.kept = false;
    this.question = h(
      "div",
      { class: "call-over", role: "status", hidden: true },
      this.questionWords,
      button("stop", "End the meeting", run.stop, { id: "end-now" }),
      this.goOn,
    );
    this.problem = h("p", { class: "problem", role: "alert", hidden: true }, icon("warn"), h("span"));
    this.channels = h("div", { class: "channels" });
    this.pause = button("pause", "Pause", run.pause, { id: "pause", data: { place: "pause" } });
    this.resume = button("play", "Resume", run.resume, { id: "resume", hidden: true, data: { place: "pause" } });
    this.stop = button("stop", "End the meeting", run.stop, { id: "stop" });
    this.floatButton = button("window", canFloat() ? "Float the overlay" : "Overlay in a window", run.float, {
      id: "float",
    });
    const id = this.meeting.model.meeting;
    this.open = h(
      "a",
      {
        class: "button quiet",
        href: `${HOME}/overlay?meeting=${encodeURIComponent(id)}`,
        target: "_blank",
        rel: "noopener",
      },
      icon("open"),
      "Overlay in a tab",
    );
    this.phone = button("phone", "Phone or second screen", () => this.share.toggle(), { id: "share" });
    this.controls = h(
      "div",
      { class: "controls" },
      h("div", { class: "row" }, this.pause, this.resume, this.stop),
      ...(this.faces ? [this.faces.node] : []),
      h("h2", { text: "Overlay" }),
      h("div", { class: "row" }, this.floatButton, this.open, this.phone),
      this.share.node,
    );
    this.report = h(
      "a",
      { class: "button quiet", href: `${HOME}/meetings/${encodeURIComponent(id)}` },
      icon("recap"),
      "Report",
    );
    this.after = h(
      "div",
      { class: "row", hidden: true },
      this.report,
      button("play", "New meeting", run.over, { id: "again" }),
      h("a", { class: "button quiet", href: `${HOME}/` }, "All meetings"),
    );
    this.node = h(
      "section",
      { class: "live", "aria-label": "The running meeting" },
      this.title,
      this.status,
      this.question,
      this.problem,
      this.channels,
      this.controls,
      this.after,
      iconsAtHand("warn", "mic-off", "play"),
    );
  }

  /** `explained`: one sentence above says what is wrong with all of them. */
  #renderChannels(now, over, explained) {
    const { capture, model } = this.meeting;
    for (const channel of this.#known()) {
      const row = this.rows.get(channel) || this.#row(channel);
      const service = model.state.capture[channel];
      const muted = capture?.muted.has(channel) ?? false;
      const state = capture
        ? channelState(this.#facts(channel, now, over))
        : over
          ? "ended"
          : model.stream === "waiting"
            ? "stalled" // nobody knows: what was told last may be long over
            : (service?.state ?? "connecting");
      const detail = service?.detail ?? "";
      row.render({ state: over ? "ended" : state, muted, detail, quiet: over || explained, over });
    }
  }

  #known() {
    const { capture, model } = this.meeting;
    return capture ? [...capture.tracks.keys()] : Object.keys(model.state.capture);
  }

  #facts(channel, now, over) {
    const { capture, meters, model } = this.meeting;
    return {
      ended: over || capture.endedChannels.has(channel),
      paused: capture.paused,
      muted: capture.muted.has(channel),
      peer:
        capture.phase === "live" && model.stream !== "waiting"
          ? capture.peer
          : capture.phase === "starting"
            ? "connecting"
            : "disconnected",
      heard: meters.get(channel)?.heard ?? false,
      silentFor: meters.get(channel)?.silentFor(now) ?? 0,
      service: model.state.capture[channel]?.state,
    };
  }

  #row(channel) {
    const { capture } = this.meeting;
    const act = capture && { mute: (on) => capture.mute(channel, on), again: () => this.run.again(channel) };
    const row = new ChannelRow(channel, act);
    this.rows.set(channel, row);
    this.channels.append(row.node);
    return row;
  }
}
