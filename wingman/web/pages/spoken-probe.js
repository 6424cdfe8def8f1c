// The probe spoken through a source of this browser: the tab or the microphone somebody chose, on its whole way.

import { LevelMeter } from "../extension/js/meter.js";
import { WhipSession } from "../extension/js/whip.js";

export const SENTENCE = "Can you tell me how much the enterprise plan costs per month?";
/** Where the sample's voice says it, in seconds of the recording; the others are on its left side. */
const [BEGINS, ENDS] = [21.5, 26.2];
/** Louder than the noise of an open microphone in a quiet room, in dBFS. */
const SPOKEN_DB = -50;
const STEP = 50;
/** How long somebody has to say the sentence, and how long its card (or its words) may take then, in ms. */
const SAID_LIMIT = 9_000;
const ANSWER_LIMIT = 15_000;
/** Whose voice a channel's tone is. */
const POLICY = { tab: "counterpart", mic: "self" };
const NAMES = { tab: "Tab", mic: "Microphone" };
const ANSWERS = { tab: "suggestion.created", mic: "utterance.created" };

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

export class SpokenProbe {
  /**
   * @param {import("../extension/js/service.js").Service} service
   * @param {(words: string) => void} tell what somebody is to do or wait for
   */
  constructor(service, tell) {
    this.service = service;
    this.tell = tell;
    this.context = new AudioContext();
    this.question = null;
  }

  async close() {
    await this.context.close();
  }

  /**
   * Speak through `track` into a meeting of its own, which is deleted afterwards.
   *
   * @param {"tab" | "mic"} channel
   * @param {MediaStreamTrack} track
   * @param {boolean} tone whether the tone of what comes may be measured
   * @returns {Promise<{name: string, level: string, words: string}[]>} its stages
   */
  async through(channel, track, tone) {
    const name = NAMES[channel];
    const { id } = await this.service.json("POST", "/api/meetings", {
      title: "Self-test",
      playbook: "sales",
      verbosity: "lively",
      language: "en",
      ...(tone ? { emotion_policy: POLICY[channel], consent: "self-test@1" } : { emotion_policy: "off" }),
    });
    const at = `/api/meetings/${encodeURIComponent(id)}`;
    const session = new WhipSession(() => undefined, this.service);
    try {
      await session.open(id, new Map([[channel, track]]));
      const heard = await this.#speak(channel, track);
      this.tell(`Waiting for what comes of it (${name.toLowerCase()}).`);
      await this.#answered(at, ANSWERS[channel]);
      await session.close();
      await this.service.json("POST", `${at}/end`);
      const { stages } = await this.service.json("POST", "/api/self-test", { meeting: id });
      return [heard, ...stages.map((stage) => ({ ...stage, name: `${name}: ${stage.name.toLowerCase()}` }))];
    } finally {
      await session.close();
      await this.service.json("DELETE", at).catch(() => undefined); // kept under its name, where it cannot be
    }
  }

  /** Play the sentence here; where the microphone does not hear it, somebody says it. */
  async #speak(channel, track) {
    const meter = new LevelMeter(this.context, track);
    try {
      this.tell(`The sentence is played here: “${SENTENCE}”`);
      const length = await this.#play();
      let loudest = await this.#loudest(meter, length + 500);
      if (channel === "mic" && loudest < SPOKEN_DB) {
        this.tell(`Your microphone did not hear the loudspeaker. Say it yourself now: “${SENTENCE}”`);
        loudest = Math.max(loudest, await this.#loudest(meter, SAID_LIMIT));
      }
      return judged(NAMES[channel], track.label, loudest, meter.heard);
    } finally {
      meter.close();
    }
  }

  /** @returns {Promise<number>} how long it takes, in ms */
  async #play() {
    this.question ??= await this.#load();
    const source = this.context.createBufferSource();
    source.buffer = this.question;
    source.connect(this.context.destination);
    source.start();
    return this.question.duration * 1000;
  }

  async #load() {
    const answer = await this.service.call("GET", "/api/sample");
    const whole = await this.context.decodeAudioData(await answer.arrayBuffer());
    const rate = whole.sampleRate;
    const question = this.context.createBuffer(1, Math.round((ENDS - BEGINS) * rate), rate);
    const from = Math.round(BEGINS * rate);
    question.copyToChannel(whole.getChannelData(0).subarray(from, from + question.length), 0);
    return question;
  }

  async #loudest(meter, ms) {
    let loudest = -Infinity;
    for (let at = 0; at < ms; at += STEP) {
      await pause(STEP);
      loudest = Math.max(loudest, meter.read(performance.now()).db);
    }
    return loudest;
  }

  async #answered(at, wanted) {
    const until = performance.now() + ANSWER_LIMIT;
    while (performance.now() < until) {
      const { events } = await this.service.json("GET", `${at}/events?limit=1000`);
      if (events.some(({ type }) => type === wanted)) return;
      await pause(500);
    }
  }
}

function judged(name, label, loudest, heard) {
  if (loudest >= SPOKEN_DB) return { name, level: "ok", words: `Sound comes: “${label}”.` };
  if (heard) return { name, level: "problem", words: `“${label}” is open and too quiet. Was anything said or played?` };
  return { name, level: "problem", words: `“${label}” carries no sound at all. Is it muted, or the wrong one?` };
}
