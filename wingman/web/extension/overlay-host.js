// The overlay on the meeting's page: a closed shadow root that the page can neither read nor style.

import { h, iconButton } from "./js/dom.js";
import { MeetingModel } from "./js/model.js";
import { Overlay } from "./js/overlay.js";
import { FrameGeometry } from "./frame-geometry.js";
import { PORT } from "./protocol.js";

const SHEETS = ["css/base.css", "css/overlay.css", "css/frame.css"];
const MARK = "data-wingman-overlay";
const STOPPED = "Wingman’s extension was stopped or updated, and nothing is listened to. Click its icon to begin again.";

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
    this.folder = iconButton("down", "Fold the overlay", () => this.#fold(), { "aria-pressed": "false" });
    this.handle = h(
      "div",
      { class: "frame-handle" },
      h("button", {
        type: "button",
        class: "grip",
        "aria-label": "Move the overlay with the arrow keys; hold Shift to resize it",
        on: { keydown: (event) => this.place.key(event) && event.preventDefault() },
      }),
      this.folder,
      iconButton("close", "Hide the overlay; Wingman keeps listening", () => this.#hide()),
    );
    this.frame = h("div", { class: "wm frame" }, this.handle);
    root.append(this.frame);
    this.place = new FrameGeometry(this.frame, this.handle, (place) => this.#post({ memory: { place } }));
    // What is typed here is not the page's: a meeting's own shortcuts must not fire.
    for (const type of ["keydown", "keyup", "keypress"])
      this.element.addEventListener(type, (event) => event.stopPropagation());
    document.documentElement.append(this.element);
    this.#connect();
  }

  close() {
    this.#disconnect();
    this.overlay?.unmount();
    this.place.close();
    this.element.remove();
  }

  #connect() {
    this.port = chrome.runtime.connect({ name: PORT });
    this.port.onMessage.addListener((message) => this.#take(message));
    this.port.onDisconnect.addListener(() => {
      this.port = null;
      this.model.over(STOPPED);
    });
    this.#post({ hello: true });
  }

  #disconnect() {
    this.port?.disconnect();
    this.port = null;
  }

  /** To the extension; once nothing is listened to any more, nobody takes it. */
  #post(message) {
    this.port?.postMessage(message);
  }

  /** Nothing is listened to any more, and why. */
  tell(problem) {
    this.#disconnect();
    this.#show({});
    this.model.over(problem);
  }

  #take({ memory, words, envelope, status, answer, ended }) {
    if (memory) this.#show(memory);
    if (words) this.overlay?.offer(words);
    if (answer) this.overlay?.answered(answer);
    if (envelope) this.model.take(envelope);
    if (status) this.model.setStream(status);
    if (!ended) return;
    this.#disconnect();
    this.model.over();
  }

  #show({ look = {}, place = {} }) {
    if (this.overlay) return;
    const store = { read: () => look, write: (values) => this.#post({ memory: { look: values } }) };
    this.overlay = new Overlay(this.model, (message) => this.#send(message), store);
    this.overlay.node.addEventListener("look", () => this.overlay.preferences.apply(this.frame));
    this.overlay.mount(this.frame);
    this.place.restore(place);
  }

  #send(message) {
    if (this.model.stream !== "live") return false;
    this.#post({ up: message });
    return true;
  }

  /** The next click on the toolbar icon brings the overlay back instead of ending the meeting. */
  #hide() {
    this.#post({ hidden: true });
    this.close();
  }

  #fold() {
    this.folder.setAttribute("aria-pressed", String(this.frame.toggleAttribute("data-folded")));
  }
}

let host = null;
/** What was begun before is shown first: a page may be told of trouble while its overlay is on the way. */
let shown = Promise.resolve();

/** Show a sentence about why nothing is listened to, where the overlay is or would be. */
export async function tell(problem) {
  await shown.catch(() => undefined); // what could not be shown before is no reason not to try again
  if (!host?.element.isConnected) await attach();
  host.tell(problem);
}

/** Show the overlay here: one a page, however often it is put in; the newest is the one whose extension still runs. */
export function attach() {
  shown = shown.catch(() => undefined).then(put);
  return shown;
}

async function put() {
  const sheets = await Promise.all(SHEETS.map(sheet));
  host?.close();
  document.querySelector(`[${MARK}]`)?.remove();
  host = new Host(sheets);
}
