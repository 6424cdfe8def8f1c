// The tracks of this page sent as samples: first what was kept while the service was away, then what is said now.

const OPEN_LIMIT = 8_000;

/** In the place of a `WhipSession` after the service was lost. */
export class PcmSession {
  #sockets = new Map();
  #closed = false;

  /**
   * @param {(state: string) => void} onState hears `connected`, `failed` and `closed`
   * @param {object} service @param {object} ring the `SoundRing` @param {number} since from when on (ms) to send
   */
  constructor(onState, service, ring, since) {
    this.onState = onState;
    this.service = service;
    this.ring = ring;
    this.since = since;
    this.state = "new";
  }

  async open(meeting, tracks) {
    this.#become("connecting");
    await Promise.all([...tracks.keys()].map((channel) => this.#send(meeting, channel)));
    this.#become("connected");
  }

  async replace(channel, track) {
    await this.ring.keep(channel, track);
  }

  async close() {
    this.#closed = true;
    for (const [channel, socket] of this.#sockets) {
      this.ring.listen(channel, null);
      if (socket.readyState === 1) socket.send(JSON.stringify({ type: "end" }));
      socket.close();
    }
    this.#sockets.clear();
    this.#become("closed");
  }

  leave() {
    void this.close();
  }

  #send(meeting, channel) {
    const url = this.service.at(`/api/meetings/${encodeURIComponent(meeting)}/pcm?channel=${channel}&rate=16000`);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(url.href);
    socket.binaryType = "arraybuffer";
    this.#sockets.set(channel, socket);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("The sound could not be connected in time.")), OPEN_LIMIT);
      socket.onopen = () => {
        clearTimeout(timer);
        for (const pcm of this.ring.after(channel, this.since)) socket.send(pcm);
        this.ring.listen(channel, (pcm) => socket.readyState === 1 && socket.send(pcm));
        resolve();
      };
      socket.onclose = ({ code }) => {
        clearTimeout(timer);
        this.ring.listen(channel, null);
        if (this.state === "connecting") reject(Object.assign(new Error("closed"), { status: code - 4000 }));
        else if (!this.#closed) {
          this.since = performance.now();
          this.#become("failed");
        }
      };
    });
  }

  #become(state) {
    this.state = state;
    this.onState(state);
  }
}
