// What the overlay knows, as a pure function of the envelopes it was given: `reduce(state, envelope)`.
// Nothing here touches the DOM, the clock or the network.

import { addLine, lineAt, lineCount, lineOf, replaceLine } from "./lines.js";

export const CARDS_KEPT = 1000;
const TREND_LENGTH = 8;
const SENT_AWAY = new Set(["dismissed", "wrong"]);
/** Stretches that were not heard for the same reason, no further apart than this in seconds, are one line. */
const GAPS_APART = 5;

/** How welcome a family is; used for the trend's direction only, never shown as a number. */
const VALENCE = { engaged: 1, positive: 1, neutral: 0, doubtful: -1, "low-energy": -1, negative: -2 };

/** The meter that says how much energy a voice has, and nothing about how it feels. */
export const ENERGY_METER = "prosody";

/** Families the marks and colours know; anything else is shown as unknown. */
export const FAMILIES = ["engaged", "positive", "doubtful", "negative", "low-energy", "neutral", "unknown"];

export function initial() {
  return {
    seq: 0,
    meeting: {
      phase: "waiting",
      title: "",
      channels: [],
      playbook: "",
      startedAt: null,
      endedAt: null,
      reason: "",
      seconds: 0,
    },
    policy: { emotion: "off", reason: "" },
    providers: {},
    capture: {},
    /** Per channel: when its media time began, in seconds since the epoch. */
    began: {},
    names: {},
    /** Who writes the words down, and who writes cards; `off` for nobody, empty until it is told. */
    transcriber: "",
    suggester: "",
    /** What was chosen for the meeting, on whatever screen: `verbosity`, `mode`. @type {Record<string, string>} */
    settings: {},
    /** The end that is due by itself: `{reason, at}` with `at` in seconds since the epoch; null when none is. */
    ending: null,
    /** What is still owed at the end: `{owed_s, budget_s}`; null before. */
    windingDown: null,
    earlier: [],
    utterances: [],
    /** Media time up to which something was heard, in seconds. */
    heardUntil: 0,
    partials: {},
    counterpart: { reading: null, speaker: "", trail: [], trend: "none" },
    cards: [],
    cost: null,
    storage: null,
    sound: null,
    summary: null,
    skipped: null,
  };
}

/** The state after `envelope`. One already seen (by `seq`) changes nothing. */
export function reduce(state, envelope) {
  const { type, seq, data } = envelope;
  if (type === "stream.reset") return restore(envelope);
  if (type === "stream.caught_up") return state;
  if (seq <= state.seq) return state;
  const step = STEPS[type];
  const next = step ? step(state, data, envelope) : state;
  return { ...next, seq };
}

