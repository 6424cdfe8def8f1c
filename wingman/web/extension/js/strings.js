// The sentences people read. States and codes become plain words here and nowhere else.

import { lineCount } from "./lines.js";

const KINDS = {
  question: "They asked",
  objection: "Objection",
  price: "Price",
  competitor: "Competitor",
  commitment: "Commitment",
  pain: "Pain point",
  decision: "Decision",
  emotion: "Tone",
  stall: "Putting it off",
  buying: "Ready to go on",
  risk: "Risk",
  frustration: "Upset",
  confusion: "Lost",
  churn: "May leave",
  silence: "Silence",
  person: "From a colleague",
  cue: "Playbook",
  action: "You asked",
};

export const FAMILY_WORDS = {
  engaged: "engaged",
  positive: "positive",
  doubtful: "doubtful",
  negative: "tense",
  "low-energy": "low energy",
  neutral: "neutral",
  unknown: "not clear",
};

export const TREND_WORDS = { warmer: "warming", cooler: "cooling", steady: "steady", none: "" };

/** What a meter of energy says; it has no strength on "as usual" and no opinion on how somebody feels. */
export function energyWords({ family, strength }) {
  if (family === "engaged") return strength === "strong" ? "much louder than usual" : "louder than usual";
  if (family === "low-energy") return strength === "strong" ? "much calmer than usual" : "calmer than usual";
  return "as usual";
}

/** What a reading is called: the tone a provider of expressions reads, or the energy that is measured here. */
export const readingName = ({ source }) => (source === "prosody" ? "Voice energy" : "Tone");

const CHANNEL = { tab: "the meeting tab", mic: "your microphone" };

const CAPTURE = {
  connecting: (c) => `Connecting ${c}…`,
  capturing: (c) => `Listening to ${c}.`,
  waiting: (c) => `Connected to ${c}; no sound has come yet.`,
  no_signal: (c) =>
    c === CHANNEL.tab
      ? "The meeting tab is silent. Is it the right tab, and is it not muted?"
      : "Your microphone is silent. Is it muted or another one?",
  muted: (c) => (c === CHANNEL.tab ? "The meeting tab is muted in Wingman." : "Your microphone is muted in Wingman."),
  stalled: (c) => `No sound arrives from ${c}.`,
  paused: () => "Paused. Nothing is listened to.",
  gone: (c) => `${capital(c)} is gone. Share it again to go on.`,
  ended: (c) => `${capital(c)} has ended.`,
};

/** What is wrong with how loud somebody is. */
const LEVEL = {
  quiet: (c) => `${capital(c)} is very quiet, so words may be lost. Raise its level.`,
  clipped: (c) => `${capital(c)} is too loud and cut off, so words may be lost. Lower its level.`,
};

/** What is lost, by branch and health. `of` names a channel where another fares better; `well`: what is left works. */
const HEALTH = {
  transcribe: {
    retrying: (of) => `The transcript${of} is interrupted. When it is back, it catches up on the last minute.`,
    down: (of) => `No transcript${of} at the moment.`,
  },
  emotion: {
    retrying: (of, well) => `Tone${of} is interrupted${well ? "; all else goes on" : ""}.`,
    down: (of, well) => `Tone${of} is not available${well ? "; all else goes on" : ""}.`,
  },
  suggest: {
    retrying: (_of, well) => `Suggestions may come late${well ? "; playbook cues still work" : ""}.`,
    down: (_of, well) => (well ? "Only playbook cues at the moment." : "No suggestions by the model."),
  },
};

/** Why a model gave nothing, in a few words; what it said itself is there on demand. */
const FAILED = {
  timeout: "The model took too long.",
  rate_limited: "The model is asked too often.",
  billing: "The model’s budget is used up.",
  auth: "The model’s key was refused.",
  forbidden: "The model’s key was refused.",
  network: "The model cannot be reached.",
  blocked: "The model declined.",
  rejected: "What the model wrote was not worth showing.",
};

