// A recording becomes a meeting: the file goes up, and its report opens as soon as it has been heard.

import { h, icon, setText } from "../extension/js/dom.js";
import { sizeWords } from "./format.js";
import { guarded } from "./dialog.js";

export class ImportPanel {
  constructor(service, notice, done) {
    this.service = service;
    this.notice = notice;
    this.done = done;
    this.file = h("input", {
      type: "file",
      id: "recording",
      accept: "audio/*,video/*",
      hidden: true,
      on: { change: () => this.#picked(this.file.files[0]) },
    });
    this.words = h("span");
    this.bar = h("progress", { max: "1", value: "0", "aria-label": "Sent" });
    this.node = h("p", { class: "import", role: "status", hidden: true }, icon("file"), this.words, this.bar);
  }

  choose() {
    this.file.value = "";
    this.file.click();
  }

  /** Take a file that was dropped onto the page. */
  dropped(files) {
    if (files.length) this.#picked(files[0]);
  }

  #picked(file) {
    if (file) void guarded(null, this.notice, () => this.#import(file));
  }

  async #import(file) {
    if (file.type && !/^(audio|video|application\/(ogg|mp4|octet-stream))/.test(file.type))
      throw new Error(`“${file.name}” is not an audio or video file.`);
    this.node.hidden = false;
    setText(this.words, `Sending “${file.name}” (${sizeWords(file.size)})`);
    this.bar.value = 0;
    let meeting = null;
    try {
      const title = file.name.replace(/\.[^.]{1,5}$/, "");
      meeting = (await this.service.json("POST", "/api/meetings", { title })).id;
      const name = encodeURIComponent(file.name);
      await upload(this.service.at(`/api/meetings/${meeting}/recording?name=${name}`), file, (share) => {
        this.bar.value = share;
      });
    } catch (failed) {
      // A file that could not be used leaves no empty meeting behind
      if (meeting) await this.service.json("DELETE", `/api/meetings/${meeting}`).catch(() => undefined);
      throw failed;
    } finally {
      this.node.hidden = true;
    }
    this.done(meeting);
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
      if (request.status < 300) resolve();
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