const STEPS = {
  "meeting.started": (state, data, envelope) => ({
    ...state,
    meeting: {
      ...state.meeting,
      phase: "live",
      title: data.title,
      channels: data.channels,
      playbook: data.playbook,
      startedAt: envelope.at,
    },
    transcriber: data.transcriber || "",
    suggester: data.suggester,
    settings: { ...state.settings, verbosity: data.verbosity || "", mode: data.mode || "" },
    policy: { ...state.policy, emotion: data.emotion_policy },
  }),
  "setting.changed": (state, data) => ({ ...state, settings: { ...state.settings, [data.setting]: data.value } }),
  "meeting.renamed": (state, data) => ({ ...state, meeting: { ...state.meeting, title: data.title } }),
  "note.added": (state, data, envelope) =>
    addLine(state, {
      kind: "note",
      id: data.id,
      by: data.by || "",
      text: data.text,
      channel: "",
      start: data.at,
      end: data.at,
      at: envelope.at,
    }),
  "note.removed": (state, data) => {
    const at = lineOf(state, data.id);
    return at < 0 ? state : replaceLine(state, at, { ...lineAt(state, at), text: "", removed: true });
  },
  "transcript.edited": (state, data) => {
    const at = lineOf(state, data.utterance);
    if (at < 0) return state;
    const entry = lineAt(state, at);
    return replaceLine(state, at, { ...entry, text: data.text || entry.original || entry.text, original: entry.original || entry.text });
  },
  "meeting.paused": (state) => phase(state, "paused"),
  "meeting.resumed": (state) => phase(state, "live"),
  "meeting.ending": (state, data, envelope) => ({
    ...state,
    ending: typeof data.ends_in_s === "number" ? { reason: data.reason, at: envelope.at + data.ends_in_s } : null,
  }),
  "meeting.winding_down": (state, data) => ({ ...state, ending: null, windingDown: data }),
  "meeting.ended": (state, data, envelope) => ({
    ...state,
    ending: null,
    windingDown: null,
    partials: {},
    cards: state.cards.map((card) =>
      card.status === "streaming" ? { ...card, status: "expired", gone: true } : card,
    ),
    meeting: {
      ...state.meeting,
      phase: "ended",
      endedAt: envelope.at,
      reason: data.reason,
      seconds: data.seconds,
    },
  }),
  "policy.applied": (state, data) => ({
    ...state,
    policy: { emotion: data.emotion_policy, reason: data.reason, faces: data.faces || "off" },
  }),
  "capture.state": (state, data, envelope) => ({
    ...state,
    began:
      data.state === "capturing" && envelope.media && !(data.channel in state.began)
        ? { ...state.began, [data.channel]: envelope.at - envelope.media.start }
        : state.began,
    capture: {
      ...state.capture,
      [data.channel]: { state: data.state, detail: data.detail || "", level: data.level || "", at: envelope.at },
    },
  }),
  "provider.state": (state, data) => ({
    ...state,
    providers: { ...state.providers, [`${data.branch}/${data.channel || ""}`]: data },
  }),
  "transcript.partial": (state, data) => ({
    ...state,
    partials: {
      ...state.partials,
      [data.channel]: data.text ? { speaker: data.speaker, text: data.text, firm: data.firm || 0 } : null,
    },
  }),
  "transcript.gap": (state, data, envelope) =>
    data.branch === "transcribe" ? missed(state, data, spanOf(envelope)) : state,
  // A laugh between two sentences; one beside words comes with its utterance.
  "voice.sound": (state, data, envelope) =>
    addLine(state, {
      kind: "sound",
      id: `sound-${envelope.media?.channel}-${envelope.media?.start}`,
      word: data.word,
      channel: envelope.media ? envelope.media.channel : "tab",
      ...spanOf(envelope),
    }),
  "utterance.created": (state, data, envelope) => heard(state, data, envelope),
  "utterance.revised": (state, data, envelope) => heard(state, data, envelope),
  // A name is looked up when a line is shown, so it holds for what was said before it was given as well.
  "speaker.renamed": (state, data) => ({ ...state, names: { ...state.names, [data.speaker]: data.name } }),
  "suggestion.created": created,
  "suggestion.delta": (state, data, { at }) =>
    card(state, data.id, (c) =>
      c.status === "streaming"
        ? { ...c, answer: c.answer + data.text, source: "", waits: { ...c.waits, first: c.waits.first ?? at } }
        : c,
    ),
  "suggestion.completed": (state, data, { at }) =>
    card(state, data.id, (c) => ({
      ...c,
      status: "done",
      answer: data.text,
      origin: data.origin || c.origin,
      // A model's words do not come from where the instant card came from
      source: data.source || (data.origin === c.origin ? c.cited : ""),
      waits: { ...c.waits, done: c.waits.first === null ? null : at },
    })),
  "suggestion.superseded": (state, data) =>
    card(state, data.id, (c) => ({ ...c, status: "superseded", gone: !c.pinned })),
  "suggestion.expired": (state, data) =>
    card(state, data.id, (c) => ({ ...c, status: "expired", reason: data.reason, gone: !c.pinned })),
  "suggestion.failed": (state, data) =>
    card(state, data.id, (c) => ({
      ...c,
      status: "failed",
      // Half an answer is not one: the playbook's words come back where there are some
      answer: c.cue ? "" : c.answer,
      source: c.cue ? c.cited : c.source,
      half: !c.cue && c.answer !== "",
      fault: data.kind || "",
      detail: data.detail,
      gone: false,
    })),
  "suggestion.skipped": (state, data) => ({ ...state, skipped: data }),
  "suggestion.updated": (state, data) => card(state, data.id, (c) => feedback(c, data.feedback)),
  "cost.updated": (state, data) => ({ ...state, cost: data }),
  "storage.state": (state, data) => ({ ...state, storage: data }),
  "audio.state": (state, data) => ({ ...state, sound: data }),
  "summary.ready": (state, data) => ({ ...state, summary: data }),
};

/** The cards that are no longer on screen, newest first. */
export const pastCards = (state) => state.cards.filter((c) => c.gone && (c.answer || c.cue));

