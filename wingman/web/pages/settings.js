// What people change: providers and keys, language, how much Wingman says, privacy, who may do what, look and keys.
// Everything else stands in the documented file.

import { h, setChildren } from "../extension/js/dom.js";
import { languageChoices } from "../extension/js/languages.js";
import { PairingPanel } from "../extension/js/pairing.js";
import { Preferences, THEMES } from "../extension/js/prefs.js";
import { Service } from "../extension/js/service.js";
import { titlesOf, vocabulary } from "../extension/js/vocabulary.js";
import { Connections } from "./connections.js";
import { ask, guarded, loading } from "./dialog.js";
import { GrantsList } from "./grants-list.js";
import { OwnKeys } from "./own-keys.js";
import { SelfTest } from "./self-test.js";
import { shell } from "./shell.js";

const service = new Service();
const groups = h("div");
const { root, notice } = shell("/settings", "Settings");
const connections = new Connections(service, notice, () => load());
const grants = new GrantsList(service, notice);
const preferences = new Preferences();
const keys = new OwnKeys(preferences);
void vocabulary(service).then(({ actions, feedback }) => keys.offer(titlesOf([...actions, ...feedback])));

root.querySelector("main").append(
  part("What is connected", "connected", connections.node),
  part("Try it before it matters", "self-test", new SelfTest(service, notice).node),
  groups,
  part("Who may do what", "grants", grants.node, new PairingPanel(service).node),
  part("Look of this browser", "look", look()),
  part("Keys in the overlay", "keys", keys.node),
  h("p", {
    class: "soft",
    id: "file",
    text: "Everything else stands in the settings file; configs/default.yaml has every field with its meaning.",
  }),
);

function part(title, id, ...content) {
  return h("section", { id, "aria-label": title }, h("h2", { text: title }), ...content);
}

async function load() {
  await loading(notice, async () => {
    const { groups: found, file } = await service.json("GET", "/api/settings");
    setChildren(
      groups,
      found.map(({ title, settings }) =>
        part(title, title.toLowerCase().replaceAll(" ", "-"), h("div", { class: "settings" }, settings.map(row))),
      ),
    );
    if (file)
      document.getElementById("file").textContent =
        `Everything else stands in the settings file ${file}; configs/default.yaml has every field with its meaning.`;
    document.getElementById(location.hash.slice(1))?.scrollIntoView();
  });
}

function row(setting) {
  const { name, label, help, fixed, restart, value } = setting;
  const id = `set-${name.replaceAll(".", "-")}`;
  const said = h("span", { class: "soft", role: "status" });
  const control = field(setting, id, (changed) => void save(name, changed, said));
  const notes = [
    help,
    fixed ? `Set by ${fixed}; change it there.` : "",
    restart && !fixed ? "A change needs a restart of Wingman." : "",
  ].filter(Boolean);
  if (setting.kind === "fact")
    return h(
      "div",
      { class: "setting", data: { name } },
      h("b", { text: label }),
      h("span", { text: value }),
      h("p", { class: "soft", text: help }),
      name === "feedback"
        ? h("div", { class: "row" }, h("button", { type: "button", text: "Forget it", on: { click: forget } }))
        : null,
    );
  return h(
    "div",
    { class: "setting", data: { name } },
    h("label", { for: id, text: label }),
    control,
    notes.length ? h("p", { class: "soft", text: notes.join(" ") }) : null,
    said,
  );
}

function field({ name, kind, value, choices, fixed, least, most }, id, changed) {
  const common = { id, disabled: Boolean(fixed) };
  if (kind === "choice")
    return h(
      "select",
      { ...common, on: { change: (event) => changed(event.target.value) } },
      named(name, choices).map(([choice, text]) => h("option", { value: choice, text, selected: choice === value })),
    );
  if (kind === "switch")
    return h(
      "span",
      { class: "switch" },
      h("input", {
        ...common,
        type: "checkbox",
        checked: value === true,
        on: { change: (event) => changed(event.target.checked) },
      }),
    );
  if (kind === "number")
    return h("input", {
      ...common,
      type: "number",
      value: String(value),
      min: String(least),
      max: String(most),
      on: { change: (event) => event.target.value !== "" && changed(Number(event.target.value)) },
    });
  if (kind === "list")
    return h("textarea", {
      ...common,
      rows: "3",
      text: value.join("\n"),
      on: {
        change: (event) => {
          const lines = event.target.value.split("\n").map((line) => line.trim());
          changed(lines.filter(Boolean));
        },
      },
    });
  return h("input", {
    ...common,
    type: "text",
    value: String(value),
    on: { change: (event) => changed(event.target.value.trim()) },
  });
}

/** Choices as `[value, text]`; languages by their names. */
function named(name, choices) {
  if (!name.endsWith(".language")) return choices.map(({ value, label }) => [value, label]);
  return languageChoices(choices.map(({ value }) => value)).filter(([tag]) => tag);
}

/** Back to as trained; what the running meetings were taught goes with it. */
async function forget({ target }) {
  const sure = await ask({
    title: "Forget what your feedback has taught?",
    text: "Every kind of card needs as much evidence as it was trained with again, in running meetings as well.",
    yes: "Forget it",
    danger: true,
  });
  if (!sure) return;
  await guarded(target, notice, async () => {
    await service.json("DELETE", "/api/feedback");
    await load();
    notice.say("What your feedback had taught is forgotten.");
  });
}

async function save(name, value, said) {
  said.textContent = "";
  try {
    const { restart } = await service.json("PATCH", "/api/settings", { values: { [name]: value } });
    said.textContent = restart.includes(name)
      ? "Stored. It holds from the next start of Wingman."
      : "Stored. It holds from the next meeting.";
    void connections.load().catch((failed) => notice.fail(failed.message));
  } catch (failed) {
    said.textContent = `Not stored. ${failed.message}`;
  }
}

function look() {
  const theme = h(
    "select",
    {
      id: "look-theme",
      on: {
        change: (event) => {
          preferences.set("theme", event.target.value);
          preferences.apply(root);
        },
      },
    },
    Object.entries(THEMES).map(([value, text]) =>
      h("option", { value, text, selected: preferences.get("theme") === value }),
    ),
  );
  const step = (by) => () => {
    preferences.resize(by);
    preferences.apply(root);
  };
  return h(
    "div",
    { class: "settings" },
    h("div", { class: "setting" }, h("label", { for: "look-theme", text: "Colours" }), theme),
    h(
      "div",
      { class: "setting" },
      h("b", { text: "Text size" }),
      h(
        "span",
        { class: "row" },
        h("button", { type: "button", text: "Smaller", on: { click: step(-1) } }),
        h("button", { type: "button", text: "Larger", on: { click: step(1) } }),
      ),
    ),
  );
}

void load();
void connections.load().catch((failed) => notice.fail(failed.message));
void grants.load();
