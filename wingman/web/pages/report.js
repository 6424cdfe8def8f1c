// What a report page can do beside being read: correct it, add to it, ask it, draft the mail after it, link to a moment.

import { h, setText } from "../extension/js/dom.js";
import { keepFocus } from "../extension/js/focus-keeper.js";
import { Service } from "../extension/js/service.js";
import { clock } from "../extension/js/strings.js";
import { askUntilSaved, guarded, Notice } from "./dialog.js";
import { dated, when } from "./format.js";

/** What `secondsOf` reads. */
const MOMENT = "(?:(\\d+):)?(\\d{1,3}):(\\d{2})";
const KINDS = { decision: "Decision", action: "Promise", question: "Open question" };

const service = new Service();
const { meeting } = document.body.dataset;
const at = `/api/meetings/${encodeURIComponent(meeting)}`;
const tools = document.getElementById("tools");
const notice = new Notice();
const told = h("p", { class: "told", dir: "auto", "aria-live": "polite" });
const answers = h("ul", { class: "answers", "aria-label": "Lines that answer", "aria-live": "polite" });
const question = h("input", {
  type: "text",
  id: "ask",
  maxlength: "500",
  autocomplete: "off",
  placeholder: "Ask this meeting: what did they say about the price?",
  "aria-label": "Ask this meeting",
});

/** Only whoever owns the meeting changes it; a viewer reads. */
async function build() {
  const status = await service.json("GET", at).catch(() => ({ role: "viewer" }));
  // In the reader's own time and words; the file says it for everybody
  for (const time of document.querySelectorAll(".meta time")) {
    time.title = time.textContent;
    const began = Date.parse(time.dateTime) / 1000;
    setText(time, when(began));
    globalThis.addEventListener("beforeprint", () => setText(time, dated(began)));
    globalThis.addEventListener("afterprint", () => setText(time, when(began)));
  }
  goToMoment();
  globalThis.addEventListener("hashchange", goToMoment);
  for (const link of document.querySelectorAll("a.moment")) link.addEventListener("click", () => copyLink(link));
  if (status.role !== "owner") return;
  tools.className = "wm report-tools";
  tools.hidden = false;
  const edit = h("button", { type: "button", id: "edit", text: "Correct", "aria-pressed": "false", on: { click: () => toggle(edit) } });
  tools.append(
    notice.node,
    h(
      "div",
      { class: "row" },
      edit,
      h("button", { type: "button", id: "add-note", text: "Add a note", on: { click: addNote } }),
      h("button", { type: "button", id: "follow-up", text: "Follow-up e-mail", on: { click: followUp } }),
      h("a", { class: "button", id: "share-file", href: `../api/meetings/${meeting}/export?format=html`, download: true, text: "Share as one file" }),
    ),
    h(
      "form",
      {
        class: "row ask-meeting",
        on: {
          submit: (event) => {
            event.preventDefault();
            void askMeeting();
          },
        },
      },
      question,
      h("button", { type: "submit", text: "Ask" }),
    ),
    told,
    answers,
  );
}

// --- links to a moment ---

/** `#t=95` opens the line that was being said then. */
function goToMoment() {
  const found = /^#t=(\d+)/.exec(location.hash);
  if (!found) return;
  const lines = [...document.querySelectorAll("a.moment")];
  const line = lines.findLast((link) => Number(link.dataset.at) <= Number(found[1]) + 1) || lines[0];
  line?.closest(".turn").scrollIntoView({ block: "center" });
  line?.focus({ preventScroll: true });
}

async function copyLink(link) {
  const url = new URL(location.href);
  url.hash = `t=${Math.floor(Number(link.dataset.at))}`;
  await navigator.clipboard?.writeText(url.href).then(
    () => notice.say("A link to this moment is copied."),
    () => undefined, // the address bar holds it all the same
  );
}

// --- corrections ---

function toggle(button) {
  const on = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(on));
  setText(button, on ? "Done" : "Correct");
  document.body.toggleAttribute("data-editing", on);
  if (!on) {
    location.reload();
    return;
  }
  notice.say("Click a line, a name or an item to correct it. What was heard is kept beside it.");
  for (const turn of document.querySelectorAll(".turn")) {
    editable(turn.querySelector(".said"), "Correct this line", () => editLine(turn));
    editable(turn.querySelector("header b"), "Name this speaker", () => nameSpeaker(turn));
  }
  for (const item of document.querySelectorAll("li[data-item]"))
    editable(item.querySelector(".text"), "Correct this item", () => editItem(item));
  for (const kind of Object.keys(KINDS)) addButton(kind);
}

function editable(node, title, run) {
  if (!node) return;
  node.tabIndex = 0;
  node.title = title;
  node.setAttribute("role", "button");
  node.addEventListener("click", run);
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault(); // or the page scrolls, and a key that opens a dialog is typed there
    run();
  });
}

function addButton(kind) {
  const button = h("button", {
    type: "button",
    class: "add-item",
    data: { kind },
    text: `Add: ${KINDS[kind].toLowerCase()}`,
    on: { click: () => changeItem({ id: `${kind}-${Date.now()}`, kind, text: "", owner: "", due: "", done: false }) },
  });
  const holder = h("span", { class: "wm" }, button);
  document.querySelector("#summary .columns")?.append(holder);
}