const GAPS = {
  reanchor: "the sound jumped",
  not_sent: "no sound was sent",
  reconnect: "reconnected",
  lost: "sound was lost on the way",
  recording: "the recording holds no sound here",
  paused: "paused",
  overrun: "too much at once; a stretch was skipped",
  outage: "the transcript was interrupted",
  live_edge: "a stretch was not heard",
  provider: "a stretch was not transcribed",
  unclear: "a stretch was not understood; is it in the language of this call?",
  interrupted: "Wingman stopped here; what was not settled is missing",
  unaccounted: "a stretch was not transcribed",
};

const STREAM = {
  connecting: "Connecting to Wingman…",
  waiting: "Wingman is out of reach. Trying again; what it wrote down meanwhile follows then.",
  refused: "Wingman does not know this page any more. Open the address it printed at its start.",
  missing: "There is no such meeting here.",
  lost: "Wingman was restarted, and this meeting has ended there.",
  closed: "",
};

const ENDED = {
  stopped: "The meeting was ended.",
  source_ended: "Its sound is over.",
  client_gone: "The page that shared the sound is gone.",
  never_connected: "No sound ever came.",
  shutdown: "Wingman was shut down.",
  interrupted: "Wingman stopped while it ran.",
  failed: "The meeting ended because of a fault.",
};

/** What a card is, in a word or two; playbooks may have kinds of their own, which their title explains best. */
export const kindName = ({ kind, title }) => KINDS[kind] || title || capital(kind.replaceAll(/[-_]/g, " "));

/**
 * A short name for whoever is behind a speaker id: `tab`, `mic`, `tab:1`, or `tab:2.0` (the transcriber's
 * second connection, its first voice: who that is compared with the first connection, nobody knows).
 */
export function speakerName(speaker, names) {
  if (names[speaker]) return names[speaker];
  const at = speaker.indexOf(":");
  const channel = at < 0 ? speaker : speaker.slice(0, at);
  const label = at < 0 ? "" : speaker.slice(at + 1);
  if (channel === "mic") return "You";
  if (channel !== "tab") return speaker;
  if (!label) return "Them";
  const [, connection, voice] = /^(?:(\d{1,6})\.)?(\d{1,6})$/.exec(label) || [];
  if (voice === undefined) return `Speaker ${label}`;
  return `Speaker ${Number(voice) + 1}${Number(connection) > 1 ? ` (${connection})` : ""}`;
}

/** Our own sentence; the service's detail is for states this page has no words for. */
export const captureSentence = (channel, state, detail) =>
  CAPTURE[state] ? CAPTURE[state](CHANNEL[channel] || channel) : detail || state;

export const gapWords = (cause) => GAPS[cause] || cause;

/**
 * Why there is no text of the model's on a card: `{text, full}`; `full` is what was said at length, where that adds
 * something.
 */
export function failureWords({ cue, half, fault, detail }) {
  const why = FAILED[fault] || "The model did not answer.";
  const before = half ? "Unfinished. " : cue ? "Playbook only. " : "";
  return {
    text: `${before}${why}`,
    full: detail === why ? "" : detail,
  };
}

export const endedWords = (reason) => ENDED[reason] || "The meeting has ended.";

/**
 * Everything worth telling now, most urgent first: `{level: "bad" | "warn" | "info", text, full?, act?, stays?}`: what
 * is lost in one short sentence, in `full` what the provider says about it, in `act` what can be done: `{label,
 * message}` with the message to send, and `stays` where it may not give way to others. An empty list means all is well.
 * The silence of a channel in `muted` is meant.
 */
export function notices(state, stream, problem = "", muted = new Set()) {
  const list = [];
  if (problem) list.push({ level: "bad", text: problem });
  else if (stream === "over" && state.meeting.phase !== "ended") list.push({ level: "info", text: ENDED.stopped });
  if (STREAM[stream]) list.push({ level: stream === "connecting" ? "info" : "bad", text: STREAM[stream] });
  const { phase, reason } = state.meeting;
  if (phase === "ended") {
    list.push({ level: "info", text: endedWords(reason) });
    if (storageAway(state)) list.push({ level: "bad", text: state.storage.detail });
    return list;
  }
  if (stream === "over") return list;
  list.push(...endingNotices(state));
  if (phase === "paused") list.push({ level: "info", text: CAPTURE.paused() });
  else list.push(...captureNotices(state, muted));
  list.push(...providerNotices(state));
  list.push(...storageNotices(state));
  if (state.cost && state.cost.degraded)
    list.push({
      level: "warn",
      text: "The budget is nearly used, so Wingman does less.",
    });
  return list.sort((one, other) => URGENCY.indexOf(one.level) - URGENCY.indexOf(other.level));
}

