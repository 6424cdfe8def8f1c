// One WHIP session (RFC 9725): the tracks of this page sent to one meeting.

import { Service, ServiceError } from "./service.js";

const CONNECT_LIMIT = 15_000;
/** An offer without an answer is made again rather than waited for: the network may be back by then. */
const OFFER_LIMIT = 6_000;
/** A goodbye nobody hears is given up soon: the service notices by itself. */
const GOODBYE_LIMIT = 3000;

export class WhipSession {
  /** @param {(state: string) => void} onState hears the peer connection's states */
  constructor(onState, service = new Service()) {
    this.onState = onState;
    this.service = service;
    this.resource = null;
    this.senders = new Map();
    this.pc = new RTCPeerConnection({ iceServers: [], bundlePolicy: "max-bundle" });
    this.pc.addEventListener("connectionstatechange", () => this.onState(this.pc.connectionState));
  }

  /** Send `tracks` (`Map` of channel to track) to `meeting`; resolves when media flows. */
  async open(meeting, tracks) {
    for (const [channel, track] of tracks) {
      const { sender } = this.pc.addTransceiver(track, {
        direction: "sendonly",
        streams: [new MediaStream([track])],
      });
      this.senders.set(channel, sender);
    }
    await this.pc.setLocalDescription(await this.pc.createOffer());
    const query = new URLSearchParams({ meeting, channels: [...tracks.keys()].join(",") });
    // The offer goes out before its candidates are gathered: the service learns them from the checks.
    const response = await this.service.call("POST", `/whip?${query}`, {
      body: this.pc.localDescription.sdp,
      type: "application/sdp",
      limit: OFFER_LIMIT,
    });
    this.resource = response.headers.get("Location");
    await this.pc.setRemoteDescription({ type: "answer", sdp: await response.text() });
    await this.#connected();
  }

  get state() {
    return this.pc.connectionState;
  }

  /** Put another track in a channel's place without a new session. */
  async replace(channel, track) {
    await this.senders.get(channel).replaceTrack(track);
  }

  /** End the session: first at the service, then here, so that it hears it from us and not from DTLS. */
  async close() {
    if (this.resource) {
      await this.service.call("DELETE", this.resource, { limit: GOODBYE_LIMIT }).catch(() => undefined);
      this.resource = null;
    }
    this.pc.close();
  }

  /** The page is going away: a request that outlives it. */
  leave() {
    if (this.resource) this.service.call("DELETE", this.resource, { keepalive: true }).catch(() => undefined);
    this.resource = null;
  }

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
