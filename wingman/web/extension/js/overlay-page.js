// The overlay as a page of its own: `/overlay?meeting=ID`, also for a phone or a second screen.

import { CoachBox } from "./coach-box.js";
import { h, setAttribute } from "./dom.js";
import { MeetingModel } from "./model.js";
import { newestFirst } from "./newest-first.js";
import { Overlay } from "./overlay.js";
import { forgetKey } from "./session.js";
import { Service } from "./service.js";
import { EventStream } from "./stream.js";
import { vocabulary } from "./vocabulary.js";

const query = new URLSearchParams(location.search);
const meeting = query.get("meeting") || "";

forgetKey();

const service = new Service();
const model = new MeetingModel(meeting);

async function whyNot() {
  const why = await service.whyNot(meeting);
  if (!why) return;
  stream.close();
  model.setStream(why);
}

/** A viewer's key opens the meeting and nothing else. */
async function whatMayWe() {
  const status = await service
    .json("GET", `/api/meetings/${encodeURIComponent(meeting)}`)
    .catch(() => ({ role: "" })); // the stream says what is wrong
  if (!["viewer", "coach"].includes(status.role)) return;
  model.setReadOnly();
  if (status.role === "coach") overlay.actAsCoach(new CoachBox(meeting, service));
}

const stream = new EventStream(service.socket(meeting), {
  onEnvelope: (envelope) => model.take(envelope),
  onStatus: (status) => (status === "doubtful" ? whyNot() : model.setStream(status)),
  onAnswer: (answer) => overlay.answered(answer),
  onUnsent: (message) => overlay.unsent(message),
});

const overlay = new Overlay(model, (message) => stream.send(message));
overlay.node.addEventListener("look", () => overlay.preferences.apply(document.body));
// Alone on its page it is what the page is about; elsewhere it is one region among others
setAttribute(overlay.node, "role", "main");
overlay.node.prepend(h("h1", { class: "hidden-text", text: "Wingman" }));
overlay.mount(document.body);
// Tabs are told apart by it, and it is what a screen reader says first
model.subscribe(() => {
  document.title = `${model.state.meeting.title || "Meeting"}: overlay · Wingman`;
});
void vocabulary(service).then((words) => overlay.offer(words));
if (meeting) {
  void newestFirst(service, meeting)
    .then((state) => model.preview(state), () => undefined) // the stream says what is wrong
    .then(() => stream.start());
  void whatMayWe();
} else {
  stream.close();
  model.setStream("missing");
}

// Keys work before anything in the overlay has the focus.
document.addEventListener("keydown", (event) => event.target === document.body && overlay.key(event));
