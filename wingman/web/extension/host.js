// The overlay on the meeting's page: a closed shadow root that the page can neither read nor style.

import { h, iconButton } from "./js/dom.js";
import { MeetingModel } from "./js/model.js";
import { Overlay } from "./js/overlay.js";
import { PORT } from "./protocol.js";

const SHEETS = ["css/base.css", "css/overlay.css", "css/frame.css"];
const MARK = "data-wingman-overlay";

async function sheet(path) {
  const response = await fetch(chrome.runtime.getURL(path));
  const made = new CSSStyleSheet();
  made.replaceSync(await response.text());
  return made;
}

class Host {
  constructor(sheets) {
    this.model = new MeetingModel("");
    this.element = h("div", { [MARK]: true });
    this.element.style.cssText = "all: initial";
    const root = this.element.attachShadow({ mode: "closed" });
    root.adoptedStyleSheets = sheets;
    this.handle = h(
      "div",
      { class: "frame-handle" },
      h("span", { class: "grip", "aria-hidden": "true" }),
      iconButton("down", "Fold the overlay", () => this.#fold()),
      iconButton("close", "Hide the overlay; Wingman keeps listening", () => this.close()),
    );
    this.frame = h("div", { class: "wm frame" }, this.handle);
    root.append(this.frame);
    this.#drag();
    // What is typed here is not the page's: a meeting's own shortcuts must not fire.
    for (const type of ["keydown", "keyup", "keypress"])
      this.element.addEventListener(type, (event) => event.stopPropagation());
    document.documentElement.append(this.element);
    this.#connect();
  }

  close() {
    this.port?.disconnect();
    this.overlay?.unmount();
    this.element.remove();
  }

  #connect() {
    this.port = chrome.runtime.connect({ name: PORT });
    this.port.onMessage.addListener((message) => this.#take(message));
    this.port.onDisconnect.addListener(() => this.model.setStream("closed"));
    this.port.postMessage({ hello: true });
  }

  #take({ look, envelope, status, ended }) {
    if (look) this.#show(look);
    if (envelope) this.model.take(envelope);
    if (status) this.model.setStream(status);
    if (ended) this.port.disconnect();
  }

  #show(look) {
    if (this.overlay) return;
    const store = { read: () => look, write: (values) => this.port.postMessage({ look: values }) };
    this.overlay = new Overlay(this.model, (message) => this.#send(message), store);
    this.overlay.node.addEventListener("look", () => this.overlay.preferences.apply(this.frame));
    this.overlay.mount(this.frame);
  }

  #send(message) {
    if (this.model.stream !== "live") return false;
    this.port.postMessage({ up: message });
    return true;
  }

  #fold() {
    this.frame.toggleAttribute("data-folded");
  }

  #drag() {
    let from = null;
    this.handle.addEventListener("pointerdown", (event) => {
      if (event.target.closest("button")) return;
      const box = this.frame.getBoundingClientRect();
      from = { x: event.clientX - box.left, y: event.clientY - box.top };
      this.handle.setPointerCapture(event.pointerId);
    });
    this.handle.addEventListener("pointermove", (event) => {
      if (!from) return;
      const box = this.frame.getBoundingClientRect();
      const left = Math.min(Math.max(0, event.clientX - from.x), innerWidth - box.width);
      const top = Math.min(Math.max(0, event.clientY - from.y), innerHeight - 40);
      this.frame.style.setProperty("left", `${left}px`);
      this.frame.style.setProperty("top", `${top}px`);
      this.frame.style.setProperty("right", "auto");
      this.frame.style.setProperty("bottom", "auto");
    });
    this.handle.addEventListener("pointerup", () => (from = null));
  }
}

// One overlay a page, however often it is put in; the newest one is the one whose extension still runs.
document.querySelector(`[${MARK}]`)?.remove();
new Host(await Promise.all(SHEETS.map(sheet)));
