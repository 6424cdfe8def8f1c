// One WHIP session (RFC 9725): the tracks of this page sent to one meeting.

import { FRAGMENT, fragmentOf, rerouted } from "./ice-fragment.js";
import { Liveness } from "./liveness.js";
import { Service, ServiceError } from "./service.js";
import { after, cancel, pause } from "./waiting.js";

const CONNECT_LIMIT = 15_000;
/** An offer without an answer is made again rather than waited for: the network may be back by then. */
const OFFER_LIMIT = 6_000;
/** A restart is asked for over a connection that may be dead as well, and a browser has several idle ones: after so many
 *  ms each it is asked for again over another. */
const ASK_AGAIN = 200;
const ASKED = 4;
const RESTART_LIMIT = 1_000;
/** The service reports three times a second: after this long without a word the way to it is looked at. */
const SILENCE = 900;
/** A network that loses this many reports in a minute loses them always: then it is the browser's own word that counts. */
const ALARMS = 6;
const MINUTE = 60_000;
const LOOK_EVERY = 150;
/** Once the service has answered, one of its reports is waited for, in ms. */
const REPORT = 400;
/** A goodbye nobody hears is given up soon: the service notices by itself. */
const GOODBYE_LIMIT = 1500;

export class WhipSession {
  #liveness = new Liveness(performance.now());
  /** @type {number[]} when nothing came back for long, in ms */
  #alarms = [];
  #alarmed = false;
  #pulse = 0;
  #answer = "";
  /** Called when something comes. */
  #again = () => {};

  /** @param {(state: string) => void} onState hears the peer connection's states, and `silent` when nothing comes back */
  constructor(onState, service = new Service()) {
    this.onState = onState;
    this.service = service;
    this.resource = null;
    this.senders = new Map();
    this.pc = new RTCPeerConnection({ iceServers: [], bundlePolicy: "max-bundle" });
    this.pc.addEventListener("connectionstatechange", () =>
      // The service said goodbye: there is no session any more that another way could lead to
      this.onState(this.pc.getSenders()[0]?.transport?.state === "closed" ? "closed" : this.pc.connectionState),
    );
  }

  /** Send `tracks` (`Map` of channel to track) to `meeting`, which may be about to move `to` a node; resolves when
   *  media flows. */
  async open(meeting, tracks, to = "") {
    for (const [channel, track] of tracks) {
      const { sender } = this.pc.addTransceiver(track, {
        direction: "sendonly",
        streams: [new MediaStream([track])],
      });
      this.senders.set(channel, sender);
    }
    await this.pc.setLocalDescription(await this.pc.createOffer());
    const query = new URLSearchParams({ meeting, channels: [...tracks.keys()].join(","), ...(to ? { to } : {}) });
    // The offer goes out before its candidates are gathered: the service learns them from the checks.
    const response = await this.service.call("POST", `/whip?${query}`, {
      body: this.pc.localDescription?.sdp,
      type: "application/sdp",
      limit: OFFER_LIMIT,
    });
    this.resource = response.headers.get("Location");
    this.#answer = await response.text();
    await this.pc.setRemoteDescription({ type: "answer", sdp: this.#answer });
    await this.#connected();
    this.#watch();
  }

  /**
   * Look for another way to the service under the same session (RFC 9725, 4.3): resolves when something comes again.
   * Throws `ServiceError`: with a status when the service does not restart this session, without one when no way is
   * found in `limit` ms.
   */
  async restart(limit) {
    const { pc } = this;
    const until = performance.now() + limit;
    await pc.setLocalDescription(await pc.createOffer({ iceRestart: true }));
    let response;
    try {
      response = await this.#ask(fragmentOf(pc.localDescription?.sdp ?? ""));
    } catch (failed) {
      await pc.setLocalDescription({ type: "rollback" }).catch(() => undefined);
      throw failed;
    }
    this.#answer = rerouted(this.#answer, await response.text());
    await pc.setRemoteDescription({ type: "answer", sdp: this.#answer });
    await this.#heard(Math.max(REPORT, until - performance.now()));
  }

  /** For how long nothing has come from the service while sound went out, in ms. */
  get silentFor() {
    return this.#liveness.silentFor(performance.now());
  }

  get state() {
    return this.pc.connectionState;
  }

  /** Put another track in a channel's place without a new session. */
  async replace(channel, track) {
    await this.senders.get(channel).replaceTrack(track);
  }

  #watch() {
    this.#pulse = after(LOOK_EVERY, () => {
      this.#watch();
      void this.#look();
    });
  }

  async #look() {
    const stats = await this.pc.getStats().catch(() => null); // it was closed meanwhile
    if (!stats) return;
    const now = performance.now();
    this.#alarms = this.#alarms.filter((at) => now - at < MINUTE);
    if (this.#liveness.take(stats.values(), now)) {
      this.#again();
      this.#alarmed = false;
    } else if (!this.#alarmed && this.#alarms.length < ALARMS && this.#liveness.silentFor(now) > SILENCE) {
      this.#alarmed = true;
      this.#alarms.push(now);
      this.onState("silent");
    }
  }

  /** The service answers the same restart in the same way, however often it is asked. */
  #ask(body) {
    const resource = this.resource ?? "";
    let over = false;
    const ask = async (waits) => {
      if (waits) await pause(waits);
      if (over) throw new ServiceError("It has answered.", 0);
      return this.service.call("PATCH", resource, { body, type: FRAGMENT, match: "*", limit: RESTART_LIMIT - waits });
    };
    return new Promise((resolve, reject) => {
      let left = ASKED;
      const answered = (response) => {
        over = true;
        resolve(response);
      };
      const failed = (why) => {
        left -= 1;
        if (left && !why.status) return; // nobody has answered yet
        over = true;
        reject(why);
      };
      for (let number = 0; number < ASKED; number += 1) ask(number * ASK_AGAIN).then(answered, failed);
    });
  }

  #heard(limit) {
    return new Promise((resolve, reject) => {
      const timer = after(limit, () => reject(new ServiceError("No other way was found in time.", 0)));
      this.#again = () => {
        cancel(timer);
        this.#again = () => {};
        resolve(undefined);
      };
    });
  }

  /** End the session: first at the service, then here, so that it hears it from us and not from DTLS. */
  async close() {
    cancel(this.#pulse);
    if (this.resource) {
      await this.service.call("DELETE", this.resource, { limit: GOODBYE_LIMIT }).catch(() => undefined);
      this.resource = null;
    }
    this.pc.close();
  }

  /** The page is going away: a request that outlives it. */
  leave() {
    cancel(this.#pulse);
    if (this.resource) this.service.call("DELETE", this.resource, { keepalive: true }).catch(() => undefined);
    this.resource = null;
  }

  /** @returns {Promise<void>} */
  #connected() {
    const { pc } = this;
    return new Promise((resolve, reject) => {
      const fail = (why) => reject(new ServiceError(why, 0));
      const timer = setTimeout(
        () => fail("The sound could not be connected in time. Is a firewall or VPN in the way?"),
        CONNECT_LIMIT,
      );
      const look = () => {
        if (pc.connectionState === "connected") resolve();
        else if (pc.connectionState === "failed" || pc.connectionState === "closed")
          fail("The sound could not be connected. Is a firewall or VPN in the way?");
        else return;
        clearTimeout(timer);
        pc.removeEventListener("connectionstatechange", look);
      };
      pc.addEventListener("connectionstatechange", look);
      look();
    });
  }
}
