// Files dropped anywhere onto the page.

import { h } from "./dom.js";

/**
 * @param {() => boolean} welcome whether a file may be dropped now
 * @param {(files: FileList) => void} dropped
 * @param {string} [text] what is said meanwhile
 * @returns {HTMLElement} what is shown while a file hovers over the page
 */
export function dropArea(welcome, dropped, text = "Drop the recording to import it") {
  const area = h("div", { class: "drop", hidden: true, text });
  const files = (event) => event.dataTransfer?.types.includes("Files") && welcome();
  document.addEventListener("dragover", (event) => {
    if (!files(event)) return;
    event.preventDefault();
    area.hidden = false;
  });
  document.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) area.hidden = true;
  });
  document.addEventListener("drop", (event) => {
    if (!files(event)) return;
    event.preventDefault();
    area.hidden = true;
    dropped(event.dataTransfer.files);
  });
  return area;
}