/**
 * The cards to show: pinned or not gone, newest first, at most `limit` of those not pinned. The one with the id `held`
 * is being read: its time may be up, and it stays unless somebody sent it away.
 */
export function visibleCards(state, limit = 3, held = "") {
  const stays = (c) => c.id === held && !SENT_AWAY.has(c.feedback);
  const shown = state.cards.filter((c) => !c.gone || stays(c));
  const loose = shown.filter((c) => !c.pinned).slice(0, limit);
  return shown.filter((c) => c.pinned || stays(c) || loose.includes(c)).slice(0, limit + 3);
}

/** Let cards go that outlived their time at `now` (seconds since the epoch). */
export function expire(state, now) {
  const stale = (c) =>
    !c.gone && !c.pinned && c.expiresAt !== null && c.expiresAt <= now && c.status !== "streaming";
  if (!state.cards.some(stale)) return state;
  return { ...state, cards: state.cards.map((c) => (stale(c) ? { ...c, gone: true, status: "expired" } : c)) };
}

function phase(state, name) {
  return { ...state, meeting: { ...state.meeting, phase: name } };
}

function spanOf(envelope) {
  const media = envelope.media || { start: 0, end: 0 };
  return { start: media.start, end: media.end };
}

function missed(state, { cause, channel }, { start, end }) {
  const at = lineCount(state) - 1;
  const last = at < 0 ? null : lineAt(state, at);
  // Both channels miss the same stretch, however long; one that began well before is a line of its own, in its place
  const near = last?.kind === "gap" && start - last.end < GAPS_APART && last.start - start < GAPS_APART;
  if (near && last.cause === cause)
    return replaceLine(state, at, { ...last, end: Math.max(last.end, end) });
  return addLine(state, { kind: "gap", id: `gap-${channel}-${start}`, cause, channel, start, end });
}

function heard(state, data, envelope) {
  const channel = envelope.media ? envelope.media.channel : data.speaker.split(":")[0];
  const at = lineOf(state, data.id, data.revision === 0);
  const known = at >= 0 ? lineAt(state, at) : null;
  if (known && known.revision > data.revision) return state;
  const entry = { kind: "utterance", ...data, channel, ...spanOf(envelope), toldAt: known?.toldAt ?? envelope.at };
  if (data.revision > 0 && known) entry.tonedAt = envelope.at;
  let next;
  if (known) {
    const kept = known.original ? { original: entry.text, text: known.text } : {};
    next = replaceLine(state, at, { ...entry, ...kept });
  } else {
    next = addLine(
      {
        ...state,
        partials: { ...state.partials, [channel]: null },
        heardUntil: Math.max(state.heardUntil, entry.end),
      },
      entry,
    );
  }
  return channel === "tab" ? felt(next, entry) : next;
}

function felt(state, utterance) {
  const { emotion } = utterance;
  if (emotion.status !== "known" && emotion.status !== "unknown") return state;
  const { trail } = state.counterpart;
  const mark = {
    id: utterance.id,
    end: utterance.end,
    family: emotion.status === "known" ? emotion.family : "unknown",
    label: emotion.label,
    source: emotion.source || "",
  };
  const marks = [...trail.filter((m) => m.id !== mark.id), mark]
    .sort((a, b) => a.end - b.end)
    .slice(-TREND_LENGTH);
  const newest = marks[marks.length - 1].id === mark.id;
  return {
    ...state,
    counterpart: {
      reading: newest ? emotion : state.counterpart.reading,
      speaker: newest ? utterance.speaker : state.counterpart.speaker,
      trail: marks,
      trend: trend(marks),
    },
  };
}

/** `warmer`, `cooler`, `steady`, or `none` while there is too little to say so. Energy is neither good nor bad. */
function trend(marks) {
  const told = marks.filter((m) => m.source !== ENERGY_METER && m.family in VALENCE);
  const values = told.map((m) => VALENCE[m.family]);
  if (values.length < 3) return "none";
  const mean = (list) => list.reduce((sum, v) => sum + v, 0) / list.length;
  const change = mean(values.slice(-2)) - mean(values.slice(0, -2));
  if (change > 0.6) return "warmer";
  return change < -0.6 ? "cooler" : "steady";
}

