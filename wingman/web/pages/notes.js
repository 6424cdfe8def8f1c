// Documents Wingman may quote: drop them, see what was understood of them, and try a question.

import { h, icon, setChildren } from "../extension/js/dom.js";
import { dropArea } from "../extension/js/file-drop.js";
import { Service } from "../extension/js/service.js";
import { ask, askUntilSaved, guarded, loading } from "./dialog.js";
import { sizeWords } from "./format.js";
import { shell } from "./shell.js";

const service = new Service();
const list = h("ul", { class: "documents", "aria-label": "Documents" });
const empty = h("p", {
  class: "soft",
  text: "No notes yet. Drop price lists, answers to objections, product pages or the brief of a customer here.",
});
const file = h("input", {
  type: "file",
  id: "note-file",
  multiple: true,
  accept: ".md,.markdown,.txt,.csv,.tsv,.pdf,.docx",
  hidden: true,
  on: { change: () => add(file.files) },
});
const choose = h(
  "button",
  { type: "button", class: "primary", id: "add-note", on: { click: () => file.click() } },
  "Add documents",
);
const write = h("button", { type: "button", id: "write-note", text: "Write a note", on: { click: () => writeOne() } });
const question = h("input", {
  type: "text",
  id: "try",
  maxlength: "500",
  placeholder: "How much is the enterprise plan?",
  autocomplete: "off",
});
const answers = h("ul", { class: "answers", "aria-label": "What would be quoted", "aria-live": "polite" });
const tried = h("p", { class: "soft", role: "status" });

const { root, notice } = shell(
  "/notes",
  "Notes",
  h("p", { class: "soft" }, "When a question comes up that one of these answers, the card quotes it and names the place. Markdown, text, tables (.csv), PDF and Word (.docx) can be read."),
  h("div", { class: "row" }, choose, write, file),
  h("section", { "aria-label": "Documents" }, h("h2", { text: "Documents" }), list, empty),
  h(
    "section",
    { "aria-label": "Try a question" },
    h("h2", { text: "Try a question" }),
    h(
      "form",
      {
        class: "row",
        on: {
          submit: (event) => {
            event.preventDefault();
            void tryIt();
          },
        },
      },
      h("label", { class: "hidden-text", for: "try", text: "A question somebody might ask" }),
      h("span", { class: "grow" }, question),
      h("button", { type: "submit", id: "try-it", text: "Try it" }),
    ),
    tried,
    answers,
  ),
);
root.append(
  dropArea(
    () => true,
    (files) => add(files),
    "Drop the documents to add them",
  ),
);

async function load() {
  await loading(notice, async () => {
    const { documents } = await service.json("GET", "/api/notes");
    empty.hidden = documents.length > 0;
    setChildren(list, documents.map(row));
  });
}

async function add(files) {
  await guarded(choose, notice, async () => {
    const names = [];
    const chosen = [...files];
    file.value = ""; // one that was refused can be chosen again
    for (const each of chosen) {
      await service.call("PUT", `/api/notes/${encodeURIComponent(each.name)}`, {
        body: each,
        type: "application/octet-stream",
        limit: 120_000,
      });
      names.push(`“${each.name}”`);
    }
    if (names.length) notice.say(`${names.join(", ")} can be quoted from the next meeting on.`);
  });
  await load();
}

async function writeOne(name = "", text = "") {
  const asked = {
    title: name ? `Change “${name}”` : "Write a note",
    fields: [
      ...(name ? [] : [{ name: "name", label: "Name", value: "", hint: "For instance: prices", required: true }]),
      { name: "text", label: "Text", value: text, long: true, maxlength: "100000", required: true, hint: "A line that begins with # is a heading." },
    ],
    yes: "Save",
  };
  const saved = await askUntilSaved(asked, async (given) => {
    const target = name || (/\.(md|txt)$/i.test(given.name) ? given.name : `${given.name}.md`);
    await service.call("PUT", `/api/notes/${encodeURIComponent(target)}`, {
      body: given.text,
      type: "application/octet-stream",
    });
  });
  if (saved) await load();
}

function row({ name, bytes, sections, words, headings, problem, fixed }) {
  const understood = problem
    ? h("p", { class: "problem", text: problem })
    : h("p", {
        class: "soft",
        text: `${words} words in ${sections} ${sections === 1 ? "part" : "parts"} · ${sizeWords(bytes)}`,
      });
  const remove = h(
    "button",
    {
      type: "button",
      class: "icon-button",
      title: "Remove",
      "aria-label": `Remove ${name}`,
      on: { click: () => removeOne(name) },
    },
    icon("trash"),
  );
  return h(
    "li",
    { class: "document", data: { name } },
    h("div", { class: "document-head" }, h("b", { text: name, dir: "auto" }), fixed ? h("span", { class: "soft", text: fixed }) : remove),
    understood,
    headings.length
      ? h(
          "details",
          {},
          h("summary", { text: "What was understood" }),
          h("ul", { class: "answers" }, headings.map(({ heading, text }) => h("li", {}, heading ? h("b", { text: heading, dir: "auto" }) : null, h("p", { text, dir: "auto" })))),
        )
      : null,
  );
}

async function removeOne(name) {
  const sure = await ask({ title: `Remove “${name}”?`, text: "Cards will not quote it any more.", yes: "Remove it", danger: true });
  if (!sure) return;
  await guarded(null, notice, () => service.json("DELETE", `/api/notes/${encodeURIComponent(name)}`));
  await load();
}

async function tryIt() {
  const text = question.value.trim();
  if (!text) return;
  await guarded(null, notice, async () => {
    const query = new URLSearchParams({ q: text });
    const { found } = await service.json("GET", `/api/notes-search?${query}`);
    tried.textContent = found.length
      ? "A card for this question would quote:"
      : "Nothing in the notes answers this, so a card would not quote them.";
    setChildren(
      answers,
      found.map(({ source, text: snippet }) =>
        h("li", {}, h("b", { text: source, dir: "auto" }), h("p", { text: snippet, dir: "auto" })),
      ),
    );
  });
}

void load();
