// A recording becomes a meeting: it is looked into, asked about, sent, heard as fast as can be, and its report opens.

import { h, icon, setText } from "../extension/js/dom.js";
import { clock } from "../extension/js/strings.js";
import { lengthWords, sizeWords } from "./format.js";
import { guarded } from "./dialog.js";
import { askAboutRecording } from "./recording-question.js";

/** So much of a file is looked into before it is sent; some keep their index at the end and are sent whole. */
const BEGINNING = 16e6;
const WHOLE = 256e6;
const LOOK_EVERY = 500;

export class ImportPanel {
  constructor(service, notice, done) {
    this.service = service;
    this.notice = notice;
    this.done = done;
    this.file = h("input", {
      type: "file",
      id: "recording",
      accept: "audio/*,video/*",
      multiple: true,
      hidden: true,
      on: { change: () => this.#picked([...this.file.files]) },
    });
    this.words = h("span");
    this.bar = h("progress", { max: "1", value: "0", "aria-label": "How far the recording is" });
    this.stop = h("button", { type: "button", class: "quiet", text: "Stop", hidden: true });
    this.node = h(
      "p",
      { class: "import", role: "status", hidden: true },
      icon("file"),
      this.words,
      this.bar,
      this.stop,
    );
  }

  choose() {
    this.file.value = "";
    this.file.click();
  }

  /** Take files that were dropped onto the page. */
  dropped(files) {
    this.#picked([...files]);
  }

  #picked(files) {
    if (!files.length) return;
    void guarded(null, this.notice, async () => {
      let last = null;
      try {
        for (const file of files) last = (await this.#import(file)) || last;
      } finally {
        this.node.hidden = true;
      }
      if (last) this.done(last, files.length);
    });
  }

  /** @returns {Promise<string | null>} the meeting; null when it was called off */
  async #import(file) {
    if (file.type && !/^(audio|video|application\/(ogg|mp4|octet-stream))/.test(file.type))
      throw new Error(`“${file.name}” is not an audio or video file.`);
    this.node.hidden = false;
    this.bar.removeAttribute("value");
    setText(this.words, `Looking into “${file.name}” (${sizeWords(file.size)})`);
    const found = await this.#inspect(file);
    const wish = await askAboutRecording(file, found);
    if (!wish) return null;
    const query = new URLSearchParams({ name: file.name, title: file.name.replace(/\.[^.]{1,5}$/, ""), ...wish });
    setText(this.words, `Sending “${file.name}” (${sizeWords(file.size)})`);
    const url = this.service.at(`/api/recordings?${query}`);
    const { meeting } = await upload(url, file, (share) => {
      this.bar.value = share;
    });
    await this.#heard(file.name, meeting);
    return meeting;
  }

  /** What the file holds; null when that cannot be told before all of it is there. */
  async #inspect(file) {
    const name = encodeURIComponent(file.name);
    const look = (body) =>
      this.service
        .call("POST", `/api/recordings/inspect?name=${name}`, { body, type: "application/octet-stream", limit: 0 })
        .then((answer) => answer.json());
    if (file.size <= BEGINNING) return look(file);
    try {
      return await look(file.slice(0, BEGINNING));
    } catch {
      return file.size <= WHOLE ? look(file) : null;
    }
  }

  /** Show how far it is until it is done. Throws when it failed. */
  async #heard(name, meeting) {
    const path = `/api/recordings/${encodeURIComponent(meeting)}`;
    this.stop.hidden = false;
    this.stop.onclick = () => void this.service.json("POST", `/api/meetings/${encodeURIComponent(meeting)}/end`);
    try {
      for (;;) {
        const status = await this.service.json("GET", path);
        this.#show(name, status);
        if (status.state === "failed") throw new Error(capital(status.detail || `“${name}” could not be read.`));
        if (status.state === "done") {
          if (status.detail) this.notice.fail(capital(status.detail));
          return;
        }
        await new Promise((resume) => {
          setTimeout(resume, LOOK_EVERY);
        });
      }
    } finally {
      this.stop.hidden = true;
    }
  }

  #show(name, { seconds, duration, speed, left_s: left, resumed }) {
    if (duration) this.bar.value = Math.min(1, seconds / duration);
    else this.bar.removeAttribute("value");
    const parts = [`Listening to “${name}”: ${clock(seconds)}${duration ? ` of ${clock(duration)}` : ""}`];
    if (resumed) parts.push(`went on at ${clock(resumed)}`);
    if (speed >= 1.5) parts.push(`${Math.round(speed)} × as fast as it was spoken`);
    if (left !== null && left !== undefined) parts.push(`about ${lengthWords(Math.max(1, left))} left`);
    setText(this.words, parts.join(" · "));
  }
}

/** `fetch` does not tell how much was sent; a file of an hour should. */
function upload(url, file, progress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) progress(event.loaded / event.total);
    });
    request.addEventListener("load", () => {
      if (request.status < 300) resolve(JSON.parse(request.responseText));
      else reject(new Error(sentence(request)));
    });
    request.addEventListener("error", () =>
      reject(new Error("Wingman is out of reach. Is it still running on this computer?")),
    );
    request.send(file);
  });
}

function sentence(request) {
  try {
    return JSON.parse(request.responseText).error.detail;
  } catch {
    return `Wingman answered with status ${request.status}.`;
  }
}

function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