async function editLine(turn) {
  const said = turn.querySelector(".said");
  const asked = {
    title: "Correct this line",
    text: "Leave it empty to go back to what was heard.",
    fields: [{ name: "text", label: "What was said", value: said.textContent, long: true, maxlength: "8000" }],
    yes: "Save",
  };
  await askUntilSaved(asked, async ({ text }) => {
    await service.json("PUT", `${at}/lines/${encodeURIComponent(turn.id)}`, { text });
    if (text) setText(said, text);
    notice.say("Saved.");
  });
}

async function nameSpeaker(turn) {
  const { speaker } = turn.dataset;
  const value = turn.querySelector("header b").textContent;
  const asked = {
    title: "Who is this?",
    fields: [{ name: "name", label: "Name", value, maxlength: "60", required: true }],
    yes: "Save",
  };
  await askUntilSaved(asked, async ({ name }) => {
    await service.json("POST", `${at}/speakers`, { speaker, name });
    for (const other of document.querySelectorAll(".turn"))
      if (other.dataset.speaker === speaker) setText(other.querySelector("header b"), name);
    notice.say("Saved.");
  });
}

function editItem(item) {
  const { item: id, owner, due } = item.dataset;
  void changeItem({
    id,
    kind: item.closest("[data-kind]").dataset.kind,
    text: item.querySelector(".text").textContent,
    owner,
    due,
    done: item.classList.contains("done"),
    utterance: item.querySelector("a.time")?.hash.slice(1) ?? "",
    node: item,
  });
}

async function changeItem({ id, kind, text, owner, due, done, utterance = "", node = null }) {
  const asked = {
    title: KINDS[kind],
    text: text ? "Empty the text to take it out." : "",
    fields: [
      { name: "text", label: "Text", value: text, long: true, maxlength: "4000" },
      ...(kind === "action"
        ? [
            { name: "owner", label: "Who", value: owner, hint: "you, them, or a name" },
            { name: "due", label: "Until when", value: due },
            { name: "done", label: "Done", tick: done },
          ]
        : []),
    ],
    yes: "Save",
  };
  await askUntilSaved(asked, async (given) => {
    const change = {
      kind,
      text: given.text,
      owner: given.owner ?? "",
      due: given.due ?? "",
      done: given.done ?? done,
      utterance,
    };
    await service.json("PUT", `${at}/items/${encodeURIComponent(id)}`, change);
    if (node && !given.text) node.remove();
    else if (node) setText(node.querySelector(".text"), given.text);
    notice.say("Saved. The report shows it when you are done.");
  });
}

async function addNote() {
  const asked = {
    title: "Add a note",
    fields: [
      { name: "text", label: "Note", value: "", long: true, maxlength: "4000", required: true },
      { name: "at", label: "Moment, as m:ss", value: "", hint: "Such as 12:05; empty for the end of the meeting", pattern: ` *${MOMENT} *` },
    ],
    yes: "Keep it",
  };
  await askUntilSaved(asked, async ({ text, at: moment }) => {
    await service.json("POST", `${at}/notes`, moment ? { text, at: secondsOf(moment) } : { text });
    location.reload();
  });
}

function secondsOf(text) {
  const [, hours, minutes, seconds] = new RegExp(MOMENT).exec(text);
  return Number(hours || 0) * 3600 + Number(minutes) * 60 + Number(seconds);
}

// --- after it ---

async function followUp() {
  await guarded(null, notice, async () => {
    const { subject, text } = await service.json("GET", `${at}/follow-up`);
    const draft = {
      title: "Follow-up e-mail",
      text: "A draft from what the report holds. Read it before you send it.",
      fields: [
        { name: "subject", label: "Subject", value: subject, maxlength: "200" },
        { name: "text", label: "Text", value: text, long: true, maxlength: "20000" },
      ],
      yes: "Copy",
    };
    await askUntilSaved(draft, async (given) => {
      await copied(`${given.subject}\n\n${given.text}`);
      notice.say("Copied. Paste it into your mail.");
    });
  });
}

/** Outside of localhost and https there is no clipboard at all. */
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    throw new Error("The browser did not allow copying. Select the text here and copy it yourself.");
  }
}

async function askMeeting() {
  const words = question.value.trim();
  if (!words) return;
  await guarded(null, notice, async () => {
    const { cited, text, by } = await service.json("GET", `${at}/answers?${new URLSearchParams({ q: words })}`);
    told.textContent = text ? `${text} — ${by[0].toUpperCase()}${by.slice(1)}, from these lines:` : "";
    answers.replaceChildren(
      ...(cited.length
        ? cited.map(({ utterance, at: seconds, who, text }) =>
            h(
              "li",
              {},
              h("a", { href: utterance ? `#${utterance}` : "#notes", text: clock(seconds) }),
              h("b", { text: ` ${who}: `, dir: "auto" }),
              h("span", { text, dir: "auto" }),
            ),
          )
        : [h("li", { text: "No line of this meeting answers that." })]),
    );
  });
}

for (const sheet of ["extension/css/base", "pages/report-tools", "pages/dialog"])
  document.head.append(h("link", { rel: "stylesheet", href: `../static/${sheet}.css` }));
keepFocus(document.body);
void build();
