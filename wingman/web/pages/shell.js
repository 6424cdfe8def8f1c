// What all pages share: the way between them, the look the user chose, and a place for what went wrong.

import { forgetKey, HOME } from "../extension/js/session.js";
import { h, iconsAtHand } from "../extension/js/dom.js";
import { keepFocus } from "../extension/js/focus-keeper.js";
import { Preferences } from "../extension/js/prefs.js";
import { Notice } from "./dialog.js";

const PAGES = [
  ["/", "Meetings"],
  ["/new", "New meeting"],
  ["/notes", "Notes"],
  ["/playbooks", "Playbooks"],
  ["/settings", "Settings"],
];

/** The links between the pages; `current` is the address of the page that shows them. */
export function navigation(current) {
  return h(
    "header",
    { class: "top" },
    h(
      "a",
      { class: "brand", href: `${HOME}/` },
      h("img", { src: "/static/extension/icons/wingman.svg", alt: "", width: "26", height: "26" }),
      h("span", { text: "Wingman" }),
    ),
    h(
      "nav",
      { "aria-label": "Pages" },
      PAGES.map(([href, text]) =>
        h("a", { href: HOME + href, text, "aria-current": href === current ? "page" : null }),
      ),
    ),
  );
}

/**
 * Build a page: its navigation, its heading and `content`.
 * @returns {{root: HTMLElement, notice: Notice}}
 */
export function shell(current, title, ...content) {
  forgetKey();
  const notice = new Notice();
  const root = h(
    "div",
    { class: "wm page" },
    navigation(current),
    h("main", { class: "page-main" }, h("h1", { text: title }), notice.node, ...content),
    iconsAtHand("warn"),
  );
  new Preferences().apply(root);
  document.body.append(root);
  keepFocus(root);
  document.title = `${title} · Wingman`;
  return { root, notice };
}
