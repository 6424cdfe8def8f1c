// The capture page: set a meeting up, listen, and keep listening. The parts are put together here.

import { levelContext } from "./audio-context.js";
import { Capture, NOT_MEANT, REASON_LIMIT } from "./capture.js";
import { h } from "./dom.js";
import { dropArea } from "./file-drop.js";
import { keepFocus } from "./focus-keeper.js";
import { batched } from "./frame.js";
import { MeetingControls } from "./meeting-controls.js";
import { LevelMeter } from "./meter.js";
import { MeetingModel } from "./model.js";
import { newestFirst } from "./newest-first.js";
import { Overlay } from "./overlay.js";
import { owe, settle, tellOwed } from "./owed-ends.js";
import { canFloat, float, popUp } from "./pip.js";
import { Preferences } from "./prefs.js";
import { forget, held, isHeld, recall, remember, resumeBanner } from "./resume-banner.js";
import { SampleSound } from "./sample-sound.js";
import { Service } from "./service.js";
import { forgetKey, HOME } from "./session.js";
import { Setup } from "./setup.js";
import { EventStream } from "./stream.js";
import { PcmSession } from "./pcm-session.js";
import { reopened } from "./reopen.js";
import { SoundRing } from "./sound-ring.js";
import { openMicrophone, release, shareTab } from "./tracks.js";
import { vocabulary } from "./vocabulary.js";
import { WhipSession } from "./whip.js";

const METER_PERIOD = 80;
/** How often, in ms, whatever else hangs on the time is looked at. */
const PAINT_PERIOD = 400;
/** What an event takes from its moment to this page at least, in ms: the sound's way there, and its own way back. */
const ON_THE_WAY = 150;
/** How far from there the pause after a sentence is looked for, in ms: a cut in it takes no word in two. */
const PAUSE_REACH = 250;
/** How often it tries to go on by itself, with longer and longer waits: for about as long as the sound is kept. */
const TRIES = 5;
const FIRST_TRY = 1500;
const CONTINUED = " (continued)";
/** What tells whether the meeting is paused. */
const PAUSES = new Set(["meeting.paused", "meeting.resumed", "stream.reset", "stream.caught_up"]);

const service = new Service();
/** Also where its page is closed at once. */
const endOf = (id) => service.call("POST", `/api/meetings/${encodeURIComponent(id)}/end`, { keepalive: true });
const open = { tab: shareTab, mic: openMicrophone };

class Page {
  constructor() {
    this.setup = new Setup(
      {
        start: (spec, sources) => this.#attempt(() => this.#listen(spec, sources)),
        sample: (spec) => this.#attempt(() => this.#play({ ...spec, source: "sample" })),
        recording: (file, spec) =>
          this.#attempt(() => this.#play({ ...spec, title: spec.title || file.name }, file)),
      },
      service,
    );
    this.preparing = h("main", {}, h("h1", { class: "hidden-text", text: "New meeting" }), this.setup.node);
    this.side = h(
      "div",
      { class: "side" },
      h(
        "header",
        { class: "brand" },
        h(
          "a",
          { href: `${HOME}/`, class: "brand-link" },
          h("img", { src: "/static/extension/icons/wingman.svg", alt: "", width: "28", height: "28" }),
          h("span", { text: "Wingman" }),
        ),
        h("nav", { "aria-label": "Pages" }, h("a", { href: `${HOME}/`, text: "Meetings" }), h("a", { href: `${HOME}/settings`, text: "Settings" })),
      ),
      this.preparing,
    );
    this.home = h("div", { class: "home" });
    this.stage = h(
      "main",
      { class: "stage", "aria-label": "Overlay", hidden: true },
      this.home,
      h("p", {
        class: "soft elsewhere",
        text: "The overlay is in its own window. Close that window to have it here.",
      }),
    );
    const drop = dropArea(
      () => !this.current,
      (files) => this.setup.dropped(files),
    );
    this.root = h("div", { class: "wm capture" }, this.side, this.stage, drop);
    document.body.append(this.root);
    keepFocus(this.root);
    this.current = null;
    /** What was left before Wingman had heard of its end. @type {Set<Capture>} */
    this.owing = new Set();
    new Preferences().apply(this.root);
    globalThis.addEventListener("pagehide", () => {
      for (const capture of [this.current?.capture, ...this.owing]) capture?.leave();
    });
    // A link, the way back or a reload ends the listening, or tells no end: that may not be meant
    globalThis.addEventListener("beforeunload", (event) => {
      const { capture } = this.current ?? {};
      if (capture?.goesOn || capture?.owesEnd || this.owing.size) event.preventDefault();
    });
  }

