// The capturing side of one meeting: its tracks, its WHIP session, and coming back after any trouble.

import { meaningOf, statusOf } from "./failures.js";
import { release } from "./tracks.js";
import { pause } from "./waiting.js";
import { WhipSession } from "./whip.js";

/** How long a session that cannot be restarted may be `disconnected` before a new one is made, in ms. */
const PATIENCE = 4000;
/** A hole longer than this is not left where the page has kept what was said in it. */
const SHORT_HOLE = 3000;
/** How long a restart may take until the service's reports come again, in ms. A browser sends the sound over a way it
 *  knows is dead for some seconds more, and may know its new network only then: a new session is quicker. */
const WAY_LIMIT = 700;
/** How long a session's goodbye holds up the next one, in ms: the way to the service may be gone. */
const GOODBYE_LIMIT = 150;
/** How a service answers that restarts no session of this kind. */
const CANNOT = new Set([405, 409, 501]);
const FIRST_WAIT = 250;
const LONGEST_WAIT = 8000;

/**
 * A connection to the service; one without `restart` is made anew after an outage. `taken` resolves when the service has
 * what was kept before it.
 * @typedef {{ state: string, silentFor?: number, close: () => Promise<unknown>, leave: () => void,
 *   replace: (channel: string, track: MediaStreamTrack) => Promise<unknown>, taken?: Promise<unknown>, restart?: (limit: number) => Promise<unknown>,
 *   [more: string]: any }} Session
 */

/** Endings of a meeting that were not meant: the call goes on, so whoever captures it does. */
export const NOT_MEANT = new Set(["interrupted", "shutdown", "failed"]);
/** How long the reason is waited for why a meeting ended that was out of reach, in ms; then it just has ended. */
export const REASON_LIMIT = 3000;

/** Phases: `starting`, `live`, `reconnecting`, `lost` (the meeting ended meanwhile), `refused` (the service does not know
 *  this page any more), `ended`. */
export class Capture {
  /** @type {Session | null} */
  #session = null;
  #timer = 0;
  #waiting = false;
  #mending = false;
  /** The connection that is made before a move. @type {Session | null} */
  #moving = null;
  /** Counts the word of pauses and resumptions: a newer one makes an older one stale. */
  #turn = 0;
  /** Whether the pause pressed here last has come to the service; nobody else's resumption overrules one that has not. */
  #pausing = Promise.resolve(true);
  #resuming = false;
  /** The connection before a move, until the meeting has moved. @type {Session | null} */
  #before = null;
  /** The word of mutes, one after the other. @type {Promise<unknown>} */
  #telling = Promise.resolve();
  /** From an end here until the service has answered. */
  #unheard = false;
  /** Whether others go on with the meeting that is over here. */
  #spared = async () => false;
  /** Channels of which the service has not heard whether they are muted. */
  #untold = new Set();
  #online = () => {
    if (this.#waiting) void this.#reconnect(FIRST_WAIT);
    else if (this.phase === "reconnecting") void this.#session?.close(); // what it sent is lost: try again soon
    else void this.#mend();
  };

  /**
   * @param {object} service the `Service` the meeting runs in
   * @param {string} meeting
   * @param {{changed: () => void, heard: () => boolean, keeps?: () => boolean, lost?: (channel: string) => void}} watch
   *   `changed` is called whenever `phase`, `paused`, `muted` or `tracks` may have; `heard` says whether the service still
   *   hears us, `keeps` whether what is said meanwhile is kept for a new session; `lost` hears of a track that ended
   * @param {(onState: (state: string) => void, again: boolean, to?: string) => object} makeSession `again` after an outage: then what
   *   the page has kept of it may go first; `to` is the node a meeting is about to move to
   */
  constructor(
    service,
    meeting,
    { changed, heard, keeps = () => false, lost = () => {} },
    makeSession = (onState) => new WhipSession(onState, service),
  ) {
    this.service = service;
    this.meeting = meeting;
    this.at = `/api/meetings/${encodeURIComponent(meeting)}`;
    this.changed = changed;
    this.heard = heard;
    this.keeps = keeps;
    this.lost = lost;
    this.makeSession = makeSession;
    this.tracks = new Map();
    this.muted = new Set();
    this.endedChannels = new Set();
    this.paused = false;
    /** Whether the service has not heard yet that the meeting was ended here. */
    this.owesEnd = false;
    /** Pending from an end here until the service has heard of it, or has refused it. @type {Promise<unknown>} */
    this.told = Promise.resolve();
    this.phase = "starting";
  }

