// Playbooks as forms: what to listen for, what to say at once, and a rehearsal that shows what a change does.

import { h, setChildren, setText } from "../extension/js/dom.js";
import { Service } from "../extension/js/service.js";
import { ask, guarded, loading } from "./dialog.js";
import { when } from "./format.js";
import { PlaybookForm } from "./playbook-form.js";
import { Rehearsal } from "./rehearsal.js";
import { shell } from "./shell.js";

const CHECK_AFTER = 400;

const service = new Service();
const list = h("ul", { class: "playbooks", "aria-label": "Playbooks" });
const editor = h("section", { "aria-label": "Edit", hidden: true });
const { root, notice } = shell(
  "/playbooks",
  "Playbooks",
  h("p", {
    class: "soft",
    text: "A playbook says what to listen for in one kind of call and what to show at once. The shipped ones stay as they are; copy one to change it.",
  }),
  list,
  editor,
);
root.querySelector("main").classList.add("wide");

let open = null;

async function load() {
  await loading(notice, async () => {
    const { playbooks } = await service.json("GET", "/api/playbooks");
    setChildren(list, playbooks.map(row));
  });
  const wanted = new URLSearchParams(location.search).get("name");
  if (wanted && !open) await edit(wanted);
}

function row({ name, title, voice_emotion: voice, own = false, triggers = null }) {
  const facts = [own ? "yours" : "shipped", triggers === null ? "" : `${triggers} triggers`];
  if (voice === "refuse") facts.push("voices are not measured");
  return h(
    "li",
    { class: "playbook", data: { name } },
    h(
      "div",
      { class: "document-head" },
      h("b", { text: title || name, dir: "auto" }),
      h(
        "span",
        { class: "row" },
        h("button", {
          type: "button",
          text: own ? "Edit" : "Look",
          "aria-label": `${own ? "Edit" : "Look at"} ${title || name}`,
          on: { click: () => edit(name) },
        }),
        h("button", {
          type: "button",
          text: "Copy",
          "aria-label": `Copy ${title || name}`,
          on: { click: () => copy(name, title || name) },
        }),
        own
          ? h("button", {
              type: "button",
              text: "Delete",
              "aria-label": `Delete ${title || name}`,
              on: { click: () => remove(name, title || name) },
            })
          : null,
      ),
    ),
    h("p", { class: "soft", text: facts.filter(Boolean).join(" · ") }),
  );
}

async function copy(name, title) {
  const given = await ask({
    title: `Copy “${title}”`,
    fields: [{ name: "title", label: "Name of the copy", value: `${title} (mine)`, maxlength: "80" }],
    yes: "Copy",
  });
  if (!given?.title) return;
  await guarded(null, notice, async () => {
    const { playbook } = await service.json("GET", `/api/playbooks/${name}`);
    const made = nameOf(given.title);
    await service.json("PUT", `/api/playbooks/${made}`, { playbook: { ...playbook, name: made, title: given.title } });
    await load();
    await edit(made);
  });
}

/** A title as a playbook's name: lower-case letters, digits and hyphens. */
function nameOf(title) {
  const plain = title.normalize("NFKD").toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  return plain.replaceAll(/^-+|-+$/g, "").slice(0, 40) || "playbook";
}

async function remove(name, title) {
  const sure = await ask({ title: `Delete “${title}”?`, text: "Past meetings keep their cards.", yes: "Delete it", danger: true });
  if (!sure) return;
  const gone = await guarded(null, notice, async () => {
    await service.json("DELETE", `/api/playbooks/${encodeURIComponent(name)}`);
    return true;
  });
  if (gone && open === name) {
    open = null;
    editor.hidden = true;
    history.replaceState(null, "", location.pathname);
  }
  if (gone) notice.say(`“${title}” is deleted.`);
  await load();
}

async function edit(name) {
  await guarded(null, notice, async () => {
    const known = await service.json("GET", `/api/playbooks/${encodeURIComponent(name)}`);
    open = name;
    editor.hidden = false;
    show(known);
    history.replaceState(null, "", `${location.pathname}?name=${encodeURIComponent(name)}`);
    editor.scrollIntoView({ block: "start" });
  });
}

function show({ playbook, own, versions = [], text, signals, problem = "" }) {
  const before = playbook;
  const verdict = h("p", { class: "soft", role: "status", id: "verdict", text: problem });
  if (problem) verdict.dataset.ok = "false";
  const save = h("button", { type: "button", class: "primary", id: "save-playbook", text: "Save", disabled: true });
  const rehearsal = new Rehearsal(service, notice, () => ({ before, after: form.value() }));
  let timer = 0;
  const form = new PlaybookForm(playbook, signals, !own, () => {
    clearTimeout(timer);
    timer = setTimeout(() => void check(), CHECK_AFTER);
  });
  const check = async () => {
    const answer = await service
      .json("POST", "/api/playbooks/check", { playbook: form.value() })
      .catch((failed) => ({ ok: false, detail: failed.message }));
    verdict.dataset.ok = String(answer.ok);
    setText(verdict, answer.ok ? "This playbook can be used." : answer.detail);
    save.disabled = !answer.ok || !own;
  };
  save.addEventListener("click", () =>
    guarded(save, notice, async () => {
      await service.json("PUT", `/api/playbooks/${playbook.name}`, { playbook: form.value() });
      await load();
      await edit(playbook.name);
      notice.say("Saved. The next meeting with this playbook uses it.");
    }),
  );
  setChildren(editor, [
    h("h2", { text: own ? `Edit: ${playbook.title}` : `${playbook.title} (shipped; copy it to change it)`, dir: "auto" }),
    form.node,
    own ? h("div", { class: "row" }, save, verdict) : verdict,
    versions.length ? earlier(playbook.name, versions) : null,
    h("details", {}, h("summary", { text: "As a file" }), h("textarea", { class: "yaml", rows: "16", readonly: true, "aria-label": "The playbook as YAML", text })),
    rehearsal.node,
  ].filter(Boolean));
}

function earlier(name, versions) {
  return h(
    "details",
    {},
    h("summary", { text: `${versions.length} earlier ${versions.length === 1 ? "version" : "versions"}` }),
    h(
      "ul",
      { class: "answers" },
      versions.map(({ id, at }) =>
        h(
          "li",
          { class: "document-head" },
          h("span", { text: when(at) }),
          h("button", {
            type: "button",
            text: "Bring it back",
            on: {
              click: () =>
                guarded(null, notice, async () => {
                  await service.json("POST", `/api/playbooks/${name}/restore`, { version: id });
                  await load();
                  await edit(name);
                }),
            },
          }),
        ),
      ),
    ),
  );
}

void load();