  async load() {
    try {
      const query = new URLSearchParams(location.search);
      const watched = query.get("watch");
      // What this very tab was listening to is gone on with rather than watched
      const left = watched === recall()?.meeting && !(await isHeld(watched));
      if (watched && !left) this.#watch(watched, query.get("sound"));
      const { playbooks } = await service.json("GET", "/api/playbooks");
      const config = await service.json("GET", "/api/config");
      const { notices } = await service.json("GET", "/api/notices");
      this.setup.offerWords(await vocabulary(service), notices);
      this.setup.stores(config.report?.store_audio === true);
      this.setup.offer(playbooks, config.suggest?.playbook ?? config.settings?.suggest?.playbook);
      const connected = await service.json("GET", "/api/providers").catch(() => ({ branches: [] }));
      this.setup.listensWith(connected.branches);
      if (!this.current) await this.#offerToGoOn();
    } catch (failed) {
      this.setup.fail(failed.message);
    }
  }

  // --- beginnings ---

  async #attempt(begin) {
    this.setup.fail("");
    this.setup.busy(true, "Connecting…");
    try {
      await begin();
    } catch (failed) {
      this.setup.fail(failed.message);
    } finally {
      this.setup.busy(false);
    }
  }

  /** Tracks first (the browser wants the user's click for them), then the meeting, then the connection. */
  async #listen(spec, sources, meeting = null, muted = []) {
    const context = levelContext();
    const tracks = new Map();
    let made = null;
    try {
      for (const channel of sources) tracks.set(channel, await open[channel]());
      made = meeting ?? (await service.json("POST", "/api/meetings", spec)).id;
      const known = meeting && (await service.json("GET", `/api/meetings/${encodeURIComponent(meeting)}`));
      const capture = this.#enter(made, context, spec, { old: meeting !== null });
      await capture.start(tracks, { muted: new Set(muted), paused: known?.state === "paused" });
      for (const [channel, track] of tracks) {
        this.#measure(channel, track);
        void this.current.ring.keep(channel, track);
      }
      this.#keep(this.current);
    } catch (failed) {
      for (const track of tracks.values()) release(track);
      await context.close();
      if (this.current) await this.#abandon(meeting ? null : made);
      throw failed;
    }
  }

  /** Follow a meeting whose sound comes from elsewhere. */
  #watch(id, sound) {
    this.#enter(id, null, {}, { old: true });
    if (sound === "sample") this.#hear(this.current);
  }

  /** Let the sample be heard, in step with the words. */
  #hear(current) {
    current.sample = new SampleSound(service);
    current.live.node.append(current.sample.node);
    current.sample.play();
  }

  /** The sample, or a recording: the service plays it, this page only watches. */
  async #play(spec, file = null) {
    const { id } = await service.json("POST", "/api/meetings", spec);
    this.#enter(id, null, spec);
    if (spec.source === "sample") this.#hear(this.current);
    if (!file) return;
    try {
      await service.call("POST", `/api/meetings/${id}/recording?name=${encodeURIComponent(file.name)}`, {
        body: file,
        limit: 0,
        type: file.type || "application/octet-stream",
      });
    } catch (failed) {
      await this.#abandon(id);
      // A file that could not be used leaves no empty meeting behind
      await service.json("DELETE", `/api/meetings/${id}`).catch(() => undefined);
      throw failed;
    }
  }

  /** Show meeting `id`; with an audio `context` this page is its source. @returns {Capture | null} */
  #enter(id, context, spec, { ring = context ? new SoundRing() : null, since = null, old = false } = {}) {
    const model = new MeetingModel(id);
    let lost = 0;
    let over = false;
    const makeSession = (onState, again, to = "") =>
      (again || since) && !to && ring?.keeps
        ? new PcmSession(onState, service, ring, again ? undefined : since)
        : new WhipSession(onState, service);
    const capture =
      context &&
      new Capture(
        service,
        id,
        {
        changed: () => {
          model.muted = capture.muted;
          // Why it ended is in its events, which may still be on their way
          if (capture.phase === "lost" && !lost) lost = setTimeout(ended, REASON_LIMIT);
          if (this.current?.unlock) this.#keep(this.current); // it may be muted now, or not any more
          this.current?.paint();
        },
        heard: () => !lostChannels(model, capture).length,
        keeps: () => ring?.keeps === true,
        lost: (channel) => {
          if (channel === "mic") void reopened(() => capture.lacks("mic"), (track) => this.#take(current, "mic", track));
        },
        },
        makeSession,
      );
    const ended = () => {
      over = true; // its reason may still come: then the page goes on by itself
      model.setStream("lost");
    };
    const stream = new EventStream(service.socket(id), {
      onEnvelope: (envelope) => {
        model.take(envelope);
        if (envelope.type === "capture.state" && capture && lostChannels(model, capture).length)
          capture.recheck();
        if (envelope.type === "meeting.move" && model.caughtUp) void capture?.move(envelope.data);
        if (envelope.type === "meeting.moved" && model.caughtUp) capture?.moved();
        if (PAUSES.has(envelope.type) && model.caughtUp)
          void capture?.follow(model.state.meeting.phase === "paused");
      },
      onStatus: (status) => {
        if (status === "doubtful") void this.#whyNot(id, model, stream);
        else if (!over) model.setStream(status);
        if (status !== "live" || !this.current) return;
        if (this.current.unreached) this.current.live.fail(""); // it is not out of reach any more
        void capture?.revive();
      },
      onAnswer: (answer) => overlay.answered(answer),
      onUnsent: (message) => overlay.unsent(message),
    });
    const overlay = new Overlay(model, (message) => stream.send(message));
    void vocabulary(service).then((words) => overlay.offer(words));
    const current = {
      id,
      service,
      model,
      stream,
      overlay,
      capture,
      context,
      ring,
      spec,
      since,
      meters: new Map(),
      startedAt: performance.now(),
      paintedAt: 0,
    };
    current.live = new MeetingControls(current, this.#commands(current));
    current.paint = batched(
      () => globalThis,
      () => this.#paint(current),
    );
    current.timer = setInterval(() => this.#meter(current), METER_PERIOD);
    model.subscribe(current.paint);
    this.current = current;
    // A reload follows what is watched; what is listened to is asked about (see `#offerToGoOn`)
    addressed(context ? "" : id);
    this.preparing.hidden = true;
    this.side.append(current.live.node);
    this.stage.hidden = false;
    this.root.dataset.live = "";
    overlay.node.addEventListener("look", () => overlay.preferences.apply(this.root));
    overlay.mount(this.home);
    scrollTo(0, 0);
    void (old ? newestFirst(service, id) : Promise.resolve(null))
      .then((state) => model.preview(state), () => undefined) // the stream says what is wrong
      .then(() => stream.start());
    current.paint();
    return capture;
  }

  /** The stream does not come back: the service may not know this page, or the meeting, any more. */
  async #whyNot(id, model, stream) {
    const why = await service.whyNot(id);
    if (!why) return;
    stream.close();
    model.setStream(why);
    if (why === "refused") this.current?.capture?.refuse();
    else await this.current?.capture?.revive();
  }

  #commands(current) {
    const tell = (run) => async () => {
      current.live.fail("");
      try {
        await run();
      } catch (failed) {
        current.live.fail(failed.message);
        current.unreached = failed.status === 0;
      }
    };
    const { capture, id } = current;
    const command = (word) => service.json("POST", `/api/meetings/${encodeURIComponent(id)}/${word}`);
    return {
      stop: tell(() => this.#stop(current)),
      pause: tell(() => (capture ? capture.pause() : command("pause"))),
      resume: tell(() => (capture ? capture.resume() : command("resume"))),
      again: (channel) => tell(() => this.#again(current, channel))(),
      float: tell(() => this.#float(current)),
      restart: tell(() => this.#goOn(current)),
      over: () => this.#leave(),
    };
  }

  // --- what the buttons do ---

  async #stop({ capture, id }) {
    forget();
    if (!capture) return endOf(id);
    owe(id);
    const ending = capture.stop();
    void capture.told.then(() => settle(id));
    return ending;
  }

  async #again(current, channel) {
    await this.#take(current, channel, await open[channel]());
  }

  async #take(current, channel, track) {
    await current.capture.replace(channel, track);
    if (current !== this.current || current.capture.phase === "ended") return;
    void current.ring?.keep(channel, track);
    this.#measure(channel, track);
  }

  async #float({ overlay, live, id }) {
    if (!canFloat()) {
      popUp(id);
      return;
    }
    await float(overlay, this.home, () => live.floating(false));
    live.floating(true);
  }

  /** The service lost the meeting: the same tracks go on in a new one, from the last words that were written down. */
  async #restart(current) {
    const { capture, spec, model, ring } = current;
    const title = spec.title && !spec.title.endsWith(CONTINUED) ? spec.title + CONTINUED : spec.title;
    const { id } = await service.json("POST", "/api/meetings", { ...spec, title });
    // Where nothing was written down since the last try, it begins where that one would have begun
    const since = (channel) =>
      current.since && model.written[channel] === undefined
        ? current.since(channel)
        : ring.quietest(channel, model.writtenAt(channel, current.startedAt) - ON_THE_WAY, PAUSE_REACH);
    current.ring = null; // it goes on with the new meeting
    const { tracks, ...as } = await capture.handOver();
    this.#leave();
    const fresh = this.#enter(id, levelContext(), spec, ring?.keeps ? { ring, since } : {});
    this.current.tries = current.tries;
    try {
      await fresh.start(tracks, as);
    } catch (failed) {
      fresh.lose();
      void service.json("DELETE", `/api/meetings/${id}`).catch(() => undefined); // nothing came of it
      throw failed;
    }
    this.current.tries = 0;
    for (const [channel, track] of tracks) this.#measure(channel, track);
    this.#keep(this.current);
  }

  /** Note what a reload goes on with, and hold the lock that tells this tab's copies that somebody listens. */
  #keep(current) {
    const { capture, id, spec } = current;
    if (capture.phase === "ended" || current !== this.current) return;
    remember({ meeting: id, sources: [...capture.tracks.keys()], spec, muted: [...capture.muted] });
    current.unlock ??= held(id);
  }

  /** Back to the first page. */
  #leave() {
    const { current } = this;
    this.current = null;
    document.title = "New meeting · Wingman";
    clearInterval(current.timer);
    current.stream.close();
    current.overlay.unmount();
    current.sample?.close();
    current.live.node.remove();
    for (const meter of current.meters.values()) meter.close();
    if (current.capture) void this.#owe(current.capture);
    void current.context?.close();
    current.ring?.close();
    current.unlock?.();
    addressed("");
    this.preparing.hidden = false;
    this.stage.hidden = true;
    delete this.root.dataset.live;
    scrollTo(0, 0);
  }

  async #owe(capture) {
    this.owing.add(capture);
    await capture.told;
    this.owing.delete(capture);
  }

  /** A beginning that failed: take back what it made. */
  async #abandon(made) {
    const { capture } = this.current;
    await capture?.over();
    this.current.context = null;
    this.#leave();
    if (made) await endOf(made).catch(() => undefined);
  }

  // --- levels and states ---

  #measure(channel, track) {
    const { context, meters } = this.current;
    meters.get(channel)?.close();
    meters.set(channel, new LevelMeter(context, track));
  }

  #meter(current) {
    const now = performance.now();
    const { capture } = current;
    for (const [channel, meter] of current.meters) {
      if (capture.paused || capture.muted.has(channel)) meter.rest(now);
      current.live.rows.get(channel)?.loud(capture.phase === "ended" ? 0 : meter.read(now).level);
    }
    if (now - current.paintedAt < PAINT_PERIOD) return;
    current.paintedAt = now;
    current.paint();
  }

  #paint(current) {
    if (current !== this.current) return;
    document.title = `${current.model.state.meeting.title || "Meeting"} · Wingman`;
    current.live.render();
    if (
      current.model.state.meeting.phase === "ended" &&
      current.capture &&
      current.capture.phase !== "ended"
    ) {
      if (NOT_MEANT.has(current.model.state.meeting.reason)) {
        if (!current.wentOn) void this.#commands(current).restart();
        current.wentOn = true; // by itself, and if that does not help by the button
        return;
      }
      forget();
      void current.capture.over();
    }
  }

  /** The meeting ended under a call that goes on: so does the page. */
  async #goOn(current) {
    if (current.goingOn) return;
    current.goingOn = true;
    try {
      await this.#restart(current);
    } catch (failed) {
      this.#goOnLater(this.current);
      throw failed;
    } finally {
      current.goingOn = false;
      if (this.current === current) current.capture.lose();
    }
  }

  /** A service that has just started may not take everything yet. */
  #goOnLater(current) {
    const tries = (current.tries ?? 0) + 1;
    current.tries = tries;
    if (tries >= TRIES) return;
    setTimeout(
      () => current === this.current && current.capture.phase === "lost" && void this.#commands(current).restart(),
      FIRST_TRY * 2 ** (tries - 1),
    );
  }

  // --- after a reload ---

  async #offerToGoOn() {
    const kept = recall();
    if (!kept) return;
    const status = await service
      .json("GET", `/api/meetings/${encodeURIComponent(kept.meeting)}`)
      .catch(({ status: why }) => ({ state: why === 404 ? "ended" : "" }));
    if (status.state === "") return; // out of reach: it is offered when the page is loaded again
    if (status.state === "ended" || (await isHeld(kept.meeting))) {
      forget();
      return;
    }
    const banner = resumeBanner(status.title, {
      goOn: () =>
        this.#attempt(() => this.#listen(kept.spec, kept.sources, kept.meeting, kept.muted).then(() => banner.remove())),
      end: () =>
        this.#attempt(async () => {
          await endOf(kept.meeting);
          forget();
          banner.remove();
        }),
    });
    this.setup.node.before(banner);
  }
}

/** Name the meeting that is watched in the address, for a reload. */
function addressed(meeting) {
  const query = meeting ? `?${new URLSearchParams({ watch: meeting })}` : "";
  history.replaceState(null, "", location.pathname + query);
}

/** Channels this page still sends and the service says are over. */
function lostChannels(model, capture) {
  return [...capture.tracks.keys()].filter(
    (c) => !capture.endedChannels.has(c) && ["gone", "ended"].includes(model.state.capture[c]?.state),
  );
}

forgetKey();
void tellOwed(service);
void new Page().load();
