// Times and sizes as people write them. Pure: `now` is an argument, the language is the reader's own.

const DAY = 86_400_000;

/** `Today, 14:05`, `Yesterday, 09:30` or `12 Nov 2026, 14:05` for a wall time in seconds since the epoch. */
export function when(seconds, now = Date.now(), language = undefined) {
  const at = new Date(seconds * 1000);
  const time = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" }).format(at);
  const day = daysBetween(at, new Date(now));
  if (day === 0) return `Today, ${time}`;
  if (day === 1) return `Yesterday, ${time}`;
  const date = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", year: "numeric" }).format(at);
  return `${date}, ${time}`;
}

/** The same for a sheet of paper, which is read on another day: `12. November 2026 um 14:05`. */
export const dated = (seconds, language = undefined) =>
  new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "short" }).format(new Date(seconds * 1000));

function daysBetween(before, after) {
  const midnight = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
  return Math.round((midnight(after) - midnight(before)) / DAY);
}

/** `45 s`, `12 min` or `1 h 05 min`. */
export function lengthWords(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.round(whole / 60);
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

/** `12 kB`, `3.4 MB`. */
export function sizeWords(bytes) {
  if (bytes < 1000) return `${bytes} bytes`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1000)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** What a person typed as tags, one each: `Acme, renewal` becomes two; empty ones and doubles go. */
export function tagsOf(text) {
  const found = text
    .split(/[,;]/)
    .map((tag) => tag.trim().replace(/^#/, ""))
    .filter(Boolean);
  return [...new Set(found)].slice(0, 12);
}

/** A search hit's snippet in pieces: `[{text, hit}]`; the words that matched stand between `[` and `]`. */
export function snippetParts(snippet) {
  return snippet
    .split(/(\[[^[\]]*\])/)
    .filter(Boolean)
    .map((piece) =>
      /^\[[^[\]]*\]$/.test(piece) ? { text: piece.slice(1, -1), hit: true } : { text: piece, hit: false },
    );
}

/** Hits by meeting, in the order in which each meeting was first found: `[{meeting, title, hits}]`. */
export function byMeeting(hits) {
  const found = new Map();
  for (const hit of hits) {
    const entry = found.get(hit.meeting) || { meeting: hit.meeting, title: hit.title, hits: [] };
    entry.hits.push(hit);
    found.set(hit.meeting, entry);
  }
  return [...found.values()];
}

/** What a meeting is called where its user gave it no name. */
export const titleOf = ({ title, started_at: started }, now = Date.now(), language = undefined) =>
  title || `Meeting of ${when(started, now, language).replace(/^Today, /, "today, ").replace(/^Yester/, "yester")}`;
