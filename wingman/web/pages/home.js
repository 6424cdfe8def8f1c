// The first page: what is connected, what can be begun, and the meetings there are.

import { h, icon } from "../extension/js/dom.js";
import { dropArea } from "../extension/js/file-drop.js";
import { tellOwed } from "../extension/js/owed-ends.js";
import { Service } from "../extension/js/service.js";
import { HOME } from "../extension/js/session.js";
import { Connections } from "./connections.js";
import { guarded, loading } from "./dialog.js";
import { ImportPanel } from "./import-recording.js";
import { MeetingsList } from "./meetings-list.js";
import { shell } from "./shell.js";

const REFRESH = 5000;

const service = new Service();

const sample = h(
  "button",
  { type: "button", class: "quiet", id: "sample", on: { click: () => playSample() } },
  icon("play"),
  "Play the sample",
);
const record = h(
  "button",
  { type: "button", class: "quiet", id: "import", on: { click: () => recordings.choose() } },
  icon("file"),
  "Import a recording",
);
const actions = h(
  "div",
  { class: "row actions-main" },
  h("a", { class: "button primary", id: "new", href: `${HOME}/new` }, icon("tab"), "New meeting"),
  sample,
  record,
);
const firstRun = h(
  "section",
  { class: "first-run", "aria-label": "First steps", hidden: true },
  h("h2", { text: "Three steps" }),
  h(
    "ol",
    {},
    h(
      "li",
      {},
      h("b", { text: "See it work." }),
      " Play the sample: a sales call of 75 seconds that you hear, with the cards you would have seen. Nothing leaves this computer.",
    ),
    h(
      "li",
      {},
      h("b", { text: "Connect what you want to use." }),
      " Below stands what listens, what reads the tone and what writes, and what would change with a key.",
    ),
    h(
      "li",
      {},
      h("b", { text: "Start a meeting." }),
      " Share the tab of the call with its sound; Wingman listens, and speaks up when it has something to say.",
    ),
  ),
);
const connectionsPart = h("section", {}, h("h2", { text: "What is connected" }));

const { root, notice } = shell("/", "Meetings", actions, firstRun);
const recordings = new ImportPanel(service, notice, (meeting, count) => {
  if (count === 1) location.href = `${HOME}/meetings/${encodeURIComponent(meeting)}`;
  else void load();
});
const meetings = new MeetingsList(service, notice, (rows) => {
  firstRun.hidden = rows.length > 0;
});
const connections = new Connections(service, notice);
connectionsPart.append(connections.node);
root.querySelector("main").append(recordings.file, recordings.node, connectionsPart, meetings.node);
root.append(
  dropArea(
    () => true,
    (files) => recordings.dropped(files),
    "Drop the recording to import it",
  ),
);

/** The service plays the sample; the page that shows it plays its sound too. */
async function playSample() {
  await guarded(sample, notice, async () => {
    const { id } = await service.json("POST", "/api/meetings", { title: "Sample: a renewal call", source: "sample" });
    location.href = `${HOME}/new?watch=${encodeURIComponent(id)}&sound=sample`;
  });
}

async function load() {
  await loading(notice, async () => {
    const rows = await meetings.load();
    const branches = await connections.load();
    // Who has meetings and nothing amiss looks for meetings first
    if (rows.length && branches.every(({ state }) => state !== "problem")) root.querySelector("main").append(connectionsPart);
  });
}

function refresh() {
  const busy = document.hidden || meetings.words.value || document.querySelector("dialog, details.menu[open]");
  if (busy) return;
  // What had failed before is fetched again; a failure is told once, not every few seconds
  void meetings.load().then(
    () => (notice.unloaded ? load() : undefined),
    (failed) => notice.unloaded || notice.failToLoad(failed.message),
  );
}

void tellOwed(service);
void load();
setInterval(() => meetings.rows.some(({ state }) => state !== "ended") && refresh(), REFRESH);
// A page that was left open: what was begun elsewhere meanwhile (by the extension, in another tab) is there as well
document.addEventListener("visibilitychange", refresh);