function created(state, data, envelope) {
  if (state.cards.some((c) => c.id === data.id)) return state;
  const asked = data.utterance ? lineOf(state, data.utterance) : -1;
  const entry = {
    id: data.id,
    kind: data.kind,
    reason: data.reason,
    utterance: data.utterance,
    origin: data.origin,
    title: data.title || "",
    source: data.source || "",
    /** What the instant card rests on. */
    cited: data.source || "",
    cue: data.text || "",
    answer: "",
    status: "streaming",
    fault: "",
    detail: "",
    pinned: false,
    feedback: "",
    gone: false,
    at: envelope.at,
    /** Where in the meeting it belongs: the end of the sentence that asked for it, on the clock of the lines. */
    moment: asked >= 0 ? lineAt(state, asked).end : state.heardUntil,
    quote: asked >= 0 ? { speaker: lineAt(state, asked).speaker, text: lineAt(state, asked).text } : null,
    waits: waited(state, asked >= 0 ? lineAt(state, asked) : null, envelope.at),
    expiresAt: data.expires_in ? envelope.at + data.expires_in : null,
  };
  return { ...state, cards: [entry, ...state.cards].slice(0, CARDS_KEPT) };
}

/** The moments a card was waited for, in seconds since the epoch; null for what did not come, or is not known. */
function waited(state, line, shown) {
  const began = line ? state.began[line.channel] : undefined;
  const spoke = began === undefined ? null : began + line.end;
  return { spoke, told: line?.toldAt ?? null, toned: line?.tonedAt ?? null, shown, first: null, done: null };
}

function card(state, id, change) {
  const at = state.cards.findIndex((c) => c.id === id);
  if (at < 0) return state;
  const cards = state.cards.slice();
  cards[at] = change(cards[at]);
  return { ...state, cards };
}

function feedback(c, value) {
  if (value === "pinned") return { ...c, pinned: true, gone: false };
  if (value === "unpinned") return { ...c, pinned: false };
  if (SENT_AWAY.has(value)) return { ...c, feedback: value, pinned: false, gone: true };
  return { ...c, feedback: value };
}

/** The state a reset's snapshot stands for: the meeting as far as it is still known. */
function restore(envelope) {
  const { snapshot = {} } = envelope.data;
  const meeting = envelope.meeting;
  const wrap = (type, data, media) => ({ type, seq: Infinity, meeting, at: envelope.at, data, media });
  const events = [
    ...Object.entries(snapshot.latest || {}).map(([type, data]) => wrap(type, data)),
    ...Object.values(snapshot.captures || {}).map((data) => wrap("capture.state", data)),
    ...Object.values(snapshot.providers || {}).map((data) => wrap("provider.state", data)),
    ...Object.entries(snapshot.settings || {}).map(([setting, value]) => wrap("setting.changed", { setting, value })),
    ...Object.entries(snapshot.names || {}).map(([speaker, name]) => wrap("speaker.renamed", { speaker, name })),
    ...[
      ...(snapshot.utterances || []).map(({ media, ...data }) => wrap("utterance.created", data, media)),
      ...(snapshot.sounds || []).map(({ media, ...data }) => wrap("voice.sound", data, media)),
      ...(snapshot.notes || []).map((note) => wrap("note.added", note)),
      ...(snapshot.gaps || []).map(({ media, ...data }) => wrap("transcript.gap", data, media)),
    ].sort((one, other) => startOf(one) - startOf(other)),
    ...Object.entries(snapshot.edits || {}).map(([utterance, text]) => wrap("transcript.edited", { utterance, text })),
    ...(snapshot.suggestions || []).flatMap((card) => restoredCard(card, wrap)),
  ];
  const state = events.reduce(
    (now, { type, ...rest }) => (STEPS[type] ? STEPS[type](now, rest.data, rest) : now),
    initial(),
  );
  const phases = { paused: "paused", ended: "ended" };
  return {
    ...state,
    seq: snapshot.seq ?? envelope.seq,
    meeting: { ...state.meeting, phase: phases[snapshot.state] || state.meeting.phase },
  };
}

/** Where in the meeting a line belongs: a note says it itself. */
const startOf = ({ media, data }) => media?.start ?? data.at ?? 0;

function restoredCard({ state, feedback: given, ...data }, wrap) {
  const events = [wrap("suggestion.created", state === "completed" ? { ...data, text: "" } : data)];
  if (state === "completed") events.push(wrap("suggestion.completed", data));
  else if (state === "failed") events.push(wrap("suggestion.failed", { ...data, detail: "" }));
  else if (state !== "created") events.push(wrap(`suggestion.${state}`, data));
  if (given) events.push(wrap("suggestion.updated", { id: data.id, feedback: given }));
  return events;
}
