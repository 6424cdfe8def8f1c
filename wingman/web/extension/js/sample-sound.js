// The sound of the sample meeting, played in this page while the service listens to the same recording.

import { h, icon, setText } from "./dom.js";

export class SampleSound {
  constructor(service) {
    this.audio = h("audio", { src: service.at("/api/sample").href, preload: "auto" });
    this.words = h("span");
    this.button = h(
      "button",
      { type: "button", class: "quiet", id: "sample-sound", on: { click: () => this.#toggle() } },
      icon("play"),
      this.words,
    );
    this.node = h("div", { class: "row sample-sound" }, this.audio, this.button);
    this.begun = performance.now();
    this.audio.addEventListener("ended", () => {
      this.node.hidden = true;
    });
    for (const type of ["play", "pause", "volumechange"]) this.audio.addEventListener(type, () => this.#show());
    this.#show();
  }

  /** Begin; a browser that does not allow it yet leaves it to the button. */
  play() {
    // The recording runs in the service: whoever joins late hears the moment that is read now
    this.audio.currentTime = Math.max(0, (performance.now() - this.begun) / 1000 - 0.2);
    this.audio.play().catch(() => this.#show());
  }

  close() {
    this.audio.pause();
    this.node.remove();
  }

  #toggle() {
    if (this.audio.paused) this.play();
    else this.audio.pause();
  }

  #show() {
    setText(this.words, this.audio.paused ? "Hear the sample" : "Silence the sample");
  }
}
