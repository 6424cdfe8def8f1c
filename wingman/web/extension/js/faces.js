// Faces in this call: single pictures of a shared tab or of the camera, measured for expression and not kept. Off until
// the user chooses where they come from and acknowledges it; each choice is made for this call alone.

import { h, setText } from "./dom.js";
import { pictureOf } from "./tracks.js";

/** One picture in so many ms; the service takes no more than that anyway. */
const PERIOD = 2000;
const LONGEST_SIDE = 640;
const QUALITY = 0.8;

const SOURCES = {
  off: { name: "Off", about: "No picture leaves this page." },
  tab: { name: "The meeting’s tab", about: "The faces of the others, as the shared tab shows them.", channel: "tab" },
  camera: { name: "My camera", about: "Your own face only.", channel: "mic" },
};

/** Width and height of a picture of a video, its longer side at most `LONGEST_SIDE`. */
export function pictureSize(width, height) {
  const scale = Math.min(1, LONGEST_SIDE / Math.max(width, height, 1));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** A picture and how it is let go of: the tab's own one is switched off, for its sound goes on. */
async function open(source, sound, media = navigator.mediaDevices) {
  const own = source === "tab" ? pictureOf(sound) : null;
  if (own) {
    own.enabled = true;
    return { track: own, close: () => (own.enabled = false) };
  }
  const video = { width: { ideal: LONGEST_SIDE }, frameRate: { ideal: 2 } };
  const stream =
    source === "camera"
      ? await media.getUserMedia({ video, audio: false })
      : await media.getDisplayMedia({ video, audio: false, selfBrowserSurface: "exclude" });
  const [track] = stream.getVideoTracks();
  return { track, close: () => track.stop() };
}

export class FacesPanel {
  #picture = null;
  #timer = 0;
  #source = "off";

  /** @param {{model: object, service: object, capture: object}} meeting @param {(sentence: string) => void} fail */
  constructor(meeting, fail) {
    this.meeting = meeting;
    this.fail = fail;
    this.notices = [];
    this.video = h("video", { muted: true, playsInline: true, hidden: true });
    this.canvas = h("canvas", { hidden: true });
    this.acknowledge = h("input", { type: "checkbox", id: "acknowledge-faces", on: { change: () => this.#follow() } });
    this.words = h("span");
    this.consent = h("label", { class: "consent", for: "acknowledge-faces", hidden: true }, this.acknowledge, this.words);
    this.inputs = Object.keys(SOURCES).map((value) =>
      h("input", { type: "radio", name: "faces", value, checked: value === "off", on: { change: () => this.#chosen() } }),
    );
    this.node = h(
      "details",
      { class: "more", id: "faces", hidden: true },
      h("summary", { text: "Faces" }),
      h(
        "div",
        { class: "policies", role: "radiogroup", "aria-label": "Whose face may be measured" },
        this.inputs.map((input) => {
          const { name, about } = SOURCES[input.value];
          return h("label", { class: "policy" }, input, h("span", {}, h("b", { text: name }), h("span", { class: "soft", text: about })));
        }),
      ),
      this.consent,
      this.video,
      this.canvas,
    );
    void this.#offer();
  }

  /** Nothing more is looked at: the meeting is over, or the page goes. */
  stop() {
    clearInterval(this.#timer);
    this.#picture?.close();
    this.#picture = null;
    this.video.srcObject = null;
    this.#source = "off";
  }

  async #offer() {
    const { faces = [] } = await this.meeting.service.json("GET", "/api/notices").catch(() => ({}));
    this.notices = faces;
    this.node.hidden = faces.length === 0;
  }

  get #wanted() {
    return this.inputs.find((input) => input.checked).value;
  }

  #notice(source) {
    return this.notices.find((notice) => notice.policies.includes(source));
  }

  #chosen() {
    const notice = this.#notice(this.#wanted);
    this.acknowledge.checked = false;
    this.consent.hidden = !notice;
    setText(this.words, notice?.text ?? "");
    if (!notice) void this.#switch("off");
  }

  #follow() {
    void this.#switch(this.acknowledge.checked ? this.#wanted : "off");
  }

  async #switch(source) {
    if (source === this.#source) return;
    const before = this.#source;
    this.stop();
    try {
      if (source !== "off") this.#picture = await open(source, this.meeting.capture.tracks.get("tab"));
      if (source !== "off" || before !== "off") await this.#tell(source);
    } catch (failed) {
      this.stop();
      this.acknowledge.checked = false;
      this.fail(failed.name === "NotAllowedError" ? "This page may not see that. Allow it and choose again." : failed.message);
      return;
    }
    this.#source = source;
    if (this.#picture) this.#look(SOURCES[source].channel);
  }

  #tell(source) {
    const value = source === "off" ? "off" : { policy: source, consent: this.#notice(source).name };
    const { model, service } = this.meeting;
    return service.json("POST", `/api/meetings/${encodeURIComponent(model.meeting)}/control`, { setting: "faces", value });
  }

  #look(channel) {
    this.video.srcObject = new MediaStream([this.#picture.track]);
    void this.video.play();
    this.#timer = setInterval(() => void this.#show(channel), PERIOD);
  }

  /** The tab or the camera is shared no more, or another tab is. */
  #gone() {
    this.acknowledge.checked = false;
    void this.#switch("off");
  }

  async #show(channel) {
    const { model, service } = this.meeting;
    const { phase } = model.state.meeting;
    if (phase === "ended") return this.stop();
    if (this.#picture?.track.readyState !== "live") return this.#gone();
    if (phase === "paused" || !this.video.videoWidth) return;
    Object.assign(this.canvas, pictureSize(this.video.videoWidth, this.video.videoHeight));
    this.canvas.getContext("2d").drawImage(this.video, 0, 0, this.canvas.width, this.canvas.height);
    const picture = await new Promise((done) => this.canvas.toBlob(done, "image/jpeg", QUALITY));
    const path = `/api/meetings/${encodeURIComponent(model.meeting)}/faces/${channel}`;
    await service.call("POST", path, { body: picture, type: "image/jpeg" }).catch((failed) => {
      if (failed.status !== 409 && failed.status !== 403) return;
      this.fail(failed.message); // it is not measured any more, or cannot be: the user is told, and it is off
      this.#gone();
    });
  }
}
