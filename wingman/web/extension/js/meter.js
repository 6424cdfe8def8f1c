// How loud a track is, measured here: evidence that sound really comes, before the service has said anything.

const FLOOR_DB = -60;
/** Below this a track carries no sound at all (a paused or wrong tab sends exact zeros). */
const SILENT_DB = -75;

export class LevelMeter {
  /** @param {AudioContext} context a `levelContext` shared by all meters, started by a user's click */
  constructor(context, track) {
    this.source = context.createMediaStreamSource(new MediaStream([track]));
    this.analyser = context.createAnalyser();
    this.analyser.fftSize = 2048;
    this.source.connect(this.analyser);
    this.samples = new Float32Array(this.analyser.fftSize);
    this.heardAt = 0;
    /** When it began to listen, in ms. */
    this.since = performance.now();
  }

  /** Nothing is to be heard just now (muted, paused): its silence counts from `now`. */
  rest(now) {
    this.since = now;
  }

  /** Read the level now (`now` in ms): `{db, level}` with `level` from 0 to 1 for display. */
  read(now) {
    this.analyser.getFloatTimeDomainData(this.samples);
    const db = decibels(this.samples);
    if (db > SILENT_DB) this.heardAt = now;
    return { db, level: Math.min(1, Math.max(0, 1 - db / FLOOR_DB)) };
  }

  /** Whether any sound came yet. */
  get heard() {
    return this.heardAt > 0;
  }

  /** Milliseconds without any sound up to `now`. */
  silentFor(now) {
    return now - Math.max(this.heardAt, this.since);
  }

  close() {
    this.source.disconnect();
  }
}

/** Root mean square of `samples` in dBFS; -Infinity for digital silence. */
export function decibels(samples) {
  let sum = 0;
  for (const x of samples) sum += x * x;
  return 10 * Math.log10(sum / samples.length);
}