  /** Whether it is heard, or will be again by itself. */
  get goesOn() {
    return this.phase === "live" || this.phase === "reconnecting";
  }

  get peer() {
    return this.#session?.state ?? "new";
  }

  /**
   * Begin with `tracks` (`Map` of channel to track), muted or paused as they were before. Throws when the first
   * connection fails.
   */
  async start(tracks, { muted = new Set(), paused = false } = {}) {
    Object.assign(this, { muted, paused });
    if (paused) this.#pausing = Promise.resolve(false); // the service hears of it below
    for (const [channel, track] of tracks) this.#adopt(channel, track);
    globalThis.addEventListener("online", this.#online);
    await this.#connect();
    this.#become("live");
    for (const channel of this.endedChannels) this.lost(channel); // before it began
    if (paused) await this.pause();
  }

  /**
   * Take `track` in the place of a channel's present one, which is stopped, or for a channel that had none, which takes a
   * new connection; once it is over, neither is heard.
   */
  async replace(channel, track) {
    if (this.phase === "ended") {
      release(track);
      return;
    }
    const old = this.tracks.get(channel);
    this.#adopt(channel, track);
    for (const session of old ? [this.#before, this.#moving, this.#session] : [])
      if (session && session.state !== "closed") await session.replace(channel, track); // the one after it has it anyway
    if (old) release(old);
    else if (this.phase === "live") void this.#reconnect(FIRST_WAIT);
    this.changed();
  }

  mute(channel, on) {
    if (on) this.muted.add(channel);
    else this.muted.delete(channel);
    this.#enable();
    this.changed();
    this.#tellMuted([channel]);
  }

  /** Other screens show that a silence is meant. An answer that fails changes nothing: no sound leaves this page. */
  #tellMuted(channels) {
    for (const channel of channels) {
      this.#untold.delete(channel);
      this.#telling = this.#telling.then(() => {
        const value = { channel, muted: this.muted.has(channel) };
        const telling = this.service.json("POST", `${this.at}/control`, { setting: "muted", value });
        return telling.catch(() => this.#untold.add(channel)); // until the service is back
      });
    }
  }

  /** No sound leaves this page and none reaches a provider until `resume`. */
  async pause() {
    this.#turn += 1;
    this.#halt(true);
    await this.#tellPause();
  }

  #tellPause() {
    const told = this.service.json("POST", `${this.at}/pause`);
    this.#pausing = told.then(
      () => true,
      () => false,
    );
    return told;
  }

  /** A pause that was pressed while the service was out of reach is one there, too, once it has what was said before. */
  async #pauseThere() {
    const there = await this.#pausing;
    await this.#session?.taken;
    if (this.paused && !there && !this.#resuming && this.phase !== "ended") await this.#tellPause().catch(() => undefined); // or the next time
  }

  async resume() {
    const pausing = this.#pausing;
    this.#resuming = true;
    try {
      await this.service.json("POST", `${this.at}/resume`);
    } finally {
      this.#resuming = false;
    }
    if (pausing !== this.#pausing) return; // paused again meanwhile
    this.#pausing = Promise.resolve(true);
    this.#halt(false);
  }

  /**
   * The meeting was paused, or goes on, on another screen: so does what this page sends. Word of a resumption may be older
   * than the present pause (it is replayed, or was on its way when somebody paused again), so the service is asked before
   * anything is heard again.
   */
  async follow(paused) {
    if (!paused && !this.paused) return;
    const turn = ++this.#turn;
    if (!paused && !(await this.#goesOn())) return;
    if (turn === this.#turn && this.paused !== paused && this.phase !== "ended") this.#halt(paused);
  }

  async #goesOn() {
    if (!(await this.#pausing)) return false;
    const { state } = await this.service.json("GET", this.at).catch(() => ({ state: "" }));
    return state === "live";
  }

  #halt(paused) {
    this.paused = paused;
    this.#enable();
    this.changed();
  }

  /**
   * End the meeting, or where it is `spared`, let go of it. Where the service is out of reach, which throws, it is told as
   * soon as it is back.
   */
  async stop(spared = async () => false) {
    if (this.phase === "ended") return;
    this.#spared = spared;
    this.#become("ended");
    this.#unheard = true;
    this.#release();
    const ending = Promise.resolve(this.#session?.close()).then(() => this.#end());
    this.told = ending.catch(() => this.#endLater());
    await ending;
  }

  async #end() {
    try {
      if (!(await this.#spared())) await this.service.json("POST", `${this.at}/end`);
      this.owesEnd = this.#unheard = false;
    } catch (failed) {
      const status = statusOf(failed);
      this.owesEnd = this.#unheard = status === 0 || status >= 500; // a service that starts or moves answers so
      throw failed;
    }
  }

  /** By itself: whoever followed the meeting may have left it. */
  async #endLater() {
    for (let wait = FIRST_WAIT; this.owesEnd; wait = Math.min(wait * 2, LONGEST_WAIT)) {
      await pause(wait);
      await this.#end().catch(() => undefined);
    }
  }

  /** The meeting ended elsewhere: let go of everything. */
  async over() {
    if (this.phase === "ended") return;
    this.#become("ended");
    this.#release();
    await this.#session?.close();
  }

  /** The meeting is lost and another one goes on with the same tracks, of which not a sample may be missing. */
  async handOver() {
    const { tracks } = this; // one that has ended as well: it is looked for, and its channel goes on with it
    this.tracks = new Map();
    await this.over();
    return { tracks, muted: this.muted, paused: this.paused };
  }

  /** The page is going away: an end that the service has not heard of goes with a request that outlives it. */
  leave() {
    this.#session?.leave();
    if (this.#unheard) this.service.call("POST", `${this.at}/end`, { keepalive: true }).catch(() => undefined);
  }

  /** The service says it no longer hears us: believe it unless it says otherwise in a moment. */
  recheck() {
    this.#check(PATIENCE / 4);
  }

  /** The service does not know this page any more: nothing it sends is taken. */
  refuse() {
    if (this.goesOn) this.#become("refused");
  }

  /** The meeting is over there and could not be gone on with yet: the tracks are kept for another try. */
  lose() {
    this.#become("lost");
  }

  /** The meeting is about to run on another node: be heard there before this connection ends. It may be asked again. */
  async move({ to }) {
    if (this.phase !== "live" || this.#moving || this.#before) return;
    const old = this.#session;
    const next = this.makeSession((state) => this.#peer(next, state), false, to);
    this.#moving = next;
    try {
      await next.open(this.meeting, this.tracks, to);
      if (this.phase !== "live" || this.#session !== old) throw new Error("overtaken");
      this.#session = next;
      this.#before = old;
    } catch {
      await next.close(); // it comes when the meeting has moved, as after an outage
    } finally {
      this.#moving = null;
      this.#check(this.peer === "connected" ? PATIENCE / 4 : 0);
    }
  }

  /** The meeting runs on another node now. */
  moved() {
    const old = this.#before;
    this.#before = null;
    void old?.close();
    this.#tellMuted(new Set([...this.muted, ...this.#untold]));
    if (!old && !this.#moving) void this.revive();
  }

  /** The service was out of reach and is back: the meeting may be over, or the sound may not flow. */
  async revive() {
    if (this.phase !== "live") return;
    const status = await this.service
      .json("GET", this.at)
      .catch((failed) => ({ state: meaningOf(failed) }));
    if (this.phase !== "live") return;
    if (status.state === "ended" || status.state === "missing") this.#become("lost");
    else if (status.state === "refused") this.#become("refused");
    else if (status.state === "orphaned" && !this.#moving) void this.#reconnect(FIRST_WAIT);
    else {
      this.#check(PATIENCE / 4);
      this.#tellMuted(this.#untold);
      if (this.peer === "connected") void this.#pauseThere();
    }
  }

  #adopt(channel, track) {
    this.tracks.set(channel, track);
    if (track.readyState === "ended") this.endedChannels.add(channel);
    else this.endedChannels.delete(channel);
    track.enabled = !this.paused && !this.muted.has(channel);
    track.addEventListener("ended", () => this.#trackEnded(channel, track));
  }

  #trackEnded(channel, track) {
    if (this.tracks.get(channel) !== track || this.phase === "ended") return;
    this.endedChannels.add(channel);
    this.changed();
    if (this.goesOn) this.lost(channel); // or once it does
  }

  /** Whether a channel has no track that lives, under a capture that goes on. */
  lacks(channel) {
    return this.goesOn && (this.endedChannels.has(channel) || !this.tracks.has(channel));
  }

  #enable() {
    for (const [channel, track] of this.tracks) track.enabled = !this.paused && !this.muted.has(channel);
  }

  #release() {
    clearTimeout(this.#timer);
    this.#waiting = false;
    globalThis.removeEventListener("online", this.#online);
    for (const track of this.tracks.values()) release(track);
    void this.#before?.close();
  }

  async #connect() {
    const session = this.makeSession((state) => this.#peer(session, state), this.#session !== null);
    this.#session = session;
    try {
      const { size } = this.tracks;
      await session.open(this.meeting, this.tracks);
      if (this.tracks.size > size) throw new Error("A channel came meanwhile: the next connection has it.");
    } catch (failed) {
      await session.close();
      throw failed;
    }
  }

  #peer(session, state) {
    if (session !== this.#session || this.phase !== "live") return;
    this.changed();
    if (state === "closed") this.#check(0);
    else if (["silent", "disconnected", "failed"].includes(state)) void this.#mend();
  }

  /** The way to the service may be gone: look for another one, and make a new session only where there is none. */
  async #mend() {
    const session = this.#session;
    if (!session || this.phase !== "live" || this.#mending || this.#moving) return;
    if (!this.heard()) {
      void this.#reconnect(FIRST_WAIT); // the service has let this session go: there is nothing to restart
      return;
    }
    if (!session.restart) {
      if (session.state === "failed") void this.#reconnect(FIRST_WAIT);
      else this.#check(PATIENCE / 4);
      return;
    }
    this.#mending = true;
    const long = this.keeps() && (session.silentFor ?? 0) > SHORT_HOLE;
    const found = !long && (await this.#restarted(session));
    this.#mending = false;
    if (session !== this.#session || this.phase !== "live") return;
    if (found === true) {
      void this.#pauseThere();
      return;
    }
    if (found === null && session.state !== "failed") this.#check(PATIENCE);
    else void this.#reconnect(FIRST_WAIT);
  }

  /** Whether another way was found; null where the service restarts no session. */
  async #restarted(session) {
    try {
      await session.restart(WAY_LIMIT);
      return true;
    } catch (failed) {
      return CANNOT.has(statusOf(failed)) ? null : false;
    }
  }

  /** After `wait` ms: when the sound does not flow, make a new session under the same meeting. */
  #check(wait) {
    if (this.phase !== "live") return; // a reconnect that is under way has the timer
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.phase === "live" && !this.#moving && (this.peer !== "connected" || !this.heard()))
        void this.#reconnect(FIRST_WAIT);
    }, wait);
  }

  async #reconnect(wait) {
    clearTimeout(this.#timer);
    this.#waiting = false;
    this.#become("reconnecting");
    const before = this.#before;
    this.#before = null;
    await Promise.race([Promise.all([this.#session?.close(), before?.close()]), pause(GOODBYE_LIMIT)]);
    if (this.phase !== "reconnecting") return;
    try {
      await this.#connect();
      this.#become("live");
      void this.#pauseThere();
    } catch (failed) {
      if (this.phase !== "reconnecting") return;
      const meaning = meaningOf(failed);
      if (meaning) {
        this.#become(meaning === "missing" ? "lost" : "refused");
        return;
      }
      this.#waiting = true;
      // not all pages at once: a node that died had many
      const spread = wait * (0.75 + Math.random() / 2);
      this.#timer = setTimeout(() => void this.#reconnect(Math.min(wait * 2, LONGEST_WAIT)), spread);
    }
  }

  #become(phase) {
    if (this.phase === "ended") return;
    this.phase = phase;
    this.changed();
    if (phase === "live") this.#tellMuted(new Set([...this.muted, ...this.#untold])); // it knows of no session before
  }
}
