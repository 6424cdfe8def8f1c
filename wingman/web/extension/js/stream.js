// The resuming event stream: a WebSocket that always continues after the last event it has seen.

const FIRST_WAIT = 250;
const LONGEST_WAIT = 5000;
const OPEN_LIMIT = 8_000;
/** After this long without a word from the service it is asked for one, in ms. */
const QUIET = 5_000;
/** A connection on which the question is not answered within this time is dead, in ms. */
const PATIENCE = 5_000;

/** What may be sent while the connection is being made; more than this is no person. */
const MOST_EARLY = 20;

/** Close codes after which asking again cannot help. */
const FINAL = { 4401: "refused", 4403: "refused", 4404: "missing" };

/** What says which node tells it. */
const TELLS_EPOCH = new Set(["stream.caught_up", "stream.reset", "meeting.moved"]);

/**
 * Delivers every envelope once and in order, over drops, reloads of the server and sleep.
 *
 * `status` is one of `connecting`, `live`, `waiting` (a retry is due), `refused`, `missing`, `closed`.
 * Handlers: `onEnvelope(envelope)`, `onStatus(status)`, `onAnswer(message)` for answers to `send`, and
 * `onUnsent(message)` for what was sent while the connection was being made, which then did not come about.
 */
export class EventStream {
  #url;
  #handlers;
  #open;
  /** @type {WebSocket | null} */
  #socket = null;
  #timer = 0;
  #pulse = 0;
  #heard = 0;
  #asked = 0;
  #wait = FIRST_WAIT;
  #closed = false;
  #failures = 0;
  /** What was sent while the connection was being made. */
  #early = [];
  #last = 0;
  /** Which node told it: one that was cut off may have told what nobody has stored. */
  #epoch = 0;
  #retry = () => this.#now();

  /**
   * @param {(after: number, epoch: number) => string} url address of the socket that continues after a `seq`
   * @param {{onEnvelope: Function, onStatus?: Function, onAnswer?: Function, onUnsent?: Function}} handlers
   * @param {(url: string) => WebSocket} open
   */
  constructor(url, handlers, open = (address) => new WebSocket(address)) {
    this.#url = url;
    this.#handlers = handlers;
    this.#open = open;
    this.status = "connecting";
  }

  /** The newest `seq` delivered. */
  get last() {
    return this.#last;
  }

  start() {
    if (this.#closed) return this;
    globalThis.addEventListener?.("online", this.#retry);
    this.#connect();
    return this;
  }

  /**
   * Send an upward message; false when the connection is away (nothing is queued: it would be stale).
   *
   * While the connection is being made a message waits for it: the page can be read, and its keys work, before.
   */
  send(message) {
    if (this.#socket?.readyState === 1) this.#socket.send(JSON.stringify(message));
    else if (this.status === "connecting" && this.#early.length < MOST_EARLY) this.#early.push(message);
    else return false;
    return true;
  }

  close() {
    this.#closed = true;
    this.#giveBack();
    globalThis.removeEventListener?.("online", this.#retry);
    clearTimeout(this.#timer);
    clearInterval(this.#pulse);
    this.#socket?.close(1000);
    this.#say("closed");
  }

  #now() {
    if (this.#closed) return;
    // After a network change a socket can look open and be dead: start over, nothing is lost by it.
    this.#drop();
    this.#wait = FIRST_WAIT;
    this.#connect();
  }

  #drop() {
    clearTimeout(this.#timer);
    clearInterval(this.#pulse);
    const old = this.#socket;
    this.#socket = null;
    if (!old) return;
    old.onopen = old.onmessage = old.onclose = old.onerror = null;
    old.close();
  }

  #connect() {
    clearTimeout(this.#timer);
    if (this.#closed) return;
    this.#say("connecting");
    const socket = this.#open(this.#url(this.#last, this.#epoch));
    this.#socket = socket;
    this.#timer = setTimeout(() => socket.readyState === 0 && this.#again(socket, 0), OPEN_LIMIT);
    socket.onopen = () => {
      clearTimeout(this.#timer);
      this.#failures = 0;
      this.#watch(socket);
      this.#say("live");
      for (const message of this.#early.splice(0)) this.send(message);
    };
    socket.onmessage = (message) => this.#hear(JSON.parse(message.data));
    socket.onclose = (event) => this.#again(socket, event.code);
  }

  /** A network that swallows everything closes no socket: only an answer shows that the line is alive. */
  #watch(socket) {
    this.#heard = performance.now();
    this.#asked = 0;
    this.#pulse = setInterval(() => {
      const now = performance.now();
      if (this.#asked && now - this.#asked > PATIENCE) this.#again(socket, 0);
      else if (!this.#asked && now - this.#heard > QUIET) {
        this.#asked = now;
        this.send({ type: "ping" });
      }
    }, 1000);
  }

  /** What was missed comes in pages, what happens now one by one. */
  #hear(message) {
    this.#heard = performance.now();
    this.#asked = 0;
    this.#wait = FIRST_WAIT;
    if (Array.isArray(message)) for (const each of message) this.#take(each);
    else this.#take(message);
  }

  #take(message) {
    if (message.seq === undefined) {
      this.#handlers.onAnswer?.(message);
      return;
    }
    if (TELLS_EPOCH.has(message.type)) this.#epoch = message.data.epoch ?? 0;
    if (message.type === "stream.reset") this.#last = message.data.snapshot?.seq ?? message.seq;
    else if (message.type !== "stream.caught_up") {
      if (message.seq <= this.#last) return;
      this.#last = message.seq;
    }
    this.#handlers.onEnvelope(message);
  }

  #again(socket, code) {
    if (socket !== this.#socket) return;
    this.#drop();
    if (this.#closed) return;
    this.#giveBack();
    if (FINAL[code]) {
      this.#say(FINAL[code]);
      return;
    }
    this.#failures += 1;
    // A handshake refused outright shows as 1006 only; ask the server over HTTP what it has against us.
    if (this.#failures === 2) this.#handlers.onStatus?.("doubtful");
    this.#say("waiting");
    const wait = code === 4408 ? 0 : this.#wait * (0.75 + Math.random() / 2);
    this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT);
    this.#timer = setTimeout(() => this.#connect(), wait);
  }

  #giveBack() {
    for (const message of this.#early.splice(0)) this.#handlers.onUnsent?.(message);
  }

  #say(status) {
    if (this.status === status) return;
    this.status = status;
    this.#handlers.onStatus?.(status);
  }
}
