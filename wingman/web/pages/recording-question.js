// What has to be known of a recording before it is heard: who speaks where, which track, and what is wanted.

import { h } from "../extension/js/dom.js";
import { showDialog } from "./dialog.js";
import { lengthWords, sizeWords } from "./format.js";

const CALL = "Each side has a voice of its own, so this looks like a call that was recorded in two channels.";
const ROOM = "Both sides sound alike, so this looks like one room or one mix.";
const UNSEEN = "The file says what it holds only at its end, so its sides could not be compared beforehand.";

/** @type {[string, string][]} what is sent as `channels`, and in words */
const PLACES = [
  ["left=mic,right=tab", "I am on the left, the others are on the right"],
  ["left=tab,right=mic", "The others are on the left, I am on the right"],
  ["", "Everybody is on both: take them together"],
];

/**
 * Ask, and wait for the answer.
 * @returns {Promise<Object<string, string> | null>} what to send along with the file; null when it was called off
 */
export function askAboutRecording(file, found) {
  return new Promise((resolve) => {
    let given = null;
    const sides = sideChoice(found);
    const track = trackChoice(found);
    const cards = h("input", { type: "checkbox", id: "import-cards" });
    const form = h(
      "form",
      {
        method: "dialog",
        on: {
          submit: () => {
            const channels = form.querySelector("input[name=channels]:checked")?.value;
            given = {
              ...(channels ? { channels } : {}),
              ...(track ? { track: track.value } : {}),
              mode: cards.checked ? "auto" : "manual",
            };
          },
        },
      },
      h("h2", { text: `Import “${file.name}”`, id: "dialog-title" }),
      h("p", { class: "soft", text: about(file, found) }),
      track ? h("label", { class: "dialog-field" }, h("span", { text: "Sound track" }), track) : null,
      sides,
      h(
        "label",
        { class: "check" },
        cards,
        h("span", { text: "Also report what Wingman would have suggested" }),
      ),
      h(
        "div",
        { class: "row end" },
        h("button", { type: "button", text: "Cancel", on: { click: () => dialog.close() } }),
        h("button", { type: "submit", class: "primary", text: "Import" }),
      ),
    );
    const dialog = showDialog(form, () => resolve(given), "import-dialog");
    form.querySelector("input:checked, [type=submit]").focus();
  });
}

function about(file, found) {
  const parts = [sizeWords(file.size)];
  // Of a beginning the length is not the whole's
  if (found?.duration && file.size <= 16e6) parts.unshift(lengthWords(found.duration));
  return parts.join(" · ");
}

function trackChoice(found) {
  if (!found || found.tracks.length < 2) return null;
  return h(
    "select",
    { id: "import-track" },
    found.tracks.map((track, at) =>
      h("option", {
        value: String(at + 1),
        selected: at + 1 === found.taken,
        text: `Track ${at + 1}${track.title ? `: ${track.title}` : ""} (${track.sides === 1 ? "mono" : `${track.sides} channels`})`,
      }),
    ),
  );
}

/** Both levels, and whose they are; nothing for a recording without two sides. */
function sideChoice(found) {
  if (found && found.tracks[found.taken - 1]?.sides !== 2) return null;
  const heard = found?.sides;
  const chosen = heard?.two_voices ? 0 : PLACES.length - 1;
  return h(
    "fieldset",
    { class: "import-sides" },
    h("legend", { text: "Who speaks where?" }),
    heard
      ? h("div", { class: "import-levels" }, level("Left", heard.left), level("Right", heard.right))
      : null,
    h("p", { class: "soft", text: heard ? (heard.two_voices ? CALL : ROOM) : UNSEEN }),
    PLACES.map(([value, text], at) =>
      h(
        "label",
        { class: "check" },
        h("input", { type: "radio", name: "channels", value, checked: at === chosen }),
        h("span", { text }),
      ),
    ),
  );
}

function level(name, share) {
  const words = `${Math.round(share * 100)} % of the time with sound`;
  return h(
    "label",
    {},
    h("span", { text: name }),
    h("meter", { min: "0", max: "1", value: String(share), title: words, "aria-label": `${name}: ${words}` }),
    h("span", { class: "soft", text: `${Math.round(share * 100)} %` }),
  );
}