const URGENCY = ["bad", "warn", "info"];

/** What a user can have tried again; a model is asked with the next question anyway. */
const RETRIED = new Set(["transcribe", "emotion", "language", "face"]);

const control = (setting, value) => ({ type: "control", setting, value });

function endingNotices({ ending, windingDown }) {
  if (windingDown) {
    const owed = Math.max(1, Math.round(windingDown.owed_s));
    return [{ level: "info", text: `Ending. The last ${owed} s of sound are still being written down.` }];
  }
  if (!ending) return [];
  const act = { label: "Keep it open", message: control("keep_open", true) };
  return [{ level: "warn", text: "Its sound is over, and the meeting is about to end by itself.", act }];
}

/** Of the notices in `list` those that are new since `before`, whatever numbers stand in them. */
export function unsaid(before, list) {
  const known = new Set(before.map(withoutNumbers));
  return list.filter((notice) => !known.has(withoutNumbers(notice)));
}

const withoutNumbers = ({ text }) => text.replaceAll(/\d+/g, "#");

function captureNotices(state, muted) {
  const list = [];
  for (const [channel, { state: now, detail, level }] of Object.entries(state.capture)) {
    if (now === "stalled" || now === "gone")
      list.push({ level: "bad", text: captureSentence(channel, now, detail) });
    else if (["no_signal", "muted"].includes(now) && muted.has(channel)) continue;
    else if (now === "muted") list.push({ level: "info", text: captureSentence(channel, now, detail) });
    else if (now === "no_signal") list.push({ level: "warn", text: captureSentence(channel, now, detail) });
    else if (level) list.push({ level: "warn", text: LEVEL[level]?.(CHANNEL[channel] || channel) || capital(detail), full: detail });
  }
  return list;
}

const storageAway = ({ storage }) => Boolean(storage && storage.state !== "stored");

function storageNotices(state) {
  const { storage, sound } = state;
  const list = [];
  if (storageAway(state)) list.push({ level: "bad", text: storage.detail });
  if (sound?.state === "lost") list.push({ level: "warn", text: sound.detail });
  else if (sound?.state === "storing")
    list.push({ level: "info", text: "The sound of this call is stored.", stays: true });
  return list;
}

const TROUBLED = ["degraded", "retrying", "down"];

/** What `branch` says of itself, one for each channel it works on. */
const partsOf = ({ providers }, branch) => Object.values(providers).filter((each) => each.branch === branch);

/** Whether nobody writes the words down just now. */
const wordless = (state) => {
  const parts = partsOf(state, "transcribe").filter(({ health }) => !["ended", "connecting"].includes(health));
  const none = parts.length > 0 && parts.every(({ health }) => ["retrying", "down"].includes(health));
  return none || state.transcriber === "off";
};

function providerNotices(state) {
  const seen = new Set();
  const list = [];
  if (state.transcriber === "off")
    list.push({ level: "info", text: "The transcript is switched off. Nothing is written down." });
  for (const { branch, channel, health, detail } of Object.values(state.providers)) {
    if (!TROUBLED.includes(health)) continue;
    const text = troubleWords(state, branch, channel, health) || capital(detail || "");
    if (!text || seen.has(text)) continue;
    seen.add(text);
    const act =
      health === "down" && RETRIED.has(branch) ? { label: "Try again", message: control("retry", branch) } : null;
    list.push({ level: health === "down" ? "bad" : "warn", text, full: capital(detail || "") === text ? "" : detail, act });
  }
  return list;
}

/** One sentence: of the channel alone where another one fares better, and what goes on only while it does. */
function troubleWords(state, branch, channel, health) {
  const words = HEALTH[branch]?.[health];
  if (!words) return "";
  const others = partsOf(state, branch).some((each) => each.health !== health && each.health !== "ended");
  return words(others && CHANNEL[channel] ? ` of ${CHANNEL[channel]}` : "", besidesWell(state, branch));
}

/** Whether what a branch's trouble leaves alone is well itself. */
function besidesWell(state, branch) {
  if (branch === "suggest") return !wordless(state) && state.settings.mode !== "manual";
  const others = Object.values(state.providers).filter((each) => each.branch !== branch);
  return state.transcriber !== "off" && !storageAway(state) && !others.some(({ health }) => TROUBLED.includes(health));
}

const LISTENING = {
  "": "Listening. You will see a card when there is something worth saying.",
  "questions-only": "Listening. You will see a card when there is a question to answer.",
  manual: "Listening. You will see a card when you ask for one.",
};

/** Why there are no cards, in words; empty where a notice says it already. */
export function silence(state, stream) {
  const { meeting, capture } = state;
  if (meeting.phase === "ended" || meeting.phase === "paused" || stream !== "live") return "";
  if (meeting.phase === "waiting") return "Waiting for the meeting to begin.";
  const states = Object.values(capture).map(({ state }) => state);
  if (states.includes("capturing") && wordless(state)) return "";
  if (states.includes("capturing") && lineCount(state) === 0 && !Object.values(state.partials).some(Boolean))
    return "Connected. No words yet.";
  if (states.includes("capturing")) return LISTENING[state.settings.mode] || LISTENING[""];
  if (states.length === 0) return "Nothing is listened to yet.";
  if (states.includes("connecting")) return "Connecting…";
  return states.every((s) => s === "ended") ? "Nothing is listened to any more." : "";
}

const AWAY = { waiting: "away", lost: "ended", over: "ended", missing: "none", refused: "none" };

/** How the meeting stands for whoever looks: a pause outlives an outage, and neither it nor a live call its end. */
export function phaseShown({ meeting: { phase } }, stream) {
  if (phase === "ended" || (phase === "paused" && stream === "waiting")) return phase;
  return AWAY[stream] ?? phase;
}

/** Whether asking can lead to anything: not where the meeting is over, gone, or closed to this page. */
export const canAsk = (state, stream) =>
  state.meeting.phase !== "ended" && !["lost", "missing", "refused", "over"].includes(stream);

/**
 * What can be asked now: action → why not, empty when it can. *Say* and *recap* need no model, and a question is looked
 * up in the notes where there is none.
 */
export function askable(state) {
  const { suggester, providers, meeting } = state;
  const paused = meeting.phase === "paused" ? "Paused. Resume to ask." : "";
  const health = Object.values(providers).find(({ branch }) => branch === "suggest")?.health;
  let model = "";
  if (["", "cues", "off", "none"].includes(suggester))
    model = "This needs a language model. Its key is entered in Wingman’s settings.";
  else if (health === "down") model = "The language model cannot be asked at the moment.";
  return { say: paused, clarify: paused || model, recap: paused, "fact-check": paused || model, ask: paused };
}

/** `3:07` or `1:02:45`. */
export function clock(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  const two = (n) => String(n).padStart(2, "0");
  const hours = Math.floor(s / 3600);
  return hours
    ? `${hours}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`
    : `${Math.floor(s / 60)}:${two(s % 60)}`;
}

/**
 * How long ago the others' newest tone was said, in words; empty while that is less than a minute: older, it says nothing
 * of how they sound now. By the clock of the meeting, whose others may have said nothing since.
 */
export function toneAge({ counterpart, began, meeting }, now) {
  const newest = counterpart.trail.at(-1);
  const from = began.tab ?? meeting.startedAt;
  if (!newest || !from) return "";
  const minutes = Math.floor(((meeting.endedAt ?? now) - from - newest.end) / 60);
  if (minutes < 1) return "";
  return minutes < 60 ? `${minutes} min ago` : `${Math.floor(minutes / 60)} h ago`;
}

/** `$0.04`; small amounts are not rounded to nothing. What is no code of a currency stands behind the amount. */
export function money(amount, currency) {
  const digits = amount > 0 && amount < 0.01 ? 4 : 2;
  const coded = /^[a-z]{3}$/i.test(currency);
  const shown = new Intl.NumberFormat("en", {
    ...(coded && { style: "currency", currency }),
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(amount);
  return coded ? shown : `${shown} ${currency}`.trim();
}

export function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
